package serviceinterface

import (
	"bytes"
	"context"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func played(t testing.TB) *simulator.Server {
	t.Helper()
	s, err := simulator.New(simulator.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func connect(t testing.TB, base string) *Connector {
	t.Helper()
	c, err := New(Config{Config: wire.Config{BaseURL: base}, User: "90000009", Password: func() string { return "secret" }})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// script is the basketRef by which the simulator plays a scenario.
func script(s connectortest.Scenario) string {
	return map[connectortest.Scenario]string{
		connectortest.Decline: "sim:decline:INSUFFICIENT_FUNDS", connectortest.UnknownCode: "sim:decline:WEATHER",
		connectortest.Silence: "sim:lost-answer", connectortest.Late: "sim:late-answer:100",
		connectortest.DuplicateAnswer: "sim:duplicate-answer", connectortest.Malformed: "sim:malformed",
		connectortest.OtherReference: "sim:other-id", connectortest.NoVoucher: "sim:no-code",
		connectortest.ServerError: "sim:error-500", connectortest.Reset: "sim:reset-after",
	}[s]
}

func provisionOf(t testing.TB, ref, basket string) switchcore.Call {
	t.Helper()
	body := []byte(`{"id":"aaaaaaaa-0000-4000-8000-000000000001","time":"2031-02-03T04:05:06.007Z","client":{"id":"90000002","name":"Kiosk Net"},
"originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007","merchant":{"merchantType":"5411","merchantId":"cornershop00001",
"merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"}],
"amounts":{"requestAmount":{"amount":5000,"currency":"710"}}}`)
	if basket != "" {
		var err error
		body, err = jsonedit.Apply(body, jsonedit.Set("basketRef", jsonedit.Quote(basket)))
		require.NoError(t, err)
	}
	call := callOf(transactions.AttemptRequest, transactions.Provision)
	call.WireRef, call.Request = ref, &switchcore.Request{Body: body}
	return call
}

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Fixture{
		Provider: played(t).Handler(),
		Base:     "/demo/suv/v1",
		Connect:  func(t testing.TB, base string) switchcore.Connector { return connect(t, base) },
		Provision: func(t testing.TB, ref string, s connectortest.Scenario) switchcore.Call {
			return provisionOf(t, ref, script(s))
		},
		// the interface tells a refusal by its status, whatever the word (common.md 7)
		Want: map[connectortest.Scenario]switchcore.Class{connectortest.UnknownCode: switchcore.ClassDeclined},
	})
}

// TestVoucherLife takes one voucher through every operation of the interface.
func TestVoucherLife(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(played(t).Handler())
	t.Cleanup(srv.Close)
	c := connect(t, srv.URL+"/demo")
	ask := func(call switchcore.Call) switchcore.Result {
		t.Helper()
		m, err := c.Prepare(call)
		require.NoError(t, err)
		return c.Read(call, c.Send(context.Background(), m))
	}
	advise := func(of switchcore.Call, kind transactions.AttemptKind, list string) switchcore.Result {
		t.Helper()
		of.Kind, of.Request = kind, nil
		of.Advice = &switchcore.Advice{ID: uuid.NewString(), Time: "2031-02-03T04:06:00.000Z", Identifiers: list}
		return ask(of)
	}

	// given a provision whose first answer was lost
	sale := provisionOf(t, uuid.NewString(), "sim:reset-after")
	require.Equal(t, classUnknown, ask(sale).Class)

	// when it is retried, then the voucher that was issued comes out
	repeat := sale
	repeat.Kind = again
	sold := ask(repeat)
	require.Equal(t, classApproved, sold.Class)
	require.NotEmpty(t, sold.Words.Ref)
	require.Equal(t, sold.Voucher.Code, ask(sale).Voucher.Code, "a duplicate quotes the same voucher")
	require.Equal(t, classDone, advise(sale, transactions.AttemptConfirm, sold.Identifiers).Class)

	// and it can be looked up, redeemed and refunded, each with its advice
	look := callOf(transactions.AttemptLookup, transactions.Lookup)
	for _, r := range []switchcore.Request{
		{VoucherCode: sold.Voucher.Code}, {VoucherSerial: sold.Voucher.Serial}, {LookupRequestID: sale.WireRef},
	} {
		look.Request = &r
		found := ask(look)
		require.Equal(t, classApproved, found.Class)
		require.Equal(t, int64(5000), found.BalanceAmount.Minor)
	}
	use := func(op transactions.Operation) switchcore.Call {
		call := provisionOf(t, uuid.NewString(), "")
		body, err := jsonedit.Apply(call.Request.Body, jsonedit.Remove("amounts"),
			jsonedit.Set("voucher", []byte(`{"code":"`+sold.Voucher.Code+`"}`)))
		require.NoError(t, err)
		call.Operation, call.Request = op, &switchcore.Request{Body: body}
		return call
	}
	first := use(transactions.Redemption)
	redeemed := ask(first)
	require.Equal(t, classApproved, redeemed.Class, redeemed.Words)
	require.Equal(t, "VOUCHER_ALREADY_REDEEMED", ask(use(transactions.Redemption)).ErrorType)
	require.Equal(t, classDone, advise(first, transactions.AttemptReverse, redeemed.Identifiers).Class)
	second := use(transactions.Redemption)
	require.Equal(t, classApproved, ask(second).Class)
	require.Equal(t, classDone, advise(second, transactions.AttemptConfirm, "").Class)
	back := use(transactions.Refund)
	require.Equal(t, classApproved, ask(back).Class)
	require.Equal(t, classDone, advise(back, transactions.AttemptConfirm, "").Class)
}

// TestProviderWithoutAdvices sends what a wrong profile would let through: the refusal is final and seen.
func TestProviderWithoutAdvices(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(played(t).Handler())
	t.Cleanup(srv.Close)
	c := connect(t, srv.URL+"/stellr")
	call := callOf(transactions.AttemptReverse, transactions.Provision)
	call.Advice = &switchcore.Advice{ID: uuid.NewString(), Time: "2031-02-03T04:06:00.000Z"}
	m, err := c.Prepare(call)
	require.NoError(t, err)
	got := c.Read(call, c.Send(context.Background(), m))
	require.Equal(t, classRefused, got.Class)
	require.Equal(t, "FUNCTION_NOT_SUPPORTED", got.Words.Code)
}

// TestWrongPasswordSettlesNothing keeps a queue whole while the credentials are wrong (I16).
func TestWrongPasswordSettlesNothing(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(played(t).Handler())
	t.Cleanup(srv.Close)
	good := connect(t, srv.URL+"/demo")
	call := provisionOf(t, uuid.NewString(), "")
	m, err := good.Prepare(call)
	require.NoError(t, err)
	require.Equal(t, classApproved, good.Read(call, good.Send(context.Background(), m)).Class)
	bad, err := New(Config{Config: wire.Config{BaseURL: srv.URL + "/demo"}, User: "90000009", Password: func() string { return "other" }})
	require.NoError(t, err)
	t.Cleanup(bad.Close)
	call.Kind, call.Advice = transactions.AttemptConfirm, &switchcore.Advice{ID: uuid.NewString(), Time: "2031-02-03T04:06:00.000Z"}
	m, err = bad.Prepare(call)
	require.NoError(t, err)
	a := bad.Send(context.Background(), m)
	require.False(t, bytes.Contains([]byte(a.Headers), []byte("Authenticate")))
	got := bad.Read(call, a)
	require.Equal(t, classRepeat, got.Class)
	require.True(t, got.Alarm)
}
