package switchcore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Any history of a client, a provider with any answers, deliveries and passing time keeps the invariants, and comes to
// rest once the provider answers again (guarantees A2, I4).
func TestAnyHistoryKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, func(p *switchcore.Profile) {
			p.ConfirmProvision = rapid.Bool().Draw(rt, "takes confirmations")
			p.ReverseProvision = rapid.Bool().Draw(rt, "takes reversals")
			p.Retry = rapid.Bool().Draw(rt, "takes retries")
		})
		if rapid.Bool().Draw(rt, "single") {
			w.client.Mode = transactions.Single
		}
		sweep := &switchcore.Sweep{Core: w.p.Core}
		words := []string{"approve", "decline", "unknown", "unsent", "repeat", "refuse", "notfound"}
		acked := map[string]transactions.Decision{}
		told := map[string]bool{}
		for i := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			w.provider.mu.Lock()
			w.provider.answers = []string{rapid.SampledFrom(words).Draw(rt, "answer")}
			w.provider.mu.Unlock()
			id := fmt.Sprint("id", rapid.IntRange(1, 3).Draw(rt, "id"))
			switch rapid.IntRange(0, 7).Draw(rt, "act") {
			case 0, 1:
				told[id] = w.provision(id).Status == 201 || told[id]
			case 2:
				told[id] = w.retry(id).Status == 201 || told[id]
			case 3, 4:
				kind := rapid.SampledFrom([]transactions.Decision{transactions.Confirm, transactions.Reverse}).Draw(rt, "kind")
				if w.advise(kind, prov, id, fmt.Sprint("a", i)).Status == 202 && w.only(prov, id).Decision == kind {
					acked[id] = kind
				}
			case 5:
				w.drain()
			case 6:
				w.store.now = w.store.now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(rt, "seconds")) * time.Second)
			case 7:
				w.sweep(rt, sweep)
			}
			w.mustHold(rt, acked)
		}
		w.provider.mu.Lock()
		w.provider.answers = nil // healed: everything is approved and acknowledged
		w.provider.mu.Unlock()
		for range 12 {
			w.store.now = w.store.now.Add(w.p.Core.Settings.UnknownMaxAge)
			w.sweep(rt, sweep)
			w.drain()
		}
		w.mustHold(rt, acked)
		w.mustRest(rt)
	})
}

func (w *world) sweep(rt *rapid.T, s *switchcore.Sweep) {
	if _, err := s.Recover(w.t.Context()); err != nil {
		rt.Fatal(err)
	}
	if _, err := s.Decide(w.t.Context()); err != nil {
		rt.Fatal(err)
	}
}

// mustHold checks I1 to I15 as far as rows show them.
func (w *world) mustHold(rt *rapid.T, acked map[string]transactions.Decision) {
	byTxn := map[uuid.UUID]*saf.Entry{}
	for _, e := range w.store.Entries {
		if e.Kind != saf.Confirm && e.Kind != saf.Reverse {
			continue
		}
		if byTxn[e.TransactionID] != nil {
			rt.Fatalf("two decisions of one transaction are stored")
		}
		byTxn[e.TransactionID] = e
	}
	live := map[transactions.Key]int{}
	for _, t := range w.store.Transactions {
		e := byTxn[t.ID]
		if (t.Decision == transactions.Undecided) != (e == nil) || e != nil && string(e.Kind) != string(t.Decision) {
			rt.Fatalf("V04: decision %q and entry %v differ", t.Decision, e)
		}
		if t.Decision == transactions.Confirm && t.Outcome != transactions.Success {
			rt.Fatalf("V05: confirmed %s", t.Outcome)
		}
		if t.Final != transactions.Open && e != nil && e.State != saf.Acked && e.State != saf.Consumed {
			rt.Fatalf("V19: closed with an entry %s", e.State)
		}
		if e != nil && e.Kind == saf.Reverse && (e.State == saf.Consumed || e.State == saf.Refused) && t.MaybeSent && t.Outcome != transactions.Failed && !t.ReconRequired {
			rt.Fatalf("V24: a reversal reached nobody and no break is open")
		}
		if t.Generation > 0 && t.Outcome != transactions.Failed && !t.Superseded {
			live[t.Key]++
		}
		if v := w.store.Vouchers[t.VoucherID]; v != nil && t.Final == transactions.Reversed && v.ProvisionID == t.ID && v.State != vouchers.None {
			rt.Fatalf("a reversed provision left its voucher %s", v.State)
		}
	}
	for key, n := range live {
		if n > 1 {
			rt.Fatalf("V01: %d live generations of %s", n, key.RequestID)
		}
	}
	for id, kind := range acked {
		if got := w.only(prov, id).Decision; got != kind {
			rt.Fatalf("V15: %s was acknowledged, the record says %q", kind, got)
		}
	}
	w.mustTrace(rt)
}

// mustTrace checks that each attempt has one message out and, when it was answered, one in (I13), and that final words
// were never changed (V17).
func (w *world) mustTrace(rt *rapid.T) {
	out, in := map[uuid.UUID]int{}, map[uuid.UUID]int{}
	for _, t := range w.store.Traces {
		switch {
		case t.Leg == transactions.SwitchToProvider:
			out[t.AttemptID]++
		case t.Leg == transactions.ProviderToSwitch && !t.Late:
			in[t.AttemptID]++
		}
	}
	for id, a := range w.store.Attempts {
		answered := 0
		if a.State == transactions.Answered {
			answered = 1
		}
		if out[id] != 1 || a.State != transactions.Intent && in[id] != answered {
			rt.Fatalf("V12: attempt %s %s has %d messages out and %d in", a.Kind, a.State, out[id], in[id])
		}
	}
	for _, c := range w.store.Timeline {
		if c.Field == "outcome" && (c.Old == "SUCCESS" || c.Old == "FAILED") || (c.Field == "decision" || c.Field == "final") && c.Old != "" {
			rt.Fatalf("V17: %s went from %s to %s", c.Field, c.Old, c.New)
		}
	}
}

// mustRest checks that nothing is left moving: no unknown outcome, no queued entry.
func (w *world) mustRest(rt *rapid.T) {
	for _, t := range w.store.Transactions {
		if t.Outcome == transactions.Pending || t.Outcome == transactions.Unknown && t.Decision == transactions.Undecided {
			rt.Fatalf("I4: %s is still %s", t.Key.RequestID, t.Stage())
		}
	}
	for _, e := range w.store.Entries {
		if e.State == saf.Queued || e.State == saf.Leased {
			rt.Fatalf("I15: an entry is still %s after %d attempts", e.State, e.Attempts)
		}
	}
}
