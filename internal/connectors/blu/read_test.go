package blu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// oops is an error body of the trade API.
func oops(status int, message string) string {
	return fmt.Sprintf(`{"timestamp":"2031-02-03T06:05:06.007+02:00","status":%d,"error":"Bad Request","message":%q,"path":"/v2/trade/voucher"}`, status, message)
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	sell := asking(transactions.Provision, request(zar(5000)), listed("41"))
	part := asking(transactions.Redemption, redeeming(zar(3000)), nil)
	whole := asking(transactions.Redemption, redeeming(nil), nil)
	look := looking(&switchcore.Request{VoucherCode: code})
	undo := reversing(transactions.Provision)
	taken := reversing(transactions.Redemption)
	certified := Options{RetryMode: retryResend, ReversalPath: "/voucher/variable/reversals"}
	agreed := Options{ReversalPath: "/voucher/variable/reversals"}
	for name, tc := range map[string]struct {
		options Options
		call    switchcore.Call
		status  int
		body    string
	}{
		"read_sold":            {agreed, sell, 201, `{"requestId":"` + wireRef + `","token":"` + code + `","serialNumber":"S1","amount":5000,"reference":"998877665544","productInstructions":"Dial *130#\nEnter the token","news":1}`},
		"read_sold_texts":      {agreed, sell, 200, `{"token":7300118822451234,"serialNumber":"x7300118822451234","amount":"5000","reference":"R7300118822451234","productInstructions":["Dial","Enter"]}`},
		"read_no_token":        {agreed, sell, 200, `{"requestId":"` + wireRef + `","amount":5000,"reference":"R1"}`},
		"read_odd_amount":      {agreed, sell, 200, `{"token":"` + code + `","amount":50.5}`},
		"read_other_request":   {agreed, sell, 200, `{"requestId":"b5e7","token":"` + code + `","amount":5000}`},
		"read_accepted":        {agreed, sell, 202, `{"token":"` + code + `","amount":5000}`},
		"read_declined":        {agreed, sell, 400, oops(400, "Product not available for 7300118822451234")},
		"read_permission":      {agreed, sell, 400, oops(400, "You have no permission to vend")},
		"read_key":             {agreed, sell, 401, ``},
		"read_conflict":        {agreed, sell, 409, oops(409, "Conflict")},
		"read_id_used":         {agreed, sell, 400, oops(400, "requestId already used")},
		"read_gateway":         {certified, sell, 502, `<html>bad gateway</html>`},
		"read_own_trouble":     {agreed, sell, 500, oops(500, "Oops")},
		"read_redeemed":        {agreed, part, 200, `{"requestId":"` + wireRef + `","reference":"R2","amount":3000,"dateTime":"2031-02-03T06:05:06","redeemedVoucherSerialNumber":"S1","redeemedVoucherReference":"R1","replacementVoucher":null}`},
		"read_replaced":        {agreed, part, 201, `{"requestId":"` + wireRef + `","reference":"R2","amount":3000,"replacementVoucher":{"token":"7300119999990000","serialNumber":"S2","balance":2000,"expiryDateTime":"2034-02-03T00:00:00"}}`},
		"read_replaced_amount": {agreed, part, 201, `{"reference":"R2","amount":3000,"replacementVoucher":{"token":"7300119999990000","amount":"2000"}}`},
		"read_replaced_lost":   {agreed, part, 200, `{"reference":"R2","amount":3000,"replacementVoucher":{"serialNumber":"S2","amount":2000}}`},
		"read_no_reference":    {agreed, part, 200, `{"amount":3000}`},
		"read_spent":           {agreed, part, 400, oops(400, "Voucher has been redeemed")},
		"read_redeem_trouble":  {certified, part, 503, ``},
		"read_redeem_off":      {agreed, part, 503, ``},
		"read_worth":           {agreed, whole, 200, `{"status":"ACTIVE","amount":5000,"currency":"ZAR","expiryDate":"2034-02-03"}`},
		"read_worth_full_only": {Options{FullRedeemOnly: true}, part, 200, `{"status":"ACTIVE","amount":5000,"currency":"ZAR"}`},
		"read_worth_nothing":   {agreed, whole, 200, `{"status":"ACTIVE"}`},
		"read_worth_spent":     {agreed, whole, 200, `{"status":"USED","amount":5000}`},
		"read_worth_unknown":   {agreed, whole, 404, oops(404, "Voucher not found")},
		"read_worth_trouble":   {agreed, whole, 500, ``},
		"read_worth_odd":       {agreed, whole, 200, `{"status":"DANCING","amount":5000}`},
		"read_found":           {agreed, look, 200, `{"status":"VALID","amount":5000,"currency":"ZAR","expiryDate":"2034-02-03T00:00:00+02:00","serialNumber":"S1","token":"` + code + `"}`},
		"read_found_spent":     {agreed, look, 200, `{"status":"Redeemed","amount":5000}`},
		"read_found_expired":   {agreed, look, 200, `{"status":"EXPIRED","amount":5000}`},
		"read_found_odd":       {agreed, look, 200, `{"status":"DANCING","amount":5000}`},
		"read_found_dollars":   {agreed, look, 200, `{"status":"ACTIVE","amount":5000,"currency":"USD"}`},
		"read_not_found":       {agreed, look, 404, ``},
		"read_look_forbidden":  {agreed, look, 403, ``},
		"read_reversed":        {agreed, undo, 200, `{"requestId":"` + entryID + `"}`},
		"read_reversed_other":  {agreed, undo, 200, `{"requestId":"` + wireRef + `"}`},
		"read_reversed_again":  {agreed, undo, 400, oops(400, "Sale already reversed")},
		"read_undo_nothing":    {agreed, undo, 404, oops(404, "Original request not found")},
		"read_undo_no_path":    {agreed, undo, 404, oops(404, "No message available")},
		"read_undo_refused":    {agreed, undo, 400, oops(400, "Too late")},
		"read_undo_conflict":   {agreed, undo, 409, oops(409, "Conflict")},
		"read_undo_no_json":    {agreed, undo, 200, `OK`},
		"read_not_taken":       {agreed, taken, 200, `{"status":"ACTIVE","amount":5000}`},
		"read_taken":           {agreed, taken, 200, `{"status":"USED","amount":5000}`},
		"read_taken_gone":      {agreed, taken, 404, oops(404, "Voucher not found")},
		"read_taken_trouble":   {agreed, taken, 500, ``},
		"read_taken_odd":       {agreed, taken, 200, `{"status":"DANCING","amount":5000}`},
		"read_taken_key":       {agreed, taken, 401, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t, "https://trade.example", tc.options)
			a := answered(tc.status, tc.body)
			got := c.Read(sent(t, c, tc.call), a)
			connectortest.Golden(t, *update, name, fmt.Sprintf("answer %d %s\ntraced %s\n\n%s", tc.status, tc.body, a.Masked, connectortest.ResultText(got)))
			for _, clear := range []string{a.Masked, got.Words.Code, got.Words.Message, got.Words.Ref, got.Detail} {
				require.NotContains(t, clear, code)
			}
		})
	}
}

func TestReadWithoutAnswer(t *testing.T) {
	t.Parallel()
	late := switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}
	down := switchcore.Answer{Err: errors.New("refused")}
	sell := asking(transactions.Provision, request(zar(5000)), listed("41"))
	retry := with(sell, func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry })
	part := asking(transactions.Redemption, redeeming(zar(3000)), nil)
	whole := asking(transactions.Redemption, redeeming(nil), nil)
	for name, tc := range map[string]struct {
		call   switchcore.Call
		answer switchcore.Answer
		class  switchcore.Class
		detail string
		follow string
	}{
		"sale late":               {sell, late, switchcore.ClassUnknown, family.DetailTimeout, ""},
		"sale reset":              {sell, switchcore.Answer{Sent: true, Err: errors.New("reset")}, switchcore.ClassUnknown, family.DetailNoAnswer, ""},
		"sale too large":          {sell, switchcore.Answer{Sent: true, Err: wire.ErrTooLarge}, switchcore.ClassUnknown, family.DetailBadResponse, ""},
		"sale not reached":        {sell, down, switchcore.ClassNotSent, family.DetailConnectFail, ""},
		"retry not reached":       {retry, down, switchcore.ClassUnknown, family.DetailConnectFail, ""},
		"redemption late":         {part, late, switchcore.ClassUnknown, family.DetailTimeout, stepRepeat},
		"redemption not reached":  {part, down, switchcore.ClassNotSent, family.DetailConnectFail, ""},
		"look-up first, late":     {whole, late, switchcore.ClassNotSent, family.DetailTimeout, ""},
		"look-up first, down":     {whole, down, switchcore.ClassNotSent, family.DetailConnectFail, ""},
		"look-up late":            {looking(redeeming(nil)), late, switchcore.ClassUnknown, family.DetailTimeout, ""},
		"reversal late":           {reversing(transactions.Provision), late, switchcore.ClassRepeat, family.DetailTimeout, ""},
		"reversal down":           {reversing(transactions.Provision), down, switchcore.ClassNotSent, family.DetailConnectFail, ""},
		"reversal not writable":   {reversing(transactions.Provision), switchcore.Answer{Err: wire.ErrNotWritten}, switchcore.ClassFault, family.DetailFault, ""},
		"look for a taking, late": {reversing(transactions.Redemption), late, switchcore.ClassRepeat, family.DetailTimeout, ""},
		"look for a taking, down": {reversing(transactions.Redemption), down, switchcore.ClassNotSent, family.DetailConnectFail, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t, "https://trade.example", Options{RetryMode: retryResend, ReversalPath: "/r"})
			call := sent(t, c, tc.call)
			got := c.Read(call, tc.answer)
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.detail, got.Detail)
			if tc.follow == "" {
				require.Nil(t, got.Follow)
				return
			}
			require.Equal(t, tc.follow, got.Follow.Step)
			require.Equal(t, call.Sent, got.Follow.Message, "the same bytes")
		})
	}
}

// After a message that may have taken effect, only an approval settles a redemption; a sale also by a refusal of its own.
func TestRepeatProvesLittle(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://trade.example", Options{RetryMode: retryResend})
	again := with(sent(t, c, asking(transactions.Redemption, redeeming(zar(3000)), nil)), func(c *switchcore.Call) {
		c.Kind, c.Step = transactions.AttemptRetry, stepRepeat
	})
	retry := with(sent(t, c, asking(transactions.Provision, request(zar(5000)), listed("41"))), func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry })
	require.Equal(t, switchcore.ClassUnknown, c.Read(again, answered(400, oops(400, "Voucher already redeemed"))).Class)
	require.Equal(t, switchcore.ClassApproved, c.Read(again, answered(200, `{"requestId":"`+wireRef+`","reference":"R","amount":3000}`)).Class)
	require.Nil(t, c.Read(again, answered(500, "")).Follow)
	require.Equal(t, switchcore.ClassDeclined, c.Read(retry, answered(400, oops(400, "Amount too small"))).Class)
	for _, a := range []switchcore.Answer{answered(401, ""), answered(409, ""), answered(400, oops(400, "not authorised"))} {
		require.Equal(t, switchcore.ClassUnknown, c.Read(retry, a).Class)
	}
}

// The amount of a whole redemption comes from the look-up; the second message is the redemption itself.
func TestWholeRedemptionWithoutARequestIsNotSent(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://trade.example", Options{})
	call := sent(t, c, asking(transactions.Redemption, redeeming(nil), nil))
	call.Request = nil
	got := c.Read(call, answered(200, `{"status":"ACTIVE","amount":5000}`))
	require.Equal(t, switchcore.ClassNotSent, got.Class)
	require.Nil(t, got.Follow)
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2034-02-03T04:05:06Z":     "2034-02-03T04:05:06Z",
		"2034-02-03T04:05:06":      "2034-02-03T02:05:06Z",
		"2034-02-03 04:05:06":      "2034-02-03T02:05:06Z",
		"2034-02-03T04:05:06+0100": "2034-02-03T03:05:06Z",
		"2034-02-03":               "2034-02-03T21:59:59.999Z",
	} {
		require.Equal(t, want, moment(text).Format(time.RFC3339Nano), text)
	}
	for _, text := range []string{"", "soon", "03/02/2034"} {
		require.Zero(t, moment(text), text)
	}
}

// FuzzRead takes any bytes: only 200 and 201 approve, only 400, 401, 403 and 404 decline.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", `{"token":"1234567890123456","amount":1}`, `{"reference":"R","amount":1}`, `{"status":"ACTIVE","amount":5}`,
		`{"message":{}}`, `{"message":"used"}`, `{"token":1,"token":2}`, "[[[[", "\xff",
	} {
		for _, status := range []int{200, 201, 400, 401, 500} {
			f.Add(status, body, uint8(0))
			f.Add(status, body, uint8(4))
		}
	}
	c, err := New(Config{Config: wire.Config{BaseURL: "https://trade.example"}, SellKey: func() string { return "" }})
	if err != nil {
		f.Fatal(err)
	}
	ops := []transactions.Operation{transactions.Provision, transactions.Redemption, transactions.Refund, transactions.Lookup}
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		kind := transactions.AttemptRequest
		if which > 3 {
			kind = transactions.AttemptReverse
		}
		got := c.Read(callOf(kind, ops[which%4]), answered(status, body))
		switch {
		case status == 0:
		case got.Class == switchcore.ClassApproved && status != 200 && status != 201:
			t.Fatalf("approved: %d %s", status, body)
		case got.Class == switchcore.ClassDeclined && which%4 != 3 && status != 400 && status != 401 && status != 403 && status != 404:
			t.Fatalf("declined: %d %s", status, body)
		case kind == transactions.AttemptReverse && !strings.Contains("done refused repeat consumed", connectortest.ClassName(got.Class)):
			t.Fatalf("a reversal was read as %s", connectortest.ClassName(got.Class))
		}
	})
}
