package flash

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestNew(t *testing.T) {
	t.Parallel()
	secret := func(string) func() string { return func() string { return "canary-secret" } }
	at := wire.Config{BaseURL: "https://flash.example"}
	for name, tc := range map[string]struct {
		cfg Config
		bad bool
	}{
		"key":              {Config{Config: at, Key: func() string { return key }, Options: options()}, false},
		"named key":        {Config{Config: at, Secret: secret, Options: Options{AccountNumber: "1", APIKeySecret: "env:FLASH"}}, false},
		"no key":           {Config{Config: at, Secret: secret, Options: options()}, true},
		"no account":       {Config{Config: at, Key: func() string { return key }}, true},
		"no address":       {Config{Key: func() string { return key }, Options: options()}, true},
		"bad token url":    {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", TokenURL: "ftp://x"}}, true},
		"bad mode":         {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", PurchaseMode: "gift"}}, true},
		"bad style":        {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", ReferenceStyle: "roman"}}, true},
		"unknown call":     {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", Paths: map[string]string{"gift-voucher/redeem": "/x"}}}, true},
		"path with query":  {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", Paths: map[string]string{"1voucher/redeem": "/x?pin=1"}}}, true},
		"path of products": {Config{Config: at, Key: func() string { return key }, Options: Options{AccountNumber: "1", Paths: map[string]string{"products": "/p"}}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(tc.cfg)
			if !tc.bad {
				require.NoError(t, err)
				c.Close()
				return
			}
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			require.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestParseOptions(t *testing.T) {
	t.Parallel()
	o, err := ParseOptions(`{"accountNumber":"1","purchaseMode":"disburse","tokenUrl":"https://t.example/token","apiKeySecret":"env:K","referenceStyle":"hex32","paths":{"1voucher/purchase":"/p"}}`)
	require.NoError(t, err)
	require.Equal(t, Options{
		AccountNumber: "1", PurchaseMode: "disburse", TokenURL: "https://t.example/token", APIKeySecret: "env:K", ReferenceStyle: "hex32",
		Paths: map[string]string{"1voucher/purchase": "/p"},
	}, o)
	for _, text := range []string{``, `{}`, `[]`, `{"accountNumber":"1","apiKey":"secret"}`, `{"accountNumber":"1"} {}`, `{"accountNumber":1}`} {
		_, err := ParseOptions(text)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), text)
	}
}

const catalogueBody = `[
{"productCode":1,"productName":"1Voucher","minimumAmount":500,"maximumAmount":400000,"status":"Active","productGroup":"1Voucher","allowReversal":true,"fixedAmount":false},
{"productCode":"311","productName":"Streaming 99","minimumAmount":9900,"maximumAmount":9900,"productGroup":"Gift Vouchers","allowReversal":true,"fixedAmount":true},
{"productCode":312,"productName":"Cash Out","minimumAmount":"1000","maximumAmount":"0","productGroup":"Cash Out PIN","allowReversal":"false","content":{"a":1}},
{"productCode":313,"productName":"Gone","productGroup":"Flash Token","status":"Inactive"},
{"productCode":314,"productName":"Meter","productGroup":"Prepaid Utilities"},
{"productCode":315,"productName":"Odd","minimumAmount":9.5,"productGroup":"Eezi Voucher"},
{"productCode":316,"productName":"Airtime","minimumAmount":0,"maximumAmount":0,"productGroup":"eezi-voucher"},
{"productName":"Nameless","productGroup":"Flash Token"}]`

func TestProducts(t *testing.T) {
	t.Parallel()
	keys := tokenAddress(t)
	var stale atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.EscapedPath() != "/aggregation/4.0/accounts/4058-1234-5678-9012/products" || r.Method != http.MethodGet:
			w.WriteHeader(http.StatusNotFound)
		case stale.CompareAndSwap(true, false):
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = io.WriteString(w, catalogueBody)
		}
	}))
	t.Cleanup(s.Close)
	c := newConnector(t, s.URL, Options{AccountNumber: account, TokenURL: keys.url})
	stale.Store(true)
	list, err := c.Products(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 2, keys.fetched.Load())
	require.Equal(t, []switchcore.Product{
		{ID: "1", ProviderCode: "1", ProviderGroup: "1voucher", Description: "1Voucher", Currency: "710", Min: cents64(500), Max: cents64(400000), NoClientCodes: true},
		{ID: "311", ProviderCode: "311", ProviderGroup: "gift-voucher", Description: "Streaming 99", Currency: "710", Amount: cents64(9900), NoClientCodes: true, NotReversible: true},
		{ID: "312", ProviderCode: "312", ProviderGroup: "cash-out-pin", Description: "Cash Out", Currency: "710", Min: cents64(1000), NoClientCodes: true, NotReversible: true},
		{ID: "316", ProviderCode: "316", ProviderGroup: "eezi-voucher", Description: "Airtime", Currency: "710", NoClientCodes: true},
	}, list)
}

func TestProductsUnavailable(t *testing.T) {
	t.Parallel()
	keys := tokenAddress(t)
	for _, tc := range []struct {
		status int
		body   string
	}{{500, "[]"}, {200, ""}, {200, `{"products":{}}`}, {200, `{"responseCode":2223,"products":[]}`}, {200, `"x"`}} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.status)
			_, _ = io.WriteString(w, tc.body)
		}))
		list, err := newConnector(t, s.URL, Options{AccountNumber: account, TokenURL: keys.url}).Products(context.Background())
		s.Close()
		require.Equal(t, apperr.Unavailable, apperr.CodeOf(err), tc.body)
		require.Nil(t, list)
	}
}
