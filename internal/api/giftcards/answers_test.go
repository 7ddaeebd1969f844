package giftcards

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func decoded(t *testing.T, op transactions.Operation, body string) *switchcore.Request {
	t.Helper()
	req, err := DecodeRequest(op, []byte(body))
	require.NoError(t, err)
	return req
}

func member(name, raw string) switchcore.Member {
	return switchcore.Member{Name: name, Raw: []byte(raw)}
}

func approval(members ...switchcore.Member) switchcore.Reply {
	return switchcore.Reply{Kind: switchcore.ReplyApproved, Status: 200, Approval: &switchcore.Approval{
		SettlementEntity: switchcore.Institution{ID: "90000003", Name: "Demo Settle"}, SettlementRef: "S-77",
		Receiver: switchcore.Institution{ID: "90000004", Name: "Demo Cards"}, ReceiverRef: "R-31",
		Members: members,
	}}
}

const (
	listOut = `"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"},` +
		`{"institutionId":"90000003","transactionIdentifier":"S-77"},{"institutionId":"90000004","transactionIdentifier":"R-31"}]`
	partiesOut = `"settlementEntity":{"id":"90000003","name":"Demo Settle"},"receiver":{"id":"90000004","name":"Demo Cards"}`
	given      = `{"requestAmount":{"amount":1,"currency":"840"},"approvedAmount":{"amount":25000,"currency":"710"},` +
		`"balanceAmount":{"amount":30000,"currency":"710"},"availableBalance":{"amount":5000,"currency":"710"},"surprise":{"amount":7,"currency":"710"}}`
	amountsOut = `"amounts":{"requestAmount":{"amount":25000,"currency":"710"},"approvedAmount":{"amount":25000,"currency":"710"},` +
		`"balanceAmount":{"amount":30000,"currency":"710"},"availableBalance":{"amount":5000,"currency":"710"}}`
	slip = `{"messageLines":[],"slipWidth":0,"issuerReference":"A1"}`
)

// headOut is base as it comes back, up to the list of identifiers.
var headOut = base[:strings.Index(base, `"thirdPartyIdentifiers"`)]

func TestApprovedAnswers(t *testing.T) {
	t.Parallel()
	withPins := strings.Replace(requestOf(transactions.Load), `"3512"`,
		`"3512","clearPin":"98765","encryptedPin":"00112233445566AA","pin":{"type":"CLEAR_PIN","pin":"98765"},"rank":"primary"`, 1)
	for name, tc := range map[string]struct {
		op      transactions.Operation
		body    string
		members []switchcore.Member
		want    string
	}{
		"load": {
			transactions.Load, withPins,
			[]switchcore.Member{member("amounts", given), member("slipData", slip), member("id", `"x"`), member("card", `{"pan":"1"}`)},
			headOut + listOut + `,"card":{"pan":"` + pan + `","expiryDate":"3512","rank":"primary"},` + amountsOut + `,"slipData":` + slip + `,` + partiesOut + `}`,
		},
		"quoted amount comes back as a number": {
			transactions.Load, strings.Replace(requestOf(transactions.Load), `25000`, `"25000"`, 1), nil,
			headOut + listOut + `,` + cardSent + `,` + amountsSent + `,` + partiesOut + `}`,
		},
		"amounts that the client made up": {
			transactions.Load, strings.Replace(requestOf(transactions.Load), `"amounts":{`, `"amounts":{"balanceAmount":{"amount":99,"currency":"710"},`, 1), nil,
			headOut + listOut + `,` + cardSent + `,` + amountsSent + `,` + partiesOut + `}`,
		},
		"activation without amount": {
			transactions.Activation, requestOf(transactions.Activation),
			[]switchcore.Member{member("amounts", `{"balanceAmount":{"amount":5,"currency":"710"}}`), member("product", `{"id":"OTHER"}`)},
			headOut + listOut + `,` + cardSent + `,` + goodsSent + `,"amounts":{"balanceAmount":{"amount":5,"currency":"710"}},` + partiesOut + `}`,
		},
		"void shows the article": {
			transactions.Void, plus(requestOf(transactions.Void), goodsSent),
			[]switchcore.Member{member("product", `{"id":"CATALOGUE","barcode":"6001","type":"por"}`)},
			headOut + listOut + `,` + cardSent + `,"product":{"id":"CATALOGUE","barcode":"6001","type":"por"},` + partiesOut + `}`,
		},
		"look-up by holder": {
			transactions.Lookup, plus(base, `"cardHolder":{"msisdn":"27821234567"}`, `"posInfo":{}`),
			[]switchcore.Member{
				member("card", `{"pan":"`+pan+`","clearPin":"98765","expiryDate":"3512"}`), member("clubs", `[]`), member("points", `{}`),
				member("amounts", `{"balanceAmount":{"amount":0,"currency":"710"}}`),
			},
			headOut + listOut + `,"cardHolder":{"msisdn":"27821234567"},"posInfo":{},"card":{"pan":"` + pan + `","expiryDate":"3512"},"clubs":[],"points":{},` +
				`"amounts":{"balanceAmount":{"amount":0,"currency":"710"}},` + partiesOut + `}`,
		},
		"named parties stay": {
			transactions.Replace, plus(requestOf(transactions.Replace), `"receiver":{"id":"7","name":"Seven"}`), nil,
			headOut + strings.Replace(listOut, "90000004", "7", 1) + `,"oldCard":{"pan":"` + pan + `"},"newCard":{"pan":"` + otherPan +
				`"},"receiver":{"id":"7","name":"Seven"},"settlementEntity":{"id":"90000003","name":"Demo Settle"}}`,
		},
		"time in UTC": {
			transactions.Void, strings.Replace(requestOf(transactions.Void), "2031-02-03T04:05:06.007Z", "2031-02-03T06:05:06.0070+02:00", 1), nil,
			headOut + listOut + `,` + cardSent + `,` + partiesOut + `}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := decoded(t, tc.op, tc.body)
			before := string(req.Body)
			render := RequestRenderer(req)
			got := render(approval(tc.members...))
			require.Equal(t, 201, got.Status)
			require.Equal(t, tc.want, string(got.Body))
			require.Equal(t, `{"Location":"`+resourceOf(tc.op).location(requestID)+`"}`, got.Headers)
			require.NotContains(t, got.Masked, pan)
			require.NotContains(t, got.Masked, "98765")
			require.Equal(t, got, render(approval(tc.members...)), "rendered twice, the same")
			require.Equal(t, before, string(req.Body))
		})
	}
}

func TestErrorAnswers(t *testing.T) {
	t.Parallel()
	render := RequestRenderer(decoded(t, transactions.Load, requestOf(transactions.Load)))
	for name, tc := range map[string]struct {
		reply switchcore.Reply
		want  string
	}{
		"unknown state":     {switchcore.Reply{Status: 500, ErrorType: "VOUCHER_STATUS_UNKNOWN", ErrorMessage: "Provider state unknown"}, `"errorType":"GENERAL_ERROR","errorMessage":"State unknown"`},
		"do not honour":     {switchcore.Reply{Status: 400, ErrorType: "DO_NOT_HONOR", ErrorMessage: "Declined"}, `"errorType":"DO_NOT_HONOUR","errorMessage":"Declined"`},
		"authentication":    {switchcore.Reply{Status: 400, ErrorType: "AUTHENTICATION_ERROR"}, `"errorType":"GENERAL_ERROR","errorMessage":"Not possible"`},
		"word of vouchers":  {switchcore.Reply{Status: 400, ErrorType: "VOUCHER_ALREADY_REVERSED"}, `"errorType":"GENERAL_ERROR","errorMessage":"Not possible"`},
		"nothing said":      {switchcore.Reply{Status: 500}, `"errorType":"GENERAL_ERROR","errorMessage":"Not possible"`},
		"former name":       {switchcore.Reply{Status: 400, ErrorType: "FUNCTION_NOT_SUPPORTED_FOR_CARD_RANK"}, `"errorType":"FUNCTION_BLOCKED_FOR_CARD_RANK","errorMessage":"Blocked for rank"`},
		"issuer's own word": {switchcore.Reply{Status: 503, ErrorType: "TEMPORARY_FAILURE"}, `"errorType":"TEMPORARY_FAILURE","errorMessage":"Try again later"`},
		"long words":        {switchcore.Reply{Status: 400, ErrorType: "ROUTING_ERROR", ErrorMessage: "No route for this request"}, `"errorType":"ROUTING_ERROR","errorMessage":"No issuer for it"`},
	} {
		got := render(tc.reply)
		require.Equal(t, tc.reply.Status, got.Status, name)
		require.Equal(t, `{`+tc.want+`,"requestType":"LOAD_REQUEST","id":"`+requestID+`"}`, string(got.Body), name)
		require.Equal(t, string(got.Body), got.Masked, name)
	}
	got := render(switchcore.Reply{Status: 400, ErrorType: "GENERAL_ERROR", ErrorMessage: "Request reversed", OriginalID: "rev-1"})
	require.Equal(t, `{"errorType":"GENERAL_ERROR","errorMessage":"Request reversed","requestType":"LOAD_REQUEST","id":"`+requestID+`","originalId":"rev-1"}`, string(got.Body))
	for said, want := range map[string]string{
		"Wrong expiry date": "Wrong expiry date", "": "Not possible", "a text that is far too long": "Not possible", "PIN is ****": "Not possible",
	} {
		got = render(switchcore.Reply{Status: 400, ErrorType: "GENERAL_ERROR", ErrorMessage: "Declined by provider", Provider: switchcore.ProviderWords{Code: "GENERAL_ERROR", Message: said}})
		require.Contains(t, string(got.Body), `"errorMessage":"`+want+`"`)
	}
	got = render(switchcore.Reply{Status: 400, ErrorType: "DO_NOT_HONOUR", Provider: switchcore.ProviderWords{Code: "FORMAT_ERROR", Message: "Bad formatting"}})
	require.Contains(t, string(got.Body), `"errorMessage":"Declined by issuer"`)
	got = render(switchcore.Reply{Status: 400, ErrorType: "INSUFFICIENT_FUNDS", Provider: switchcore.ProviderWords{Code: "INSUFFICIENT_FUNDS", Message: "Insufficient funds", Ref: "A1"}})
	require.Equal(t, `{"errorType":"INSUFFICIENT_FUNDS","errorMessage":"Insufficient funds","requestType":"LOAD_REQUEST","id":"`+requestID+
		`","detailMessage":{"providerErrorCode":"INSUFFICIENT_FUNDS","providerErrorMsg":"Insufficient funds","providerRef":"A1"}}`, string(got.Body))
	stored := render(switchcore.Reply{Kind: switchcore.ReplyStored, Status: 201, Body: []byte(`{"id":"1"}`)})
	require.Equal(t, `{"id":"1"}`, string(stored.Body))
	require.Contains(t, stored.Headers, requestID)
	require.Empty(t, render(switchcore.Reply{Kind: switchcore.ReplyStored, Status: 400, Body: []byte(`{}`)}).Headers)
}

func TestAdviceAnswers(t *testing.T) {
	t.Parallel()
	body := plus(strings.Replace(advice, `[]`, `[ {"institutionId":"9"} ]`, 1), `"reversalReason":"TIMEOUT"`, `"stan":"1"`, `"amounts":{}`)
	a, err := DecodeAdvice(transactions.Transfer, transactions.Reverse, []byte(body))
	require.NoError(t, err)
	render := AdviceRenderer(a)
	got := render(switchcore.Reply{Kind: switchcore.ReplyEcho})
	require.Equal(t, 202, got.Status)
	require.Empty(t, got.Headers)
	require.Equal(t, `{"id":"`+adviceID+`","requestId":"`+requestID+`","time":"2031-02-03T04:06:00.000Z","thirdPartyIdentifiers":[{"institutionId":"9"}]}`, string(got.Body))
	got = render(switchcore.Reply{Status: 400, ErrorType: "TRANSACTION_NOT_SUPPORTED", ErrorMessage: "Request confirmed", Detail: switchcore.Detail{ConfirmationID: "c-1"}})
	require.Equal(t, `{"errorType":"TRANSACTION_NOT_SUPPORTED","errorMessage":"Request confirmed","requestType":"TRANSFER_REVERSAL","id":"`+adviceID+
		`","originalId":"`+requestID+`","detailMessage":{"confirmationId":"c-1"}}`, string(got.Body))
	require.Equal(t, "x", string(render(switchcore.Reply{Kind: switchcore.ReplyStored, Status: 202, Body: []byte("x")}).Body))

	a, err = DecodeAdvice(transactions.Load, transactions.Confirm, []byte(strings.Replace(advice, `,"thirdPartyIdentifiers":[]`, ``, 1)))
	require.NoError(t, err)
	require.Contains(t, string(AdviceRenderer(a)(switchcore.Reply{Kind: switchcore.ReplyEcho}).Body), `"thirdPartyIdentifiers":[]`)
	require.Contains(t, string(AdviceRenderer(a)(switchcore.Reply{Status: 404, ErrorType: "UNABLE_TO_LOCATE_RECORD"}).Body), `"requestType":"LOAD_CONFIRMATION"`)
}

func TestLabelsAreShort(t *testing.T) {
	t.Parallel()
	require.Len(t, labels(), 23)
	for kind, words := range labels() {
		require.LessOrEqual(t, utf8.RuneCountInString(words), maxMessage, kind)
		require.NotEmpty(t, words)
	}
}

func TestFormatErrorsNameTheLeafAndNoSecret(t *testing.T) {
	t.Parallel()
	body := strings.Replace(requestOf(transactions.Load), pan, "4111 1111 1111 1111", 1)
	body = strings.Replace(body, `"3512"`, `"12/35","clearPin":{},"encryptedPin":"c4n4ry","pin":{"type":"98765"}`, 1)
	body = strings.Replace(body, `"till0007"`, `null`, 1)
	_, err := DecodeRequest(transactions.Load, []byte(body))
	var f *message.Failure
	require.ErrorAs(t, err, &f)
	got := string(Refusal{ErrorType: "FORMAT_ERROR", Violations: f.Violations}.Body())
	require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"Bad formatting","detailMessage":{"formatErrors":[`+
		`{"field":"terminalId","msg":"originator.terminalId may not be null","value":"null"},`+
		`{"field":"pan","msg":"card.pan must match \"[0-9]{1,19}\""},`+
		`{"field":"expiryDate","msg":"card.expiryDate must match \"[0-9]{4}\"","value":"12/35"},`+
		`{"field":"clearPin","msg":"card.clearPin has the wrong type"},`+
		`{"field":"encryptedPin","msg":"card.encryptedPin must match \"[0-9ABCDEF]+\""},`+
		`{"field":"type","msg":"card.pin.type must match \"CLEAR_PIN|ENCRYPTED_PIN|HASHED_PIN\""}]}}`, got)
	_, err = jsonedit.Parse([]byte(got))
	require.NoError(t, err)
}
