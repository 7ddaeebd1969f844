package transactions

import (
	"slices"
	"strings"
	"time"
)

// Status is what people see of a transaction. It is computed, never stored (console-and-finance.md 1.3).
type Status string

// The statuses, in the order in which they are judged: the first that fits is shown.
const (
	ActionNeeded         Status = "Action needed"
	StatusInDoubt        Status = "In doubt"
	StatusReversed       Status = "Reversed"
	StatusReversing      Status = "Reversing"
	StatusCompleted      Status = "Completed"
	StatusConfirming     Status = "Confirming"
	AwaitingConfirmation Status = "Awaiting confirmation"
	StatusRejected       Status = "Rejected"
	StatusDeclined       Status = "Declined"
	InProgress           Status = "In progress"
)

// EarlyReversal is the label of a reversal whose request never came (I7). It has no transaction, so no rule leads to it.
const EarlyReversal Status = "Reversal without request"

// Statuses lists every status that a transaction can show, in the order of the rules.
func Statuses() []Status {
	return []Status{
		ActionNeeded, StatusInDoubt, StatusReversed, StatusReversing, StatusCompleted, StatusConfirming, AwaitingConfirmation,
		StatusRejected, StatusDeclined, InProgress,
	}
}

// Slug is the status as addresses carry it: "in-doubt".
func (s Status) Slug() string { return strings.ReplaceAll(strings.ToLower(string(s)), " ", "-") }

// StatusOfSlug reads what Slug wrote, EarlyReversal included.
func StatusOfSlug(slug string) (Status, bool) {
	for _, s := range append(Statuses(), EarlyReversal) {
		if s.Slug() == slug {
			return s, true
		}
	}
	return "", false
}

// OpenOnly tells whether only transactions that are not closed can show the status.
func (s Status) OpenOnly() bool {
	return slices.Contains([]Status{StatusInDoubt, StatusReversing, StatusConfirming, AwaitingConfirmation, InProgress}, s)
}

// Limits are the ages from which an open question needs a person (guarantees I4).
type Limits struct {
	UnknownMaxAge  time.Duration
	DecisionMaxAge time.Duration
}

// DefaultLimits has the numbers of guarantees I4.
func DefaultLimits() Limits {
	return Limits{UnknownMaxAge: 15 * time.Minute, DecisionMaxAge: 24 * time.Hour}
}

// Around is what a status depends on besides the transaction itself.
type Around struct {
	Stuck     bool      // its advice is parked or refused, and nobody has closed it by hand
	BreakOpen bool      // a difference that reconciliation or a person has not settled yet
	Now       time.Time // of the database
	Limits    Limits
}

// Status gives the display status: the first rule of console-and-finance.md 1.3 that fits.
func (t *Transaction) Status(a Around) Status {
	switch {
	case t.needsPerson(a):
		return ActionNeeded
	case t.Outcome == Unknown && t.Decision == Undecided && t.Final == Open:
		return StatusInDoubt
	case t.Final == Reversed:
		return StatusReversed
	case t.Decision == Reverse && t.Final == Open:
		return StatusReversing
	case t.Final == Confirmed, t.Final == Completed, t.Mode == Single && t.Outcome == Success && t.Decision == Undecided:
		return StatusCompleted
	case t.Decision == Confirm && t.Final == Open:
		return StatusConfirming
	case t.Mode == Dual && t.Outcome == Success && t.Decision == Undecided && t.Final == Open:
		return AwaitingConfirmation
	case t.Final == FinalDeclined && t.DeclinedBy == BySwitch:
		return StatusRejected
	case t.Final == FinalDeclined:
		return StatusDeclined
	}
	return InProgress
}

func (t *Transaction) needsPerson(a Around) bool {
	age := a.Now.Sub(t.ReceivedAt)
	switch {
	case a.Stuck, t.ReconRequired && a.BreakOpen:
		return true
	case t.Outcome == Unknown && t.Decision == Undecided && t.Final == Open:
		return age > a.Limits.UnknownMaxAge
	case t.Mode == Dual && t.Outcome == Success && t.Decision == Undecided && t.Final == Open:
		return age > a.Limits.DecisionMaxAge
	}
	return false
}

// Doubtful tells whether nobody can say yet who owes what: the outcome is not known, or an approved sale was never
// confirmed nor reversed for longer than the limit. A transaction that is over is not in doubt.
func (t *Transaction) Doubtful(now time.Time, l Limits) bool {
	if t.Final != Open {
		return false
	}
	return t.Outcome == Unknown || t.Mode == Dual && t.Outcome == Success && t.Decision == Undecided && now.Sub(t.ReceivedAt) > l.DecisionMaxAge
}

// Word is the operation as people call it.
func (o Operation) Word() string {
	switch o {
	case Provision:
		return "Provision"
	case Redemption:
		return "Redemption"
	case Refund:
		return "Refund"
	case Lookup:
		return "Look-up"
	case Products:
		return "Product list"
	}
	return string(o)
}

// Operations lists the operations of the voucher service.
func Operations() []Operation { return []Operation{Provision, Redemption, Refund, Lookup, Products} }
