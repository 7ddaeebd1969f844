package switchcore_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// confirmFor sends a confirmation with an amount and its own words.
func (w *world) confirmFor(request, advice, body string, amount *money.Amount) switchcore.Outbound {
	req := &switchcore.AdviceRequest{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: prov, RequestID: request},
		Client: w.client, Kind: transactions.Confirm, AdviceID: advice, Body: []byte(body), Amount: amount, RequestRef: request,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceConfirmation, Start: time.Now()},
	}
	req.Render = func(r switchcore.Reply) switchcore.Outbound {
		if r.Kind == switchcore.ReplyEcho {
			return switchcore.Outbound{Status: 202, Body: req.Body}
		}
		return render(r)
	}
	return w.p.Advise(req)
}

// A final amount never exceeds what was authorised, and nothing authorised is nothing to settle (common.md 3.2, I17).
func TestAdviceAmounts(t *testing.T) {
	t.Parallel()
	sum := func(minor int64, currency string) *money.Amount {
		return &money.Amount{Minor: minor, Currency: currency}
	}
	for _, c := range []struct {
		name           string
		asked, advised *money.Amount
		status         int
		final          int64
	}{
		{"all of it", sum(5000, "710"), nil, 202, 5000},
		{"less", sum(5000, "710"), sum(3000, "710"), 202, 3000},
		{"more", sum(5000, "710"), sum(5001, "710"), 400, 0},
		{"less than nothing", sum(5000, "710"), sum(-1, "710"), 400, 0},
		{"another currency", sum(5000, "710"), sum(100, "840"), 400, 0},
		{"something of nothing", nil, sum(1, "710"), 400, 0},
		{"nothing of nothing", nil, sum(0, "710"), 202, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			req := w.request(prov, "1", "")
			req.Amount = c.asked
			w.p.Process(req)
			out := w.confirmFor("1", "a", `{}`, c.advised)
			require.Equal(t, c.status, out.Status)
			if c.status == 202 {
				require.Equal(t, c.final, *w.only(prov, "1").FinalAmount)
				return
			}
			require.Equal(t, switchcore.ErrAmount, w.read(out).Type)
			require.Equal(t, transactions.Undecided, w.only(prov, "1").Decision)
		})
	}
}

// A repeat is answered with the words that were accepted, whatever it says now (vouchers.md 4.5a).
func TestRepeatedAdviceIsAnsweredWithTheStoredEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	require.Equal(t, `{"rrn":"1"}`, string(w.confirmFor("1", "a", `{"rrn":"1"}`, nil).Body))
	require.Equal(t, `{"rrn":"1"}`, string(w.confirmFor("1", "a", `{"rrn":"2"}`, nil).Body))
}

// A look-up right after a confirmation waits until the provider has it (I11).
func TestLookupWaitsForADueAdvice(t *testing.T) {
	t.Parallel()
	w := sold(t)
	asked := make(chan switchcore.Holder, 8)
	w.store.adviceDue = func(of switchcore.Holder) bool { asked <- of; return false }
	require.Equal(t, 200, w.read(w.p.Process(w.request(transactions.Lookup, "l", theCode))).Status)
	require.NotEqual(t, uuid.Nil, (<-asked).VoucherID)
}

// faultySender is a connector that fails in its own code.
type faultySender struct{ switchcore.Connector }

func (faultySender) Send(context.Context, switchcore.Message) switchcore.Answer { panic("planted") }

func TestAFaultInSendingProvesNothing(t *testing.T) {
	t.Parallel()
	a := switchcore.SendSafely(t.Context(), faultySender{})
	require.True(t, a.Sent, "the message may have left")
	require.Error(t, a.Err)
}
