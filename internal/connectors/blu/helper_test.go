package blu

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	wireRef   = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	entryID   = "5e1f0000-0000-4000-8000-00000000000a"
	code      = "7300118822451234"
	sellKey   = "sell-canary-77881122"
	redeemKey = "redeem-canary-77881122"
)

func provider() switchcore.Provider {
	return switchcore.Provider{ID: "blu", Connector: "blu", Profile: switchcore.Profile{
		Lookup: true, Redeem: true, ReverseRedeem: true, ReverseProvision: true, Retry: true, ForwardUnknownCodes: true,
	}}
}

func newConnector(t testing.TB, base string, o Options) *Connector {
	t.Helper()
	c, err := New(Config{
		Config: wire.Config{BaseURL: base}, SellKey: func() string { return sellKey }, RedeemKey: func() string { return redeemKey },
		Password: func() string { return "pw-canary" }, Options: o,
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func cents64(n int64) *int64 { return &n }

func zar(n int64) *money.Amount { return &money.Amount{Minor: n, Currency: "710"} }

func listed(id string) *switchcore.Product {
	return &switchcore.Product{ID: "BLU", ProviderID: "blu", ProviderCode: id, Currency: "710", Min: cents64(500), Max: cents64(100000)}
}

// request is what a till asked for, as the API leaves it.
func request(amount *money.Amount) *switchcore.Request {
	return &switchcore.Request{
		MessageID: "AAAAAAAA-0000-4000-8000-000000000001", Amount: amount, ProductID: "BLU", Body: []byte(`{"time":"2031-02-03T04:05:06.007Z"}`),
	}
}

func redeeming(amount *money.Amount) *switchcore.Request {
	r := request(amount)
	r.VoucherCode, r.ProductID = code, ""
	return r
}

func callOf(kind transactions.AttemptKind, op transactions.Operation) switchcore.Call {
	return switchcore.Call{Kind: kind, Service: transactions.Voucher, Operation: op, WireRef: wireRef, Provider: provider(), EntryID: entryID}
}

func with(call switchcore.Call, change func(*switchcore.Call)) switchcore.Call {
	change(&call)
	return call
}

func asking(op transactions.Operation, r *switchcore.Request, p *switchcore.Product) switchcore.Call {
	return with(callOf(transactions.AttemptRequest, op), func(c *switchcore.Call) { c.Request, c.Product = r, p })
}

func looking(r *switchcore.Request) switchcore.Call {
	return with(callOf(transactions.AttemptLookup, transactions.Lookup), func(c *switchcore.Call) { c.Request = r })
}

// reversing is the call of a stored reversal, with the request as it comes from the record: its body only.
func reversing(op transactions.Operation) switchcore.Call {
	return with(callOf(transactions.AttemptReverse, op), func(c *switchcore.Call) {
		c.Advice = &switchcore.Advice{ID: entryID, Reason: "TIMEOUT"}
		c.Request = &switchcore.Request{Body: []byte(`{"voucher":{"code":"` + code + `"}}`)}
	})
}

// sent is the call as the switch reads its answer: with the message that went out.
func sent(t testing.TB, c *Connector, call switchcore.Call) switchcore.Call {
	t.Helper()
	m, err := c.Prepare(call)
	require.NoError(t, err)
	call.Sent, call.Advice = m, nil
	return call
}

func answered(status int, body string) switchcore.Answer {
	return switchcore.Answer{Sent: true, Status: status, Body: []byte(body), Masked: string(masked([]byte(body)))}
}
