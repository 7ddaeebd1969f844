package blu

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	fixed := listed("41")
	fixed.Amount = cents64(2500)
	bare := &switchcore.Request{Amount: zar(5000)}
	for name, tc := range map[string]struct {
		options Options
		call    switchcore.Call
	}{
		"sale":                 {call: asking(transactions.Provision, request(zar(5000)), listed("41"))},
		"sale_fixed_price":     {call: asking(transactions.Provision, request(nil), fixed)},
		"sale_text_product":    {Options{ReferenceStyle: styleHex32, VendChannel: "POS"}, asking(transactions.Provision, request(zar(5000)), listed("041-x"))},
		"sale_own_product":     {Options{ProductIDs: map[string]string{"BLU": "77", "default": "1"}}, asking(transactions.Provision, request(zar(5000)), listed("41"))},
		"sale_default_product": {Options{ProductIDs: map[string]string{"default": "1"}}, asking(transactions.Provision, bare, nil)},
		"sale_retry": {Options{RetryMode: retryResend}, with(asking(transactions.Provision, request(zar(5000)), listed("41")), func(c *switchcore.Call) {
			c.Kind = transactions.AttemptRetry
		})},
		"redeem_part":       {call: asking(transactions.Redemption, redeeming(zar(3000)), nil)},
		"redeem_whole":      {call: asking(transactions.Redemption, redeeming(nil), nil)},
		"redeem_full_only":  {Options{FullRedeemOnly: true}, asking(transactions.Redemption, redeeming(zar(3000)), nil)},
		"lookup_code":       {call: looking(&switchcore.Request{VoucherCode: "7300 1188&2245 1234"})},
		"lookup_serial":     {call: looking(&switchcore.Request{VoucherCode: code, VoucherSerial: "S 1"})},
		"reverse_sale":      {Options{ReversalPath: "/voucher/variable/reversals"}, reversing(transactions.Provision)},
		"reverse_sale_path": {Options{ReversalPath: "/sales/{originalRequestId}/reversal", ReferenceStyle: styleHex32}, reversing(transactions.Provision)},
		"reverse_redeem":    {call: reversing(transactions.Redemption)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t, "https://trade.example/v2/trade", tc.options)
			m, err := c.Prepare(tc.call)
			require.NoError(t, err)
			connectortest.Golden(t, *update, name, connectortest.MessageText(m))
			require.NotContains(t, m.Masked+m.Path+m.TracedPath+m.Headers, code)
			second, err := c.Prepare(tc.call)
			require.NoError(t, err)
			require.Equal(t, m, second, "the same bytes every time")
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	dollars := &money.Amount{Minor: 5000, Currency: "840"}
	inDollars, fixed := listed("41"), listed("41")
	inDollars.Currency, fixed.Amount = "840", cents64(2500)
	given := request(zar(5000))
	given.VoucherCode = code
	for name, tc := range map[string]struct {
		call switchcore.Call
		want string
	}{
		"other currency":        {asking(transactions.Provision, request(dollars), listed("41")), switchcore.ErrAmount},
		"product in dollars":    {asking(transactions.Provision, request(nil), inDollars), switchcore.ErrAmount},
		"no amount":             {asking(transactions.Provision, request(nil), listed("41")), switchcore.ErrAmount},
		"nothing":               {asking(transactions.Provision, request(zar(0)), listed("41")), switchcore.ErrAmount},
		"below the minimum":     {asking(transactions.Provision, request(zar(499)), listed("41")), switchcore.ErrAmount},
		"above the maximum":     {asking(transactions.Provision, request(zar(100001)), listed("41")), switchcore.ErrAmount},
		"not the price":         {asking(transactions.Provision, request(zar(2501)), fixed), switchcore.ErrAmount},
		"unknown product":       {asking(transactions.Provision, request(zar(5000)), nil), switchcore.ErrProduct},
		"product without id":    {asking(transactions.Provision, request(zar(5000)), listed("")), switchcore.ErrProduct},
		"own code":              {asking(transactions.Provision, given, listed("41")), switchcore.ErrNotSupported},
		"redeem other currency": {asking(transactions.Redemption, redeeming(dollars), nil), switchcore.ErrAmount},
		"redeem nothing":        {asking(transactions.Redemption, redeeming(zar(0)), nil), switchcore.ErrAmount},
		"redeem without code":   {asking(transactions.Redemption, request(nil), nil), switchcore.ErrFormat},
		"look-up by request":    {looking(&switchcore.Request{LookupRequestID: wireRef}), switchcore.ErrNotSupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := newConnector(t, "https://trade.example", Options{}).Prepare(tc.call)
			var refusal *switchcore.Refusal
			require.True(t, errors.As(err, &refusal), "%v", err)
			require.Equal(t, tc.want, refusal.ErrorType)
			require.NotEmpty(t, refusal.Message)
			require.Zero(t, m)
		})
	}
}

func TestPrepareHasNoWords(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]switchcore.Call{
		"confirmation":               with(reversing(transactions.Provision), func(c *switchcore.Call) { c.Kind = transactions.AttemptConfirm }),
		"refund":                     asking(transactions.Refund, redeeming(zar(1)), nil),
		"products":                   asking(transactions.Products, request(nil), nil),
		"no request":                 asking(transactions.Provision, nil, nil),
		"retry, not certified":       with(asking(transactions.Provision, request(zar(5000)), listed("41")), func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry }),
		"retry of a redemption":      with(asking(transactions.Redemption, redeeming(zar(1)), nil), func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry }),
		"reversal without a path":    reversing(transactions.Provision),
		"profile without":            with(reversing(transactions.Redemption), func(c *switchcore.Call) { c.Provider.Profile.ReverseRedeem = false }),
		"reversal without a request": with(reversing(transactions.Redemption), func(c *switchcore.Call) { c.Request = nil }),
		"reversal without a code":    with(reversing(transactions.Redemption), func(c *switchcore.Call) { c.Request = &switchcore.Request{Body: []byte("{}")} }),
		"no advice":                  with(reversing(transactions.Redemption), func(c *switchcore.Call) { c.Advice = nil }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := newConnector(t, "https://trade.example", Options{}).Prepare(call)
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			require.Zero(t, m)
		})
	}
}
