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

// Any history of gift cards, consumer finance and providers that are asked several times (status checks, requests under a
// new reference, deliveries in two messages, advices without a message) keeps the invariants and comes to rest once the
// provider answers again. What vouchers go through is the simulation's (internal/simulation).
func TestAnyHistoryOfTheRailsKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, nil)
		sweep := &switchcore.Sweep{Core: w.p.Core}
		healed := false
		w.provider.reading = func(c switchcore.Call, r switchcore.Result) switchcore.Result {
			if healed || rapid.IntRange(0, 2).Draw(rt, "more") > 0 {
				return r
			}
			return askAgain(rt, c, r)
		}
		words := []string{"approve", "decline", "unknown", "unsent", "repeat", "refuse", "notfound"}
		for i := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			w.provider.mu.Lock()
			w.provider.answers = rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(rt, "answers")
			w.provider.mu.Unlock()
			w.railStep(rt, sweep, fmt.Sprint("id", rapid.IntRange(1, 3).Draw(rt, "id")), i)
			w.mustHold(rt)
			w.mustHoldReferences(rt)
		}
		w.provider.mu.Lock()
		w.provider.answers = nil
		w.provider.mu.Unlock()
		healed = true
		for range 12 {
			w.store.now = w.store.now.Add(w.p.Core.Settings.UnknownMaxAge)
			w.sweep(rt, sweep)
			w.drain()
		}
		w.mustHold(rt)
		w.mustRest(rt)
	})
}

// askAgain makes a result ask for one more message, or end an advice without one.
func askAgain(rt *rapid.T, c switchcore.Call, r switchcore.Result) switchcore.Result {
	switch {
	case r.Class == switchcore.ClassUnknown && c.Step == "" && rapid.Bool().Draw(rt, "new reference"):
		r.Follow = &switchcore.Follow{Step: "again", Kind: transactions.AttemptRequest, NewWireRef: true, Cleanup: &switchcore.Message{Body: []byte("reject")}}
	case r.Class == switchcore.ClassUnknown || r.Class == switchcore.ClassRepeat:
		r.Follow = check("check")
		if c.Operation == transactions.Authorisation && c.Kind == transactions.AttemptReverse {
			r.Proved = rapid.SampledFrom([]switchcore.Class{switchcore.ClassUnknown, switchcore.ClassApproved, switchcore.ClassDeclined}).Draw(rt, "proved")
		}
	case r.Class == switchcore.ClassDone:
		r.Class, r.Break = switchcore.ClassConsumed, "nothing to send"
	}
	return r
}

func (w *world) railStep(rt *rapid.T, sweep *switchcore.Sweep, id string, i int) {
	ops := []transactions.Operation{transactions.Activation, transactions.Load, transactions.Redemption, transactions.Void, transactions.Transfer}
	op := rapid.SampledFrom(ops).Draw(rt, "operation")
	kind := rapid.SampledFrom([]transactions.Decision{transactions.Confirm, transactions.Reverse}).Draw(rt, "kind")
	signature := fmt.Sprint("s", rapid.IntRange(1, 2).Draw(rt, "signature"))
	switch rapid.IntRange(0, 10).Draw(rt, "act") {
	case 0:
		w.card(op, id)
	case 1:
		w.adviseCard(kind, op, id, fmt.Sprint("a", i), "")
	case 2:
		w.authorise("code-"+id, signature)
	case 3:
		w.adjust("R-"+id, "25", signature+id)
	case 4:
		w.undo(signature+id, fmt.Sprint("V", i))
	case 5:
		w.p.Retry(w.finance(transactions.Receipt, "rec-"+id, "pair-"+id))
	case 6:
		w.provision(id)
	case 7:
		w.retry(id)
	case 8:
		w.drain()
	case 9:
		w.store.now = w.store.now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(rt, "seconds")) * time.Second)
	case 10:
		w.sweep(rt, sweep)
	}
}

// mustHoldReferences checks that no code has two live authorisations, that what counts went out under one reference, and
// that attempts of one transaction never overlap.
func (w *world) mustHoldReferences(rt *rapid.T) {
	codes, running := map[string]int{}, map[uuid.UUID]int{}
	for _, t := range w.store.Transactions {
		if t.Key.Operation == transactions.Authorisation && t.Generation > 0 && t.Outcome != transactions.Failed {
			codes[t.Key.RequestID]++
		}
	}
	for code, n := range codes {
		if n > 1 {
			rt.Fatalf("A1: %d live authorisations of %s", n, code)
		}
	}
	for _, a := range w.store.Attempts {
		if a.SAFID == uuid.Nil && a.State == transactions.Intent {
			running[a.TransactionID]++
		}
	}
	for id, n := range running {
		if n > 1 {
			rt.Fatalf("I9: %d attempts of %s run", n, id)
		}
	}
	for _, e := range w.store.Entries {
		if e.Kind == saf.Cleanup && e.WireRef == w.store.Transactions[e.TransactionID].WireRef() {
			rt.Fatalf("I9: the reference that counts is to be rejected")
		}
	}
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
func (w *world) mustHold(rt *rapid.T) {
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
