package flash

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

func answered(status int, body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: status, Body: []byte(body), Masked: string(masked([]byte(body)))}
}

// sent is the call as the switch reads its answer: with the message that went out.
func sent(t testing.TB, c *Connector, call switchcore.Call) switchcore.Call {
	t.Helper()
	m, err := c.Prepare(call)
	require.NoError(t, err)
	call.Sent, call.Advice = m, nil
	return call
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	buy := asking(transactions.Provision, request(zar(5000)), nil)
	spend := asking(transactions.Redemption, redeeming(zar(3000)), nil)
	back := asking(transactions.Refund, redeeming(zar(3000)), nil)
	undo := reversing(transactions.Provision, nil)
	look := with(asking(transactions.Lookup, &switchcore.Request{VoucherSerial: "S-1"}, listed(groupCashOut, "312")), lookingUp)
	const echo = `"reference":"` + wireRef + `","accountNumber":"` + account + `"`
	const undone = `"reference":"` + entryID + `","accountNumber":"` + account + `"`
	for name, tc := range map[string]struct {
		call   switchcore.Call
		status int
		body   string
	}{
		"read_sold": {buy, 200, `{"responseCode":0,"responseMessage":"OK","transactionId":998877665544,` + echo + `,"transactionDate":"2031/02/03 06:04","amount":5000,
"voucher":{"amount":5000,"pin":"` + pin + `","serialNumber":"S0000123","status":"Active","expiryDate":"2034-02-03T00:00:00","content":{"redemptionInstructions":"Dial *130#\r\nEnter the PIN\n\n","termsAndConditions":"No refunds.\nValid 36 months."}},"news":{"deep":[1]}}`},
		"read_sold_texts":     {buy, 200, `{"responseCode":"0","transactionId":"T-1",` + echo + `,"amount":"5000","voucher":{"pin":7300118822451234,"serialNumber":7300118822451234,"expiryDate":"2034-02-03"}}`},
		"read_no_pin":         {buy, 200, `{"responseCode":0,` + echo + `,"amount":5000,"voucher":{"serialNumber":"S1"}}`},
		"read_odd_amount":     {buy, 200, `{"responseCode":0,` + echo + `,"amount":50.00,"voucher":{"pin":"` + pin + `"}}`},
		"read_other_ref":      {buy, 200, `{"responseCode":0,"reference":"another","amount":5000,"voucher":{"pin":"` + pin + `"}}`},
		"read_no_ref":         {buy, 200, `{"responseCode":0,"amount":5000,"voucher":{"pin":"` + pin + `"}}`},
		"read_created":        {buy, 201, `{"responseCode":0,` + echo + `,"amount":5000,"voucher":{"pin":"` + pin + `"}}`},
		"read_declined":       {buy, 200, `{"responseCode":2351,"responseMessage":"No stock for 7300118822451234","transactionId":"77",` + echo + `}`},
		"read_declined_500":   {buy, 500, `{"responseCode":2351,"responseMessage":"No stock","path":"/1voucher/purchase"}`},
		"read_float":          {buy, 400, `{"responseCode":2207,"responseMessage":"Insufficient balance"}`},
		"read_soft_error":     {buy, 200, `{"responseCode":2211,"responseMessage":"Please submit again",` + echo + `}`},
		"read_busy":           {buy, 200, `{"responseCode":2220,` + echo + `}`},
		"read_duplicate":      {buy, 400, `{"responseCode":2256,"responseMessage":"Duplicate reference",` + echo + `}`},
		"read_unlisted":       {buy, 400, `{"responseCode":9876,"responseMessage":"Weather",` + echo + `}`},
		"read_gateway":        {buy, 502, `<html>bad gateway</html>`},
		"read_own_trouble":    {buy, 500, ``},
		"read_too_many":       {buy, 429, ``},
		"read_forbidden":      {buy, 403, `{}`},
		"read_token":          {buy, 401, `{}`},
		"read_redeemed_whole": {spend, 200, `{"responseCode":0,"transactionId":5,` + echo + `,"amount":3000,"voucher":{"pin":"` + pin + `","amount":3000,"status":"Redeemed"}}`},
		"read_redeemed_part":  {spend, 200, `{"responseCode":0,"transactionId":5,` + echo + `,"amount":3000,"voucher":{"amount":2000,"pin":"7300119999990000","serialNumber":"S2","expiryDate":"2034-02-03 23:59:59"}}`},
		"read_spent":          {spend, 400, `{"responseCode":"2401","responseMessage":"Voucher already redeemed"}`},
		"read_refunded":       {back, 200, `{"responseCode":0,"transactionId":6,` + echo + `,"amount":3000,"voucher":{"amount":3000,"pin":"7300115555550000","serialNumber":"S3"}}`},
		"read_refund_no_pin":  {back, 200, `{"responseCode":0,` + echo + `,"amount":3000}`},
		"read_reversed":       {undo, 200, `{"responseCode":0,"responseMessage":"OK",` + undone + `}`},
		"read_reversed_other": {undo, 200, `{"responseCode":0,` + echo + `}`},
		"read_reversed_again": {undo, 400, `{"responseCode":2280,"responseMessage":"Already reversed"}`},
		"read_undo_nothing":   {undo, 400, `{"responseCode":2249,"responseMessage":"Original not found"}`},
		"read_undo_late":      {undo, 400, `{"responseCode":2281,"responseMessage":"Too late"}`},
		"read_undo_busy":      {undo, 200, `{"responseCode":2220}`},
		"read_undo_account":   {undo, 400, `{"responseCode":2200}`},
		"read_undo_token":     {undo, 401, ``},
		"read_found":          {look, 200, `{"responseCode":0,` + echo + `,"voucher":{"amount":5000,"serialNumber":"S-1","status":"Active","expiryDate":"2034-02-03"}}`},
		"read_found_paid":     {look, 200, `{"responseCode":0,` + echo + `,"voucher":{"amount":5000,"status":"Redeemed"}}`},
		"read_found_expired":  {look, 200, `{"responseCode":0,` + echo + `,"voucher":{"amount":5000,"status":"EXPIRED"}}`},
		"read_found_odd":      {look, 200, `{"responseCode":0,` + echo + `,"voucher":{"amount":5000,"status":"Dancing"}}`},
		"read_not_found":      {look, 404, `{"responseCode":2402,"responseMessage":"No such voucher"}`},
		"read_found_nothing":  {look, 200, `{"responseCode":0,` + echo + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConnector(t, "https://flash.example", options())
			a := answered(tc.status, tc.body)
			got := c.Read(sent(t, c, tc.call), a)
			connectortest.Golden(t, *update, name, fmt.Sprintf("answer %d %s\ntraced %s\n\n%s", tc.status, tc.body, a.Masked, connectortest.ResultText(got)))
			for _, clear := range []string{a.Masked, got.Words.Code, got.Words.Message, got.Words.Ref, got.Detail} {
				require.NotContains(t, clear, pin)
			}
		})
	}
}

// Silence is asked about with the same bytes once; what never left is not.
func TestReadWithoutAnswer(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	first := sent(t, c, asking(transactions.Provision, request(zar(5000)), nil))
	again := with(first, func(c *switchcore.Call) { c.Kind, c.Step = transactions.AttemptRetry, stepRepeat })
	retry := with(first, func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry })
	undo := sent(t, c, reversing(transactions.Provision, nil))
	late := switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}
	for name, tc := range map[string]struct {
		call   switchcore.Call
		answer switchcore.Answer
		class  switchcore.Class
		detail string
		follow string
		alarm  bool
	}{
		"time-out":                  {first, late, switchcore.ClassUnknown, family.DetailTimeout, stepRepeat, false},
		"reset":                     {first, switchcore.Answer{Sent: true, Err: errors.New("reset")}, switchcore.ClassUnknown, family.DetailNoAnswer, stepRepeat, false},
		"too large":                 {first, switchcore.Answer{Sent: true, Err: wire.ErrTooLarge}, switchcore.ClassUnknown, family.DetailBadResponse, stepRepeat, false},
		"time-out of the repeat":    {again, late, switchcore.ClassUnknown, family.DetailTimeout, "", false},
		"time-out of a retry":       {retry, late, switchcore.ClassUnknown, family.DetailTimeout, "", false},
		"not reached":               {first, switchcore.Answer{Err: errors.New("refused")}, switchcore.ClassNotSent, family.DetailConnectFail, "", false},
		"no token":                  {first, wire.Untokened(wire.ErrTokenUnavailable), switchcore.ClassNotSent, family.DetailConnectFail, "", false},
		"key refused":               {first, wire.Untokened(wire.ErrTokenRefused), switchcore.ClassDeclined, family.DetailAuthFail, "", true},
		"key refused at the repeat": {again, wire.Untokened(wire.ErrTokenRefused), switchcore.ClassUnknown, family.DetailAuthFail, "", true},
		"repeat not reached":        {again, switchcore.Answer{Err: errors.New("refused")}, switchcore.ClassUnknown, family.DetailConnectFail, "", false},
		"reversal late":             {undo, late, switchcore.ClassRepeat, family.DetailTimeout, "", false},
		"reversal not reached":      {undo, switchcore.Answer{Err: errors.New("refused")}, switchcore.ClassNotSent, family.DetailConnectFail, "", false},
		"reversal key refused":      {undo, wire.Untokened(wire.ErrTokenRefused), switchcore.ClassNotSent, family.DetailAuthFail, "", true},
		"reversal not writable":     {undo, switchcore.Answer{Err: wire.ErrNotWritten}, switchcore.ClassFault, family.DetailFault, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(tc.call, tc.answer)
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.detail, got.Detail)
			require.Equal(t, tc.alarm, got.Alarm)
			if tc.follow == "" {
				require.Nil(t, got.Follow)
				return
			}
			require.Equal(t, tc.follow, got.Follow.Step)
			require.Equal(t, tc.call.Sent.Body, got.Follow.Message.Body, "the same bytes")
		})
	}
}

// After a message that may have taken effect, a refusal of our account or credentials proves nothing about it.
func TestRepeatProvesOnlyWhatIsAboutTheSale(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	for _, step := range []string{stepRepeat, stepRepeatToken} {
		call := with(sent(t, c, asking(transactions.Provision, request(zar(5000)), nil)), func(c *switchcore.Call) {
			c.Kind, c.Step = transactions.AttemptRetry, step
		})
		for code, want := range map[int]switchcore.Class{
			2351: switchcore.ClassDeclined, 2401: switchcore.ClassDeclined, 2103: switchcore.ClassDeclined,
			2207: switchcore.ClassUnknown, 2200: switchcore.ClassUnknown, 2301: switchcore.ClassUnknown, 2211: switchcore.ClassUnknown,
		} {
			got := c.Read(call, answered(400, fmt.Sprintf(`{"responseCode":%d}`, code)))
			require.Equal(t, want, got.Class, code)
			require.Nil(t, got.Follow, code)
		}
	}
}

// The token is renewed once in a call; then the refusal counts, unless something may have been done before.
func TestTokenRefusedTwice(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	first := sent(t, c, asking(transactions.Provision, request(zar(5000)), nil))
	for _, a := range []switchcore.Answer{
		answered(401, ""), answered(400, `{"responseCode":2232}`), answered(200, `{"responseCode":"2233"}`), answered(403, `{"responseCode":3711}`), answered(400, `{"responseCode":3799}`),
	} {
		for _, tc := range []struct {
			kind   transactions.AttemptKind
			step   string
			follow string
			class  switchcore.Class
		}{
			{transactions.AttemptRequest, "", stepToken, switchcore.ClassUnknown},
			{transactions.AttemptRetry, "", stepRepeatToken, switchcore.ClassUnknown},
			{transactions.AttemptRetry, stepRepeat, stepRepeatToken, switchcore.ClassUnknown},
			{transactions.AttemptRetry, stepToken, "", switchcore.ClassDeclined},
			{transactions.AttemptRetry, stepRepeatToken, "", switchcore.ClassUnknown},
		} {
			got := c.Read(with(first, func(c *switchcore.Call) { c.Kind, c.Step = tc.kind, tc.step }), a)
			require.Equal(t, tc.class, got.Class, "%d %s", a.Status, tc.step)
			require.Equal(t, family.DetailAuthFail, got.Detail)
			require.Equal(t, tc.follow == "", got.Alarm)
			if tc.follow != "" {
				require.Equal(t, tc.follow, got.Follow.Step)
				require.Equal(t, transactions.AttemptRetry, got.Follow.Kind)
				require.Equal(t, first.Sent.Body, got.Follow.Message.Body)
			} else {
				require.Nil(t, got.Follow)
			}
			if tc.class == switchcore.ClassDeclined {
				require.Equal(t, switchcore.ErrGeneral, got.ErrorType)
			}
		}
	}
}

// A new token first and silence after it is asked about once more, and never a third time.
func TestTokenThenSilence(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	call := with(sent(t, c, asking(transactions.Provision, request(zar(5000)), nil)), func(c *switchcore.Call) {
		c.Kind, c.Step = transactions.AttemptRetry, stepToken
	})
	got := c.Read(call, switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded})
	require.Equal(t, stepRepeatToken, got.Follow.Step)
	call.Step = got.Follow.Step
	require.Nil(t, c.Read(call, answered(http.StatusBadGateway, "")).Follow)
}

// A pause that Flash asks for is kept, unless it is longer than anybody waits.
func TestPauses(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	call := sent(t, c, asking(transactions.Provision, request(zar(5000)), nil))
	busy := answered(429, "")
	require.Equal(t, time.Second, c.Read(call, busy).Follow.After)
	busy.RetryAfter = 3 * time.Second
	require.Equal(t, 3*time.Second, c.Read(call, busy).Follow.After)
	busy.RetryAfter = time.Minute
	require.Nil(t, c.Read(call, busy).Follow)
	require.Equal(t, time.Second, c.Read(call, answered(200, `{"responseCode":2373}`)).Follow.After)
	require.Zero(t, c.Read(call, answered(200, `{"responseCode":2210}`)).Follow.After)
}

// The reversal goes out once more under a new token, with the same bytes, before people are told.
func TestReversalRenewsTheToken(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	call := sent(t, c, reversing(transactions.Provision, nil))
	call.Sent = switchcore.Message{Method: call.Sent.Method, Path: call.Sent.Path, Body: call.Sent.Body} // as it comes from the queue
	got := c.Read(call, answered(401, ""))
	require.Equal(t, switchcore.ClassRepeat, got.Class)
	require.False(t, got.Alarm)
	require.Equal(t, call.Sent.Body, got.Follow.Message.Body)
	require.NotEmpty(t, got.Follow.Message.Masked, "the trace shows what went out")
	call.Step = got.Follow.Step
	got = c.Read(call, answered(401, ""))
	require.Equal(t, switchcore.ClassRepeat, got.Class)
	require.True(t, got.Alarm)
	require.Nil(t, got.Follow)
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2034-02-03T04:05:06Z":      "2034-02-03T04:05:06Z",
		"2034-02-03T04:05:06+02:00": "2034-02-03T02:05:06Z",
		"2034-02-03T04:05:06":       "2034-02-03T02:05:06Z",
		"2034-02-03T04:05:06.25":    "2034-02-03T02:05:06.25Z",
		"2034-02-03 04:05:06":       "2034-02-03T02:05:06Z",
		"2034/02/03 04:05:06":       "2034-02-03T02:05:06Z",
		"2034-02-03":                "2034-02-03T21:59:59.999Z",
	} {
		require.Equal(t, want, moment(text).Format(time.RFC3339Nano), text)
	}
	for _, text := range []string{"", "soon", "03/02/2034", "2034-13-40"} {
		require.Zero(t, moment(text), text)
	}
}

// FuzzRead takes any bytes: nothing but Flash's own code 0 with our reference approves, nothing unlisted declines.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", `{"responseCode":0}`, `{"responseCode":0,"reference":"` + wireRef + `","voucher":{"pin":"1234567890123456"}}`,
		`{"responseCode":2351}`, `{"responseCode":{}}`, `{"responseCode":-1}`, `{"responseCode":0,"responseCode":2351}`, "[[[[", "\xff",
	} {
		for _, status := range []int{200, 201, 400, 401, 500} {
			f.Add(status, body, uint8(0))
			f.Add(status, body, uint8(4))
		}
	}
	c, err := New(Config{Config: wire.Config{BaseURL: "https://flash.example"}, Key: func() string { return "" }, Options: options()})
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
		if kind == transactions.AttemptReverse && status != 0 && got.Class != switchcore.ClassDone && got.Class != switchcore.ClassRefused && got.Class != switchcore.ClassRepeat {
			t.Fatalf("a reversal was read as class %d", got.Class)
		}
		if got.Class == switchcore.ClassApproved && (status != 200 || !strings.Contains(strings.ToLower(body), wireRef) && which%4 != 3 && !strings.Contains(body, `\u`)) {
			t.Fatalf("approved: %d %s", status, body)
		}
	})
}
