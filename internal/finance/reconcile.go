package finance

import "slices"

// Reconciliation is what one day comes to.
type Reconciliation struct {
	Items   []Item
	Summary Summary
}

// Reconcile matches the switch's records against a provider's statement (8.2 to 8.4) for the business date day. Either
// side may carry records of other days that look for their counterpart; they are matched too, but only items of
// day are kept, for every item belongs to exactly one day: that of the switch's record, else that of the statement.
//
// The result depends on nothing but the arguments; the order of the input does not matter. An error means that the
// figures do not balance, which is a mistake in this package, and the run must fail.
//
// It holds everything in memory and is the specification: a day of any size is reconciled by ReconStore.ReconcileRun in
// chunks, and a property test proves that both come to the same.
func Reconcile(day Date, a []SwitchRecord, b []StatementLine, exceptions int) (Reconciliation, error) {
	var out Reconciliation
	sheet := NewSheet(day, exceptions)
	judge := func(a *SwitchRecord, b *StatementLine, m matchResult) {
		if it, shown := sheet.Judge(a, b, Match{m.rule, m.ambiguous}); shown {
			out.Items = append(out.Items, it)
		}
	}
	forA, forB := match(keysOf(a, (*SwitchRecord).matchable), keysOf(b, (*StatementLine).matchable))
	for i := range a {
		sheet.TakeRecord(&a[i])
		if j := forA[i].other; j != noOther {
			judge(&a[i], &b[j], forA[i])
		} else {
			judge(&a[i], nil, forA[i])
		}
	}
	for j := range b {
		sheet.TakeLine(&b[j])
		if forB[j].other == noOther {
			judge(nil, &b[j], forB[j])
		}
	}
	slices.SortFunc(out.Items, func(x, y Item) int { return compareItems(&x, &y) })
	for i := range out.Items {
		out.Items[i].No = i + 1
	}
	out.Summary = sheet.Summary
	return out, sheet.Balance()
}

func keysOf[T any](records []T, keys func(*T) matchable) []matchable {
	out := make([]matchable, len(records))
	for i := range records {
		out[i] = keys(&records[i])
	}
	return out
}

// newItem joins the sides and judges them.
func newItem(a *SwitchRecord, b *StatementLine, m Match) Item {
	it := Item{A: a, B: b, Rule: m.Rule}
	if a != nil {
		it.BusinessDate = a.BusinessDate
	} else {
		it.BusinessDate = b.Date
	}
	switch {
	case m.Ambiguous:
		it.Reasons = append(it.Reasons, Ambiguous)
	case b == nil:
		it.Reasons = append(it.Reasons, MissingB)
	case a == nil:
		it.Reasons = append(it.Reasons, MissingA)
	default:
		it.Fields, it.Reasons = compare(a, b)
	}
	if a != nil {
		it.Reasons = append(it.Reasons, ownReasons(a)...)
	}
	it.judge()
	return it
}

// ownReasons lists what the switch's own record says against a match, before any file is looked at (8.4). They are
// also the breaks the switch opens by itself (I8, I12).
func ownReasons(a *SwitchRecord) []Reason {
	var out []Reason
	if a.State == Unknown {
		out = append(out, InDoubt)
	}
	switch {
	case a.Advice == AdviceOutstanding && !a.Closed:
		out = append(out, ReasonOutstanding)
	case a.Advice == AdviceRefused:
		out = append(out, ReasonRefused)
	case a.Advice == AdviceConsumed && a.ReconRequired && a.State == Reversed:
		out = append(out, ReasonConsumed)
	}
	if a.Superseded && a.ReconRequired {
		out = append(out, SupersededOpen)
	}
	if a.ReconRequired && len(out) == 0 {
		out = append(out, InDoubt)
	}
	return out
}

// judge derives status, self-healing and settlement status from the reasons.
func (it *Item) judge() {
	switch {
	case it.A == nil || it.B == nil:
		it.Status = Unmatched
	case len(it.Reasons) > 0:
		it.Status = PartiallyMatched
	default:
		it.Status = Matched
	}
	broken := it.Has(ReasonRefused) || it.Has(ReasonConsumed) || it.Has(SupersededOpen)
	waiting := it.Has(InDoubt) || it.Has(ReasonOutstanding)
	it.SelfHeals = waiting && !broken && (it.A == nil || !it.A.ReconRequired)
	it.Settlement, it.Hold = it.settle()
}

// settle gives the settlement status (9.3, 9.5).
func (it *Item) settle() (SettlementStatus, HoldReason) {
	switch {
	case it.Has(ReasonOutstanding):
		return Held, HoldAdvice
	case it.Has(InDoubt):
		return Held, HoldInDoubt
	case it.Status != Matched:
		return Pending, HoldNone
	case it.A.State == Declined, it.A.State == Reversed && it.A.AmountMinor == 0, !it.A.Operation.Settles():
		return NotEligible, HoldNone
	case !it.A.Closed:
		return Held, HoldUndecided
	case it.A.RequiresConfirmation && !it.A.ConfirmationReceived && it.A.State == Success:
		return Held, HoldConfirmation
	default:
		return Ready, HoldNone
	}
}

// hasNoEffect is asked after grouping, so a decline that faces a success is never lost. A record that was reversed in
// full, with the reversal settled, faces nothing in the file when the request never reached the provider: neither
// side claims money, so it is no break.
func (it *Item) hasNoEffect() bool {
	if it.A == nil || it.B != nil || it.A.ReconRequired || it.Has(Ambiguous) {
		return false
	}
	settled := it.A.Advice == AdviceNone || it.A.Advice == AdviceConsumed
	undone := it.A.State == Reversed && it.A.AmountMinor == 0 && settled
	return it.A.State == Declined || undone
}

// BreaksOf shows records that the switch itself has marked as items, before any file is looked at.
func BreaksOf(records []SwitchRecord) []Item {
	items := make([]Item, 0, len(records))
	for i := range records {
		it := newItem(&records[i], nil, Match{})
		it.Reasons = slices.DeleteFunc(it.Reasons, func(r Reason) bool { return r == MissingB })
		it.No = i + 1
		items = append(items, it)
	}
	return items
}
