package ott

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

var update = flag.Bool("update", false, "write the golden files anew")

const pin = "445511223344"

func redemption(amount *money.Amount, body string) switchcore.Call {
	return with(callOf(transactions.AttemptRequest, transactions.Redemption), func(c *switchcore.Call) {
		c.Request = &switchcore.Request{VoucherCode: pin, Amount: amount, Body: []byte(body)}
	})
}

func advice(op transactions.Operation, kind transactions.AttemptKind) switchcore.Call {
	return with(callOf(kind, op), func(c *switchcore.Call) { c.Advice = &switchcore.Advice{ID: adviceID, Reason: "TIMEOUT"} })
}

func lookup(r switchcore.Request) switchcore.Call {
	return with(callOf(transactions.AttemptLookup, transactions.Lookup), func(c *switchcore.Call) { c.Request = &r })
}

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	c := connect(t, "https://test-api.ott-mobile.example")
	fixed := int64(7500)
	for name, call := range map[string]switchcore.Call{
		"provision": sale(10000),
		"provision_sparse": with(sale(0), func(c *switchcore.Call) {
			c.Request = &switchcore.Request{TerminalID: strings.Repeat("t", 60)}
			c.Product = &switchcore.Product{Amount: &fixed, Currency: "710"}
		}),
		"retry":             with(sale(10000), func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry }),
		"redeem_part":       redemption(rands(4000), `{"recipient":{"msisdn":"+27821234567"}}`),
		"redeem_whole":      redemption(nil, `{}`),
		"confirm_provision": advice(transactions.Provision, transactions.AttemptConfirm),
		"reverse_provision": advice(transactions.Provision, transactions.AttemptReverse),
		"reverse_redeem":    advice(transactions.Redemption, transactions.AttemptReverse),
		"lookup_code":       lookup(switchcore.Request{VoucherCode: pin, VoucherSerial: "x"}),
		"lookup_id":         lookup(switchcore.Request{LookupRequestID: wireRef}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := c.Prepare(call)
			require.NoError(t, err)
			for _, secret := range []string{issuingKey, redemptionKey, issuingPassword, redeemPassword, "hash="} {
				require.NotContains(t, string(m.Body)+m.Masked+m.Headers+m.Path, secret)
			}
			require.NotContains(t, m.Masked, pin)
			connectortest.Golden(t, *update, name, connectortest.MessageText(m))
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	c := connect(t, "https://test-api.ott-mobile.example")
	part := redemption(rands(4000), `{}`)
	for name, v := range map[string]struct {
		call switchcore.Call
		want string
	}{
		"dollars":         {with(sale(1), func(c *switchcore.Call) { c.Request.Amount.Currency = "840" }), switchcore.ErrAmount},
		"no amount":       {with(sale(1), func(c *switchcore.Call) { c.Request.Amount = nil }), switchcore.ErrAmount},
		"zero":            {sale(0), switchcore.ErrAmount},
		"code given":      {with(sale(1), func(c *switchcore.Call) { c.Request.VoucherCode = pin }), switchcore.ErrNotSupported},
		"part, no mobile": {part, switchcore.ErrFormat},
		"part of dollars": {redemption(&money.Amount{Minor: 1, Currency: "840"}, `{"recipient":{"msisdn":"27821234567"}}`), switchcore.ErrAmount},
		"by serial":       {lookup(switchcore.Request{VoucherSerial: "S"}), switchcore.ErrNotSupported},
	} {
		_, err := c.Prepare(v.call)
		var refusal *switchcore.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, v.want, refusal.ErrorType, name)
	}
	for name, call := range map[string]switchcore.Call{
		"refund":             callOf(transactions.AttemptRequest, transactions.Refund),
		"no request":         callOf(transactions.AttemptRequest, transactions.Provision),
		"retry of redeem":    callOf(transactions.AttemptRetry, transactions.Redemption),
		"confirm redeem":     advice(transactions.Redemption, transactions.AttemptConfirm),
		"reverse refund":     advice(transactions.Refund, transactions.AttemptReverse),
		"receipt":            callOf(transactions.AttemptReceipt, transactions.Provision),
		"reversal not taken": with(advice(transactions.Provision, transactions.AttemptReverse), func(c *switchcore.Call) { c.Provider.Profile.ReverseProvision = false }),
	} {
		m, err := c.Prepare(call)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.Zero(t, m, name)
	}
}

func TestMobileDefaultHearsOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	cfg := config("https://test-api.ott-mobile.example")
	cfg.Options.MobileDefault = "+27800000000"
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	m, err := c.Prepare(redemption(rands(100), `{}`))
	require.NoError(t, err)
	require.Contains(t, string(m.Body), "mobile=27800000000")
	require.Contains(t, m.Masked, "mobile=********000")
}

func TestWithoutRedemptionCredentials(t *testing.T) {
	t.Parallel()
	cfg := config("https://test-api.ott-mobile.example")
	cfg.Options.RedemptionUser = ""
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	for _, call := range []switchcore.Call{
		redemption(nil, `{}`), lookup(switchcore.Request{VoucherCode: pin}), advice(transactions.Redemption, transactions.AttemptReverse),
	} {
		_, err := c.Prepare(call)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
	}
	a := c.Send(t.Context(), checkRemit(wireRef))
	require.False(t, a.Sent)
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"base":                func(c *Config) { c.BaseURL = "ftp://x" },
		"user":                func(c *Config) { c.User = "" },
		"colon":               func(c *Config) { c.User = "a:b" },
		"password":            func(c *Config) { c.Password = nil },
		"vendor code":         func(c *Config) { c.Options.VendorCode = "" },
		"vendor code is text": func(c *Config) { c.Options.VendorCode = "7x" },
		"key":                 func(c *Config) { c.Options.APIKeySecret = "nobody" },
		"no secrets":          func(c *Config) { c.Secret = nil },
		"vendor id":           func(c *Config) { c.Options.VendorID = "" },
		"redemption key":      func(c *Config) { c.Options.RedemptionAPIKeySecret = "" },
		"redemption password": func(c *Config) { c.Options.RedemptionPasswordSecret = "" },
		"redemption base":     func(c *Config) { c.Options.RedemptionBaseURL = "nowhere" },
	} {
		cfg := config("https://test-api.ott-mobile.example")
		change(&cfg)
		_, err := New(cfg)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.NotContains(t, err.Error(), issuingPassword)
	}
}

func TestOptionsAreJSON(t *testing.T) {
	t.Parallel()
	var got Options
	d := json.NewDecoder(bytes.NewReader([]byte(`{"vendorCode":77,"vendorID":"88","apiKeySecret":"ott-key","branchDefault":"HEADOFFICE",
"redemptionUser":"merchant-9","redemptionPasswordSecret":"ott-redemption-password","redemptionApiKeySecret":"ott-redemption-key"}`)))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got))
	require.Equal(t, options(), got)
	require.Error(t, errors.Join(json.Unmarshal([]byte(`{"vendorCode":"x"}`), &got)))
}
