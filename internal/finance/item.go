package finance

import "slices"

// ReconStatus is the state of one reconciled line (8.4).
type ReconStatus string

// The three states; a person's resolution is kept apart from them (later).
const (
	Matched          ReconStatus = "MATCHED"
	PartiallyMatched ReconStatus = "PARTIALLY_MATCHED"
	Unmatched        ReconStatus = "UNMATCHED"
)

// Reason explains why a line is not matched.
type Reason string

// The reasons that exist so far, in the order in which they are shown. The ones from IN_DOUBT on come from the
// switch's own records and hold the match whatever the file says.
const (
	MissingA          Reason = "MISSING_A"
	MissingB          Reason = "MISSING_B"
	Ambiguous         Reason = "AMBIGUOUS"
	StateDiff         Reason = "STATE_DIFF"
	AmountDiff        Reason = "AMOUNT_DIFF"
	CurrencyDiff      Reason = "CURRENCY_DIFF"
	KindDiff          Reason = "KIND_DIFF"
	InDoubt           Reason = "IN_DOUBT"
	ReasonOutstanding Reason = "ADVICE_OUTSTANDING"
	ReasonRefused     Reason = "ADVICE_REFUSED"
	ReasonConsumed    Reason = "ADVICE_CONSUMED"
	SupersededOpen    Reason = "SUPERSEDED_OPEN"
)

// SettlementStatus is where a line stands on its way to a cycle (9.3). IN_CYCLE follows from the settlement line that
// holds the transaction and is never computed here.
type SettlementStatus string

// The statuses that exist so far.
const (
	NotEligible SettlementStatus = "NOT_ELIGIBLE"
	Pending     SettlementStatus = "PENDING"
	Ready       SettlementStatus = "READY"
	Held        SettlementStatus = "HELD"
	InCycle     SettlementStatus = "IN_CYCLE"
)

// HoldReason says why a line whose sides agree still cannot be settled (9.5).
type HoldReason string

// The holds; IN_DOUBT and ADVICE_OUTSTANDING repeat the reason of the same name.
const (
	HoldNone         HoldReason = ""
	HoldInDoubt      HoldReason = "IN_DOUBT"
	HoldAdvice       HoldReason = "ADVICE_OUTSTANDING"
	HoldUndecided    HoldReason = "AWAITING_DECISION"
	HoldConfirmation HoldReason = "CONFIRMATION_REQUIRED"
)

// Item is one line of a reconciliation: what both sides say of the same transaction.
type Item struct {
	No           int  // grows in the order of items; a stored run has gaps where a record was set aside
	BusinessDate Date // of the switch's record; of the statement when the switch has none
	A            *SwitchRecord
	B            *StatementLine
	Rule         int // matching rule that joined the sides, 1 to 4; 0 when one side is missing
	Status       ReconStatus
	Reasons      []Reason
	Fields       []FieldResult
	// SelfHeals marks a difference that ends by itself once the advice is delivered or the outcome known.
	SelfHeals  bool
	Settlement SettlementStatus
	Hold       HoldReason
}

// Has tells whether the item carries the reason.
func (it Item) Has(r Reason) bool { return slices.Contains(it.Reasons, r) }

// IsBreak tells whether somebody or time still has to settle the item: it is not matched.
func (it Item) IsBreak() bool { return it.Status != Matched }

// AmountA gives the switch's amount, 0 when it has no record.
func (it Item) AmountA() int64 {
	if it.A == nil {
		return 0
	}
	return it.A.AmountMinor
}

// AmountB gives the provider's amount, 0 when it has no line.
func (it Item) AmountB() int64 {
	if it.B == nil {
		return 0
	}
	return it.B.AmountMinor
}

// FieldName names a compared field.
type FieldName string

// The compared fields, the required ones first.
const (
	FieldState    FieldName = "state"
	FieldAmount   FieldName = "amount"
	FieldCurrency FieldName = "currency"
	FieldKind     FieldName = "kind"
	FieldTime     FieldName = "time"
	FieldProduct  FieldName = "product"
)

// FieldOutcome is the result of comparing one field.
type FieldOutcome string

// The outcomes of 8.3 step 6.
const (
	Equal           FieldOutcome = "EQUAL"
	WithinTolerance FieldOutcome = "WITHIN_TOLERANCE"
	Different       FieldOutcome = "DIFFERENT"
	FieldMissingA   FieldOutcome = "MISSING_A"
	FieldMissingB   FieldOutcome = "MISSING_B"
)

// FieldResult keeps both values of a compared field for the page that explains the item.
type FieldResult struct {
	Field    FieldName
	A, B     string
	Outcome  FieldOutcome
	Required bool
}
