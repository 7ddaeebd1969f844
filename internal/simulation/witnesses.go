package simulation

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// checkTold holds an answer that a client just got against what is committed: nothing is claimed before (I1, I6).
func (w *world) checkTold(x told) {
	generations := w.mem.FindByKey(x.key)
	switch {
	case x.answer.Status == 202:
		for _, t := range generations {
			if t.Decision == x.advice || t.Final == transactions.Completed && x.advice == transactions.Confirm {
				return
			}
		}
		w.violated("I6", "%s of %s is acknowledged and not committed", x.advice, x.key.RequestID)
	case !x.answer.approved() || x.key.Operation.Informational():
	case x.key.Service == transactions.Humm:
		w.checkPaid(x, generations)
	default:
		w.checkApproved(x, generations)
	}
}

// checkApproved is W1: outcome, amount and code of every success a client holds are on record.
func (w *world) checkApproved(x told, generations []transactions.Transaction) {
	for _, t := range generations {
		approved := int64(0) // a void names no sum
		if t.ApprovedAmount != nil {
			approved = *t.ApprovedAmount
		}
		if t.Outcome != transactions.Success || approved != x.answer.Minor || x.answer.Minor != x.amount {
			continue
		}
		if x.answer.Code == "" && x.key.Operation != transactions.Provision {
			return
		}
		for _, v := range w.mem.FindVouchers(switchcore.VoucherQuery{CodeHash: codeHash(x.answer.Code)}) {
			if (v.ID == t.VoucherID || v.ID == t.ChangeVoucherID) && v.ProvisionID == t.ID {
				return
			}
		}
	}
	w.violated("W1", "%s %s was told a success of %d with %q that is not on record", x.key.Operation, x.key.RequestID, x.answer.Minor, x.answer.Code)
}

func codeHash(code string) []byte { return openVault{}.Hash("VOUCHER", code) }

// witnesses compares at the end what the clients were told, what the record says and what the banks did (B3).
func (w *world) witnesses() {
	for _, x := range w.told {
		if x.answer.approved() {
			w.checkNotReversed(x)
		}
		w.checkTold(x) // what was acknowledged then is on record now
	}
	known := map[string]*transactions.Transaction{}
	for _, t := range w.mem.Transactions {
		known[t.WireRef()] = t
	}
	holders := map[string]string{}
	for _, p := range w.plan.Providers {
		if p.Profile.Finance {
			w.checkFinance(w.banks[p.ID])
		}
		for ref, a := range w.banks[p.ID].books {
			t := known[ref]
			if t == nil {
				w.violated("W3", "%s knows %s, which is not on record", p.ID, ref)
				continue
			}
			w.checkBooks(t, a)
		}
		w.banks[p.ID].checkSpent(known)
	}
	for _, t := range w.mem.Transactions {
		if v := w.mem.Vouchers[t.VoucherID]; v != nil && v.ProvisionID == t.ID {
			if other := holders[string(v.CodeHash)]; other != "" {
				w.violated("W4", "%s and %s hold one code", other, t.Key.RequestID)
			}
			holders[string(v.CodeHash)] = t.Key.RequestID
		}
		w.checkChange(t)
		w.checkAdvice(t)
	}
	w.checkTraced()
}

// checkNotReversed is the second half of W4: after the decision to reverse nobody is given the code.
func (w *world) checkNotReversed(x told) {
	var answered, reversed time.Time
	var of uuid.UUID
	for _, t := range w.mem.Traces {
		if t.Leg == transactions.SwitchToClient && t.ExchangeID == x.exchange {
			answered, of = t.At, t.TransactionID
		}
	}
	for _, c := range w.mem.Timeline {
		if c.TransactionID == of && c.Field == "decision" && c.New == string(transactions.Reverse) {
			reversed = c.At
		}
	}
	if !reversed.IsZero() && answered.After(reversed) && w.setBack() == 0 {
		w.violated("W4", "%s was given its code after it had been reversed", x.key.RequestID)
	}
}

// checkBooks is W3: what the bank holds for a reference is what the record says, unless people have been called.
func (w *world) checkBooks(t *transactions.Transaction, a *account) {
	net := a.done - a.undone
	want := -1 // not settled: nothing to compare
	switch {
	case t.Final == transactions.Reversed, t.Final == transactions.FinalDeclined:
		want = 0
	case t.Final != transactions.Open, t.Outcome == transactions.Success && t.Decision != transactions.Reverse:
		want = 1
	}
	if t.ReconRequired || want < 0 || net == want {
		return
	}
	w.violated("W3", "%s %s is %s, its bank holds %d of it (done %d, undone %d)", t.Key.Operation, t.Key.RequestID, t.Stage(), net, a.done, a.undone)
}

// checkAdvice is W2: an acknowledged advice reached its bank, or is somewhere by rule.
func (w *world) checkAdvice(t *transactions.Transaction) {
	for _, e := range w.mem.Entries {
		if e.TransactionID != t.ID {
			continue
		}
		if e.State == saf.Consumed && t.Final == transactions.Open {
			w.violated("W2", "the %s of %s has left the queue and nothing came of it", e.Kind, t.Key.RequestID)
		}
		if e.State != saf.Acked {
			continue
		}
		a := w.banks[t.ProviderID].books[e.WireRef]
		if e.Kind == saf.Confirm && (a == nil || !a.confirmed) {
			w.violated("W2", "the confirmation of %s counts as delivered; its bank has none", t.Key.RequestID)
		}
		if e.Kind == saf.Reverse && a != nil && a.done > a.undone && !t.ReconRequired {
			w.violated("W2", "the reversal of %s counts as delivered; its bank has none", t.Key.RequestID)
		}
	}
}

// checkTraced is W5: no message without its trace, no trace for two messages. An answer that a node took with it into
// its death, or that no database was there for, left no trace.
func (w *world) checkTraced() {
	out, in := map[string]int{}, map[string]int{}
	for _, t := range w.mem.Traces {
		switch t.Leg {
		case transactions.SwitchToProvider:
			out[string(t.SHA256)]++
		case transactions.ProviderToSwitch:
			in[string(t.SHA256)]++
		}
	}
	for digest, n := range w.wire {
		if out[digest] < n {
			w.violated("W5", "a message left %d times and was traced %d times", n, out[digest])
		}
	}
	steady := w.plan.Faults[Killed]+w.plan.Faults[Paused]+w.plan.Faults[UnknownCommit]+w.plan.Faults[DatabaseDown]+w.plan.Faults[NodeCutOff] == 0
	for digest, n := range w.back {
		if in[digest] > n || steady && in[digest] < n {
			w.violated("W5", "an answer came %d times and was traced %d times", n, in[digest])
		}
	}
	for digest, n := range in {
		if w.back[digest] == 0 {
			w.violated("W5", "%d answers are traced that never came", n)
		}
	}
}

// checkRested is liveness (B2): what was stored before everything healed has come to rest.
func (w *world) checkRested() {
	now := w.clock()
	for _, e := range w.mem.Entries {
		if (e.State == saf.Queued || e.State == saf.Leased) && e.CreatedAt.Before(now.Add(-rest)) && !w.asksTwice(e.ProviderID) {
			w.violated("rest", "%s of %s is still %s %s after everything healed, after %d attempts", e.Kind, short(e.WireRef), e.State, rest, e.Attempts)
		}
	}
	for _, t := range w.mem.Transactions {
		if t.Outcome == transactions.Pending && t.ReceivedAt.Before(now.Add(-rest)) {
			w.violated("rest", "%s is still pending %s after everything healed", t.Key.RequestID, rest)
		}
	}
}

// asksTwice tells whether one reversal after the other holds up a queue in strict order for its second question (I16).
func (w *world) asksTwice(providerID string) bool {
	p, _ := w.directory.Provider(providerID)
	return p.Profile.FIFO && !p.Profile.RecordsEarlyReversals
}

// checkEnd holds every rule against what is left; what it finds is told in an order that does not depend on maps.
func (w *world) checkEnd() {
	line, violation := len(w.result.History), len(w.result.Violations)
	defer func() {
		slices.Sort(w.result.History[line:])
		slices.SortFunc(w.result.Violations[violation:], func(a, b Violation) int {
			return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Detail, b.Detail))
		})
	}()
	w.breaks("", violations(w.mem, w.clock()))
	w.witnesses()
	if w.twin != nil {
		w.twin.check()
	}
	for _, e := range w.mem.Entries {
		if e.State == saf.Queued || e.State == saf.Leased {
			w.violated("rest", "%s of %s is still %s", e.Kind, short(e.WireRef), e.State)
		}
		w.result.Stored++
	}
	for _, t := range w.mem.Transactions {
		if t.Outcome == transactions.Pending || t.Outcome == transactions.Unknown && t.Decision == transactions.Undecided {
			w.violated("I4", "%s is still %s", t.Key.RequestID, t.Stage())
		}
		if t.Mode == transactions.Single && t.Stage() == transactions.Approved && !w.mem.ConfirmsFirst(t.Key.ClientID) {
			w.violated("rest", "%s %s is still open after its cut-off", t.Key.Operation, t.Key.RequestID)
		}
		w.result.Sales++
		if t.Outcome == transactions.Success {
			w.result.Succeeded[t.Key.Operation]++
		}
	}
}
