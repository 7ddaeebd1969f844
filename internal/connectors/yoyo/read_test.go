package yoyo

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	itemBody  = `{"id":9001,"wicode":800123456,"campaignId":501,"userRef":"` + wireRef + `","stateId":"A","balance":5000,"issuedAmount":5000,"redeemedAmount":0,"expiryDate":"2033-01-02T01:04:05.250+0200","hint":"800123456"}`
	soldBody  = `{"responseCode":"-1","responseDesc":"Success","giftcard":` + itemBody + `}`
	dealBody  = `{"responseCode":-1,"coupon":{"id":"88","wiCode":"123412341234","campaignId":"C-17","voucherAmount":"2500","redeemToDate":"2033-01-02","campaignType":"COUPON","stateId":"A"}}`
	emptyList = `{"responseCode":"-1","giftcards":[]}`
	refusal1  = `{"responseCode":"04711","responseDesc":"no more, ask 0821234567"}`
	paidBody  = `{"responseCode":"-1","wiTrxId":7001,"totalAmountProcessed":4000,"storeTrxDetails":{"basketId":"` + wireRef + `"}}`
)

func listing(items string) string { return `{"responseCode":"-1","giftcards":[` + items + `]}` }

func state(s string, redeemed int) string {
	return fmt.Sprintf(`{"id":9001,"wicode":"800123456","campaignId":501,"stateId":%q,"redeemedAmount":%d,"balance":5000}`, s, redeemed)
}

func past(s, more string) string {
	return `{"responseCode":"-1","transactions":[{"id":7001,"type":"PAYMENT","state":"` + s + `","basketId":"` + wireRef + `"` + more + `}]}`
}

func ok(body string) switchcore.Answer { return status(http.StatusOK, body) }

func status(code int, body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: code, Body: []byte(body)}
}

func step(call switchcore.Call, name string, sent ...switchcore.Message) switchcore.Call {
	call.Step, call.Kind = name, transactions.AttemptLookup
	for _, m := range sent {
		call.Sent = m
	}
	return call
}

// queued is a step of a delivery: its kind stays the entry's, and of the request nothing is at hand.
func queued(call switchcore.Call, name string, sent switchcore.Message) switchcore.Call {
	call.Step, call.Sent, call.Product, call.Request, call.Advice = name, sent, nil, nil, nil
	return call
}

func sent(t *testing.T, c *Connector, call switchcore.Call) switchcore.Call {
	t.Helper()
	m, err := c.Prepare(call)
	require.NoError(t, err)
	call.Sent = m
	if m.Kind != "" && call.Kind == transactions.AttemptRetry {
		call.Kind = m.Kind
	}
	return call
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	timeout := switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}
	old, young := sent(t, c, retry(settled)), sent(t, c, retry(settled-1))
	reversal := advice(transactions.Provision, transactions.AttemptReverse)
	listed := queued(reversal, "", c.listOf(wireRef, giftcard))
	looked := queued(reversal, "", get(giftcard.item("9001")))
	payment := sent(t, c, redemption(5000))
	known := func(call *switchcore.Call) { call.ProviderRef = "7001" }
	undone := sent(t, c, advice(transactions.Redemption, transactions.AttemptReverse, known))
	finalised := sent(t, c, advice(transactions.Redemption, transactions.AttemptConfirm, known))
	remembered := sent(t, c, advice(transactions.Redemption, transactions.AttemptReverse))
	byCode, bySerial, byID := lookup(switchcore.Request{VoucherCode: code}), lookup(switchcore.Request{VoucherSerial: "9001"}), lookup(switchcore.Request{LookupRequestID: wireRef})
	for name, v := range map[string]struct {
		call   switchcore.Call
		answer switchcore.Answer
	}{
		"sold":                        {sent(t, c, sale(5000)), ok(soldBody)},
		"sold_coupon":                 {with(sale(1), func(c *switchcore.Call) { c.Product = coupons() }), ok(dealBody)},
		"timed_out":                   {sent(t, c, sale(5000)), timeout},
		"timed_out_then_found":        {step(sale(5000), stepList), ok(listing(itemBody))},
		"timed_out_then_not_found":    {step(sale(5000), stepList), ok(emptyList)},
		"refused":                     {sale(5000), ok(refusal1)},
		"refused_then_not_found":      {step(sale(5000), stepDeclined+"/4711"), ok(emptyList)},
		"refused_then_found":          {step(sale(5000), stepDeclined+"/4711"), ok(listing(itemBody))},
		"refused_then_trouble":        {step(sale(5000), stepDeclined+"/4711"), ok(`{"responseCode":"1"}`)},
		"credentials_refused":         {sale(5000), status(401, "")},
		"credentials_refused_twice":   {step(sale(5000), stepDeclined+"/auth"), status(401, "")},
		"retry_found":                 {young, ok(listing(itemBody))},
		"retry_not_found_young":       {young, ok(emptyList)},
		"retry_not_found":             {old, ok(emptyList)},
		"retry_not_found_twice":       {step(old, stepListAgain), ok(emptyList)},
		"retry_in_trouble":            {old, status(503, "")},
		"retry_other_spelling":        {old, status(404, "<html>")},
		"retry_several":               {old, ok(listing(`{"id":10001,"wicode":"900000001","stateId":"A"},` + itemBody + `,` + `{"id":9000,"wicode":"900000002","stateId":"E"}`))},
		"retry_several_dropped":       {step(old, stepDrop, remove(giftcard, "10001")), ok(`{"responseCode":"-1"}`)},
		"retry_several_not_dropped":   {step(old, stepDrop, remove(giftcard, "10001")), ok(`{"responseCode":"88","responseDesc":"redeemed"}`)},
		"retry_several_one_left":      {step(old, stepListDropped), ok(listing(itemBody))},
		"reverse_found":               {listed, ok(listing(itemBody))},
		"reverse_found_several":       {listed, ok(listing(`{"id":10001,"wicode":"900000001","stateId":"A"},` + itemBody))},
		"reverse_nothing":             {listed, ok(emptyList)},
		"reverse_nothing_left":        {queued(reversal, stepListRest, c.listOf(wireRef, giftcard)), ok(emptyList)},
		"reverse_item":                {looked, ok(soldBody)},
		"reverse_item_spent":          {looked, ok(listing(state("R", 0)))},
		"reverse_item_partly_spent":   {looked, ok(listing(state("A", 1)))},
		"reverse_item_expired":        {looked, ok(listing(state("E", 0)))},
		"reverse_item_unknown":        {looked, status(404, `{"responseCode":"78","responseDesc":"Item not found"}`)},
		"reverse_item_wrong_address":  {looked, status(404, `<html>`)},
		"reverse_deleted":             {queued(reversal, stepDelete, remove(giftcard, "9001")), ok(`{"responseCode":"-1"}`)},
		"reverse_deleted_before":      {queued(reversal, stepDelete, remove(giftcard, "9001")), status(400, `{"responseCode":"77","responseDesc":"Item expired"}`)},
		"reverse_delete_refused":      {queued(reversal, stepDelete, remove(giftcard, "9001")), ok(`{"responseCode":"88","responseDesc":"Item was redeemed"}`)},
		"reverse_deleted_one":         {queued(reversal, stepDeleteMore, remove(giftcard, "9001")), ok(`{"responseCode":"-1"}`)},
		"redeemed":                    {payment, ok(paidBody)},
		"redeem_other_basket":         {payment, ok(`{"responseCode":"-1","wiTrxId":7001,"totalAmountProcessed":4000,"storeTrxDetails":{"basketId":"x"}}`)},
		"redeem_amount_missing":       {payment, ok(`{"responseCode":"-1","wiTrxId":7001}`)},
		"redeem_refused":              {payment, ok(`{"responseCode":"02101","responseDesc":"wiCode 800123456 unknown"}`)},
		"redeem_timed_out":            {payment, timeout},
		"redeem_locked":               {payment, ok(`{"responseCode":"2113"}`)},
		"redeem_locked_by_another":    {step(payment, stepLocked+"/2113"), ok(`{"responseCode":"-1","transactions":[]}`)},
		"redeem_locked_by_us":         {step(payment, stepLocked+"/2113"), ok(past("S", `,"totalAmountProcessed":4000`))},
		"redeem_found":                {step(payment, stepHistory), ok(past("S", `,"totalAmountProcessed":4000`))},
		"redeem_found_failed":         {step(payment, stepHistory), ok(past("F", `,"responseCode":"2156"`))},
		"redeem_found_reversed":       {step(payment, stepHistory), ok(past("R", ""))},
		"redeem_not_found":            {step(payment, stepHistory), ok(`{"responseCode":"-1","transactions":[]}`)},
		"finalised":                   {finalised, ok(`{"responseCode":"-1"}`)},
		"finalise_unknown":            {finalised, ok(`{"responseCode":"2145"}`)},
		"undone":                      {undone, ok(`{"responseCode":"-1"}`)},
		"undo_unknown":                {undone, ok(`{"responseCode":"2145"}`)},
		"undo_refused":                {undone, ok(`{"responseCode":"2114"}`)},
		"undo_in_trouble":             {undone, ok(`{"responseCode":"2109"}`)},
		"undo_credentials":            {undone, ok(`{"responseCode":"3001"}`)},
		"undo_unlisted":               {undone, ok(`{"responseCode":"9999"}`)},
		"reverse_redeem_found":        {remembered, ok(past("S", `,"storeTrxDetails":{"trxId":"000000012345"}`))},
		"reverse_redeem_failed":       {remembered, ok(past("F", ""))},
		"reverse_redeem_reversed":     {remembered, ok(past("R", ""))},
		"reverse_redeem_nothing":      {remembered, ok(`{"responseCode":"-1","transactions":[]}`)},
		"looked_up_by_code":           {byCode, ok(`{"responseCode":"-1","validity":"VALID","value":12345}`)},
		"looked_up_by_code_invalid":   {byCode, ok(`{"responseCode":"-1","validity":"INVALID","value":0}`)},
		"looked_up_by_code_balance":   {byCode, ok(`{"responseCode":"-1","vsp":{"balances":[{"id":1,"balance":777}]}}`)},
		"looked_up_by_code_coupon":    {byCode, ok(`{"responseCode":"-1","vsp":{"coupons":[{"id":1,"value":"250"}]}}`)},
		"looked_up_by_code_two":       {byCode, ok(`{"responseCode":"-1","vsp":{"balances":[{"balance":1},{"balance":2}]}}`)},
		"looked_up_by_code_garbled":   {byCode, ok(`{"responseCode":"-1","vsp":{"balances":[{"balance":"1.5"}]}}`)},
		"looked_up_by_code_refused":   {byCode, ok(`{"responseCode":"2108"}`)},
		"looked_up_by_serial":         {bySerial, ok(soldBody)},
		"looked_up_by_serial_spent":   {bySerial, ok(listing(state("R", 0)))},
		"looked_up_by_serial_expired": {bySerial, ok(listing(state("E", 0)))},
		"looked_up_by_serial_no_card": {bySerial, status(404, `{"responseCode":"78"}`)},
		"looked_up_by_serial_no_item": {step(bySerial, stepCoupons), status(404, `{"responseCode":"78"}`)},
		"looked_up_by_id":             {byID, ok(listing(itemBody))},
		"looked_up_by_id_no_card":     {byID, ok(emptyList)},
		"looked_up_by_id_other_state": {byID, ok(listing(state("Q", 0)))},
		"looked_up_in_trouble":        {bySerial, ok(`{"responseCode":"5"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(v.call, v.answer)
			require.NotContains(t, got.Words.Code+got.Words.Message+got.Words.Ref, code)
			connectortest.Golden(t, *update, "read_"+name, connectortest.ResultText(got))
		})
	}
}

// TestTerminalCodes holds the table of spec/providers.md 6.3, written down a second time.
func TestTerminalCodes(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	type want struct {
		class     switchcore.Class
		errorType string
		alarm     bool
	}
	table := map[int]want{}
	put := func(w want, spans ...[2]int) {
		for _, s := range spans {
			for code := s[0]; code <= s[1]; code++ {
				table[code] = w
			}
		}
	}
	one := func(codes ...int) [][2]int {
		var spans [][2]int
		for _, c := range codes {
			spans = append(spans, [2]int{c, c})
		}
		return spans
	}
	refused := func(errorType string, alarm bool) want { return want{switchcore.ClassDeclined, errorType, alarm} }
	put(want{}, append(one(2109, 2110, 2123, 2141, 3257, 3259, 1009, 2113, 3114, 3262, 8, 99, 2157, 12345, -2, 0), [2]int{1, 7}, [2]int{2102, 2107})...)
	put(refused("VOUCHER_NOT_REDEEMABLE", false), append(one(1008, 1012, 2101, 2120, 2134, 3254, 3263, 3300), [2]int{3260, 3261})...)
	put(refused("INVALID_AMOUNT", false), append(one(2122), [2]int{2143, 2144}, [2]int{2158, 2160})...)
	put(refused("LIMIT_EXCEEDED", false), one(2156)...)
	put(refused("OUT_OF_STOCK", false), one(1003, 3255, 3264)...)
	put(refused("INVALID_MERCHANT", true), append(one(2135, 2136, 2151), [2]int{2111, 2112}, [2]int{2124, 2126}, [2]int{2129, 2133})...)
	put(refused("FUNCTION_NOT_SUPPORTED", false), [2]int{2114, 2119}, [2]int{2127, 2128}, [2]int{2137, 2140}, [2]int{2148, 2150})
	put(refused("FORMAT_ERROR", true), append(one(2001, 2002, 2161, 4001), [2]int{21, 27})...)
	put(refused("GENERAL_ERROR", true), append(one(100), [2]int{300, 303}, [2]int{3001, 3004})...)
	put(refused("UNABLE_TO_LOCATE_RECORD", false), one(2108, 2145)...)
	for n, w := range table {
		for _, written := range []string{fmt.Sprintf("%q", fmt.Sprintf("%05d", n)), fmt.Sprint(n)} {
			if n < 0 {
				written = fmt.Sprint(n)
			}
			got := c.Read(redemption(100), ok(`{"responseCode":`+written+`}`))
			require.Equal(t, w, want{got.Class, got.ErrorType, got.Alarm}, "code %s", written)
			require.Equal(t, w.class == switchcore.ClassUnknown, got.Follow != nil, "unknown is settled by the history: code %s", written)
		}
	}
}

func TestIssuerCodes(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	for body, wanted := range map[string]string{
		`{"responseCode":"1"}`: stepList, `{"responseCode":"7"}`: stepList, `{"responseCode":"8"}`: stepDeclined + "/8",
		`{"responseCode":"0"}`: stepDeclined + "/0", `{"responseCode":"x"}`: stepList, `{}`: stepList, ``: stepList,
		`{"responseCode":"-1"}`: stepList, `{"responseCode":"-1","giftcard":{}}`: stepList,
		`{"responseCode":"-1","giftcard":{"id":1,"wiCode":"123456789","balance":"1.5"}}`:  stepList,
		`{"responseCode":"-1","giftcard":{"id":1,"wiCode":"123456789","campaignId":502}}`: stepList,
	} {
		got := c.Read(sale(100), ok(body))
		require.Equal(t, switchcore.ClassUnknown, got.Class, body)
		require.Equal(t, wanted, got.Follow.Step, body)
	}
	for code, wanted := range map[int]string{400: stepDeclined + "/0", 422: stepDeclined + "/0", 403: stepDeclined + "/auth", 408: stepList, 429: stepList, 503: stepList, 302: stepList} {
		require.Equal(t, wanted, c.Read(sale(100), status(code, "")).Follow.Step, code)
	}
}

func TestTracesHideWhatIsSecret(t *testing.T) {
	t.Parallel()
	c := connect(t, base)
	for body, want := range map[string]string{
		listing(itemBody): `{"responseCode":"-1","giftcards":[{"id":9001,"wicode":"*********","campaignId":501,"userRef":"` + wireRef + `","stateId":"A","balance":5000,"issuedAmount":5000,"redeemedAmount":0,"expiryDate":"2033-01-02T01:04:05.250+0200","*":"*"}]}`,
		`{"responseDesc":"code 800123456 unknown","800123456":1,"token":{"id":"800123456"},"giftcard":"800123456","id":["800123456"],"vsp":[["800123456"],1]}`: `{"responseDesc":"code ********* unknown","*":"*","token":{"id":"*********"},"*":"*","id":"*","vsp":[["*"],"*"]}`,
		listing(`{"id":800123456,"wiCode":"800123456","campaignId":"C-800123456"}`):                                                                            `{"responseCode":"-1","giftcards":[{"id":"*","wiCode":"*********","campaignId":"*"}]}`,
		``:            ``,
		`"800123456"`: `"*"`,
		`null`:        `"*"`,
	} {
		got := string(c.maskBody([]byte(body)))
		require.NotContains(t, got, code)
		require.Equal(t, want, got)
	}
	require.Contains(t, string(c.maskBody([]byte("<html>800123456"))), "sha256")
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2033-01-02T01:04:05+0200": "2033-01-01T23:04:05Z", "2033-01-02T01:04:05.250+0200": "2033-01-01T23:04:05.25Z",
		"2033-01-02T01:04:05+02:00": "2033-01-01T23:04:05Z", "2033-01-02T01:04:05Z": "2033-01-02T01:04:05Z", "2033-01-02": "2033-01-02T00:00:00Z",
	} {
		require.Equal(t, want, moment(text).Format(time.RFC3339Nano), text)
	}
	require.True(t, moment("soon").IsZero())
	require.True(t, moment("").IsZero())
}
