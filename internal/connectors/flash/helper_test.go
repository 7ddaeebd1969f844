package flash

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
	wireRef = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	entryID = "5e1f0000-0000-4000-8000-00000000000a"
	pin     = "7300118822451234"
	account = "4058-1234-5678-9012"
	key     = "a2V5LWNhbmFyeS03Nzg4MTEyMg=="
)

func provider() switchcore.Provider {
	return switchcore.Provider{ID: "flash", Connector: "flash", Profile: switchcore.Profile{
		ReverseProvision: true, ReverseRedeem: true, ReverseRefund: true, Retry: true, Lookup: true, Redeem: true, Refund: true,
		Products: true, ForwardUnknownCodes: true, RefundIssuesNew: true,
	}}
}

func options() Options { return Options{AccountNumber: account} }

func newConnector(t testing.TB, base string, o Options) *Connector {
	t.Helper()
	c, err := New(Config{Config: wire.Config{BaseURL: base}, Key: func() string { return key }, Options: o})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func cents64(n int64) *int64 { return &n }

func zar(n int64) *money.Amount { return &money.Amount{Minor: n, Currency: "710"} }

// listed is a line of the master list in a product group.
func listed(group, code string) *switchcore.Product {
	return &switchcore.Product{ID: "P-" + code, ProviderID: "flash", ProviderGroup: group, ProviderCode: code, Currency: "710", Min: cents64(500), Max: cents64(100000)}
}

// request is what a till asked for, as the API leaves it.
func request(amount *money.Amount) *switchcore.Request {
	return &switchcore.Request{
		MessageID: "AAAAAAAA-0000-4000-8000-000000000001", Amount: amount, MerchantID: "corner-shop 001", TerminalID: "till_007", RRN: "rrn-1",
		Body: []byte(`{"tenders":[{"tenderType":"CASH","amount":{"amount":5000,"currency":"710"}}]}`),
	}
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

func reversing(op transactions.Operation, p *switchcore.Product) switchcore.Call {
	return with(callOf(transactions.AttemptReverse, op), func(c *switchcore.Call) {
		c.Product, c.Advice = p, &switchcore.Advice{ID: entryID, Reason: "TIMEOUT"}
	})
}
