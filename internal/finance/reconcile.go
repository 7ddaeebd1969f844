package finance

import (
	"slices"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Totals is a number of records and the sum of their amounts in minor units.
type Totals struct {
	Count    int
	SumMinor int64
}

func (t *Totals) add(minor int64) { t.Count++; t.SumMinor += minor }

// Summary balances a run: per side, what came in equals what stands in items plus what was set aside.
type Summary struct {
	InA, InB             Totals
	Matched, Partial     Totals // SumMinor is the switch's amount, the provider's where the switch has none
	Unmatched            Totals
	FilteredA, FilteredB Totals // no effect on either side: declined, or reversed in full and unknown to the provider
	ElsewhereA           Totals // carried in from another business date, shown there
	ElsewhereB           Totals
	Exceptions           Totals // refused lines of the file; SumMinor stays 0
	OpenBreaks           int
	SelfHealing          int
}

// Reconciliation is the result of one run.
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
func Reconcile(day Date, a []SwitchRecord, b []StatementLine, exceptions int) (Reconciliation, error) {
	var out Reconciliation
	forA, forB := match(keysOf(a, (*SwitchRecord).matchable), keysOf(b, (*StatementLine).matchable))
	for i := range a {
		out.Summary.InA.add(a[i].AmountMinor)
		if j := forA[i].other; j != noOther {
			out.add(day, newItem(&a[i], &b[j], forA[i]))
		} else {
			out.add(day, newItem(&a[i], nil, forA[i]))
		}
	}
	for j := range b {
		out.Summary.InB.add(b[j].AmountMinor)
		if forB[j].other == noOther {
			out.add(day, newItem(nil, &b[j], forB[j]))
		}
	}
	out.Summary.Exceptions.Count = exceptions
	out.number()
	return out, out.balance()
}

func keysOf[T any](records []T, keys func(*T) matchable) []matchable {
	out := make([]matchable, len(records))
	for i := range records {
		out[i] = keys(&records[i])
	}
	return out
}

// newItem joins the sides and judges them.
func newItem(a *SwitchRecord, b *StatementLine, m matchResult) Item {
	it := Item{A: a, B: b, Rule: m.rule}
	if a != nil {
		it.BusinessDate = a.BusinessDate
	} else {
		it.BusinessDate = b.Date
	}
	switch {
	case m.ambiguous:
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

// add files the item under its day; it leaves out what is shown elsewhere and what had no effect on either side.
func (r *Reconciliation) add(day Date, it Item) {
	s := &r.Summary
	if it.BusinessDate != day {
		tally(&s.ElsewhereA, &s.ElsewhereB, it)
		return
	}
	if it.hasNoEffect() {
		tally(&s.FilteredA, &s.FilteredB, it)
		return
	}
	r.Items = append(r.Items, it)
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

func tally(a, b *Totals, it Item) {
	if it.A != nil {
		a.add(it.A.AmountMinor)
	}
	if it.B != nil {
		b.add(it.B.AmountMinor)
	}
}

// number puts the items in a stable order, by time and then by reference, and counts them.
func (r *Reconciliation) number() {
	slices.SortFunc(r.Items, func(x, y Item) int { return compareItems(&x, &y) })
	for i := range r.Items {
		it := &r.Items[i]
		it.No = i + 1
		r.Summary.count(it)
	}
}

func (s *Summary) count(it *Item) {
	amount := it.AmountA()
	if it.A == nil {
		amount = it.AmountB()
	}
	switch it.Status {
	case Matched:
		s.Matched.add(amount)
	case PartiallyMatched:
		s.Partial.add(amount)
	case Unmatched:
		s.Unmatched.add(amount)
	}
	if it.IsBreak() {
		s.OpenBreaks++
	}
	if it.SelfHeals {
		s.SelfHealing++
	}
}

// balance checks that nothing was lost or counted twice (8.3).
func (r *Reconciliation) balance() error {
	s := r.Summary
	var a, b Totals
	for i := range r.Items {
		tally(&a, &b, r.Items[i])
	}
	a.Count += s.FilteredA.Count + s.ElsewhereA.Count
	a.SumMinor += s.FilteredA.SumMinor + s.ElsewhereA.SumMinor
	b.Count += s.FilteredB.Count + s.ElsewhereB.Count
	b.SumMinor += s.FilteredB.SumMinor + s.ElsewhereB.SumMinor
	if a != s.InA || b != s.InB {
		return apperr.Errorf(apperr.Internal, "reconciliation does not balance: in %v and %v, in items %v and %v", s.InA, s.InB, a, b)
	}
	return nil
}

// BreaksOf shows records that the switch itself has marked as items, before any file is looked at.
func BreaksOf(records []SwitchRecord) []Item {
	items := make([]Item, 0, len(records))
	for i := range records {
		it := newItem(&records[i], nil, matchResult{other: noOther})
		it.Reasons = slices.DeleteFunc(it.Reasons, func(r Reason) bool { return r == MissingB })
		it.No = i + 1
		items = append(items, it)
	}
	return items
}
