package serviceinterface

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	classUnknown  = switchcore.ClassUnknown
	classApproved = switchcore.ClassApproved
	classDeclined = switchcore.ClassDeclined
	classNotSent  = switchcore.ClassNotSent
	classDone     = switchcore.ClassDone
	classRefused  = switchcore.ClassRefused
	classRepeat   = switchcore.ClassRepeat
	classFault    = switchcore.ClassFault
)

func answered(status int, body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: status, Body: []byte(body)}
}

func failed(errorType string) string {
	return fmt.Sprintf(`{"id":%q,"errorType":%q,"errorMessage":"no"}`, wireRef, errorType)
}

const (
	first = transactions.AttemptRequest
	again = transactions.AttemptRetry
)

const approvedBody = `{"id":"0F6B1C9E-52AA-4D0B-9A3E-7C1D2E3F4A5B","receiver":{"id":"90000020","name":"Demo"},"extra":[1],
 "thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"},
  {"institutionId":"90000009","transactionIdentifier":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"},
  {"institutionId":"90000020","transactionIdentifier":"P-31"},{"institutionId":"90000040","transactionIdentifier":"S-77"}],
 "amounts":{"requestAmount":{"amount":5000,"currency":"710"},"approvedAmount":{"amount":"4900","currency":710},"balanceAmount":{"amount":100,"currency":"710"}},
 "voucher":{"code":730011882245,"serialNumber":"DEM1","expiryDate":"2032-02-03T06:05:06.007+02:00"},"slipData":{"messageLines":[]},"rrn":"r1"}`

func TestReadApproval(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	for _, status := range []int{200, 201, 202} {
		got := c.Read(callOf(first, transactions.Provision), answered(status, approvedBody))
		require.Equal(t, classApproved, got.Class)
		require.Equal(t, "APPROVED", got.Detail)
		require.Equal(t, &switchcore.Issued{Code: "730011882245", Serial: "DEM1", Expiry: time.Date(2032, 2, 3, 4, 5, 6, 7e6, time.UTC)}, got.Voucher)
		require.Equal(t, &money.Amount{Minor: 4900, Currency: "710"}, got.ApprovedAmount)
		require.Equal(t, &money.Amount{Minor: 100, Currency: "710"}, got.BalanceAmount)
		require.Equal(t, "P-31", got.Words.Ref, "the receiver's entry, not the last one")
		require.Contains(t, got.Identifiers, `"P-31"},{"institutionId":"90000040"`)
		require.Equal(t, []switchcore.Term{
			{Kind: transactions.TermCode, Value: "730011882245"},
			{Kind: transactions.TermSerial, Value: "DEM1"},
			{Kind: transactions.TermProviderRef, Value: "P-31"},
			{Kind: transactions.TermProviderRef, Value: "S-77"},
		}, got.Terms)
		var names []string
		for _, m := range got.Members {
			names = append(names, m.Name)
		}
		require.Equal(t, []string{"voucher", "slipData", "amounts", "rrn"}, names, "nothing the interface does not know")
		require.Contains(t, string(got.Members[0].Raw), `"code":"730011882245"`, "a code is a string for the client")
	}
}

func TestReadAmounts(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	const ten, big = `{"amount":1000,"currency":"710"}`, `{"amount":2000,"currency":"710"}`
	for name, tc := range map[string]struct {
		members string
		want    int64 // -1: none; -2: not readable, so nothing is known
	}{
		"approved wins":       {`"amounts":{"approvedAmount":` + ten + `,"requestAmount":` + big + `}`, 1000},
		"asked":               {`"amounts":{"requestAmount":` + big + `},"product":{"amount":` + ten + `}`, 2000},
		"price":               {`"product":{"amount":` + ten + `}`, 1000},
		"none":                {`"amounts":null`, -1},
		"null amount":         {`"amounts":{"approvedAmount":null}`, -1},
		"text":                {`"amounts":{"approvedAmount":{"amount":"1000","currency":"710"}}`, 1000},
		"zero":                {`"amounts":{"approvedAmount":{"amount":0,"currency":"710"}}`, 0},
		"fraction":            {`"amounts":{"approvedAmount":{"amount":10.5,"currency":"710"}}`, -2},
		"exponent":            {`"amounts":{"approvedAmount":{"amount":1e3,"currency":"710"}}`, -2},
		"negative":            {`"amounts":{"approvedAmount":{"amount":-1,"currency":"710"}}`, -2},
		"too large":           {`"amounts":{"approvedAmount":{"amount":9223372036854775808,"currency":"710"}}`, -2},
		"no currency":         {`"amounts":{"approvedAmount":{"amount":1000}}`, -2},
		"letters as currency": {`"amounts":{"approvedAmount":{"amount":1000,"currency":"ZAR"}}`, -2},
		"not an object":       {`"amounts":{"approvedAmount":1000}`, -2},
		"bad balance":         {`"amounts":{"balanceAmount":{"amount":"x","currency":"710"}}`, -2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(callOf(first, transactions.Provision), answered(201, `{"id":"`+wireRef+`","voucher":{"code":"1"},`+tc.members+`}`))
			switch tc.want {
			case -2:
				require.Equal(t, classUnknown, got.Class)
				require.Equal(t, "BAD_RESPONSE", got.Detail)
			case -1:
				require.Equal(t, classApproved, got.Class)
				require.Nil(t, got.ApprovedAmount)
			default:
				require.Equal(t, &money.Amount{Minor: tc.want, Currency: "710"}, got.ApprovedAmount)
			}
		})
	}
}

func TestReadRequests(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	const stranger = "00000000-0000-4000-8000-000000000bad"
	duplicate := `{"id":"` + wireRef + `","errorType":"DUPLICATE_RECORD","errorMessage":"used","detailMessage":{"voucher":{"code":"730011882245","serialNumber":"DEM1"}}}`
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, tc := range []struct {
		name   string
		kind   transactions.AttemptKind
		op     transactions.Operation
		status int
		body   string
		class  switchcore.Class
		detail string
		answer string // error type for the client
	}{
		{"redemption needs no voucher", first, transactions.Redemption, 201, `{"id":"` + wireRef + `"}`, classApproved, "APPROVED", ""},
		{"refund", first, transactions.Refund, 200, `{"id":"` + wireRef + `"}`, classApproved, "APPROVED", ""},
		{"redemption, other id", first, transactions.Redemption, 201, `{"id":"` + stranger + `"}`, classUnknown, "BAD_RESPONSE", ""},
		{"no code", first, transactions.Provision, 201, `{"id":"` + wireRef + `","voucher":{"serialNumber":"1"}}`, classUnknown, "BAD_RESPONSE", ""},
		{"blank code", first, transactions.Provision, 201, `{"id":"` + wireRef + `","voucher":{"code":"  "}}`, classUnknown, "BAD_RESPONSE", ""},
		{"code is an object", first, transactions.Provision, 201, `{"id":"` + wireRef + `","voucher":{"code":{}}}`, classUnknown, "BAD_RESPONSE", ""},
		{"other id", first, transactions.Provision, 201, `{"id":"` + stranger + `","voucher":{"code":"1"}}`, classUnknown, "BAD_RESPONSE", ""},
		{"no id", first, transactions.Provision, 201, `{"voucher":{"code":"1"}}`, classUnknown, "BAD_RESPONSE", ""},
		{"empty body", first, transactions.Provision, 201, ``, classUnknown, "BAD_RESPONSE", ""},
		{"half a body", first, transactions.Provision, 201, approvedBody[:200], classUnknown, "BAD_RESPONSE", ""},
		{"id twice", first, transactions.Provision, 201, `{"id":"` + wireRef + `","id":"` + wireRef + `","voucher":{"code":"1"}}`, classUnknown, "BAD_RESPONSE", ""},
		{"two values", first, transactions.Provision, 201, `{"id":"` + wireRef + `","voucher":{"code":"1"}} {}`, classUnknown, "BAD_RESPONSE", ""},
		{"not UTF-8", first, transactions.Provision, 201, "{\"id\":\"" + wireRef + "\",\"voucher\":{\"code\":\"1\xff\"}}", classUnknown, "BAD_RESPONSE", ""},
		{"too deep", first, transactions.Provision, 201, deep, classUnknown, "BAD_RESPONSE", ""},
		{"array", first, transactions.Provision, 201, `[]`, classUnknown, "BAD_RESPONSE", ""},
		{"no content", first, transactions.Provision, 204, ``, classUnknown, "BAD_RESPONSE", ""},
		{"redirect", first, transactions.Provision, 307, approvedBody, classUnknown, "HTTP_307", ""},

		{"decline", first, transactions.Provision, 400, failed("INSUFFICIENT_FUNDS"), classDeclined, "DECLINED", "INSUFFICIENT_FUNDS"},
		{"decline with 404", first, transactions.Provision, 404, failed("OUT_OF_STOCK"), classDeclined, "DECLINED", "OUT_OF_STOCK"},
		{"unknown word", first, transactions.Provision, 400, failed("WEATHER"), classDeclined, "DECLINED", "DO_NOT_HONOR"},
		{"no word", first, transactions.Provision, 400, ``, classDeclined, "DECLINED", "DO_NOT_HONOR"},
		{"HTML", first, transactions.Provision, 404, `<html>`, classDeclined, "DECLINED", "DO_NOT_HONOR"},
		{"teapot", first, transactions.Provision, 418, ``, classDeclined, "DECLINED", "DO_NOT_HONOR"},
		{"not implemented", first, transactions.Provision, 501, failed("FUNCTION_NOT_SUPPORTED"), classDeclined, "DECLINED", "FUNCTION_NOT_SUPPORTED"},
		{"our credentials", first, transactions.Provision, 401, failed("AUTHENTICATION_ERROR"), classDeclined, "DECLINED", "GENERAL_ERROR"},
		{"forbidden", first, transactions.Provision, 403, ``, classDeclined, "DECLINED", "GENERAL_ERROR"},
		{"our user", first, transactions.Provision, 400, failed("AUTHENTICATION_ERROR"), classDeclined, "DECLINED", "GENERAL_ERROR"},
		{"format", first, transactions.Provision, 400, `{"errorType":"FORMAT_ERROR"}`, classDeclined, "DECLINED", "DO_NOT_HONOR"},
		{"decline of another message", first, transactions.Provision, 400, `{"id":"` + stranger + `","errorType":"DO_NOT_HONOR"}`, classUnknown, "BAD_RESPONSE", ""},
		{"it does not know itself", first, transactions.Provision, 400, failed("VOUCHER_STATUS_UNKNOWN"), classUnknown, "HTTP_400", ""},
		{"spent", first, transactions.Redemption, 400, failed("VOUCHER_ALREADY_REDEEMED"), classDeclined, "DECLINED", "VOUCHER_ALREADY_REDEEMED"},

		{"duplicate with voucher", first, transactions.Provision, 400, duplicate, classApproved, "DUPLICATE_RECORD", ""},
		{"duplicate without", first, transactions.Provision, 400, failed("DUPLICATE_RECORD"), classUnknown, "DUPLICATE_RECORD", ""},
		{"duplicate redemption", first, transactions.Redemption, 400, duplicate, classUnknown, "DUPLICATE_RECORD", ""},

		{"408", first, transactions.Provision, 408, ``, classUnknown, "HTTP_408", ""},
		{"425", first, transactions.Provision, 425, ``, classUnknown, "HTTP_425", ""},
		{"429", first, transactions.Provision, 429, failed("LIMIT_EXCEEDED"), classUnknown, "HTTP_429", ""},
		{"500", first, transactions.Provision, 500, failed("GENERAL_ERROR"), classUnknown, "HTTP_500", ""},
		{"502", first, transactions.Provision, 502, `<html>`, classUnknown, "HTTP_502", ""},
		{"503", first, transactions.Provision, 503, failed("UPSTREAM_UNAVAILABLE"), classUnknown, "HTTP_503", ""},
		{"504", first, transactions.Provision, 504, ``, classUnknown, "HTTP_504", ""},

		{"retry approved", again, transactions.Provision, 201, approvedBody, classApproved, "APPROVED", ""},
		{"retry duplicate with voucher", again, transactions.Provision, 400, duplicate, classApproved, "DUPLICATE_RECORD", ""},
		{"retry duplicate without", again, transactions.Provision, 400, failed("DUPLICATE_RECORD"), classUnknown, "DUPLICATE_RECORD", ""},
		{"retry declined", again, transactions.Provision, 400, failed("INSUFFICIENT_FUNDS"), classDeclined, "DECLINED", "INSUFFICIENT_FUNDS"},
		{"retry of a reversed one", again, transactions.Provision, 400, failed("VOUCHER_ALREADY_REVERSED"), classDeclined, "DECLINED", "VOUCHER_ALREADY_REVERSED"},
		{"retry, voucher lives", again, transactions.Provision, 400, failed("VOUCHER_ALREADY_CONFIRMED"), classUnknown, "HTTP_400", ""},
		{"retry 401", again, transactions.Provision, 401, failed("DO_NOT_HONOR"), classUnknown, "HTTP_401", ""},
		{"retry 403", again, transactions.Provision, 403, ``, classUnknown, "HTTP_403", ""},
		{"retry 404", again, transactions.Provision, 404, failed("UNABLE_TO_LOCATE_RECORD"), classUnknown, "HTTP_404", ""},
		{"retry 400 not located", again, transactions.Provision, 400, failed("UNABLE_TO_LOCATE_RECORD"), classUnknown, "HTTP_400", ""},
		{"retry 405", again, transactions.Provision, 405, ``, classUnknown, "HTTP_405", ""},
		{"retry 501", again, transactions.Provision, 501, ``, classUnknown, "HTTP_501", ""},
		{"retry format", again, transactions.Provision, 400, failed("FORMAT_ERROR"), classUnknown, "HTTP_400", ""},
		{"retry not offered", again, transactions.Provision, 400, failed("FUNCTION_NOT_SUPPORTED"), classUnknown, "HTTP_400", ""},
		{"retry user", again, transactions.Provision, 400, failed("AUTHENTICATION_ERROR"), classUnknown, "HTTP_400", ""},
		{"retry unknown word", again, transactions.Provision, 400, failed("WEATHER"), classUnknown, "HTTP_400", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(callOf(tc.kind, tc.op), answered(tc.status, tc.body))
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.detail, got.Detail)
			require.Equal(t, tc.answer, got.ErrorType)
			if tc.class != classApproved {
				require.Nil(t, got.Voucher)
				require.Empty(t, got.Members)
			}
		})
	}
}

func TestReadDuplicateQuotesTheVoucher(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	got := c.Read(callOf(again, transactions.Provision), answered(400,
		`{"id":"`+wireRef+`","errorType":"DUPLICATE_RECORD","errorMessage":"730011882245 used","detailMessage":{"voucher":{"code":"730011882245"}}}`))
	require.Equal(t, "730011882245", got.Voucher.Code)
	require.Equal(t, []switchcore.Member{{Name: "voucher", Raw: []byte(`{"code":"730011882245"}`)}}, got.Members)
	require.NotContains(t, got.Words.Message, "730011882245")
}

func TestReadStatus503AsFailed(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	for kind, want := range map[transactions.AttemptKind]switchcore.Class{
		first: classDeclined, again: classUnknown, transactions.AttemptConfirm: classRepeat,
	} {
		call := callOf(kind, transactions.Provision)
		call.Provider.Profile.Status503Failed = true
		require.Equal(t, want, c.Read(call, answered(503, "")).Class, kind)
	}
}

func TestReadStateUnknown(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	require.True(t, c.Read(callOf(first, transactions.Provision), answered(500, failed("VOUCHER_STATUS_UNKNOWN"))).StateUnknown)
	require.True(t, c.Read(callOf(first, transactions.Provision), answered(500, failed("GENERAL_ERROR"))).StateUnknown, "the provider reports its own trouble")
	require.False(t, c.Read(callOf(first, transactions.Provision), answered(504, failed("UPSTREAM_UNAVAILABLE"))).StateUnknown)
}

func TestReadWithoutAnswer(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	for name, tc := range map[string]struct {
		answer  switchcore.Answer
		request switchcore.Class
		advice  switchcore.Class
		detail  string
	}{
		"not sent":    {switchcore.Answer{Err: io.EOF}, classNotSent, classNotSent, "CONNECT_FAIL"},
		"time-out":    {switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}, classUnknown, classRepeat, "TIMEOUT"},
		"reset":       {switchcore.Answer{Sent: true, Err: io.EOF}, classUnknown, classRepeat, "NO_ANSWER"},
		"nothing":     {switchcore.Answer{Sent: true}, classUnknown, classRepeat, "NO_ANSWER"},
		"too large":   {switchcore.Answer{Sent: true, Err: wire.ErrTooLarge}, classUnknown, classRepeat, "BAD_RESPONSE"},
		"cut short":   {switchcore.Answer{Sent: true, Err: wire.ErrIncomplete}, classUnknown, classRepeat, "BAD_RESPONSE"},
		"error wins":  {switchcore.Answer{Sent: true, Status: 400, Err: io.EOF}, classUnknown, classRepeat, "NO_ANSWER"},
		"sent twice?": {switchcore.Answer{Sent: true, Err: wire.ErrRepeated}, classUnknown, classRepeat, "NO_ANSWER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []transactions.AttemptKind{first, again, transactions.AttemptLookup} {
				got := c.Read(callOf(kind, transactions.Provision), tc.answer)
				require.Equal(t, switchcore.Result{Class: tc.request, Detail: tc.detail}, got)
			}
			for _, kind := range []transactions.AttemptKind{transactions.AttemptConfirm, transactions.AttemptReverse} {
				require.Equal(t, switchcore.Result{Class: tc.advice, Detail: tc.detail}, c.Read(callOf(kind, transactions.Provision), tc.answer))
			}
		})
	}
	require.Equal(t, classFault, c.Read(callOf(transactions.AttemptConfirm, transactions.Refund), switchcore.Answer{Err: wire.ErrNotWritten}).Class)
}

func TestReadLookup(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	for name, tc := range map[string]struct {
		status int
		body   string
		class  switchcore.Class
		answer string
	}{
		"found":            {200, `{"voucher":{"code":"730011882245"},"amounts":{"balanceAmount":{"amount":5000,"currency":"710"}},"thirdPartyIdentifiers":[{"institutionId":"90000020","transactionIdentifier":"P-9"}]}`, classApproved, ""},
		"found, no code":   {202, `{"voucher":{"serialNumber":"1"}}`, classApproved, ""},
		"empty":            {200, `{}`, classUnknown, ""},
		"voucher is text":  {200, `{"voucher":"x"}`, classUnknown, ""},
		"unknown":          {404, failed("UNABLE_TO_LOCATE_RECORD"), classDeclined, "UNABLE_TO_LOCATE_RECORD"},
		"unknown, no body": {404, ``, classDeclined, "UNABLE_TO_LOCATE_RECORD"},
		"no such path":     {404, failed("FUNCTION_NOT_SUPPORTED"), classDeclined, "FUNCTION_NOT_SUPPORTED"},
		"spent":            {400, failed("VOUCHER_ALREADY_REDEEMED"), classDeclined, "VOUCHER_ALREADY_REDEEMED"},
		"credentials":      {401, failed("AUTHENTICATION_ERROR"), classDeclined, "GENERAL_ERROR"},
		"state unknown":    {500, failed("VOUCHER_STATUS_UNKNOWN"), classUnknown, ""},
		"redirect":         {302, ``, classUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(callOf(transactions.AttemptLookup, transactions.Lookup), answered(tc.status, tc.body))
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.answer, got.ErrorType)
			require.Nil(t, got.Voucher)
			if name == "found" {
				require.Equal(t, &money.Amount{Minor: 5000, Currency: "710"}, got.BalanceAmount)
				require.Equal(t, "P-9", got.Words.Ref)
				require.Len(t, got.Members, 2)
			}
		})
	}
}

func TestReadAdvices(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	const confirm, reverse = transactions.AttemptConfirm, transactions.AttemptReverse
	const provision, redemption, refund = transactions.Provision, transactions.Redemption, transactions.Refund
	echo := `{"id":"` + adviceID + `","requestId":"` + wireRef + `"}`
	about := func(errorType, original string) string {
		return fmt.Sprintf(`{"id":%q,"originalId":%q,"errorType":%q,"errorMessage":"no"}`, adviceID, original, errorType)
	}
	no := func(errorType string) string { return about(errorType, wireRef) }
	for _, tc := range []struct {
		name   string
		kind   transactions.AttemptKind
		op     transactions.Operation
		status int
		body   string
		class  switchcore.Class
		detail string
		alarm  bool
	}{
		{"ack", confirm, provision, 202, echo, classDone, "ACK", false},
		{"ack 200", reverse, refund, 200, echo, classDone, "ACK", false},
		{"echo of another", confirm, provision, 202, `{"id":"x","requestId":"y"}`, classRepeat, "BAD_RESPONSE", false},
		{"half an echo", confirm, provision, 202, echo[:20], classRepeat, "BAD_RESPONSE", false},
		{"no echo", confirm, provision, 202, ``, classRepeat, "BAD_RESPONSE", false},
		{"no content", confirm, provision, 204, ``, classRepeat, "BAD_RESPONSE", false},
		{"redirect", reverse, provision, 308, echo, classRepeat, "HTTP_308", false},

		{"confirmed before", confirm, provision, 400, no("VOUCHER_ALREADY_CONFIRMED"), classDone, "ALREADY_DONE", false},
		{"but it was reversed", confirm, provision, 400, no("VOUCHER_ALREADY_REVERSED"), classRefused, "REFUSED", false},
		{"reversed before", reverse, provision, 400, no("VOUCHER_ALREADY_REVERSED"), classDone, "ALREADY_DONE", false},
		{"but it was confirmed", reverse, provision, 400, no("VOUCHER_ALREADY_CONFIRMED"), classRefused, "REFUSED", false},
		{"redemption confirmed before", confirm, redemption, 400, no("REDEMPTION_ALREADY_CONFIRMED"), classDone, "ALREADY_DONE", false},
		{"redemption reversed before", reverse, redemption, 400, no("REDEMPTION_ALREADY_REVERSED"), classDone, "ALREADY_DONE", false},
		{"redemption: other way", reverse, redemption, 400, no("REDEMPTION_ALREADY_CONFIRMED"), classRefused, "REFUSED", false},
		{"redemption: voucher word", reverse, redemption, 400, no("VOUCHER_ALREADY_REVERSED"), classRefused, "REFUSED", false},
		{"not redeemed", confirm, redemption, 400, no("VOUCHER_NOT_REDEEMED"), classRefused, "REFUSED", false},
		{"refund confirmed before", confirm, refund, 400, no("REFUND_ALREADY_CONFIRMED"), classDone, "ALREADY_DONE", false},
		{"refund reversed before", reverse, refund, 400, no("REFUND_ALREADY_REVERSED"), classDone, "ALREADY_DONE", false},
		{"refund: other way", confirm, refund, 400, no("REFUND_ALREADY_REVERSED"), classRefused, "REFUSED", false},
		{"duplicate advice", reverse, refund, 409, no("DUPLICATE_RECORD"), classDone, "ALREADY_DONE", false},
		{"already done, another request", confirm, provision, 400, about("VOUCHER_ALREADY_CONFIRMED", "other"), classRepeat, "BAD_RESPONSE", false},

		{"nothing to undo", reverse, provision, 404, no("UNABLE_TO_LOCATE_RECORD"), classDone, "NOTHING_TO_UNDO", false},
		{"nothing to undo, no body", reverse, redemption, 404, ``, classDone, "NOTHING_TO_UNDO", false},
		{"nothing to confirm", confirm, provision, 404, no("UNABLE_TO_LOCATE_RECORD"), classRefused, "REFUSED", true},
		{"wrong path", reverse, provision, 404, no("FUNCTION_NOT_SUPPORTED"), classRepeat, "HTTP_404", true},

		{"401", confirm, provision, 401, ``, classRepeat, "AUTH_FAIL", true},
		{"403", reverse, provision, 403, no("VOUCHER_ALREADY_REVERSED"), classRepeat, "AUTH_FAIL", true},
		{"our user", reverse, provision, 400, no("AUTHENTICATION_ERROR"), classRepeat, "AUTH_FAIL", true},
		{"501", reverse, provision, 501, ``, classRepeat, "HTTP_501", true},
		{"format", confirm, provision, 400, no("FORMAT_ERROR"), classRefused, "REFUSED", false},
		{"unsupported", reverse, provision, 400, no("FUNCTION_NOT_SUPPORTED"), classRefused, "REFUSED", false},
		{"unknown word", confirm, provision, 400, no("WEATHER"), classRefused, "REFUSED", false},
		{"405", confirm, provision, 405, ``, classRefused, "REFUSED", false},
		{"408", confirm, provision, 408, ``, classRepeat, "HTTP_408", false},
		{"425", confirm, provision, 425, ``, classRepeat, "HTTP_425", false},
		{"429", confirm, provision, 429, ``, classRepeat, "HTTP_429", false},
		{"500", confirm, provision, 500, no("VOUCHER_ALREADY_CONFIRMED"), classRepeat, "HTTP_500", false},
		{"503", reverse, provision, 503, ``, classRepeat, "HTTP_503", false},
		{"it does not know", reverse, provision, 400, no("UPSTREAM_UNAVAILABLE"), classRepeat, "HTTP_400", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := c.Read(callOf(tc.kind, tc.op), answered(tc.status, tc.body))
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.detail, got.Detail)
			require.Equal(t, tc.alarm, got.Alarm)
			require.Equal(t, tc.detail == "NOTHING_TO_UNDO", got.NotFound)
		})
	}
}

func TestProviderWordsHoldNoCode(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	got := c.Read(callOf(first, transactions.Provision), answered(400,
		`{"errorType":"DO_NOT_HONOR","errorMessage":"x","providerErrorCode":"05","providerErrorMsg":"PIN 7300 1188 2245 or ab12 `+
			strings.Repeat("long ", 100)+`","providerRef":"P-1","detailMessage":{"voucher":{"code":"ab12"}}}`))
	require.Equal(t, "05", got.Words.Code)
	require.Equal(t, "P-1", got.Words.Ref)
	require.Contains(t, got.Words.Message, "PIN **** **** **** or **** long")
	require.Len(t, got.Words.Message, 200)
	advice := c.Read(callOf(transactions.AttemptConfirm, transactions.Provision), answered(400, `{"errorType":"FORMAT_ERROR","providerErrorCode":"05"}`))
	require.Equal(t, "FORMAT_ERROR", advice.Words.Code)
}

func TestReferencesThatRepeatTheCodeAreDropped(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	got := c.Read(callOf(first, transactions.Provision), answered(201, `{"id":"`+wireRef+`","voucher":{"code":"730011882245","serialNumber":"S730011882245"},
		"thirdPartyIdentifiers":[{"institutionId":"90000020","transactionIdentifier":"730011882245"}]}`))
	require.Equal(t, classApproved, got.Class)
	require.Empty(t, got.Voucher.Serial)
	require.Empty(t, got.Words.Ref)
	require.Equal(t, []switchcore.Term{{Kind: transactions.TermCode, Value: "730011882245"}}, got.Terms)
}

// FuzzRead gives any answer to any call: it must end in a class of its kind, and approve only what names our id.
func FuzzRead(f *testing.F) {
	for _, body := range []string{approvedBody, failed("DUPLICATE_RECORD"), `{"requestId":"` + wireRef + `"}`, `{"voucher":{"code":{}}}`, `[[[[`, "\xff"} {
		for _, status := range []int{201, 400, 404, 500} {
			f.Add(status, body, uint8(0))
			f.Add(status, body, uint8(3))
		}
	}
	c, err := New(Config{Config: wire.Config{BaseURL: "https://hub.example"}, User: "90000009", Password: func() string { return "" }})
	if err != nil {
		f.Fatal(err)
	}
	kinds := []transactions.AttemptKind{first, again, transactions.AttemptLookup, transactions.AttemptConfirm, transactions.AttemptReverse}
	ops := []transactions.Operation{transactions.Provision, transactions.Redemption, transactions.Refund}
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		kind := kinds[int(which)%len(kinds)]
		got := c.Read(callOf(kind, ops[int(which)/len(kinds)%len(ops)]), answered(status, body))
		advice := kind == transactions.AttemptConfirm || kind == transactions.AttemptReverse
		if done := got.Class == classDone || got.Class == classRefused || got.Class == classRepeat; done != advice && status != 0 {
			t.Fatalf("%s was read as class %d", kind, got.Class)
		}
		if got.Class == classApproved && (status == http.StatusOK || status == http.StatusCreated) && kind == first && !strings.Contains(strings.ToLower(body), wireRef) && !strings.Contains(body, `\u`) {
			t.Fatalf("approved without our id: %s", body)
		}
	})
}
