package ott

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	soldBody = `{"success":"true","errorCode":"0","voucher":"{\"voucherID\":5,\"saleID\":\"600\",\"pin\":\"445511223344\",\"serialNumber\":\"OTT000001\",\"batch\":\"B7\",\"instructions\":\"Dial *130#\\nEnter 445511223344\",\"amount\":\"10.0000\",\"secretive\":\"445511223344\"}","hint":"445511223344"}`
	nothing  = `{"success":"false","message":"no voucher for 445511223344 found"}`
	system   = `{"success":"false","errorCode":8,"message":"system"}`
	remitted = `{"success":true,"voucherID":"V-12","voucherAmount":"40.00","voucherBalance":"10.5000","message":"remitted"}`
)

func ok(body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: http.StatusOK, Body: []byte(body)}
}

func step(call switchcore.Call, name string, sent switchcore.Message) switchcore.Call {
	call.Step, call.Sent = name, sent
	return call
}

func retry(age time.Duration) switchcore.Call {
	return with(sale(1000), func(c *switchcore.Call) { c.Kind, c.Age = transactions.AttemptRetry, age })
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	c := connect(t, "https://test-api.ott-mobile.example")
	old := retry(time.Minute)
	reversal := advice(transactions.Provision, transactions.AttemptReverse)
	confirmation := advice(transactions.Provision, transactions.AttemptConfirm)
	undo := advice(transactions.Redemption, transactions.AttemptReverse)
	cleanup := with(step(callOf(transactions.AttemptCleanup, transactions.Provision), "", reject("old-ref")), func(c *switchcore.Call) { c.Request = nil })
	part := redemption(rands(5000), `{"recipient":{"msisdn":"27821234567"}}`)
	for name, v := range map[string]struct {
		call   switchcore.Call
		answer switchcore.Answer
	}{
		"sold":                      {sale(1000), ok(soldBody)},
		"timed_out":                 {sale(1000), switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}},
		"timed_out_then_found":      {step(sale(1000), stepCheck, check(wireRef)), ok(soldBody)},
		"timed_out_then_not_found":  {step(sale(1000), stepCheck, check(wireRef)), ok(nothing)},
		"system_error":              {sale(1000), ok(system)},
		"amount_beyond_cents":       {sale(1000), ok(`{"success":"true","voucher":"{\"pin\":\"445511223344\",\"amount\":\"10.0001\"}"}`)},
		"credentials_refused":       {sale(1000), switchcore.Answer{Sent: true, Status: 401}},
		"retry_found":               {retry(0), ok(soldBody)},
		"retry_not_found_young":     {retry(settled - 1), ok(nothing)},
		"retry_not_found":           {old, ok(nothing)},
		"retry_not_found_twice":     {step(old, stepCheckAgain, check(wireRef)), ok(nothing)},
		"retry_check_in_trouble":    {old, ok(system)},
		"retry_anew_timed_out":      {step(old, stepIssueAnew, check(nextRef)), switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}},
		"confirmed":                 {confirmation, ok(`{"success":"true","message":"ok"}`)},
		"confirmed_before":          {confirmation, ok(`{"success":"false","message":"Voucher was already confirmed"}`)},
		"confirm_refused":           {confirmation, ok(nothing)},
		"confirm_refused_gone":      {step(confirmation, stepAfterConfirm, check(wireRef)), ok(nothing)},
		"confirm_refused_there":     {step(confirmation, stepAfterConfirm, check(wireRef)), ok(soldBody)},
		"rejected":                  {reversal, ok(`{"success":"true","message":"ok"}`)},
		"reject_refused":            {reversal, ok(nothing)},
		"reject_refused_nothing":    {step(reversal, stepAfterReject, check(wireRef)), ok(nothing)},
		"reject_refused_there":      {step(reversal, stepAfterReject, check(wireRef)), ok(soldBody)},
		"cleanup_refused":           {cleanup, ok(nothing)},
		"redeemed":                  {part, ok(remitted)},
		"redeem_refused_used":       {part, ok(`{"success":"false","errorCode":"5","message":"Voucher 445511223344 already used"}`)},
		"redeem_system":             {part, ok(`{"success":"false","errorCode":1}`)},
		"redeem_beyond_cents":       {part, ok(`{"success":true,"voucherAmount":"40.0001"}`)},
		"redeem_found":              {step(part, stepCheck, checkRemit(wireRef)), ok(remitted)},
		"redeem_not_found":          {step(part, stepCheck, checkRemit(wireRef)), ok(nothing)},
		"reverse_redeem_taken":      {undo, ok(remitted)},
		"reverse_redeem_not_taken":  {undo, ok(nothing)},
		"reverse_redeem_in_trouble": {undo, ok(`{"success":"false","errorCode":15}`)},
		"looked_up_by_code":         {lookup(switchcore.Request{VoucherCode: pin}), ok(`{"success":"true","serial":"S-77","value":"1,050.5000","voucherID":"9"}`)},
		"looked_up_by_code_used":    {lookup(switchcore.Request{VoucherCode: pin}), ok(`{"success":"false","errorCode":4,"message":"Voucher has been redeemed"}`)},
		"looked_up_by_code_expired": {lookup(switchcore.Request{VoucherCode: pin}), ok(`{"success":"false","errorCode":4,"message":"Voucher expired"}`)},
		"looked_up_by_code_unknown": {lookup(switchcore.Request{VoucherCode: pin}), ok(`{"success":"false","errorCode":4,"message":"?"}`)},
		"looked_up_by_id":           {lookup(switchcore.Request{LookupRequestID: wireRef}), ok(soldBody)},
		"looked_up_by_id_unknown":   {lookup(switchcore.Request{LookupRequestID: wireRef}), ok(nothing)},
		"looked_up_in_trouble":      {lookup(switchcore.Request{LookupRequestID: wireRef}), ok(system)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(v.call, v.answer)
			require.NotContains(t, got.Words.Code+got.Words.Message+got.Words.Ref, pin)
			connectortest.Golden(t, *update, "read_"+name, connectortest.ResultText(got))
		})
	}
}

// TestCodes holds the tables of spec/providers.md 5.4, written down a second time.
func TestCodes(t *testing.T) {
	t.Parallel()
	c := connect(t, "https://test-api.ott-mobile.example")
	type want struct {
		class     switchcore.Class
		errorType string
		alarm     bool
	}
	refused := func(errorType string) want { return want{switchcore.ClassDeclined, errorType, false} }
	open := want{class: switchcore.ClassUnknown}
	issuing := map[string]want{
		"3": refused("INVALID_AMOUNT"), "6": {switchcore.ClassDeclined, "INSUFFICIENT_FUNDS", true},
		"4": refused("GENERAL_ERROR"), "5": refused("GENERAL_ERROR"),
		"1": open, "2": open, "7": open, "8": open, "9": open, "10": open, "99": open, "0": open, `"x"`: open, "null": open, "-3": open,
	}
	redeeming := map[string]want{
		"1": open, "2": open, "3": open, "9": open, "10": open, "15": open, "6": open, "8": open, "99": open, "null": open,
	}
	for _, code := range []string{"4", "5", "7", "11", "12", "13", "14"} {
		redeeming[code] = refused("VOUCHER_NOT_REDEEMABLE")
	}
	part := redemption(rands(5000), `{"recipient":{"msisdn":"27821234567"}}`)
	for _, table := range []struct {
		call  switchcore.Call
		codes map[string]want
	}{{sale(1000), issuing}, {part, redeeming}} {
		for code, w := range table.codes {
			for _, status := range []int{200, 201} {
				a := ok(`{"success":false,"errorCode":` + code + `,"message":"m"}`)
				a.Status = status
				got := c.Read(table.call, a)
				require.Equal(t, w, want{got.Class, got.ErrorType, got.Alarm}, "code %s", code)
				require.Equal(t, w == open, got.Follow != nil, "unknown is settled by a check: code %s", code)
			}
		}
	}
	// other statuses
	for status, w := range map[int]want{
		400: refused("DO_NOT_HONOR"), 404: refused("DO_NOT_HONOR"), 422: refused("DO_NOT_HONOR"),
		401: {switchcore.ClassDeclined, "GENERAL_ERROR", true}, 408: open, 425: open, 429: open, 500: open, 503: open, 302: open,
	} {
		a := ok(`{"success":"false","errorCode":99}`)
		a.Status = status
		got := c.Read(sale(1000), a)
		require.Equal(t, w, want{got.Class, got.ErrorType, got.Alarm}, "status %d", status)
	}
}

func TestSuccessNeedsEveryPart(t *testing.T) {
	t.Parallel()
	c := connect(t, "https://test-api.ott-mobile.example")
	for _, body := range []string{
		`{"success":"true","errorCode":3,"voucher":"{\"pin\":\"445511223344\"}"}`, `{"success":"yes","voucher":"{\"pin\":\"445511223344\"}"}`,
		`{"success":"true","errorCode":"x","voucher":"{\"pin\":\"445511223344\"}"}`, `{"voucher":"{\"pin\":\"445511223344\"}"}`,
		`{"success":"true","voucher":{"pin":"445511223344"}}`, `{"success":"true","voucher":"[]"}`, `{"success":"true","voucher":"{\"pin\":\"\"}"}`,
		`{"success":"true","voucher":"{\"pin\":\"445511223344\",\"amount\":\"-1\"}"}`,
	} {
		got := c.Read(sale(1000), ok(body))
		require.Equal(t, switchcore.ClassUnknown, got.Class, body)
		require.Nil(t, got.Voucher, body)
	}
}

func TestTracesHideWhatIsSecret(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		soldBody: `{"success":"true","errorCode":"0","voucher":"{\"*\":\"*\"}","*":"*"}`,
		"":       "",
		`{"success":false,"message":"PIN 445511223344 is used","errorCode":null}`:                                          `{"success":false,"message":"PIN ************ is used","errorCode":null}`,
		`{"voucher":"{\"pin\":\"445511223344\",\"serialNumber\":\"S445511223344\"}","saleID":"445511223344","batch":"B7"}`: `{"voucher":"{\"pin\":\"********3344\",\"serialNumber\":\"*\"}","saleID":"*","batch":"B7"}`,
		`{"voucher":"445511223344","pin":445511223344,"445511223344":1,"batch":[1]}`:                                       `{"voucher":"*","pin":"********3344","*":"*","batch":"*"}`,
	} {
		got := string(maskAnswer([]byte(body)))
		require.NotContains(t, got, pin)
		if body == soldBody {
			require.Contains(t, got, `\"pin\":\"********3344\"`)
			require.Contains(t, got, `\"serialNumber\":\"OTT000001\"`)
			continue
		}
		require.Equal(t, want, got)
	}
	require.Contains(t, string(maskAnswer([]byte("<html>445511223344"))), "sha256")
}
