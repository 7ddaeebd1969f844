package blu

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestNew(t *testing.T) {
	t.Parallel()
	one := func() string { return "canary-key" }
	secret := func(name string) func() string { return func() string { return "canary-" + name } }
	at := wire.Config{BaseURL: "https://t.example"}
	for name, tc := range map[string]struct {
		cfg          Config
		sell, redeem string // keys; empty: refused
	}{
		"both keys":        {Config{Config: at, SellKey: func() string { return "s" }, RedeemKey: func() string { return "r" }}, "s", "r"},
		"selling only":     {Config{Config: at, SellKey: one}, "canary-key", "canary-key"},
		"redeeming only":   {Config{Config: at, RedeemKey: one}, "canary-key", "canary-key"},
		"named keys":       {Config{Config: at, SellKey: one, Secret: secret, Options: Options{SellKeySecret: "a", RedeemKeySecret: "b"}}, "canary-a", "canary-b"},
		"no key":           {Config{Config: at}, "", ""},
		"no address":       {Config{SellKey: one}, "", ""},
		"no password":      {Config{Config: at, SellKey: one, Options: Options{User: "u"}}, "", ""},
		"user with colon":  {Config{Config: at, SellKey: one, Password: one, Options: Options{User: "u:x"}}, "", ""},
		"bad retry mode":   {Config{Config: at, SellKey: one, Options: Options{RetryMode: "often"}}, "", ""},
		"bad style":        {Config{Config: at, SellKey: one, Options: Options{ReferenceStyle: "roman"}}, "", ""},
		"bad path":         {Config{Config: at, SellKey: one, Options: Options{ReversalPath: "r"}}, "", ""},
		"path with query":  {Config{Config: at, SellKey: one, Options: Options{ReversalPath: "/r?x=1"}}, "", ""},
		"channel two rows": {Config{Config: at, SellKey: one, Options: Options{VendChannel: "A\r\nB"}}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(tc.cfg)
			if tc.sell == "" {
				require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
				require.NotContains(t, err.Error(), "canary")
				return
			}
			require.NoError(t, err)
			defer c.Close()
			require.Equal(t, tc.sell, c.credentials(switchcore.Message{Method: http.MethodPost, Path: pathSales}).Get("apikey"))
			require.Equal(t, tc.redeem, c.credentials(switchcore.Message{Method: http.MethodPost, Path: pathRedemptions}).Get("apikey"))
		})
	}
}

func TestParseOptions(t *testing.T) {
	t.Parallel()
	o, err := ParseOptions(`{"productIds":{"BLU":"41"},"vendChannel":"API","sellKeySecret":"env:S","redeemKeySecret":"env:R","user":"u","passwordSecret":"env:P",
"retryMode":"resend","fullRedeemOnly":true,"reversalPath":"/r","referenceStyle":"hex32"}`)
	require.NoError(t, err)
	require.Equal(t, Options{
		ProductIDs: map[string]string{"BLU": "41"}, VendChannel: "API", SellKeySecret: "env:S", RedeemKeySecret: "env:R", User: "u",
		PasswordSecret: "env:P", RetryMode: "resend", FullRedeemOnly: true, ReversalPath: "/r", ReferenceStyle: "hex32",
	}, o)
	none, err := ParseOptions("")
	require.NoError(t, err)
	require.Zero(t, none)
	for _, text := range []string{`[]`, `{"apikey":"secret"}`, `{} {}`, `{"retryMode":"often"}`, `{"user":1}`} {
		_, err := ParseOptions(text)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), text)
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"token":"7300118822451234","amount":5}`: `{"token":"************1234","amount":5}`,
		`{"token":"1234"}`:                        `{"token":"****"}`,
		`{"replacementVoucher":{"token":"7300118822451234","serialNumber":"S1"}}`: `{"replacementVoucher":{"token":"************1234","serialNumber":"S1"}}`,
		`{"reference":"R7300118822451234","token":7300118822451234}`:              `{"reference":"*****************","token":"************1234"}`,
		`{"message":"token 7300118822451234 used","productInstructions":"dial"}`:  `{"message":"token **************** used","productInstructions":"****"}`,
		`{"vendMetaData":{"transactionReference":"x","cellphoneNumber":"0821"}}`:  `{"vendMetaData":{"transactionReference":"x","cellphoneNumber":"*"}}`,
		`{"pin":"7300118822451234","more":[1],"7300118822451234":true,"n":null}`:  `{"pin":"*","more":"*","*":"*","n":null}`,
		``: ``,
	} {
		require.Equal(t, want, string(masked([]byte(in))), in)
	}
}
