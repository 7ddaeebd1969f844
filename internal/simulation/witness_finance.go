package simulation

import (
	"slices"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// checkPaid is W1 of consumer finance: amount and purchase number of every success a till holds are on record.
func (w *world) checkPaid(x told, generations []transactions.Transaction) {
	for _, t := range generations {
		sum := int64(0) // a receipt has none
		if t.ApprovedAmount != nil {
			sum = *t.ApprovedAmount
		}
		if t.Outcome == transactions.Success && sum == x.amount && (t.Key.Operation != transactions.Authorisation || t.ProviderRef == x.answer.Code) {
			return
		}
	}
	w.violated("W1", "%s %s was told a success of %d as %q that is not on record", x.key.Operation, x.key.RequestID, x.amount, x.answer.Code)
}

// checkFinance compares a rail's contracts with the record (W2, W3) and with what tills were told.
func (w *world) checkFinance(b *bank) {
	known := map[string]bool{}
	for _, t := range w.mem.Transactions {
		if t.Key.Service != transactions.Humm || t.ProviderID != b.provider.ID {
			continue
		}
		known[t.Key.RequestID], known[string(t.Fingerprint)] = true, true
		switch {
		case t.Key.Operation == transactions.Receipt:
			w.checkReceipt(b, t)
		case t.Key.Operation.Financial():
			w.checkBooks(t, b.rail.account(w, t))
			if t.Outcome == transactions.Success && t.Decision == transactions.Undecided && !t.Told {
				w.violated("I4", "%s %s was approved, nobody was told, and nobody took it back", t.Key.Operation, short(t.Key.RequestID))
			}
		}
	}
	for _, e := range w.mem.Entries {
		known[e.ID.String()] = true
	}
	for code, c := range b.rail.sales {
		if !known["FINGERPRINT:"+c.signature] {
			w.violated("W3", "%s knows code %s, whose payment is not on record", b.provider.ID, code)
		}
	}
	for reference := range b.rail.refunds {
		if !known[reference] {
			w.violated("W3", "%s knows adjustment %s, which is not on record", b.provider.ID, reference)
		}
	}
	for _, x := range w.told {
		if x.key.Operation == transactions.Authorisation && x.answer.approved() {
			w.checkKept(x)
		}
	}
}

// checkKept holds that a payment a till was told of is never taken back: there is no such message on this rail, and the
// switch ends only what nobody was told of (I4).
func (w *world) checkKept(x told) {
	for _, t := range w.mem.FindByKey(x.key) {
		if t.Decision == transactions.Reverse && t.ProviderRef == x.answer.Code {
			w.violated("I4", "payment %s was taken back although its till had been told of it", short(x.key.RequestID))
		}
	}
}

// account is what a rail did of a transaction: a payment is undone by the refund that the switch makes of it.
func (r *rail) account(w *world, t *transactions.Transaction) *account {
	a := &account{what: string(t.Key.Operation)}
	if t.Generation == 0 { // the switch refused it, and another of its id may have been sent
		return a
	}
	if t.Key.Operation == transactions.Adjustment {
		f := r.refunds[t.Key.RequestID]
		if f.stands() {
			a.done, a.amount = 1, f.amount
		}
		return a
	}
	for _, c := range r.sales {
		if c.number != "" && string(t.Fingerprint) == "FINGERPRINT:"+c.signature {
			a.done, a.amount = 1, c.amount
		}
	}
	if e := w.entryOf(t.ID, saf.Reverse); e != nil && r.refunds[e.ID.String()].stands() {
		a.undone = 1
	}
	return a
}

func (w *world) entryOf(id uuid.UUID, kind saf.Kind) *saf.Entry {
	for _, e := range w.mem.Entries {
		if e.TransactionID == id && e.Kind == kind {
			return e
		}
	}
	return nil
}

// checkReceipt is W2 of a reference: one that was accepted names its sale, or lies where people look.
func (w *world) checkReceipt(b *bank, t *transactions.Transaction) {
	e := w.entryOf(t.ID, saf.Receipt)
	if t.Outcome != transactions.Success || e != nil && e.State != saf.Acked {
		return
	}
	named := func(c *contract) bool { return slices.Contains(c.names, t.Key.RequestID) }
	for _, c := range b.rail.sales {
		if named(c) {
			return
		}
	}
	w.violated("W2", "receipt %s counts as attached; %s does not know it", t.Key.RequestID, b.provider.ID)
}
