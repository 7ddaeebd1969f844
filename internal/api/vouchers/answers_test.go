package vouchers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func decoded(t *testing.T, op transactions.Operation, members string) *switchcore.Request {
	t.Helper()
	body := base
	if members != "" {
		body = plus(base, members)
	}
	req, _, err := DecodeRequest(op, []byte(body))
	require.NoError(t, err)
	req.In.Path = "/vouchers"
	return req
}

func approval(members ...switchcore.Member) switchcore.Reply {
	return switchcore.Reply{Kind: switchcore.ReplyApproved, Status: 201, Approval: &switchcore.Approval{
		SettlementEntity: switchcore.Institution{ID: "90000003", Name: "Demo Settle"}, SettlementRef: "S-77",
		Receiver: switchcore.Institution{ID: "90000004", Name: "Demo Vouchers"}, ReceiverRef: "P-31",
		Members: members,
	}}
}

func member(name, raw string) switchcore.Member {
	return switchcore.Member{Name: name, Raw: []byte(raw)}
}

// head is base without its identifiers and closing brace.
const head = `{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","time":"2031-02-03T04:05:06.007Z",` +
	`"client":{"id":"90000002","name":"Kiosk Net"},` +
	`"originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007",` +
	`"merchant":{"merchantType":"5411","merchantId":"cornershop00001",` +
	`"merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},`

const own = `{"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000002","transactionIdentifier":"K-1"}`

func TestApprovedAnswers(t *testing.T) {
	t.Parallel()
	const issued = `{"code":"730011882245","expiryDate":"2032-02-03T04:05:06.007Z"}`
	four := `"thirdPartyIdentifiers":[` + own + `,{"institutionId":"90000003","transactionIdentifier":"S-77"},{"institutionId":"90000004","transactionIdentifier":"P-31"}]`
	parties := `"settlementEntity":{"id":"90000003","name":"Demo Settle"},"receiver":{"id":"90000004","name":"Demo Vouchers"}`
	for name, tc := range map[string]struct {
		op      transactions.Operation
		request string
		members []switchcore.Member
		want    string
	}{
		"provision": {
			transactions.Provision, "",
			[]switchcore.Member{member("voucher", issued), member("slipData", `{"slipWidth":20}`)},
			head + four + `,"voucher":` + issued + `,"slipData":{"slipWidth":20},` + parties + `}`,
		},
		"the client's parties stay": {
			transactions.Provision, `"receiver":{"id":"5","name":"R"},"settlementEntity":{"id":"6"}`,
			[]switchcore.Member{member("voucher", issued)},
			head + `"thirdPartyIdentifiers":[` + own + `,{"institutionId":"6","transactionIdentifier":"S-77"},{"institutionId":"5","transactionIdentifier":"P-31"}],` +
				`"receiver":{"id":"5","name":"R"},"settlementEntity":{"id":"6"},"voucher":` + issued + `}`,
		},
		"the client's code stays": {
			transactions.Provision, `"voucher":{"code":"MINE"}`,
			[]switchcore.Member{member("voucher", issued)},
			head + four + `,"voucher":{"code":"MINE"},` + parties + `}`,
		},
		"a voucher without code is filled": {
			transactions.Provision, `"voucher":{"batchNumber":"1"}`,
			[]switchcore.Member{member("voucher", issued)},
			head + four + `,"voucher":` + issued + `,` + parties + `}`,
		},
		"amounts are merged": {
			transactions.Provision, `"amounts":{"requestAmount":{"amount":5,"currency":710}}`,
			[]switchcore.Member{member("amounts", `{"requestAmount":{"amount":9,"currency":"710"},"approvedAmount":{"amount":5,"currency":"710"}}`)},
			head + four + `,"amounts":{"requestAmount":{"amount":5,"currency":"710"},"approvedAmount":{"amount":5,"currency":"710"}},` + parties + `}`,
		},
		"amounts of the provider": {
			transactions.Provision, "",
			[]switchcore.Member{member("amounts", `{"approvedAmount":{"amount":5,"currency":"710"}}`)},
			head + four + `,"amounts":{"approvedAmount":{"amount":5,"currency":"710"}},` + parties + `}`,
		},
		"the provider never changes what is echoed": {
			transactions.Provision, `"rrn":"1"`,
			[]switchcore.Member{member("id", `"x"`), member("client", `{}`), member("thirdPartyIdentifiers", `[]`), member("receiver", `{}`), member("rrn", `"9"`), member("stan", `"7"`)},
			head + four + `,"rrn":"1","stan":"7",` + parties + `}`,
		},
		"no card number and no PIN comes back": {
			transactions.Provision, `"p\u0061ymentMethods":[{"type":"CARD","pan":"4111111111111111","pin":{"type":"CLEAR_PIN","pin":"1234"}}]`, nil,
			head + four + `,"paymentMethods":[{"type":"CARD","pan":"000000000000"}],` + parties + `}`,
		},
		"redemption keeps the voucher": {
			transactions.Redemption, `"voucher":{"code":"730011882245"}`,
			[]switchcore.Member{member("voucher", `{"code":"0"}`)},
			head + four + `,"voucher":{"code":"730011882245"},` + parties + `}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := decoded(t, tc.op, tc.request)
			out := RequestRenderer(req)(approval(tc.members...))
			require.Equal(t, tc.want, string(out.Body))
			require.Equal(t, 201, out.Status)
			require.Equal(t, `{"Location":"/vouchers"}`, out.Headers)
			require.NotContains(t, out.Masked, "730011882245")
			require.Contains(t, out.Masked, `"transactionIdentifier":"T-1"`)
		})
	}
}

func TestLookupAnswers(t *testing.T) {
	t.Parallel()
	req := &switchcore.Request{Key: transactions.Key{Operation: transactions.Lookup}, VoucherCode: "730011882245", Receiver: switchcore.Institution{ID: "90000004"}}
	reply := approval(member("voucher", `{"code":"730011882245"}`))
	reply.Status = 0
	out := RequestRenderer(req)(reply)
	require.Equal(t, 200, out.Status)
	require.Empty(t, out.Headers)
	require.Equal(t, `{"voucher":{"code":"730011882245"},"settlementEntity":{"id":"90000003","name":"Demo Settle"},`+
		`"receiver":{"id":"90000004","name":"Demo Vouchers"},"thirdPartyIdentifiers":[{"institutionId":"90000003","transactionIdentifier":"S-77"},`+
		`{"institutionId":"90000004","transactionIdentifier":"P-31"}]}`, string(out.Body))

	req = &switchcore.Request{Key: transactions.Key{Operation: transactions.Products}}
	out = RequestRenderer(req)(switchcore.Reply{Kind: switchcore.ReplyApproved, Approval: &switchcore.Approval{Members: []switchcore.Member{member("products", `[]`)}}})
	require.Equal(t, `{"products":[]}`, string(out.Body))
}

func TestErrorAnswers(t *testing.T) {
	t.Parallel()
	const id = `"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`
	for name, tc := range map[string]struct {
		reply switchcore.Reply
		want  string
	}{
		"plain": {
			switchcore.Reply{Status: 400, ErrorType: "VOUCHER_NOT_REDEEMABLE", ErrorMessage: "Not redeemable"},
			`{"errorType":"VOUCHER_NOT_REDEEMABLE","errorMessage":"Not redeemable",` + id + `}`,
		},
		"no message": {switchcore.Reply{Status: 504, ErrorType: "UPSTREAM_UNAVAILABLE"}, `{"errorType":"UPSTREAM_UNAVAILABLE","errorMessage":"UPSTREAM_UNAVAILABLE",` + id + `}`},
		"nothing":    {switchcore.Reply{Status: 500}, `{"errorType":"GENERAL_ERROR","errorMessage":"GENERAL_ERROR",` + id + `}`},
		"reversed": {
			switchcore.Reply{Status: 400, ErrorType: "VOUCHER_ALREADY_REVERSED", ErrorMessage: "m", OriginalID: "r-1"},
			`{"errorType":"VOUCHER_ALREADY_REVERSED","errorMessage":"m",` + id + `,"originalId":"r-1"}`,
		},
		"duplicate": {
			switchcore.Reply{Status: 400, ErrorType: "DUPLICATE_RECORD", ErrorMessage: "m", Detail: switchcore.Detail{VoucherOf: []byte(`{"id":"1","voucher":{"code":"730011882245"}}`)}},
			`{"errorType":"DUPLICATE_RECORD","errorMessage":"m",` + id + `,"detailMessage":{"voucher":{"code":"730011882245"}}}`,
		},
		"duplicate without voucher": {
			switchcore.Reply{Status: 400, ErrorType: "DUPLICATE_RECORD", ErrorMessage: "m", Detail: switchcore.Detail{VoucherOf: []byte(`{}`)}},
			`{"errorType":"DUPLICATE_RECORD","errorMessage":"m",` + id + `}`,
		},
		"wrong user": {
			switchcore.Reply{Status: 400, ErrorType: "AUTHENTICATION_ERROR", ErrorMessage: "m", Detail: switchcore.Detail{Client: true}},
			`{"errorType":"AUTHENTICATION_ERROR","errorMessage":"m",` + id + `,"detailMessage":{"client":{"id":"90000002","name":"Kiosk Net"}}}`,
		},
		"provider's words": {
			switchcore.Reply{Status: 400, ErrorType: "DO_NOT_HONOR", ErrorMessage: "m", Provider: switchcore.ProviderWords{Code: "17", Message: "say \"no\"", Ref: "R"}},
			`{"errorType":"DO_NOT_HONOR","errorMessage":"m",` + id + `,"providerErrorCode":"17","providerErrorMsg":"say \"no\"","providerRef":"R"}`,
		},
		"tenders first": {
			switchcore.Reply{Status: 400, ErrorType: "FORMAT_ERROR", ErrorMessage: "m", FormatErrors: []switchcore.FormatError{{Field: "tenders", Msg: "tenders may not be null"}, {Msg: "x"}}},
			`{"errorType":"FORMAT_ERROR","errorMessage":"m","detailMessage":{"formatErrors":[{"field":"tenders","msg":"tenders may not be null"},{"msg":"x"}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := RequestRenderer(decoded(t, transactions.Provision, ""))(tc.reply)
			require.Equal(t, tc.want, string(out.Body))
			require.Equal(t, tc.reply.Status, out.Status)
			require.NotContains(t, out.Masked, "730011882245")
		})
	}
}

func TestStoredAnswersAreRepeatedExactly(t *testing.T) {
	t.Parallel()
	out := RequestRenderer(decoded(t, transactions.Provision, ""))(switchcore.Reply{Kind: switchcore.ReplyStored, Status: 201, Body: []byte(`{"x": 1}`)})
	require.Equal(t, `{"x": 1}`, string(out.Body))
	require.Equal(t, `{"Location":"/vouchers"}`, out.Headers)
	require.Equal(t, `{"x":"*"}`, out.Masked)
}

func TestAdviceAnswers(t *testing.T) {
	t.Parallel()
	a, err := DecodeAdvice(transactions.Provision, transactions.Confirm, []byte(advice))
	require.NoError(t, err)
	render := AdviceRenderer(a)

	out := render(switchcore.Reply{Kind: switchcore.ReplyEcho, Status: 202})
	require.Equal(t, advice, string(out.Body))
	require.Equal(t, 202, out.Status)

	out = render(switchcore.Reply{Status: 400, ErrorType: "VOUCHER_ALREADY_CONFIRMED", ErrorMessage: "m", Detail: switchcore.Detail{ConfirmationID: "c", VoucherID: "v"}})
	require.Equal(t, `{"errorType":"VOUCHER_ALREADY_CONFIRMED","errorMessage":"m","id":"1f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b",`+
		`"originalId":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","detailMessage":{"voucherId":"v","confirmationId":"c"}}`, string(out.Body))

	out = render(switchcore.Reply{Kind: switchcore.ReplyStored, Status: 202, Body: []byte(`{}`)})
	require.Equal(t, `{}`, string(out.Body))
}

func TestProductsJSON(t *testing.T) {
	t.Parallel()
	n := int64(500)
	list := []switchcore.Product{
		{ID: "B", ProviderID: "p", Currency: "710", Min: &n, Max: &n},
		{ID: "A", ProviderID: "p", Description: "x", Currency: "710", Amount: &n, Receiver: switchcore.Institution{ID: "4", Name: "R"}},
	}
	require.Equal(t, `[{"productId":"A","description":"x","amount":{"amount":500,"currency":"710"},"isFixedValue":true,"receiver":{"id":"4","name":"R"}},`+
		`{"productId":"B","minAmount":{"amount":500,"currency":"710"},"maxAmount":{"amount":500,"currency":"710"},"isFixedValue":false}]`, string(productsJSON(list)))
	require.Equal(t, `[]`, string(productsJSON(nil)))
}
