package flash

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func redeeming(amount *money.Amount) *switchcore.Request {
	r := request(amount)
	r.VoucherCode = pin
	return r
}

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	paying := func(body string) *switchcore.Request {
		r := request(zar(5000))
		r.Body = []byte(body)
		return r
	}
	long := request(zar(5000))
	long.RRN = strings.Repeat("é", 60)
	for name, tc := range map[string]struct {
		options Options
		call    switchcore.Call
	}{
		"purchase_1voucher":     {call: asking(transactions.Provision, request(zar(5000)), listed(groupOneVoucher, ""))},
		"purchase_no_product":   {call: asking(transactions.Provision, request(zar(5000)), nil)},
		"disburse_1voucher":     {Options{PurchaseMode: modeDisburse}, asking(transactions.Provision, request(zar(5000)), listed(groupOneVoucher, ""))},
		"purchase_gift":         {Options{PurchaseMode: modeDisburse}, asking(transactions.Provision, paying(`{"paymentMethods":[{"type":"CARD","pan":"4111111111111111"}]}`), listed(groupGift, "311"))},
		"purchase_cash_out":     {call: asking(transactions.Provision, paying(`{"tenders":[{"tenderType":"DEBIT_CARD"}],"paymentMethods":[{"type":"CARD"}]}`), listed(groupCashOut, "312"))},
		"purchase_exclusive":    {call: asking(transactions.Provision, paying(`{"tenders":[{"tenderType":"CASH"},{"tenderType":"CREDIT_CARD"}]}`), listed(groupExclusive, "313"))},
		"purchase_flash_token":  {call: asking(transactions.Provision, paying(`{"tenders":[{"tenderType":"CHEQUE"}]}`), listed(groupToken, "314"))},
		"purchase_eezi":         {call: asking(transactions.Provision, paying(`{}`), listed(groupEezi, "315"))},
		"purchase_fixed_price":  {call: asking(transactions.Provision, request(nil), with2(listed(groupEezi, "316"), func(p *switchcore.Product) { p.Amount = cents64(2900) }))},
		"purchase_long_texts":   {call: asking(transactions.Provision, long, nil)},
		"purchase_hex_own_path": {Options{ReferenceStyle: styleHex32, Paths: map[string]string{"flash-token/purchase": "/aggregation/flash-token/purchase"}}, asking(transactions.Provision, request(zar(5000)), listed(groupToken, "314"))},
		"retry": {call: with(asking(transactions.Provision, request(zar(5000)), listed(groupOneVoucher, "")), func(c *switchcore.Call) {
			c.Kind = transactions.AttemptRetry
		})},
		"redeem_whole":      {call: asking(transactions.Redemption, redeeming(nil), nil)},
		"redeem_part":       {call: asking(transactions.Redemption, redeeming(zar(3000)), nil)},
		"redeem_exclusive":  {call: asking(transactions.Redemption, redeeming(zar(3000)), listed(groupExclusive, "313"))},
		"refund":            {call: asking(transactions.Refund, redeeming(zar(3000)), nil)},
		"reverse_1voucher":  {call: reversing(transactions.Provision, nil)},
		"reverse_cash_out":  {call: reversing(transactions.Provision, listed(groupCashOut, "312"))},
		"reverse_exclusive": {call: reversing(transactions.Provision, listed(groupExclusive, "313"))},
		"reverse_token":     {call: reversing(transactions.Provision, listed(groupToken, "314"))},
		"reverse_eezi_hex":  {Options{ReferenceStyle: styleHex32}, reversing(transactions.Provision, listed(groupEezi, "315"))},
		"reverse_redeem":    {call: reversing(transactions.Redemption, nil)},
		"reverse_redeem_ex": {call: reversing(transactions.Redemption, listed(groupExclusive, "313"))},
		"reverse_refund":    {call: reversing(transactions.Refund, listed(groupExclusive, "313"))},
		"lookup_cash_out": {call: with(asking(transactions.Lookup, &switchcore.Request{VoucherSerial: "S-1", VoucherCode: pin}, listed(groupCashOut, "312")), func(c *switchcore.Call) {
			c.Kind = transactions.AttemptLookup
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.options.AccountNumber = account
			c := newConnector(t, "https://flash.example", tc.options)
			m, err := c.Prepare(tc.call)
			require.NoError(t, err)
			connectortest.Golden(t, *update, name, connectortest.MessageText(m))
			require.NotContains(t, m.Masked+m.Path+m.Headers, pin)
			second, err := c.Prepare(tc.call)
			require.NoError(t, err)
			require.Equal(t, m, second, "the same bytes every time")
		})
	}
}

func with2(p *switchcore.Product, change func(*switchcore.Product)) *switchcore.Product {
	change(p)
	return p
}

// A retry is the purchase byte for byte, however the client writes the digits of its id.
func TestRetryRepeatsTheBytes(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	call := asking(transactions.Provision, request(zar(5000)), listed(groupGift, "311"))
	first, err := c.Prepare(call)
	require.NoError(t, err)
	call.Kind = transactions.AttemptRetry
	call.Request.MessageID = strings.ToLower(call.Request.MessageID)
	again, err := c.Prepare(call)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

// Flash knows only Cash Out PINs by their serial: everything else is answered from our own record (4.7).
func TestLookUpsThatFlashDoesNotHave(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]switchcore.Call{
		"1Voucher":         with(asking(transactions.Lookup, redeeming(nil), nil), lookingUp),
		"Cash Out by code": with(asking(transactions.Lookup, redeeming(nil), listed(groupCashOut, "312")), lookingUp),
	} {
		_, err := newConnector(t, "https://flash.example", options()).Prepare(call)
		require.ErrorIs(t, err, switchcore.ErrOwnRecord, name)
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	fixed := with2(listed(groupEezi, "316"), func(p *switchcore.Product) { p.Amount = cents64(2900) })
	dollars := with2(listed(groupEezi, "317"), func(p *switchcore.Product) { p.Currency, p.Amount = "840", cents64(2900) })
	named := request(zar(5000))
	named.ProductID = "NOBODY-KNOWS"
	given := request(zar(5000))
	given.VoucherCode = "MY-OWN-CODE"
	nowhere := request(zar(5000))
	nowhere.MerchantID = "---"
	for name, tc := range map[string]struct {
		call switchcore.Call
		want string
	}{
		"other currency":        {asking(transactions.Provision, request(&money.Amount{Minor: 5000, Currency: "840"}), nil), switchcore.ErrAmount},
		"product in dollars":    {asking(transactions.Provision, request(nil), dollars), switchcore.ErrAmount},
		"no amount":             {asking(transactions.Provision, request(nil), nil), switchcore.ErrAmount},
		"nothing":               {asking(transactions.Provision, request(zar(0)), nil), switchcore.ErrAmount},
		"below the minimum":     {asking(transactions.Provision, request(zar(499)), listed(groupEezi, "315")), switchcore.ErrAmount},
		"above the maximum":     {asking(transactions.Provision, request(zar(100001)), listed(groupEezi, "315")), switchcore.ErrAmount},
		"not the price":         {asking(transactions.Provision, request(zar(2901)), fixed), switchcore.ErrAmount},
		"unknown product":       {asking(transactions.Provision, named, nil), switchcore.ErrProduct},
		"product without code":  {asking(transactions.Provision, request(zar(5000)), listed(groupGift, "")), switchcore.ErrProduct},
		"product code no digit": {asking(transactions.Provision, request(zar(5000)), listed(groupGift, "x1")), switchcore.ErrProduct},
		"own code":              {asking(transactions.Provision, given, nil), switchcore.ErrNotSupported},
		"gift without store":    {asking(transactions.Provision, nowhere, listed(groupGift, "311")), switchcore.ErrFormat},
		"redeem other currency": {asking(transactions.Redemption, redeeming(&money.Amount{Minor: 1, Currency: "840"}), nil), switchcore.ErrAmount},
		"redeem nothing":        {asking(transactions.Redemption, redeeming(zar(0)), nil), switchcore.ErrAmount},
		"redeem without code":   {asking(transactions.Redemption, request(nil), nil), switchcore.ErrFormat},
		"redeem a gift voucher": {asking(transactions.Redemption, redeeming(nil), listed(groupGift, "311")), switchcore.ErrNotSupported},
		"refund without amount": {asking(transactions.Refund, redeeming(nil), nil), switchcore.ErrAmount},
		"refund in dollars":     {asking(transactions.Refund, redeeming(&money.Amount{Minor: 1, Currency: "840"}), nil), switchcore.ErrAmount},
		"refund of exclusive":   {asking(transactions.Refund, redeeming(zar(1)), listed(groupExclusive, "313")), switchcore.ErrNotSupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := newConnector(t, "https://flash.example", options()).Prepare(tc.call)
			var refusal *switchcore.Refusal
			require.True(t, errors.As(err, &refusal), "%v", err)
			require.Equal(t, tc.want, refusal.ErrorType)
			require.NotEmpty(t, refusal.Message)
			require.NotContains(t, refusal.Message, pin)
			require.Zero(t, m)
		})
	}
}

func lookingUp(c *switchcore.Call) { c.Kind = transactions.AttemptLookup }

func TestPrepareHasNoWords(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]switchcore.Call{
		"confirmation":          with(reversing(transactions.Provision, nil), func(c *switchcore.Call) { c.Kind = transactions.AttemptConfirm }),
		"products":              asking(transactions.Products, request(nil), nil),
		"no request":            asking(transactions.Provision, nil, nil),
		"look-up of nothing":    callOf(transactions.AttemptLookup, transactions.Lookup),
		"unknown group":         asking(transactions.Provision, request(zar(5000)), listed("cellular", "1")),
		"reversal of a gift":    reversing(transactions.Provision, listed(groupGift, "311")),
		"product not reversed":  reversing(transactions.Provision, with2(listed(groupEezi, "315"), func(p *switchcore.Product) { p.NotReversible = true })),
		"profile without":       with(reversing(transactions.Provision, nil), func(c *switchcore.Call) { c.Provider.Profile.ReverseProvision = false }),
		"no advice":             with(reversing(transactions.Provision, nil), func(c *switchcore.Call) { c.Advice = nil }),
		"reversal of a look-up": reversing(transactions.Lookup, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := newConnector(t, "https://flash.example", options()).Prepare(call)
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			require.Zero(t, m)
		})
	}
}
