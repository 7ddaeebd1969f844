package yoyo

import (
	"bytes"
	"encoding/json"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

var update = flag.Bool("update", false, "write the golden files anew")

const base = "https://za-vsp-int.wigroup.example"

func coupons() *switchcore.Product {
	return &switchcore.Product{ID: "deal", ProviderCode: "C-17", ProviderGroup: "coupon"}
}

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	fixed := int64(7500)
	approvedTrx := func(call *switchcore.Call) {
		call.ProviderRef, call.Advice.Identifiers = "7001", entry(idOfTrx, "000000012345")
	}
	for name, call := range map[string]switchcore.Call{
		"provision_giftcard": sale(5000),
		"provision_fixed": with(sale(1), func(c *switchcore.Call) {
			c.Request.Amount = nil
			c.Product.Amount = &fixed
		}),
		"provision_coupon":          with(sale(1), func(c *switchcore.Call) { c.Request.Amount, c.Product = nil, coupons() }),
		"retry":                     retry(0),
		"retry_coupon":              with(retry(0), func(c *switchcore.Call) { c.Product = coupons() }),
		"reverse_known":             advice(transactions.Provision, transactions.AttemptReverse, func(c *switchcore.Call) { c.ProviderRef = "9001" }),
		"reverse_known_identifiers": advice(transactions.Provision, transactions.AttemptReverse, func(c *switchcore.Call) { c.Product, c.Advice.Identifiers = nil, entry("coupon", "9 1") }),
		"reverse_unknown":           advice(transactions.Provision, transactions.AttemptReverse),
		"redeem":                    redemption(4000),
		"redeem_sparse":             with(redemption(4000), func(c *switchcore.Call) { c.Request.RRN, c.Request.TerminalID, c.Request.CashierID = "", "", "" }),
		"confirm_redeem":            advice(transactions.Redemption, transactions.AttemptConfirm, approvedTrx),
		"reverse_redeem":            advice(transactions.Redemption, transactions.AttemptReverse, approvedTrx),
		"reverse_redeem_unknown":    advice(transactions.Redemption, transactions.AttemptReverse),
		"lookup_code":               lookup(switchcore.Request{VoucherCode: code, VoucherSerial: "9001"}),
		"lookup_serial":             lookup(switchcore.Request{VoucherSerial: "9001", LookupRequestID: wireRef}),
		"lookup_id":                 lookup(switchcore.Request{LookupRequestID: wireRef}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := c.Prepare(call)
			require.NoError(t, err)
			for _, secret := range []string{issuerPassword, terminalDigest, terminalPassword, "apiId", "pos-9"} {
				require.NotContains(t, string(m.Body)+m.Masked+m.Headers+m.Path, secret)
			}
			require.NotContains(t, m.Masked+m.Path, code)
			connectortest.Golden(t, *update, name, connectortest.MessageText(m))
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	customer := connect(t, base, func(cfg *Config) { cfg.Options.UserRefMode = "customer" })
	for name, v := range map[string]struct {
		connector *Connector
		call      switchcore.Call
		want      string
	}{
		"dollars":            {c, with(sale(1), func(c *switchcore.Call) { c.Request.Amount.Currency = "840" }), switchcore.ErrAmount},
		"no amount":          {c, with(sale(1), func(c *switchcore.Call) { c.Request.Amount = nil }), switchcore.ErrAmount},
		"zero":               {c, sale(0), switchcore.ErrAmount},
		"code given":         {c, with(sale(1), func(c *switchcore.Call) { c.Request.VoucherCode = code }), switchcore.ErrNotSupported},
		"no product":         {c, with(sale(1), func(c *switchcore.Call) { c.Product = nil }), switchcore.ErrProduct},
		"no campaign":        {c, with(sale(1), func(c *switchcore.Call) { c.Product.ProviderCode = "" }), switchcore.ErrProduct},
		"no kind":            {c, with(sale(1), func(c *switchcore.Call) { c.Product.ProviderGroup = "airtime" }), switchcore.ErrProduct},
		"retry without kind": {c, with(retry(0), func(c *switchcore.Call) { c.Product = nil }), switchcore.ErrNotSupported},
		"retry of customer":  {customer, retry(0), switchcore.ErrNotSupported},
		"nobody":             {customer, sale(1), switchcore.ErrFormat},
		"look-up by id":      {customer, lookup(switchcore.Request{LookupRequestID: wireRef}), switchcore.ErrNotSupported},
		"redeem nothing":     {c, with(redemption(1), func(c *switchcore.Call) { c.Request.Amount = nil }), switchcore.ErrAmount},
		"redeem dollars":     {c, with(redemption(1), func(c *switchcore.Call) { c.Request.Amount.Currency = "840" }), switchcore.ErrAmount},
	} {
		_, err := v.connector.Prepare(v.call)
		var refusal *switchcore.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, v.want, refusal.ErrorType, name)
	}
	for name, v := range map[string]struct {
		connector *Connector
		call      switchcore.Call
	}{
		"refund":                    {c, callOf(transactions.AttemptRequest, transactions.Refund)},
		"confirm provision":         {c, advice(transactions.Provision, transactions.AttemptConfirm)},
		"confirm unknown redeem":    {c, advice(transactions.Redemption, transactions.AttemptConfirm)},
		"reverse without kind":      {c, advice(transactions.Provision, transactions.AttemptReverse, func(c *switchcore.Call) { c.Product = nil })},
		"reverse for customer":      {customer, advice(transactions.Provision, transactions.AttemptReverse)},
		"reversal not taken":        {c, advice(transactions.Provision, transactions.AttemptReverse, func(c *switchcore.Call) { c.Provider.Profile.ReverseProvision = false })},
		"redeem without terminal":   {connect(t, base, func(cfg *Config) { cfg.Options.RedemptionBaseURL = "" }), redemption(1)},
		"receipt":                   {c, callOf(transactions.AttemptReceipt, transactions.Provision)},
		"look-up without operation": {c, callOf(transactions.AttemptLookup, transactions.Provision)},
	} {
		m, err := v.connector.Prepare(v.call)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.Zero(t, m, name)
	}
}

func TestCustomerReferencesStayHidden(t *testing.T) {
	t.Parallel()
	c := connect(t, base, func(cfg *Config) { cfg.Options.UserRefMode = "customer" })
	call := sale(5000)
	call.Request.Body = []byte(`{"recipient":{"msisdn":"+27821234567"}}`)
	m, err := c.Prepare(call)
	require.NoError(t, err)
	require.Contains(t, string(m.Body), `"userRef":"+27821234567"`)
	require.NotContains(t, m.Masked, "27821234567")
	got := c.Read(call, switchcore.Answer{Sent: true, Timeout: true})
	require.Equal(t, switchcore.ClassUnknown, got.Class)
	require.Nil(t, got.Follow, "the customer's items prove nothing")
}

func TestPathsAreOptions(t *testing.T) {
	t.Parallel()
	c := connect(t, base, func(cfg *Config) {
		cfg.Options.UsersPath, cfg.Options.AdvisePath = "user", "pos-provider"
		cfg.Options.StoreID, cfg.Options.RemoteStoreID, cfg.Options.RetailerID = "", "R-1", "12"
	})
	m, err := c.Prepare(retry(0))
	require.NoError(t, err)
	require.Equal(t, "/user/"+wireRef+"/giftcards", m.Path)
	m, err = c.Prepare(advice(transactions.Redemption, transactions.AttemptReverse, func(c *switchcore.Call) { c.ProviderRef = "x7" }))
	require.NoError(t, err)
	require.Equal(t, "/pos-provider/advise", m.Path)
	require.True(t, c.atTerminal(m.Path))
	require.JSONEq(t, `{"action":"REVERSE","originalTrx":{"wiTrxId":"x7","type":"PAYMENT","storeTrxDetails":{"remoteStoreId":"R-1","retailerId":"12",
"basketId":"`+wireRef+`","trxId":"`+wireRef+`"}}}`, string(m.Body))
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"base":              func(c *Config) { c.BaseURL = "ftp://x" },
		"user":              func(c *Config) { c.User = "" },
		"password":          func(c *Config) { c.Password = nil },
		"terminal user":     func(c *Config) { c.Options.RedemptionUser = "" },
		"terminal password": func(c *Config) { c.Options.RedemptionPasswordSecret = "nobody" },
		"no secrets":        func(c *Config) { c.Secret = nil },
		"terminal base":     func(c *Config) { c.Options.RedemptionBaseURL = "nowhere" },
		"store":             func(c *Config) { c.Options.StoreID = "" },
		"half a store":      func(c *Config) { c.Options.StoreID, c.Options.RemoteStoreID = "", "R-1" },
		"mode":              func(c *Config) { c.Options.UserRefMode = "shop" },
		"path":              func(c *Config) { c.Options.PosPath = "a/b" },
	} {
		cfg := config(base)
		change(&cfg)
		_, err := New(cfg)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.NotContains(t, err.Error(), issuerPassword)
	}
}

func TestOptionsAreJSON(t *testing.T) {
	t.Parallel()
	var got Options
	d := json.NewDecoder(bytes.NewReader([]byte(`{"redemptionBaseUrl":"https://x.example/pos-provider/","redemptionUser":"u","redemptionPasswordSecret":"s","storeId":12,
"remoteStoreId":"r","retailerId":"9","userRefMode":"record","usersPath":"users","posPath":"","advisePath":"","apiClientVersion":"1.3","apiServerVersion":""}`)))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got))
	full, err := got.complete()
	require.NoError(t, err)
	require.Equal(t, "https://x.example", full.RedemptionBaseURL)
	require.Equal(t, "pos-provider", full.PosPath)
	require.Equal(t, "pos-provider", full.AdvisePath)
	require.Equal(t, "1.3", full.APIClientVersion)
	require.Equal(t, "1.14", full.APIServerVersion)
}

func TestItemsAreNamedInAHeaderToo(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	require.Equal(t, "9001", c.issuingHeader("/giftcards/9001").Get("id"))
	require.Empty(t, c.issuingHeader("/users/x/giftcards").Get("id"))
	require.Empty(t, c.issuingHeader("/giftcards?issueWiCode=true").Get("id"))
}
