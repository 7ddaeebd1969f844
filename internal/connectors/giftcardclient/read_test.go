package giftcardclient

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func answer(status int, body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: status, Body: []byte(body)}
}

func failed(status int, errorType, more string) switchcore.Answer {
	return answer(status, `{"errorType":"`+errorType+`","errorMessage":"Words","requestType":"LOAD_REQUEST"`+more+`}`)
}

const approvedBody = `{"id":"` + wireRef + `","time":"2031-02-03T04:05:06.007Z","card":` + withPins + `,"cardNumber":"` + pan + `",
"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000009","transactionIdentifier":"` + wireRef + `"},
{"institutionId":"90000040","transactionIdentifier":"S-5"},{"institutionId":"90000020","transactionIdentifier":"R-7"},{"institutionId":"90000020","transactionIdentifier":"` + pan + `"}],
"receiver":{"id":"90000020","name":"Demo Cards"},"product":{"id":"GIFT100","barcode":"6001","type":"por","clearPin":"` + clearPin + `"},
"amounts":{"requestAmount":{"amount":"25000","currency":710},"approvedAmount":{"amount":25000,"currency":"710"},"balanceAmount":{"amount":"30000","currency":"710","x":1},
"availableBalance":{"amount":5000,"currency":"710","ledgerIndicator":null},"additionalAmounts":{"BONUS":{"amount":"7","currency":"710"}},"rest":{"amount":1}},
"slipData":{"messageLines":[{"text":"Thank you","fontWidthScaleFactor":1,"pin":"` + clearPin + `"},5],"slipWidth":0,"issuerReference":"A1B2"},
"points":{"balanceAmount":{"amount":"12","currencyEquivalent":{"amount":"5","currency":"710"}}},"clubs":[{"name":"Gold","member":true,"marketToCustomer":false,"products":[{"id":"A"}]}],
"marketingAttributes":null,"mystery":{"pan":"` + pan + `"}}`

func TestSuccessGolden(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	for _, op := range []transactions.Operation{transactions.Load, transactions.Void, transactions.Lookup} {
		call := request(t, op, smallest(op))
		call.Request = nil
		connectortest.Golden(t, *update, "read_"+string(op), connectortest.ResultText(c.Read(call, answer(201, approvedBody))))
	}
}

func TestReadRequests(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	const (
		unknown  = switchcore.ClassUnknown
		declined = switchcore.ClassDeclined
		approved = switchcore.ClassApproved
	)
	ok := `{"id":"` + wireRef + `"}`
	other := `,"id":"11111111-52aa-4d0b-9a3e-7c1d2e3f4a5b"`
	for name, tc := range map[string]struct {
		a         switchcore.Answer
		class     switchcore.Class
		detail    string
		errorType string
	}{
		"201":                     {answer(201, ok), approved, "APPROVED", ""},
		"200":                     {answer(200, ok), approved, "APPROVED", ""},
		"202":                     {answer(202, ok), approved, "APPROVED", ""},
		"id in capitals":          {answer(201, `{"id":"`+strings.ToUpper(wireRef)+`"}`), approved, "APPROVED", ""},
		"204":                     {answer(204, ""), unknown, "BAD_RESPONSE", ""},
		"other id":                {answer(201, `{"id":"x"}`), unknown, "BAD_RESPONSE", ""},
		"no id":                   {answer(201, `{}`), unknown, "BAD_RESPONSE", ""},
		"id twice":                {answer(201, `{"id":"`+wireRef+`","id":"`+wireRef+`"}`), unknown, "BAD_RESPONSE", ""},
		"amount unreadable":       {answer(201, `{"id":"`+wireRef+`","amounts":{"balanceAmount":{"amount":"much","currency":"710"}}}`), unknown, "BAD_RESPONSE", ""},
		"amount without currency": {answer(201, `{"id":"`+wireRef+`","amounts":{"availableBalance":{"amount":1}}}`), unknown, "BAD_RESPONSE", ""},
		"negative balance":        {answer(201, `{"id":"`+wireRef+`","amounts":{"balanceAmount":{"amount":-1,"currency":"710"}}}`), approved, "APPROVED", ""},
		"insufficient funds":      {failed(400, "INSUFFICIENT_FUNDS", ""), declined, "DECLINED", "INSUFFICIENT_FUNDS"},
		"wrong PIN":               {failed(400, "INCORRECT_PIN", ""), declined, "DECLINED", "INCORRECT_PIN"},
		"expired":                 {failed(400, "CARD_EXPIRED", `,"id":"`+wireRef+`"`), declined, "DECLINED", "CARD_EXPIRED"},
		"expiry of a void":        {failed(400, "GENERAL_ERROR", ""), declined, "DECLINED", "GENERAL_ERROR"},
		"come back later":         {failed(400, "TEMPORARY_FAILURE", ""), declined, "DECLINED", "TEMPORARY_FAILURE"},
		"do not honour":           {failed(400, "DO_NOT_HONOUR", ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"our format":              {failed(400, "FORMAT_ERROR", ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"our route":               {failed(400, "ROUTING_ERROR", ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"word nobody listed":      {failed(400, "WEATHER", ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"word of vouchers":        {failed(400, "DO_NOT_HONOR", ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"refused without words":   {answer(400, ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"refusal of another":      {failed(400, "CARD_EXPIRED", other), unknown, "BAD_RESPONSE", ""},
		"duplicate":               {failed(400, "DUPLICATE_RECORD", `,"id":"`+wireRef+`"`), unknown, "DUPLICATE_RECORD", ""},
		"issuer's upstream":       {failed(400, "UPSTREAM_UNAVAILABLE", ""), unknown, "HTTP_400", ""},
		"wrong credentials":       {failed(401, "GENERAL_ERROR", ""), declined, "DECLINED", "GENERAL_ERROR"},
		"forbidden":               {failed(403, "CARD_BLOCKED", ""), declined, "DECLINED", "GENERAL_ERROR"},
		"not found":               {failed(404, "UNABLE_TO_LOCATE_RECORD", ""), declined, "DECLINED", "UNABLE_TO_LOCATE_RECORD"},
		"not built":               {answer(501, ""), declined, "DECLINED", "DO_NOT_HONOUR"},
		"500":                     {failed(500, "GENERAL_ERROR", ""), unknown, "HTTP_500", ""},
		"503":                     {failed(503, "TEMPORARY_FAILURE", ""), unknown, "HTTP_503", ""},
		"504":                     {failed(504, "UPSTREAM_UNAVAILABLE", ""), unknown, "HTTP_504", ""},
		"502":                     {answer(502, "<html>"), unknown, "HTTP_502", ""},
		"302":                     {answer(302, ""), unknown, "HTTP_302", ""},
		"408":                     {failed(408, "CARD_EXPIRED", ""), unknown, "HTTP_408", ""},
		"429":                     {answer(429, ""), unknown, "HTTP_429", ""},
		"time-out":                {switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}, unknown, "TIMEOUT", ""},
		"broken":                  {switchcore.Answer{Sent: true, Err: errors.New("reset")}, unknown, "NO_ANSWER", ""},
		"too large":               {switchcore.Answer{Sent: true, Err: wire.ErrTooLarge}, unknown, "BAD_RESPONSE", ""},
		"not sent":                {switchcore.Answer{Err: errors.New("refused")}, switchcore.ClassNotSent, "CONNECT_FAIL", ""},
		"no token":                {switchcore.Answer{Err: wire.ErrTokenRefused}, declined, "AUTH_FAIL", "GENERAL_ERROR"},
	} {
		for _, op := range []transactions.Operation{transactions.Redemption, transactions.Lookup} {
			call := request(t, op, smallest(op))
			call.Request = nil
			got := c.Read(call, tc.a)
			require.Equal(t, tc.class, got.Class, name)
			require.Equal(t, tc.detail, got.Detail, name)
			require.Equal(t, tc.errorType, got.ErrorType, name)
			require.Equal(t, tc.a.Status == 401 || tc.a.Status == 403 || errors.Is(tc.a.Err, wire.ErrTokenRefused), got.Alarm, name)
			require.Equal(t, tc.a.Status == 500, got.StateUnknown, name)
			require.Nil(t, got.Follow, "requests are sent once")
		}
	}
	negative := answer(201, `{"id":"`+wireRef+`","amounts":{"approvedAmount":{"amount":-1,"currency":"710"}}}`)
	require.Equal(t, unknown, c.Read(request(t, transactions.Load, smallest(transactions.Load)), negative).Class)
	contract := request(t, transactions.Load, smallest(transactions.Load))
	contract.Provider.Profile.Status503Failed = true
	got := c.Read(contract, failed(503, "TEMPORARY_FAILURE", ""))
	require.Equal(t, declined, got.Class)
	require.Equal(t, "TEMPORARY_FAILURE", got.ErrorType)
	require.Equal(t, "DO_NOT_HONOUR", c.Read(contract, answer(503, "")).ErrorType)
	require.Equal(t, unknown, c.Read(contract, answer(504, "")).Class)
}

func TestReadAdvices(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	const (
		done    = switchcore.ClassDone
		refused = switchcore.ClassRefused
		repeat  = switchcore.ClassRepeat
	)
	echo := `{"id":"` + adviceID + `","requestId":"` + wireRef + `"}`
	for name, tc := range map[string]struct {
		a                 switchcore.Answer
		confirm, reverse  switchcore.Class
		alarm, reverseNot bool
	}{
		"202":                  {a: answer(202, echo), confirm: done, reverse: done},
		"200":                  {a: answer(200, echo), confirm: done, reverse: done},
		"without its own id":   {a: answer(202, `{"requestId":"`+wireRef+`"}`), confirm: done, reverse: done},
		"about another":        {a: answer(202, `{"id":"`+adviceID+`","requestId":"x"}`), confirm: repeat, reverse: repeat},
		"another advice":       {a: answer(202, `{"id":"x","requestId":"`+wireRef+`"}`), confirm: repeat, reverse: repeat},
		"unreadable":           {a: answer(202, `{`), confirm: repeat, reverse: repeat},
		"empty":                {a: answer(202, ``), confirm: repeat, reverse: repeat},
		"done before":          {a: failed(400, "DUPLICATE_RECORD", ""), confirm: done, reverse: done},
		"reversed before":      {a: failed(400, "GENERAL_ERROR", `,"originalId":"`+wireRef+`"`), confirm: refused, reverse: done},
		"of another":           {a: failed(400, "GENERAL_ERROR", `,"originalId":"x"`), confirm: repeat, reverse: repeat},
		"in progress":          {a: answer(400, `{"errorType":"GENERAL_ERROR","errorMessage":"Request in progress"}`), confirm: repeat, reverse: repeat},
		"later":                {a: failed(400, "TEMPORARY_FAILURE", ""), confirm: repeat, reverse: repeat},
		"activation confirmed": {a: failed(400, "CARD_ACTIVATED", ""), confirm: refused, reverse: refused},
		"load confirmed":       {a: failed(400, "TRANSACTION_NOT_SUPPORTED", ""), confirm: refused, reverse: refused},
		"card voided":          {a: failed(400, "CARD_VOIDED", ""), confirm: refused, reverse: refused},
		"format":               {a: failed(400, "FORMAT_ERROR", ""), confirm: refused, reverse: refused},
		"gone":                 {a: answer(410, ""), confirm: refused, reverse: refused},
		"never seen":           {a: failed(404, "UNABLE_TO_LOCATE_RECORD", ""), confirm: refused, reverse: done, reverseNot: true},
		"wrong address":        {a: failed(404, "FUNCTION_NOT_SUPPORTED", ""), confirm: repeat, reverse: repeat, alarm: true},
		"credentials":          {a: failed(401, "GENERAL_ERROR", ""), confirm: repeat, reverse: repeat, alarm: true},
		"forbidden":            {a: failed(403, "DUPLICATE_RECORD", ""), confirm: repeat, reverse: repeat, alarm: true},
		"not built":            {a: answer(501, ""), confirm: repeat, reverse: repeat, alarm: true},
		"500":                  {a: answer(500, "Server Error"), confirm: repeat, reverse: repeat},
		"503":                  {a: failed(503, "CARD_VOIDED", ""), confirm: repeat, reverse: repeat},
		"504":                  {a: answer(504, ""), confirm: repeat, reverse: repeat},
		"upstream":             {a: failed(400, "UPSTREAM_UNAVAILABLE", ""), confirm: repeat, reverse: repeat},
		"silence":              {a: switchcore.Answer{Sent: true, Timeout: true}, confirm: repeat, reverse: repeat},
		"not sent":             {a: switchcore.Answer{}, confirm: switchcore.ClassNotSent, reverse: switchcore.ClassNotSent},
		"not written":          {a: switchcore.Answer{Err: wire.ErrNotWritten}, confirm: switchcore.ClassFault, reverse: switchcore.ClassFault},
	} {
		call := adviceOf(transactions.Load, transactions.AttemptConfirm, switchcore.Advice{})
		call.Advice = nil
		got := c.Read(call, tc.a)
		require.Equal(t, tc.confirm, got.Class, "confirmation: %s", name)
		require.Equal(t, tc.alarm || name == "never seen", got.Alarm, name)
		require.False(t, got.NotFound)
		call.Kind = transactions.AttemptReverse
		got = c.Read(call, tc.a)
		require.Equal(t, tc.reverse, got.Class, "reversal: %s", name)
		require.Equal(t, tc.alarm, got.Alarm, name)
		require.Equal(t, tc.reverseNot, got.NotFound, name)
	}
	contract := adviceOf(transactions.Load, transactions.AttemptConfirm, switchcore.Advice{})
	contract.Provider.Profile.Status503Failed = true
	got := c.Read(contract, answer(503, ""))
	require.Equal(t, refused, got.Class)
	require.True(t, got.Alarm)
}

func TestWordsAreSafe(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	call := request(t, transactions.Redemption, smallest(transactions.Redemption))
	body := `{"errorType":"INCORRECT_PIN","errorMessage":"PIN is 4711 not ` + clearPin + `, ` + pinBlock + ` on ` + pan + `",` +
		`"detailMessage":{"card":` + withPins + `,"freeString":"the PIN is ` + clearPin + `"}}`
	got := c.Read(call, answer(400, body))
	require.Equal(t, "INCORRECT_PIN", got.ErrorType)
	require.Equal(t, switchcore.ProviderWords{
		Code: "INCORRECT_PIN", Message: "PIN is **** not *****, **************** on *******************",
	}, got.Words)
}

// TestNothingOfACardIsKept plants a PIN under every name anywhere in an answer: nothing that is shown or handed on holds it.
func TestNothingOfACardIsKept(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	const canary = "c4n4ry83917"
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"pin", "clearPin", "encryptedPin", "card", "pan", "cvv", "secret", "detailMessage", "amounts", "product", "points", "clubs"})
		var value func(depth int) string
		value = func(depth int) string {
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case kind == 0 && depth > 0:
				return `[` + value(depth-1) + `,` + value(depth-1) + `]`
			case kind == 1 && depth > 0:
				return `{"` + name.Draw(t, "name") + `":` + value(depth-1) + `}`
			}
			return `"` + canary + `"`
		}
		body := `{"id":"` + wireRef + `","card":{"pan":"1","clearPin":"` + canary + `","pin":` + value(2) + `},"amounts":{"balanceAmount":{"amount":1,"currency":"710","pin":` +
			value(2) + `}},"slipData":{"slipWidth":0,"pin":` + value(3) + `},"product":{"id":"A","pin":` + value(3) + `},"clubs":[{"name":"n","pin":` + value(2) +
			`}],"unknown":` + value(4) + `,"errorType":"INCORRECT_PIN","errorMessage":"Wrong ` + canary + `"}`
		for _, op := range []transactions.Operation{transactions.Load, transactions.Lookup, transactions.Void} {
			for _, status := range []int{201, 400, 500} {
				call := callOf(transactions.AttemptRequest, op)
				if got := connectortest.ResultText(c.Read(call, answer(status, body))); strings.Contains(got, canary) {
					t.Fatalf("%s", got)
				}
			}
		}
		if shown := string(mask.GiftCard().Body([]byte(body))); strings.Contains(shown, canary) && !strings.Contains(shown, `"errorMessage":"Wrong `+canary) {
			t.Fatalf("traced: %s", shown)
		}
	})
}
