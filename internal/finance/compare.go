package finance

import (
	"strconv"
	"time"
)

// timeTolerance is how far two clocks may be apart before the difference is shown (informative only).
const timeTolerance = 300 * time.Second

// compare looks at one field after the other and gives the results and the reasons they lead to. A side whose
// outcome nobody knows has no state and no amount to compare: such a line is in doubt, not different.
func compare(a *SwitchRecord, b *StatementLine) ([]FieldResult, []Reason) {
	var c comparison
	stateA, amountA := string(comparedState(a)), strconv.FormatInt(a.AmountMinor, 10)
	if a.State == Unknown {
		stateA, amountA = "", ""
	}
	c.required(FieldState, stateA, string(b.State), StateDiff)
	c.required(FieldAmount, amountA, strconv.FormatInt(b.AmountMinor, 10), AmountDiff)
	c.required(FieldCurrency, a.Currency, b.Currency, CurrencyDiff)
	c.required(FieldKind, string(a.Operation), string(b.Kind), KindDiff)
	c.times(a.At, b.At)
	c.informative(FieldProduct, a.Product, b.Product)
	return c.results, c.reasons
}

// comparedState maps our state to the words of a provider's file: it cannot know that a decision is still missing, and
// it shows a partial reversal as a success over what is left.
func comparedState(a *SwitchRecord) State {
	if a.State == Open || a.State == Reversed && a.AmountMinor > 0 {
		return Success
	}
	return a.State
}

type comparison struct {
	results []FieldResult
	reasons []Reason
}

func (c *comparison) required(name FieldName, a, b string, reason Reason) {
	outcome := equality(a, b)
	if outcome == Different {
		c.reasons = append(c.reasons, reason)
	}
	c.results = append(c.results, FieldResult{Field: name, A: a, B: b, Outcome: outcome, Required: true})
}

func (c *comparison) informative(name FieldName, a, b string) {
	c.results = append(c.results, FieldResult{Field: name, A: a, B: b, Outcome: equality(a, b)})
}

func (c *comparison) times(a, b time.Time) {
	outcome := Equal
	switch gap := a.Sub(b).Abs(); {
	case gap == 0:
	case gap <= timeTolerance:
		outcome = WithinTolerance
	default:
		outcome = Different
	}
	c.results = append(c.results, FieldResult{
		Field: FieldTime, A: a.UTC().Format(time.RFC3339), B: b.UTC().Format(time.RFC3339), Outcome: outcome,
	})
}

func equality(a, b string) FieldOutcome {
	switch {
	case a == b:
		return Equal
	case a == "":
		return FieldMissingA
	case b == "":
		return FieldMissingB
	default:
		return Different
	}
}
