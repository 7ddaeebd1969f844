package vouchers

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// base is the smallest valid provision; tests edit its text.
const base = `{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","time":"2031-02-03T04:05:06.007Z",` +
	`"client":{"id":"90000002","name":"Kiosk Net"},` +
	`"originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007",` +
	`"merchant":{"merchantType":"5411","merchantId":"cornershop00001",` +
	`"merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},` +
	`"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"},` +
	`{"institutionId":"90000002","transactionIdentifier":"K-1"}]}`

// with replaces one part of base, failing when it is not there.
func with(t *testing.T, body, old, replacement string) string {
	t.Helper()
	require.Contains(t, body, old)
	return strings.Replace(body, old, replacement, 1)
}

// plus adds members to the end of an object text.
func plus(body, members string) string { return body[:len(body)-1] + "," + members + "}" }

// messagesOf gives the texts of a refusal, nil when the message was accepted.
func messagesOf(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var f *message.Failure
	require.ErrorAs(t, err, &f)
	var all []string
	for _, e := range f.Entries() {
		all = append(all, e.Msg)
	}
	return all
}

func TestDecodeRequestRefuses(t *testing.T) {
	t.Parallel()
	type edit struct{ old, replacement string }
	for name, tc := range map[string]struct {
		edit edit
		plus string
		want []string
	}{
		"accepted":                   {},
		"id missing":                 {edit: edit{`"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b",`, ``}, want: []string{"id may not be null"}},
		"id null":                    {edit: edit{`"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`, `null`}, want: []string{"id may not be null"}},
		"id no UUID":                 {edit: edit{`0f6b1c9e-52aa`, `0f6b1c9e52aa`}, want: []string{message.UUIDMessage}},
		"id empty":                   {edit: edit{`0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b`, ``}, want: []string{message.UUIDMessage}},
		"id number":                  {edit: edit{`"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`, `12`}, want: []string{message.UUIDMessage}},
		"id object":                  {edit: edit{`"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`, `{}`}, want: []string{"id has the wrong type"}},
		"id in capitals":             {edit: edit{`0f6b1c9e`, `0F6B1C9E`}},
		"id of any version":          {edit: edit{`4d0b-9a3e`, `fd0b-0a3e`}},
		"time missing":               {edit: edit{`"time":"2031-02-03T04:05:06.007Z",`, ``}, want: []string{"time may not be null"}},
		"time no date":               {edit: edit{`2031-02-03T04:05:06.007Z`, `yesterday`}, want: []string{"time has the wrong type"}},
		"time without offset":        {edit: edit{`06.007Z`, `06.007`}, want: []string{"time has the wrong type"}},
		"time with comma":            {edit: edit{`06.007Z`, `06,007Z`}, want: []string{"time has the wrong type"}},
		"time on day 30 of February": {edit: edit{`2031-02-03`, `2031-02-30`}, want: []string{"time has the wrong type"}},
		"time with offset":           {edit: edit{`06.007Z`, `06+02:00`}},
		"originator missing":         {edit: edit{`"originator"`, `"transactionLabels":[],"rrn":"1","stan":"2","xoriginator"`}, want: []string{"Unrecognized field 'xoriginator'", "originator may not be null"}},
		"city missing":               {edit: edit{`"city":"Durban",`, ``}, want: []string{"originator.merchant.merchantName.city may not be null"}},
		"city too long":              {edit: edit{`Durban`, `Durban and more`}, want: []string{"originator.merchant.merchantName.city length must be between 0 and 13"}},
		"city of 13 wide characters": {edit: edit{`Durban`, `ÄÄÄÄÄÄÄÄÄÄÄÄÄ`}},
		"terminal too short":         {edit: edit{`till0007`, `till007`}, want: []string{"originator.terminalId length must be between 8 and 8"}},
		"terminal of wide letters":   {edit: edit{`till0007`, `tällööö`}, want: []string{"originator.terminalId length must be between 8 and 8"}},
		"merchant type":              {edit: edit{`"5411"`, `"541"`}, want: []string{`originator.merchant.merchantType must match "[0-9]{4}"`}},
		"merchant type as number":    {edit: edit{`"5411"`, `5411`}},
		"merchant is text":           {edit: edit{`"merchant":{`, `"merchant":"x","y":{`}, want: []string{"Unrecognized field 'y'", "originator.merchant has the wrong type"}},
		"institution null":           {edit: edit{`{"id":"90000001","name":"Corner Shop"}`, `null`}, want: []string{"originator.institution may not be null"}},
		"client id missing":          {edit: edit{`"id":"90000002",`, ``}, want: []string{"client.id may not be null"}},
		"client name too long":       {edit: edit{`Kiosk Net`, strings.Repeat("x", 41)}, want: []string{"client.name length must be between 0 and 40"}},
		"identifiers absent":         {edit: edit{`"thirdPartyIdentifiers":[`, `"transactionLabels":[`}, want: []string{"Unrecognized field 'institutionId'", "Unrecognized field 'transactionIdentifier'", "Unrecognized field 'institutionId'", "Unrecognized field 'transactionIdentifier'"}},
		"identifier without value":   {edit: edit{`,"transactionIdentifier":"T-1"`, ``}, want: []string{"thirdPartyIdentifiers[0].transactionIdentifier may not be null"}},
		"identifier null":            {edit: edit{`"K-1"`, `null`}, want: []string{"thirdPartyIdentifiers[1].transactionIdentifier may not be null"}},
		"identifier entry null":      {edit: edit{`{"institutionId":"90000002","transactionIdentifier":"K-1"}`, `null`}, want: []string{"thirdPartyIdentifiers[1] may not be null"}},
		"institution id missing":     {edit: edit{`"institutionId":"90000001",`, ``}, want: []string{"thirdPartyIdentifiers[0].institutionId may not be null"}},
		"UUID before identifiers":    {edit: edit{`-4d0b-9a3e-7c1d2e3f4a5b"`, `"`}, want: []string{message.UUIDMessage}},
		"unknown at the top":         {plus: `"foo":1`, want: []string{"Unrecognized field 'foo'"}},
		"wrong case":                 {plus: `"RRN":"1"`, want: []string{"Unrecognized field 'RRN'"}},
		"unknown inside":             {edit: edit{`"region":"KZ"`, `"region":"KZ","zip":"1"`}, want: []string{"Unrecognized field 'zip'"}},
		"unknown in list":            {edit: edit{`"transactionIdentifier":"K-1"`, `"transactionIdentifier":"K-1","z":1`}, want: []string{"Unrecognized field 'z'"}},
		"advice member":              {plus: `"requestId":"x"`, want: []string{"Unrecognized field 'requestId'"}},
		"currency missing":           {plus: `"tenders":[{"tenderType":"CASH","amount":{"amount":1}}]`, want: []string{"tenders[0].amount.currency may not be null"}},
		"tender without amount":      {plus: `"tenders":[{"tenderType":"CASH"}]`, want: []string{"tenders[0].amount may not be null"}},
		"tender type":                {plus: `"tenders":[{"tenderType":"cash","amount":{"amount":1,"currency":"710"}}]`, want: []string{`tenders[0].tenderType must match "CASH|CHEQUE|CREDIT_CARD|DEBIT_CARD|WALLET|ROUNDING|GIFT_CARD|LOYALTY_CARD|OTHER"`}},
		"tender card":                {plus: `"tenders":[{"tenderType":"CASH","cardNumber":"41111*1","amount":{"amount":1,"currency":"710"}}]`, want: []string{`tenders[0].cardNumber must match "[0-9]{6}[0-9*]{0,13}"`}},
		"amount fraction":            {plus: `"amounts":{"requestAmount":{"amount":1.5,"currency":"710"}}`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"amount text":                {plus: `"amounts":{"requestAmount":{"amount":"15","currency":"710"}}`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"amount too large":           {plus: `"amounts":{"requestAmount":{"amount":9223372036854775808,"currency":"710"}}`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"amount largest":             {plus: `"amounts":{"requestAmount":{"amount":10000000000000,"currency":"710"}}`},
		"amount absurd":              {plus: `"amounts":{"requestAmount":{"amount":9223372036854775807,"currency":"710"}}`, want: []string{"amounts.requestAmount.amount has the wrong type"}},
		"currency letters":           {plus: `"amounts":{"requestAmount":{"amount":1,"currency":"ZAR"}}`, want: []string{`amounts.requestAmount.currency must match "[0-9]{3}"`}},
		"currency number":            {plus: `"amounts":{"requestAmount":{"amount":1,"currency":710}}`},
		"currency short number":      {plus: `"amounts":{"requestAmount":{"amount":1,"currency":36}}`, want: []string{`amounts.requestAmount.currency must match "[0-9]{3}"`}},
		"currency true":              {plus: `"amounts":{"requestAmount":{"amount":1,"currency":true}}`, want: []string{"amounts.requestAmount.currency has the wrong type"}},
		"additional amounts":         {plus: `"amounts":{"additionalAmounts":{"CASHBACK":{"amount":1}}}`, want: []string{"amounts.additionalAmounts.CASHBACK.currency may not be null"}},
		"product without id":         {plus: `"product":{}`, want: []string{"product.productId may not be null"}},
		"product id too long":        {plus: `"product":{"productId":"` + strings.Repeat("p", 41) + `"}`, want: []string{"product.productId length must be between 1 and 40"}},
		"product id characters":      {plus: `"product":{"productId":"a b"}`, want: []string{`product.productId must match "[A-Za-z0-9-]{1,40}"`}},
		"fixed value as text":        {plus: `"product":{"productId":"P","isFixedValue":"yes"}`, want: []string{"product.isFixedValue has the wrong type"}},
		"tran type":                  {plus: `"tranType":"SALE"`, want: []string{`tranType must match "` + message.TranType().Expression() + `"`}},
		"account type gift card":     {plus: `"srcAccType":"GIFT_CARD"`},
		"pos entry":                  {plus: `"posInfo":{"entryMode":{"panEntryMode":"MANUAL"}}`, want: []string{"posInfo.entryMode.pinEntryCapability may not be null"}},
		"slip":                       {plus: `"slipData":{"messageLines":[{"text":"a","barcode":{"data":"1"},"fontWidthScaleFactor":1.5,"line":true}],"slipWidth":40,"issuerReference":"A1"}`},
		"slip width fraction":        {plus: `"slipData":{"slipWidth":1.5}`, want: []string{"slipData.slipWidth has the wrong type"}},
		"slip width too large":       {plus: `"slipData":{"slipWidth":3000000000}`, want: []string{"slipData.slipWidth has the wrong type"}},
		"slip line":                  {plus: `"slipData":{"messageLines":[{}]}`, want: []string{"slipData.messageLines[0].text may not be null"}},
		"customer":                   {plus: `"recipient":{"msisdn":"+0123","emailAddress":"x","addressDetails":{"country":"za"}}`, want: []string{`recipient.msisdn must match "\+?[1-9]\d{0,14}"`, `recipient.emailAddress must match "e-mail address"`, `recipient.addressDetails.country must match "[A-Z]{2}"`}},
		"customer fine":              {plus: `"recipient":{"msisdn":"+27821234567","emailAddress":"a@b.example","firstName":"A","status":"ok"}`},
		"card":                       {plus: `"paymentMethods":[{"type":"CARD","pan":"4111111111111111","pin":{"type":"CLEAR_PIN","pin":"1234"},"encryptedPin":{"pinBlock":"00112233445566AA","encryptionParameters":{"accountNumber":"123456789012","keyIndex":1}}}]`},
		"card without pan":           {plus: `"paymentMethods":[{"type":"CARD"}]`, want: []string{"paymentMethods[0].pan may not be null"}},
		"member of another method":   {plus: `"paymentMethods":[{"type":"QR","tranId":"1","pan":"1"}]`, want: []string{"Unrecognized field 'pan'"}},
		"method without type":        {plus: `"paymentMethods":[{"pan":"1"}]`, want: []string{"paymentMethods[0].type may not be null"}},
		"method of unknown type":     {plus: `"paymentMethods":[{"type":"COINS","x":1}]`, want: []string{`paymentMethods[0].type must match "AN_32_TOKEN|LOYALTY_CARD|CARD|ACCOUNT|REWARD|WALLET|QR"`}},
		"wallet":                     {plus: `"paymentMethods":[{"type":"WALLET","walletId":"w","walletPocket":{"pocketName":"p"},"proxyType":"MSISDN"}]`},
		"hashed pin":                 {plus: `"paymentMethods":[{"type":"REWARD","rewardCode":"r","pin":{"type":"HASHED_PIN","hash":"zz"}}]`, want: []string{`paymentMethods[0].pin.hash must match "[0-9,A-F]{1,512}"`}},
		"empty code":                 {plus: `"voucher":{"code":""}`, want: []string{"voucher.code length must be between 1 and 512"}},
		"code as number":             {plus: `"voucher":{"code":730011882245}`},
		"voucher without code":       {plus: `"voucher":{}`},
		"voucher null":               {plus: `"voucher":null`},
		"list is text":               {plus: `"tenders":"CASH"`, want: []string{"tenders has the wrong type"}},
		"reference very long":        {plus: `"rrn":"` + strings.Repeat("r", 513) + `"`, want: []string{"rrn length must be between 0 and 512"}},
		"NUL":                        {plus: `"rrn":"a\u0000"`, want: []string{"rrn has the wrong type"}},
		"all kinds, in order":        {edit: edit{`"time":"2031-02-03T04:05:06.007Z"`, `"time":"x","foo":1`}, plus: `"stan":{},"tranType":null,"product":{"x":1}`, want: []string{"Unrecognized field 'foo'", "Unrecognized field 'x'", "product.productId may not be null", "time has the wrong type", "stan has the wrong type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := base
			if tc.edit.old != "" {
				body = with(t, body, tc.edit.old, tc.edit.replacement)
			}
			if tc.plus != "" {
				body = plus(body, tc.plus)
			}
			_, _, err := DecodeRequest(transactions.Provision, []byte(body))
			require.Equal(t, tc.want, messagesOf(t, err))
		})
	}
}

func TestDecodeRequestMalformed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"empty":            {"", "The body is not valid JSON"},
		"cut":              {base[:100], "The body is not valid JSON"},
		"list":             {"[" + base + "]", "The body is not a JSON object"},
		"null":             {"null", "The body is not a JSON object"},
		"duplicate":        {plus(base, `"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`), "The body holds a member twice in one object"},
		"nested duplicate": {plus(base, `"voucher":{"code":"1","code":"2"}`), "The body holds a member twice in one object"},
		"deep":             {plus(base, `"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)), "The body is nested more than 32 levels deep"},
		"not UTF-8":        {plus(base, "\"rrn\":\"\xff\""), "The body is not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := DecodeRequest(transactions.Provision, []byte(tc.body))
			var f *message.Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, []switchcore.FormatError{{Msg: tc.want}}, f.Entries())
		})
	}
}

func TestDecodeRedemptionAndRefund(t *testing.T) {
	t.Parallel()
	for _, op := range []transactions.Operation{transactions.Redemption, transactions.Refund} {
		for plusText, want := range map[string][]string{
			`"voucher":{"code":"1"}`:                  nil,
			`"rrn":"1"`:                               {"voucher may not be null"},
			`"voucher":null`:                          {"voucher may not be null"},
			`"voucher":{}`:                            {"voucher.code may not be null"},
			`"voucher":{"code":null}`:                 {"voucher.code may not be null"},
			`"voucher":{"code":"1","pin":"2"}`:        {"Unrecognized field 'pin'"},
			`"voucher":{"code":"1"},"recipient":{}`:   {"Unrecognized field 'recipient'"},
			`"voucher":{"code":"1"},"posInfo":{}`:     nil,
			`"voucher":{"code":"1"},"amounts":{}`:     nil,
			`"voucher":{"code":"1","expiryDate":"x"}`: {"voucher.expiryDate has the wrong type"},
		} {
			_, _, err := DecodeRequest(op, []byte(plus(base, plusText)))
			require.Equal(t, want, messagesOf(t, err), "%s %s", op, plusText)
		}
	}
}

func TestManyErrorsAreCut(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, `"x%d":1,`, i)
	}
	_, _, err := DecodeRequest(transactions.Provision, []byte(plus(base, b.String()+`"`+strings.Repeat("y", 5000)+`":1`)))
	require.Len(t, messagesOf(t, err), message.MaxViolations)
}

func TestDecodeRequestView(t *testing.T) {
	t.Parallel()
	body := with(t, base, `"terminalId"`, `"operatorId":"Ann","channelId":"POS","terminalId"`)
	body = plus(body, `"receiver":{"id":"90000004","name":"Demo Vouchers"},"settlementEntity":{"id":"90000003"},`+
		`"product":{"productId":"P-1","receiver":{"id":"90000009"}},"amounts":{"requestAmount":{"amount":5000,"currency":710}},`+
		`"voucher":{"code":"7300","serialNumber":"S1"},"tenders":[{"tenderType":"CASH","amount":{"amount":1,"currency":"710"}}],`+
		`"rrn":12,"stan":"\u0041","basketRef":"b","recipient":{"msisdn":"27821234567"},"tranType":null`)
	req, client, err := DecodeRequest(transactions.Provision, []byte(strings.ReplaceAll(body, ",", " ,\n ")))
	require.NoError(t, err)
	require.Equal(t, "90000002", client)

	canonical := strings.Replace(body, `"currency":710`, `"currency":"710"`, 1)
	canonical = strings.Replace(canonical, `"rrn":12`, `"rrn":"12"`, 1)
	canonical = strings.Replace(canonical, `,"tranType":null`, ``, 1)
	require.Equal(t, canonical, string(req.Body), "compact, texts quoted, null left out, all else as sent")

	want := switchcore.Request{
		Key:          transactions.Key{Service: transactions.Voucher, Operation: transactions.Provision, RequestID: "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"},
		MessageID:    "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b",
		OriginatorID: "90000001", TerminalID: "till0007", MerchantID: "cornershop00001",
		CashierID: "Ann", ChannelID: "POS", Receiver: switchcore.Institution{ID: "90000004", Name: "Demo Vouchers"},
		SettlementEntity: switchcore.Institution{ID: "90000003"}, ProductID: "P-1", ProductReceiver: "90000009",
		Amount: &money.Amount{Minor: 5000, Currency: "710"}, VoucherCode: "7300", VoucherSerial: "S1", Tendered: true,
		RRN: "12", STAN: "A", BasketRef: "b",
		Terms: []switchcore.Term{
			{Kind: transactions.TermThirdParty, Value: "T-1"},
			{Kind: transactions.TermThirdParty, Value: "K-1"},
			{Kind: transactions.TermRRN, Value: "12"},
			{Kind: transactions.TermBasket, Value: "b"},
			{Kind: transactions.TermCode, Value: "7300"},
			{Kind: transactions.TermSerial, Value: "S1"},
			{Kind: transactions.TermMSISDN, Value: "27821234567"},
		},
		Body: req.Body, Fingerprint: req.Fingerprint,
	}
	require.Equal(t, want, *req)
}

func TestDecodeMinimalView(t *testing.T) {
	t.Parallel()
	body := with(t, base, base[strings.Index(base, `,"thirdPartyIdentifiers"`):], "}")
	req, _, err := DecodeRequest(transactions.Provision, []byte(body))
	require.NoError(t, err, "an absent list is an empty list")
	require.Nil(t, req.Amount)
	require.False(t, req.Tendered)
	require.Empty(t, req.Terms)

	_, _, err = DecodeRequest(transactions.Provision, []byte(plus(body, `"thirdPartyIdentifiers":null`)))
	require.Equal(t, []string{"thirdPartyIdentifiers may not be null"}, messagesOf(t, err))
	req, _, err = DecodeRequest(transactions.Provision, []byte(plus(base, `"tenders":[],"paymentMethods":[{"type":"QR","tranId":"1"}]`)))
	require.NoError(t, err)
	require.True(t, req.Tendered)
}

const advice = `{"id":"1f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","requestId":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b",` +
	`"time":"2031-02-03T04:05:06.007Z","thirdPartyIdentifiers":[{"institutionId":"1","transactionIdentifier":"T"}]}`

func TestDecodeAdvice(t *testing.T) {
	t.Parallel()
	const reason, tendersText = `"reversalReason":"TIMEOUT"`, `"tenders":[{"tenderType":"CASH","amount":{"amount":1,"currency":"710"}}]`
	all := []transactions.Operation{transactions.Provision, transactions.Redemption, transactions.Refund}
	for _, op := range all {
		for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
			reverse := kind == transactions.Reverse
			body := advice
			if reverse {
				body = plus(body, reason)
			}
			a, err := DecodeAdvice(op, kind, []byte(plus(body, `"amounts":{"approvedAmount":{"amount":7,"currency":"710"}},"rrn":null`)))
			require.NoError(t, err)
			require.Equal(t, op, a.Key.Operation)
			require.Equal(t, "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b", a.Key.RequestID)
			require.Equal(t, "1f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b", a.AdviceID)
			require.Equal(t, &money.Amount{Minor: 7, Currency: "710"}, a.Amount)
			require.Equal(t, kind, a.Kind)
			require.Equal(t, plus(body, `"amounts":{"approvedAmount":{"amount":7,"currency":"710"}}`), string(a.Body))
			require.Equal(t, reverse, a.Reason == "TIMEOUT")

			_, err = DecodeAdvice(op, kind, []byte(plus(body, tendersText)))
			if op == transactions.Provision && !reverse {
				require.NoError(t, err)
			} else {
				require.Equal(t, []string{"Unrecognized field 'tenders'"}, messagesOf(t, err))
			}
			_, err = DecodeAdvice(op, kind, []byte(plus(body, `"client":{"id":"1"}`)))
			require.Equal(t, []string{"Unrecognized field 'client'"}, messagesOf(t, err))
			_, err = DecodeAdvice(op, kind, []byte(with(t, body, `"requestId":"0f6b1c9e-`, `"requestId":"0f6b1c9e`)))
			require.Equal(t, []string{message.UUIDMessage}, messagesOf(t, err))
			_, err = DecodeAdvice(op, kind, []byte(with(t, body, `"time":"2031-02-03T04:05:06.007Z",`, ``)))
			require.Equal(t, []string{"time may not be null"}, messagesOf(t, err))
		}
		_, err := DecodeAdvice(op, transactions.Reverse, []byte(advice))
		require.Equal(t, []string{"reversalReason may not be null"}, messagesOf(t, err))
		_, err = DecodeAdvice(op, transactions.Reverse, []byte(plus(advice, `"reversalReason":"BORED"`)))
		require.Equal(t, []string{`reversalReason must match "TIMEOUT|CANCELLED|RESPONSE_NOT_FINAL"`}, messagesOf(t, err))
		_, err = DecodeAdvice(op, transactions.Confirm, []byte(plus(advice, reason)))
		require.Equal(t, []string{"Unrecognized field 'reversalReason'"}, messagesOf(t, err))
	}
}

func TestFieldsCarryThePath(t *testing.T) {
	t.Parallel()
	_, _, err := DecodeRequest(transactions.Provision, []byte(with(t, base, `"city":"Durban"`, `"town":"Durban"`)))
	var f *message.Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, []switchcore.FormatError{
		{Field: "originator.merchant.merchantName.town", Msg: "Unrecognized field 'town'"},
		{Field: "originator.merchant.merchantName.city", Msg: "originator.merchant.merchantName.city may not be null"},
	}, f.Entries())
	require.ErrorContains(t, err, "Unrecognized field 'town'")
}

func TestResetMessage(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"userDataWillBeLost":"TRUE","resetUserData":"TRUE"}`:  true,
		`{"userDataWillBeLost":"TRUE","resetUserData":"true"}`:  false,
		`{"userDataWillBeLost":"FALSE","resetUserData":"TRUE"}`: false,
		`{}`: false,
	} {
		got, err := resetConfirmed([]byte(body))
		require.NoError(t, err)
		require.Equal(t, want, got, body)
	}
	_, err := resetConfirmed([]byte(`{"x":1}`))
	require.Error(t, err)
}

// FuzzDecodeRequest looks for panics, for accepted messages whose canonical text is not accepted again or
// has another fingerprint, and for refusals without a reason.
func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(base))
	f.Add([]byte(plus(base, `"amounts":{"additionalAmounts":{"B":{"amount":-1,"currency":710},"A":{"amount":0,"currency":"710"}}}`)))
	f.Add([]byte(plus(base, `"voucher":{"code":"\u0031"},"paymentMethods":[{"type":"CARD","pan":"1","pin":{"type":"CLEAR_PIN","pin":""}}]`)))
	f.Add([]byte(plus(base, `"product":{"productId":"P","description":null},"slipData":{"messageLines":[{"text":"x","cut":true}]}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, _, err := DecodeRequest(transactions.Provision, body)
		if err != nil {
			var failure *message.Failure
			if !errors.As(err, &failure) || len(failure.Entries()) == 0 || failure.Entries()[0].Msg == "" {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		again, _, err := DecodeRequest(transactions.Provision, req.Body)
		if err != nil || string(again.Body) != string(req.Body) || string(again.Fingerprint) != string(req.Fingerprint) {
			t.Fatalf("not stable (%v):\n%s\n%s", err, req.Body, again.Body)
		}
		if _, err := jsonedit.Parse(req.Body); err != nil {
			t.Fatal(err)
		}
	})
}
