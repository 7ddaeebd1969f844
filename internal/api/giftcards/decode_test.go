package giftcards

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	requestID = "5d0a7b11-6c22-4e33-8f44-9a55bb66cc77"
	adviceID  = "7e1f0000-0000-4000-8000-00000000000a"
	pan       = "6000000000000000017"
	otherPan  = "6000000000000000025"
)

// base is what every request begins with; tests edit its text.
const base = `{"id":"` + requestID + `","time":"2031-02-03T04:05:06.007Z",` +
	`"originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007",` +
	`"merchant":{"merchantType":"5411","merchantId":"cornershop00001",` +
	`"merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},` +
	`"client":{"id":"90000002","name":"Kiosk Net"},` +
	`"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"}]}`

const (
	cardSent    = `"card":{"pan":"` + pan + `","expiryDate":"3512"}`
	amountsSent = `"amounts":{"requestAmount":{"amount":25000,"currency":"710"}}`
	goodsSent   = `"product":{"id":"GIFT100"}`
)

// plus adds members to the end of an object text.
func plus(body string, members ...string) string {
	return body[:len(body)-1] + "," + strings.Join(members, ",") + "}"
}

// requestOf is the smallest valid request of an operation.
func requestOf(op transactions.Operation) string {
	switch op {
	case transactions.Activation:
		return plus(base, cardSent, goodsSent)
	case transactions.Load, transactions.Redemption:
		return plus(base, cardSent, amountsSent)
	case transactions.Transfer:
		return plus(base, `"sourceCard":{"pan":"`+pan+`"}`, `"targetCard":{"pan":"`+otherPan+`"}`, amountsSent)
	case transactions.Replace:
		return plus(base, `"oldCard":{"pan":"`+pan+`"}`, `"newCard":{"pan":"`+otherPan+`"}`)
	}
	return plus(base, cardSent)
}

const advice = `{"id":"` + adviceID + `","requestId":"` + requestID + `","time":"2031-02-03T04:06:00.000Z","thirdPartyIdentifiers":[]}`

// failureOf gives the reasons of a refusal, nil when it has none.
func failureOf(err error) *message.Failure {
	var f *message.Failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}

func messagesOf(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var f *message.Failure
	require.ErrorAs(t, err, &f)
	var all []string
	for _, v := range f.Violations {
		all = append(all, v.Msg)
	}
	return all
}

func TestShapesTellNamesApart(t *testing.T) {
	t.Parallel()
	m := messages()
	for op, s := range m.requests {
		require.Empty(t, s.Conflict(), op)
	}
	for _, s := range []*message.Shape{m.advice, m.tenderAdvice, m.basicReversal} {
		require.Empty(t, s.Conflict())
	}
}

func TestRequestsDecode(t *testing.T) {
	t.Parallel()
	for _, r := range resources() {
		req, err := DecodeRequest(r.op, []byte(requestOf(r.op)))
		require.NoError(t, err, r.op)
		require.Equal(t, transactions.Key{Service: transactions.GiftCard, Operation: r.op, RequestID: requestID}, req.Key)
		require.Equal(t, requestID, req.MessageID)
		require.Equal(t, pan, req.CardNumber)
		require.Equal(t, "90000001", req.OriginatorID)
		require.Equal(t, "till0007", req.TerminalID)
		require.Equal(t, "cornershop00001", req.MerchantID)
		require.Len(t, req.Fingerprint, 32)
		require.Contains(t, req.Terms, switchcore.Term{Kind: transactions.TermThirdParty, Value: "T-1"})
		require.Contains(t, req.Terms, switchcore.Term{Kind: transactions.TermCard, Value: pan})
		two := r.op == transactions.Transfer || r.op == transactions.Replace
		require.Equal(t, two, req.OtherCardNumber == otherPan)
		if r.op == transactions.Load {
			require.Equal(t, &money.Amount{Minor: 25000, Currency: "710"}, req.Amount)
		}
		if r.op == transactions.Activation {
			require.Equal(t, "GIFT100", req.ProductID)
		}
	}
}

func TestWhatIsForgiven(t *testing.T) {
	t.Parallel()
	plain, err := DecodeRequest(transactions.Load, []byte(requestOf(transactions.Load)))
	require.NoError(t, err)
	load := requestOf(transactions.Load)
	for name, body := range map[string]string{
		"unknown at the top":      plus(load, `"foo":{"bar":[1]}`),
		"unknown inside":          strings.Replace(load, `"region":"KZ"`, `"zip":4001,"region":"KZ"`, 1),
		"unknown in the card":     strings.Replace(load, `"expiryDate"`, `"cvv":"123","expiryDate"`, 1),
		"unknown in a list":       strings.Replace(load, `"transactionIdentifier"`, `"x":null,"transactionIdentifier"`, 1),
		"member of another":       plus(load, `"sourceCard":{"pan":"x"}`),
		"quoted amount":           strings.Replace(load, `25000`, `"25000"`, 1),
		"padded quoted amount":    strings.Replace(load, `25000`, `"0025000"`, 1),
		"currency as number":      strings.Replace(load, `"710"`, `710`, 1),
		"newer enum":              plus(load, `"tranType":"SALE"`, `"srcAccType":7`),
		"newer text too long":     plus(load, `"rrn":"`+strings.Repeat("r", 600)+`"`),
		"newer object unreadable": plus(load, `"slipData":"text"`, `"cardHolder":{"msisdn":"0"}`),
		"condition code":          plus(load, `"posInfo":null`),
		"null members":            plus(load, `"settlementEntity":null`, `"product":null`),
	} {
		req, err := DecodeRequest(transactions.Load, []byte(body))
		require.NoError(t, err, name)
		require.Equal(t, string(plain.Body), string(req.Body), "%s: nothing of it is forwarded", name)
		require.Equal(t, plain.Fingerprint, req.Fingerprint, name)
		require.Equal(t, plain.Terms, req.Terms, name)
	}
	noList, err := DecodeRequest(transactions.Load, []byte(strings.Replace(load, `,"transactionIdentifier":"T-1"`, ``, 1)))
	require.NoError(t, err, "a party need not give its reference")
	require.NotContains(t, noList.Terms, switchcore.Term{Kind: transactions.TermThirdParty, Value: "T-1"})
	same, err := DecodeRequest(transactions.Load, []byte(plus(load, `"posInfo":{"posConditionCode":"MOON"}`)))
	require.NoError(t, err)
	require.Contains(t, string(same.Body), `"posInfo":{}`)
	kept, err := DecodeRequest(transactions.Load, []byte(plus(load, `"rrn":12`, `"basketRef":"b"`, `"cardHolder":{"msisdn":"27821"}`)))
	require.NoError(t, err)
	require.Equal(t, "12", kept.RRN)
	require.Contains(t, kept.Terms, switchcore.Term{Kind: transactions.TermMSISDN, Value: "27821"})
}

func TestDecodeRequestRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		op       transactions.Operation
		old, new string // edit of the smallest request
		plus     string
		want     []string
	}{
		"id missing":              {old: `"id":"` + requestID + `",`, want: []string{"id may not be null"}},
		"id empty":                {old: requestID, want: []string{"id length must be between 1 and 64"}},
		"id of any form":          {old: requestID, new: "A b/ü#1"},
		"id of 64":                {old: requestID, new: strings.Repeat("a", 64)},
		"id of 65":                {old: requestID, new: strings.Repeat("a", 65), want: []string{"id length must be between 1 and 64"}},
		"id with control":         {old: requestID, new: `a\u0007b`, want: []string{`id must match "printable characters"`}},
		"time missing":            {old: `"time":"2031-02-03T04:05:06.007Z",`, want: []string{"time may not be null"}},
		"time no instant":         {old: `2031-02-03T04:05:06.007Z`, new: `2031-02-03`, want: []string{"time has the wrong type"}},
		"client missing":          {old: `"client":`, new: `"x":`, want: []string{"client may not be null"}},
		"client name missing":     {old: `,"name":"Kiosk Net"`, want: []string{"client.name may not be null"}},
		"institution long":        {old: `"Kiosk Net"`, new: `"` + strings.Repeat("k", 41) + `"`, want: []string{"client.name length must be between 0 and 40"}},
		"terminal":                {old: `till0007`, new: `till007`, want: []string{"originator.terminalId length must be between 8 and 8"}},
		"originator missing":      {old: `"originator"`, new: `"origin"`, want: []string{"originator may not be null"}},
		"identifiers null":        {old: `[{"institutionId":"90000001","transactionIdentifier":"T-1"}]`, new: `null`, want: []string{"thirdPartyIdentifiers may not be null"}},
		"receiver without name":   {plus: `"receiver":{"id":"4"}`, want: []string{"receiver.name may not be null"}},
		"card missing":            {old: cardSent, new: `"x":1`, want: []string{"card may not be null"}},
		"card is text":            {old: cardSent, new: `"card":"` + pan + `"`, want: []string{"card has the wrong type"}},
		"number missing":          {old: `"pan":"` + pan + `",`, want: []string{"card.pan may not be null"}},
		"number too long":         {old: pan, new: pan + "1", want: []string{`card.pan must match "[0-9]{1,19}"`}},
		"number with blanks":      {old: pan, new: "6000 0000", want: []string{`card.pan must match "[0-9]{1,19}"`}},
		"expiry":                  {old: `3512`, new: `12/35`, want: []string{`card.expiryDate must match "[0-9]{4}"`}},
		"expiry may be left out":  {old: `,"expiryDate":"3512"`},
		"lower case block":        {old: `"3512"`, new: `"3512","encryptedPin":"00aa"`, want: []string{`card.encryptedPin must match "[0-9ABCDEF]+"`}},
		"pins":                    {old: `"3512"`, new: `"3512","clearPin":"12345","encryptedPin":"00AA","rank":"primary","pin":{"type":"CLEAR_PIN","pin":"1"}`},
		"pin without type":        {old: `"3512"`, new: `"3512","pin":{"pin":"1"}`, want: []string{"card.pin.type may not be null"}},
		"pin of unknown type":     {old: `"3512"`, new: `"3512","pin":{"type":"SPOKEN"}`, want: []string{`card.pin.type must match "CLEAR_PIN|ENCRYPTED_PIN|HASHED_PIN"`}},
		"pin block":               {old: `"3512"`, new: `"3512","pin":{"type":"ENCRYPTED_PIN","pinBlock":"00"}`, want: []string{`card.pin.pinBlock must match "[a-fA-F0-9]{16}"`}},
		"pin block parameters":    {old: `"3512"`, new: `"3512","pin":{"type":"ENCRYPTED_PIN","pinBlock":"00112233445566aa","encryptionParameters":{}}`, want: []string{"card.pin.encryptionParameters.accountNumber may not be null"}},
		"amounts missing":         {old: amountsSent, new: `"x":1`, want: []string{"amounts may not be null"}},
		"amount asked missing":    {old: `"requestAmount"`, new: `"approvedAmount"`, want: []string{"amounts.requestAmount may not be null"}},
		"quoted fraction":         {old: `25000`, new: `"25.5"`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"quoted nothing":          {old: `25000`, new: `""`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"quoted sign":             {old: `25000`, new: `"+5"`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"quoted exponent":         {old: `25000`, new: `"1e3"`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"negative is no fault":    {old: `25000`, new: `"-5"`},
		"absurd":                  {old: `25000`, new: `10000000000001`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"currency":                {old: `"710"`, new: `"ZAR"`, want: []string{`amounts.requestAmount.currency must match "[0-9]{3}"`}},
		"inside of other amounts": {plus: `"x":1`, old: `"amounts":{`, new: `"amounts":{"availableBalance":{"amount":1},`, want: []string{"amounts.availableBalance.currency may not be null"}},
		"product id":              {plus: `"product":{"id":"A-1"}`, want: []string{`product.id must match "[0-9A-Za-z]{1,100}"`}},
		"product type":            {plus: `"product":{"id":"A","type":""}`, want: []string{"product.type length must be between 1 and 50"}},
		"entry mode":              {plus: `"posInfo":{"entryMode":{"panEntryMode":"MANUAL"}}`, want: []string{"posInfo.entryMode.pinEntryCapability may not be null"}},
		"entry mode unknown":      {plus: `"posInfo":{"entryMode":{"panEntryMode":"EYE","pinEntryCapability":"UNKNOWN"}}`, want: []string{`posInfo.entryMode.panEntryMode must match "UNKNOWN|MANUAL|MAGSTRIPE_NO_CVV|BARCODE|OCR|ICC_CVV|CONTACTLESS_ICC|MAGSTRIPE_CVV|CONTACTLESS_MAGSTRIPE|ICC_NO_CVV|ORIG_MODE|FALLBACK"`}},
		"basket":                  {op: transactions.Redemption, plus: `"basket":{"items":[{"quantity":1.5,"unit":"LITRE"}]}`, want: []string{"basket.basketId may not be null"}},
		"goods with blanks":       {op: transactions.Redemption, plus: `"basket":{"basketId":"1","items":[{"productName":"red shoes"}]}`, want: []string{`basket.items[0].productName must match "[0-9A-Za-z]{1,50}"`}},
		"points":                  {op: transactions.Redemption, plus: `"points":{"requestAmount":{"amount":"5","expiryDate":"soon"}}`, want: []string{"points.requestAmount.expiryDate has the wrong type"}},
		"no article":              {op: transactions.Activation, old: goodsSent, new: `"x":1`, want: []string{"product may not be null"}},
		"activation amounts":      {op: transactions.Activation, plus: `"amounts":{}`, want: []string{"amounts.requestAmount may not be null"}},
		"void ignores amounts":    {op: transactions.Void, plus: `"amounts":{}`},
		"no source":               {op: transactions.Transfer, old: `"sourceCard"`, new: `"card"`, want: []string{"sourceCard may not be null"}},
		"no target":               {op: transactions.Transfer, old: `"targetCard"`, new: `"card"`, want: []string{"targetCard may not be null"}},
		"no new card":             {op: transactions.Replace, old: `"newCard"`, new: `"card"`, want: []string{"newCard may not be null"}},
		"look-up of nobody":       {op: transactions.Lookup, old: cardSent, new: `"x":1`, want: []string{"card or cardHolder may not be null"}},
		"look-up of a person":     {op: transactions.Lookup, old: cardSent, new: `"cardHolder":{"msisdn":"27821234567"}`},
		"look-up of no person":    {op: transactions.Lookup, old: cardSent, new: `"cardHolder":{"msisdn":"x"}`, want: []string{"card or cardHolder may not be null"}},
		"look-up ignores amounts": {op: transactions.Lookup, plus: `"amounts":{},"product":{}`},
		"missing before wrong":    {old: `"terminalId":"till0007"`, new: `"operatorId":"` + strings.Repeat("o", 31) + `"`, want: []string{"originator.terminalId may not be null", "originator.operatorId length must be between 0 and 30"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := tc.op
			if op == "" {
				op = transactions.Load
			}
			body := requestOf(op)
			if tc.old != "" {
				require.Contains(t, body, tc.old)
				body = strings.Replace(body, tc.old, tc.new, 1)
			}
			if tc.plus != "" {
				body = plus(body, tc.plus)
			}
			_, err := DecodeRequest(op, []byte(body))
			require.Equal(t, tc.want, messagesOf(t, err))
		})
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	load := requestOf(transactions.Load)
	for name, tc := range map[string]struct{ body, want string }{
		"empty":                {"", "The body is not valid JSON"},
		"cut":                  {load[:99], "The body is not valid JSON"},
		"list":                 {"[]", "The body is not a JSON object"},
		"twice":                {plus(load, `"id":"x"`), "The body holds a member twice in one object"},
		"unknown twice":        {plus(load, `"foo":1,"foo":2`), "The body holds a member twice in one object"},
		"twice in the unknown": {plus(load, `"foo":{"a":1,"\u0061":2}`), "The body holds a member twice in one object"},
		"deep":                 {plus(load, `"foo":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)), "The body is nested more than 32 levels deep"},
	} {
		_, err := DecodeRequest(transactions.Load, []byte(tc.body))
		require.Equal(t, []string{tc.want}, messagesOf(t, err), name)
	}
}

func TestFingerprintSeesEveryBusinessField(t *testing.T) {
	t.Parallel()
	body := plus(requestOf(transactions.Redemption), goodsSent, `"basket":{"basketId":"1"}`, `"rrn":"1"`)
	body = strings.Replace(body, `"3512"`, `"3512","clearPin":"12345"`, 1)
	first, err := DecodeRequest(transactions.Redemption, []byte(body))
	require.NoError(t, err)
	for old, replacement := range map[string]string{
		pan: otherPan, "3512": "3601", "12345": "12346", "25000": "25001", `"710"`: `"840"`, "GIFT100": "GIFT200", `"basketId":"1"`: `"basketId":"2"`,
		`"rrn":"1"`: `"rrn":"2"`, "till0007": "till0008", requestID: "other",
	} {
		require.Contains(t, body, old)
		changed, err := DecodeRequest(transactions.Redemption, []byte(strings.Replace(body, old, replacement, 1)))
		require.NoError(t, err)
		require.NotEqual(t, first.Fingerprint, changed.Fingerprint, old)
	}
	later, err := DecodeRequest(transactions.Redemption, []byte(strings.Replace(body, "04:05:06", "04:05:07", 1)))
	require.NoError(t, err)
	require.Equal(t, first.Fingerprint, later.Fingerprint)
}

func TestDecodeAdvice(t *testing.T) {
	t.Parallel()
	tenders := `"tenders":[{"tenderType":"CASH","amount":{"amount":"25000","currency":"710"}}]`
	reason := `"reversalReason":"CANCELLED"`
	for name, tc := range map[string]struct {
		op   transactions.Operation
		kind transactions.Decision
		body string
		want []string
	}{
		"confirmation":            {transactions.Void, transactions.Confirm, advice, nil},
		"paid":                    {transactions.Load, transactions.Confirm, plus(advice, tenders), nil},
		"tenders are of no use":   {transactions.Redemption, transactions.Confirm, plus(advice, `"tenders":"cash"`), nil},
		"tender without type":     {transactions.Activation, transactions.Confirm, plus(advice, `"tenders":[{"amount":{"amount":1,"currency":"710"}}]`), []string{"tenders[0].tenderType may not be null"}},
		"reversal":                {transactions.Transfer, transactions.Reverse, plus(advice, reason), nil},
		"reversal without reason": {transactions.Load, transactions.Reverse, advice, []string{"reversalReason may not be null"}},
		"unknown reason":          {transactions.Load, transactions.Reverse, plus(advice, `"reversalReason":"BORED"`), []string{`reversalReason must match "TIMEOUT|CANCELLED|RESPONSE_NOT_FINAL"`}},
		"no request":              {transactions.Load, transactions.Confirm, strings.Replace(advice, `"requestId"`, `"x"`, 1), []string{"requestId may not be null"}},
		"list null":               {transactions.Load, transactions.Confirm, strings.Replace(advice, `[]`, `null`, 1), []string{"thirdPartyIdentifiers may not be null"}},
		"final amount":            {transactions.Load, transactions.Confirm, plus(advice, `"amounts":{"approvedAmount":{"amount":"100","currency":710}}`), nil},
		"unknown member":          {transactions.Load, transactions.Confirm, plus(advice, `"foo":{}`), nil},
	} {
		a, err := DecodeAdvice(tc.op, tc.kind, []byte(tc.body))
		require.Equal(t, tc.want, messagesOf(t, err), name)
		if err != nil {
			continue
		}
		require.Equal(t, transactions.Key{Service: transactions.GiftCard, Operation: tc.op, RequestID: requestID}, a.Key, name)
		require.Equal(t, adviceID, a.AdviceID)
		require.Equal(t, tc.kind, a.Kind)
		if name == "final amount" {
			require.Equal(t, &money.Amount{Minor: 100, Currency: "710"}, a.Amount)
			require.Contains(t, string(a.Body), `{"amount":100,"currency":"710"}`)
		}
		if name == "paid" {
			require.Contains(t, string(a.Body), `"tenders":[{"tenderType":"CASH","amount":{"amount":25000,"currency":"710"}}]`)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for _, r := range resources() {
		f.Add([]byte(requestOf(r.op)))
	}
	f.Add([]byte(plus(requestOf(transactions.Load), `"foo":[{"x":1}],"rrn":{},"posInfo":{"posConditionCode":1}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range resources() {
			req, err := DecodeRequest(r.op, body)
			if err != nil {
				var failure *message.Failure
				if !errors.As(err, &failure) || len(failure.Violations) == 0 || failure.Violations[0].Msg == "" {
					t.Fatalf("refused without a reason: %v", err)
				}
				continue
			}
			again, err := DecodeRequest(r.op, req.Body)
			if err != nil || string(again.Body) != string(req.Body) || string(again.Fingerprint) != string(req.Fingerprint) {
				t.Fatalf("not stable (%v):\n%s", err, req.Body)
			}
			if _, err := jsonedit.Parse(req.Body); err != nil {
				t.Fatal(err)
			}
		}
	})
}
