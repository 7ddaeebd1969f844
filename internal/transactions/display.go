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

// words are the operations as people call them, in the order in which they are listed: service by service.
var words = []struct {
	service Service
	op      Operation
	word    string
}{
	{Voucher, Provision, "Provision"},
	{Voucher, Redemption, "Redemption"},
	{Voucher, Refund, "Refund"},
	{Voucher, Lookup, "Look-up"},
	{Voucher, Products, "Product list"},
	{GiftCard, Activation, "Activation"},
	{GiftCard, Load, "Load"},
	{GiftCard, Redemption, "Redemption"},
	{GiftCard, Void, "Void"},
	{GiftCard, Transfer, "Transfer"},
	{GiftCard, Replace, "Replacement"},
	{GiftCard, Lookup, "Look-up"},
	{Humm, Authorisation, "Authorisation"},
	{Humm, Adjustment, "Adjustment"},
	{Humm, Receipt, "Receipt"},
	{Humm, CreateKey, "Device key"},
	{Humm, Invite, "Invitation"},
}

// Word is the operation as people call it.
func (o Operation) Word() string {
	for _, w := range words {
		if w.op == o {
			return w.word
		}
	}
	return string(o)
}

// Word is the service as people call it.
func (s Service) Word() string {
	switch s {
	case Voucher:
		return "Voucher"
	case GiftCard:
		return "Gift card"
	case Humm:
		return "Consumer finance"
	}
	return string(s)
}

// Services lists the services.
func Services() []Service { return []Service{Voucher, GiftCard, Humm} }

// Operations lists the operations of all services, each once.
func Operations() []Operation {
	var list []Operation
	for _, w := range words {
		if !slices.Contains(list, w.op) {
			list = append(list, w.op)
		}
	}
	return list
}

// Word is what an attempt carried, as people call it. A look-up that is an attempt of another request asks what became of it.
func (k AttemptKind) Word() string {
	switch k {
	case AttemptRetry:
		return "Retry"
	case AttemptLookup:
		return "Status check"
	case AttemptConfirm:
		return "Confirmation"
	case AttemptReverse:
		return "Reversal"
	case AttemptReceipt:
		return "Receipt"
	case AttemptCleanup:
		return "Clean-up"
	case AttemptResolve:
		return "Resolution"
	}
	return "Request"
}
