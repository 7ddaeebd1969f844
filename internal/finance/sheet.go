package finance

import "github.com/signalboxhq/signalbox/internal/apperr"

// Totals is a number of records and the sum of their amounts in minor units.
type Totals struct {
	Count    int
	SumMinor int64
}

func (t *Totals) add(minor int64) { t.Count++; t.SumMinor += minor }

// Plus adds two totals.
func (t Totals) Plus(u Totals) Totals { return Totals{t.Count + u.Count, t.SumMinor + u.SumMinor} }

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

// Sheet judges the records and lines of a day one after the other and keeps the count, whatever order and however many.
// Whatever is taken must be judged once; Balance tells.
type Sheet struct {
	Summary Summary

	day   Date
	keptA Totals // what stands in items
	keptB Totals
}

// NewSheet begins the count of a day whose file has so many refused lines.
func NewSheet(day Date, exceptions int) *Sheet {
	return &Sheet{day: day, Summary: Summary{Exceptions: Totals{Count: exceptions}}}
}

// TakeRecord counts a record of the switch that came in.
func (s *Sheet) TakeRecord(a *SwitchRecord) { s.Summary.InA.add(a.AmountMinor) }

// TakeLine counts a line of a statement that came in.
func (s *Sheet) TakeLine(b *StatementLine) { s.Summary.InB.add(b.AmountMinor) }

// Judge makes the item of a pair, or of one side alone, and files it under its day. What is shown on another day and what had
// no effect on either side is only counted.
func (s *Sheet) Judge(a *SwitchRecord, b *StatementLine, m Match) (it Item, shown bool) {
	it = newItem(a, b, m)
	switch {
	case it.BusinessDate != s.day:
		tally(&s.Summary.ElsewhereA, &s.Summary.ElsewhereB, &it)
	case it.hasNoEffect():
		tally(&s.Summary.FilteredA, &s.Summary.FilteredB, &it)
	default:
		tally(&s.keptA, &s.keptB, &it)
		s.Summary.count(&it)
		return it, true
	}
	return it, false
}

func tally(a, b *Totals, it *Item) {
	if it.A != nil {
		a.add(it.A.AmountMinor)
	}
	if it.B != nil {
		b.add(it.B.AmountMinor)
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

// Balance checks that nothing was lost or counted twice (8.3).
func (s *Sheet) Balance() error {
	a := s.keptA.Plus(s.Summary.FilteredA).Plus(s.Summary.ElsewhereA)
	b := s.keptB.Plus(s.Summary.FilteredB).Plus(s.Summary.ElsewhereB)
	if a != s.Summary.InA || b != s.Summary.InB {
		return apperr.Errorf(apperr.Internal, "reconciliation does not balance: in %v and %v, in items %v and %v", s.Summary.InA, s.Summary.InB, a, b)
	}
	return nil
}

// Kept gives how much of each side stands in items.
func (s *Sheet) Kept() (a, b Totals) { return s.keptA, s.keptB }
