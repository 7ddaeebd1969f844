package humm

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

func TestValidation(t *testing.T) {
	t.Parallel()
	const auth, adj = rail.ProcessAuthorisation, rail.ProcessAdjustment
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		op     rail.Operation
		change values
		code   string // empty: accepted
	}{
		"as it should be":         {auth, nil, ""},
		"no operator":             {auth, values{"x_operator_id": nil}, "EVAL01"},
		"empty firmware":          {auth, values{"x_firmware_version": ""}, "EVAL01"},
		"empty reference":         {auth, values{"x_pos_transaction_ref": ""}, "EVAL01"},
		"longest operator":        {auth, values{"x_operator_id": long(64)}, ""},
		"operator too long":       {auth, values{"x_operator_id": long(65)}, "EVAL01"},
		"longest, not in bytes":   {auth, values{"x_operator_id": strings.Repeat("é", 64)}, ""},
		"reference too long":      {auth, values{"x_pos_transaction_ref": long(65)}, "EVAL01"},
		"control character":       {auth, values{"x_pos_transaction_ref": "a\x00"}, "EVAL01"},
		"reference as number":     {auth, values{"x_pos_transaction_ref": 123}, ""},
		"reference as fraction":   {auth, values{"x_pos_transaction_ref": 1.5}, "EVAL01"},
		"reference as truth":      {auth, values{"x_pos_transaction_ref": true}, "EVAL01"},
		"reference as list":       {auth, values{"x_pos_transaction_ref": []string{"a"}}, "EVAL01"},
		"amount as text":          {auth, values{"x_finance_amount": "10000"}, ""},
		"amount with fraction":    {auth, values{"x_finance_amount": 100.5}, "EVAL01"},
		"amount with exponent":    {auth, values{"x_finance_amount": "1e3"}, "EVAL01"},
		"amount with sign":        {auth, values{"x_finance_amount": -100}, "EVAL01"},
		"amount with plus":        {auth, values{"x_finance_amount": "+100"}, "EVAL01"},
		"amount with point":       {auth, values{"x_finance_amount": "100.00"}, "EVAL01"},
		"amount with blank":       {auth, values{"x_finance_amount": "100 "}, "EVAL01"},
		"amount as object":        {auth, values{"x_finance_amount": values{}}, "EVAL01"},
		"largest amount":          {auth, values{"x_purchase_amount": "999999999999"}, ""},
		"amount too long":         {auth, values{"x_purchase_amount": "1000000000000"}, "EVAL01"},
		"more than the purchase":  {auth, values{"x_finance_amount": 12501}, "EVAL01"},
		"all of the purchase":     {auth, values{"x_finance_amount": 12500}, ""},
		"smallest finance":        {auth, values{"x_finance_amount": 100}, ""},
		"below the minimum":       {auth, values{"x_finance_amount": 99}, "EVAL02"},
		"no finance":              {auth, values{"x_finance_amount": 0}, "EVAL02"},
		"any printable code":      {auth, values{"x_pre_approval_code": "A1B2C3D4E5F6"}, ""},
		"code of one":             {auth, values{"x_pre_approval_code": "1"}, ""},
		"code too long":           {auth, values{"x_pre_approval_code": long(65)}, "EVAL01"},
		"no code":                 {auth, values{"x_pre_approval_code": nil}, "EVAL01"},
		"items":                   {auth, values{"purchase_items": `{"PurchaseItems":["tv"]}`}, ""},
		"items too long":          {auth, values{"purchase_items": long(201)}, "EVAL01"},
		"items nested":            {auth, values{"purchase_items": values{}}, "EVAL01"},
		"buyer confirms":          {auth, values{"buyer_confirms": true}, ""},
		"buyer confirms, as text": {auth, values{"buyer_confirms": "false"}, ""},
		"buyer confirms, no":      {auth, values{"buyer_confirms": "maybe"}, "EVAL01"},
		"tracking":                {auth, values{"tracking_data": values{"a": "b"}}, ""},
		"tracking, number":        {auth, values{"tracking_data": values{"a": 1}}, "EVAL01"},
		"tracking, text":          {auth, values{"tracking_data": "a"}, "EVAL01"},
		"tracking, too much":      {auth, values{"tracking_data": values{"a": long(1_000_000)}}, "EVAL01"},
		"unknown member":          {auth, values{"note": []int{1}}, ""},
		"unknown signed member":   {auth, values{"x_note": "1"}, ""},
		"no refund":               {adj, values{"x_amount": 0}, "FPSA09"},
		"no refund, as text":      {adj, values{"x_amount": "000"}, "FPSA09"},
		"negative refund":         {adj, values{"x_amount": -1}, "EVAL01"},
		"smallest refund":         {adj, values{"x_amount": 1}, ""},
		"no purchase":             {adj, values{"x_purchase_ref": nil}, "EVAL01"},
		"no receipt":              {rail.SendReceipt, values{"x_receipt_number": nil}, "EVAL01"},
		"mobile":                  {rail.Invite, nil, ""},
		"mobile with plus":        {rail.Invite, values{"x_mobile": "+614001112"}, "EVAL01"},
		"mobile too long":         {rail.Invite, values{"x_mobile": "04001112223"}, "EVAL01"},
		"vendor":                  {rail.CreateKey, values{"x_pos_vendor": long(100)}, ""},
		"vendor too long":         {rail.CreateKey, values{"x_pos_vendor": long(101)}, "EVAL01"},
		"token too long":          {rail.CreateKey, values{"x_device_token": long(65)}, "EVAL01"},
		"no signature to undo":    {rail.ReverseAdjustment, values{"x_adjustment_signature": nil}, "EVAL01"},
		"signature to undo":       {rail.ReverseAdjustment, values{"x_adjustment_signature": long(200)}, ""},
		"signature too long":      {rail.ReverseAdjustment, values{"x_adjustment_signature": long(201)}, "EVAL01"},
		"no reference to undo":    {rail.ReverseAdjustment, values{"x_pos_transaction_ref": nil}, "EVAL01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.inner.Reply = approval()
			key := keyOf(c.op)
			if changed, ok := c.change["x_device_token"].(string); ok {
				key = changed
			}
			a := h.call(t, c.op, sign(t, key, base(c.op), c.change), key)
			if c.code == "" {
				require.Equal(t, "Success", a.body["x_status"], a.raw)
				return
			}
			require.Equal(t, c.code, a.code())
			require.NotNil(t, h.inner.Unreadable, "a proved sender's mistake is traced")
			require.Equal(t, "FORMAT_ERROR", h.inner.Refusal.ErrorType)
			require.Nil(t, h.inner.Retried)
			require.Nil(t, h.inner.Processed)
			require.Nil(t, h.inner.Advised)
		})
	}
}

func TestMinimumAndCurrencyByCountry(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.service.Devices.(fakeDevices).stale[rail.DeviceName("64000001", device)] = rail.Device{Key: deviceKey, Active: true}
	body := func(cents int) string {
		return sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"x_merchant_id": "64000001", "x_finance_amount": cents})
	}
	require.Equal(t, "EVAL02", h.call(t, rail.ProcessAuthorisation, body(1999), deviceKey).code())
	_ = h.call(t, rail.ProcessAuthorisation, body(2000), deviceKey)
	require.Equal(t, "554", h.inner.Retried.Amount.Currency)
	require.Equal(t, "kiwi", h.inner.Retried.Client.ID)
	require.Equal(t, Country{Currency: "036", MinFinance: 100}, h.service.country(rail.Merchant{Country: "XX"}))
}
