package transactions

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Stage is the place of a transaction in its life: outcome, decision and final read as one word.
type Stage string

// The stages. Absent is the place before the record exists.
const (
	Absent           Stage = "Absent"
	InFlight         Stage = "InFlight"         // PENDING
	InFlightReversed Stage = "InFlightReversed" // PENDING, REVERSE decided
	InDoubt          Stage = "InDoubt"          // UNKNOWN
	DoubtReversing   Stage = "DoubtReversing"   // UNKNOWN, REVERSE decided
	Approved         Stage = "Approved"         // SUCCESS
	Confirming       Stage = "Confirming"       // SUCCESS, CONFIRM decided
	Reversing        Stage = "Reversing"        // SUCCESS, REVERSE decided
	EndDeclined      Stage = "Declined"
	EndCompleted     Stage = "Completed"
	EndConfirmed     Stage = "Confirmed"
	EndReversed      Stage = "Reversed"
)

// Event is something that happened to a transaction.
type Event string

// The events. "Absorbed" is an advice that the provider does not take (I12); "Unsent" says that no byte ever left.
const (
	RequestAccepted Event = "RequestAccepted"
	RequestRefused  Event = "RequestRefused"
	RecordRead      Event = "RecordRead" // a look-up that the switch answered itself
	RetryStarted    Event = "RetryStarted"
	AttemptApproved Event = "AttemptApproved"
	AttemptDeclined Event = "AttemptDeclined"
	AttemptUnknown  Event = "AttemptUnknown" // no usable answer, or the lease of a dead node lapsed
	AttemptUnsent   Event = "AttemptUnsent"
	TakenOver       Event = "TakenOver" // unanswered, but the switch delivers it from the queue (RECEIPT)
	LookupFound     Event = "LookupFound"
	LookupFailed    Event = "LookupFailed"
	LateApproved    Event = "LateApproved"
	LateDeclined    Event = "LateDeclined"
	ConfirmAccepted Event = "ConfirmAccepted"
	ConfirmAbsorbed Event = "ConfirmAbsorbed"
	ReverseAccepted Event = "ReverseAccepted"
	ReverseAbsorbed Event = "ReverseAbsorbed"
	ReverseUnsent   Event = "ReverseUnsent"
	CutoffReached   Event = "CutoffReached"
	AdviceAcked     Event = "AdviceAcked"
	AdviceConsumed  Event = "AdviceConsumed"
	AdviceRefused   Event = "AdviceRefused"
)

// Effect is work that a transition asks for in the same commit.
type Effect string

// The effects.
const (
	OpenAttempt    Effect = "open attempt"
	QueueAdvice    Effect = "queue advice"       // due at once
	QueueAdviceEnd Effect = "queue advice, wait" // due when the running attempt ends (I11)
	ReleaseAdvice  Effect = "release advice"     // the attempt it waited for has ended
	ConsumeAdvice  Effect = "consume advice"     // stored, nothing to send
	OpenBreak      Effect = "open break"
	Close          Effect = "close"
)

// rule is one line of the lifecycle.
type rule struct {
	from    Stage
	on      Event
	to      Stage
	outcome Outcome // empty: unchanged
	then    []Effect
}

// lifecycle is the whole life of a transaction (guarantees A1, I4-I14). Every pair not listed is refused.
// A waiting stage survives a restart: InFlight by the lapse of its lease (AttemptUnknown), InDoubt by the age limit
// (ReverseAccepted, origin system), the stages with a decision by their SAF entry, Approved by its client or cut-off.
var lifecycle = []rule{
	{Absent, RequestAccepted, InFlight, Pending, effects(OpenAttempt)},
	{Absent, RequestRefused, EndDeclined, Failed, effects(Close)},
	{Absent, RecordRead, EndCompleted, Success, effects(Close)},

	{InFlight, AttemptApproved, Approved, Success, nil},
	{InFlight, AttemptDeclined, EndDeclined, Failed, effects(Close)},
	{InFlight, AttemptUnknown, InDoubt, Unknown, nil},
	{InFlight, AttemptUnsent, InDoubt, Unknown, nil},
	{InFlight, TakenOver, EndCompleted, Success, effects(QueueAdvice, Close)},
	{InFlight, LookupFound, EndCompleted, Success, effects(Close)},
	{InFlight, LookupFailed, EndDeclined, Failed, effects(Close)},
	{InFlight, ReverseAccepted, InFlightReversed, "", effects(QueueAdviceEnd)},

	{InFlightReversed, AttemptApproved, Reversing, Success, effects(ReleaseAdvice)},
	{InFlightReversed, AttemptDeclined, EndReversed, Failed, effects(ConsumeAdvice, Close)},
	{InFlightReversed, AttemptUnknown, DoubtReversing, Unknown, effects(ReleaseAdvice)},
	{InFlightReversed, AttemptUnsent, EndReversed, Unknown, effects(ConsumeAdvice, Close)},

	{InDoubt, RetryStarted, InDoubt, "", effects(OpenAttempt)},
	{InDoubt, AttemptApproved, Approved, Success, nil},
	{InDoubt, AttemptDeclined, EndDeclined, Failed, effects(Close)},
	{InDoubt, AttemptUnknown, InDoubt, "", nil},
	{InDoubt, AttemptUnsent, InDoubt, "", nil},
	{InDoubt, LateApproved, Approved, Success, nil},
	{InDoubt, LateDeclined, EndDeclined, Failed, effects(Close)},
	{InDoubt, ReverseAccepted, DoubtReversing, "", effects(QueueAdvice)},
	{InDoubt, ReverseAbsorbed, EndReversed, "", effects(ConsumeAdvice, OpenBreak, Close)},
	{InDoubt, ReverseUnsent, EndReversed, "", effects(ConsumeAdvice, Close)},

	{DoubtReversing, AttemptApproved, Reversing, Success, effects(ReleaseAdvice)},
	{DoubtReversing, AttemptDeclined, EndReversed, Failed, effects(ConsumeAdvice, Close)},
	{DoubtReversing, AttemptUnknown, DoubtReversing, "", effects(ReleaseAdvice)},
	{DoubtReversing, AttemptUnsent, EndReversed, "", effects(ConsumeAdvice, Close)},
	{DoubtReversing, AdviceAcked, EndReversed, "", effects(Close)},
	{DoubtReversing, AdviceConsumed, EndReversed, "", effects(ConsumeAdvice, OpenBreak, Close)},
	{DoubtReversing, AdviceRefused, DoubtReversing, "", effects(OpenBreak)},

	{Approved, ConfirmAccepted, Confirming, "", effects(QueueAdvice)},
	{Approved, ConfirmAbsorbed, EndConfirmed, "", effects(ConsumeAdvice, Close)},
	{Approved, ReverseAccepted, Reversing, "", effects(QueueAdvice)},
	{Approved, ReverseAbsorbed, EndReversed, "", effects(ConsumeAdvice, OpenBreak, Close)},
	{Approved, CutoffReached, EndCompleted, "", effects(Close)},

	{Confirming, AdviceAcked, EndConfirmed, "", effects(Close)},
	{Confirming, AdviceConsumed, EndConfirmed, "", effects(ConsumeAdvice, Close)},
	{Confirming, AdviceRefused, Confirming, "", effects(OpenBreak)},

	{Reversing, AdviceAcked, EndReversed, "", effects(Close)},
	{Reversing, AdviceConsumed, EndReversed, "", effects(ConsumeAdvice, OpenBreak, Close)},
	{Reversing, AdviceRefused, Reversing, "", effects(OpenBreak)},
}

// Transitions lists the lifecycle for documentation: from, event, to, and what is done in the same commit.
func Transitions() [][4]string {
	list := make([][4]string, len(lifecycle))
	for i, r := range lifecycle {
		words := make([]string, len(r.then))
		for j, e := range r.then {
			words[j] = string(e)
		}
		list[i] = [4]string{string(r.from), string(r.on), string(r.to), strings.Join(words, ", ")}
	}
	return list
}

func effects(e ...Effect) []Effect { return e }

// moves indexes the lifecycle; built once from the table, never changed.
var moves = func() map[Stage]map[Event]*rule {
	m := map[Stage]map[Event]*rule{}
	for i := range lifecycle {
		r := &lifecycle[i]
		if m[r.from] == nil {
			m[r.from] = map[Event]*rule{}
		}
		m[r.from][r.on] = r
	}
	return m
}()

// Stage reads the place of the transaction in its life.
func (t *Transaction) Stage() Stage {
	switch t.Final {
	case FinalDeclined:
		return EndDeclined
	case Completed:
		return EndCompleted
	case Confirmed:
		return EndConfirmed
	case Reversed:
		return EndReversed
	}
	switch {
	case t.Outcome == Pending && t.Decision == Reverse:
		return InFlightReversed
	case t.Outcome == Pending:
		return InFlight
	case t.Outcome == Unknown && t.Decision == Reverse:
		return DoubtReversing
	case t.Outcome == Unknown:
		return InDoubt
	case t.Outcome == Success && t.Decision == Confirm:
		return Confirming
	case t.Outcome == Success && t.Decision == Reverse:
		return Reversing
	case t.Outcome == Success:
		return Approved
	}
	return Absent
}

// Allows tells whether the lifecycle has a transition for the event from here.
func (t *Transaction) Allows(on Event) bool { return moves[t.Stage()][on] != nil }

// Step moves the transaction and returns the effects to carry out in the same commit. It changes outcome, decision and
// final only; a pair that the lifecycle does not list is a Conflict and changes nothing.
func (t *Transaction) Step(on Event) ([]Effect, error) {
	r := moves[t.Stage()][on]
	if r == nil {
		return nil, apperr.Errorf(apperr.Conflict, "a transaction that is %s cannot take %s", t.Stage(), on)
	}
	if r.outcome != "" {
		t.Outcome = r.outcome
	}
	switch r.to {
	case InFlightReversed, DoubtReversing, Reversing:
		t.Decision = Reverse
	case Confirming:
		t.Decision = Confirm
	case EndDeclined:
		t.Final = FinalDeclined
	case EndCompleted:
		t.Final = Completed
	case EndConfirmed:
		t.Decision, t.Final = Confirm, Confirmed
	case EndReversed:
		t.Decision, t.Final = Reverse, Reversed
	}
	return r.then, nil
}
