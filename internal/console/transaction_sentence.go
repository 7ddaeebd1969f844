package console

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// explain says in one sentence what happened and what it waits for; the part that is not over yet is strong.
func explain(x *monitoring.Case, gate monitoring.Gate, v components.Viewer) components.Sentence {
	first := outcomePart(x, v)
	second := decisionPart(x, v)
	if second != "" {
		first += "; " + second
	}
	last := openPart(x, v)
	for i := range x.Entries {
		e := &x.Entries[i]
		if i < len(x.Entries)-1 && !e.Outstanding() {
			continue // a clean-up that is over is history
		}
		last = join(last, deliveryPart(e, attemptsOf(x.Attempts, e.ID), gate, v))
	}
	if last == "" {
		return components.Say(first + ".")
	}
	return components.Say(first+"; ", last+".")
}

// outcomePart says what the provider did.
func outcomePart(x *monitoring.Case, v components.Viewer) string {
	t := &x.Transaction
	provider := x.Provider.String()
	at := v.Clock(eventAt(x, "outcome", string(t.Outcome), t.RespondedAt))
	switch t.Outcome {
	case transactions.Success:
		if takenOver(x) {
			return "Received " + v.Clock(t.ReceivedAt) + " and, without a usable answer of " + provider + ", taken over by the queue"
		}
		word := "Approved "
		if t.Key.Operation.Informational() {
			word = "Answered "
		}
		return word + at + tries(x, v)
	case transactions.Failed:
		if t.DeclinedBy == transactions.BySwitch {
			return "Refused by the switch " + v.Clock(t.ReceivedAt) + because(t.ErrorType) + ", nothing was sent"
		}
		if unanswered(x) {
			return provider + " gave no usable answer " + at + because(t.ErrorType) + "; it asks for nothing that would have to be undone"
		}
		return "Declined by " + provider + " " + at + because(orWord(t.ProviderErrorCode, t.ErrorType)) + tries(x, v)
	case transactions.Unknown:
		return unknownPart(x, provider, v)
	}
	return "Received " + v.Clock(t.ReceivedAt) + " and on its way to " + provider
}

func unknownPart(x *monitoring.Case, provider string, v components.Viewer) string {
	t := &x.Transaction
	sent, asked, n := 0, 0, 0
	for _, a := range requestAttempts(x) {
		n++
		switch {
		case a.State == transactions.NotSent:
		case a.Kind == transactions.AttemptLookup:
			asked++
		default:
			sent++
		}
	}
	usable := " without a usable answer"
	if asked > 0 {
		usable = " without a usable answer, not even to " + components.Plural(asked, "status check", "status checks")
	}
	switch {
	case n > 0 && sent == 0:
		return "Received " + v.Clock(t.ReceivedAt) + ", but nothing was sent to " + provider
	case sent == 1:
		return "Sent to " + provider + " " + v.Clock(t.ReceivedAt) + usable
	}
	return "Sent to " + provider + " " + components.Number(sent) + " times since " + v.Clock(t.ReceivedAt) + usable
}

// tries tells of the request attempts before the one that gave the outcome.
func tries(x *monitoring.Case, _ components.Viewer) string {
	list := requestAttempts(x)
	if len(list) < 2 {
		return ""
	}
	last, failed := list[len(list)-1], list[:len(list)-1]
	text := ""
	switch last.Kind {
	case transactions.AttemptRetry:
		text = " on the retry"
	case transactions.AttemptLookup:
		text = " by a status check"
	}
	if x.Transaction.WireNo > 0 {
		text += " under a new reference"
	}
	lost := slices.DeleteFunc(slices.Clone(failed), func(a transactions.Attempt) bool { return a.State != transactions.NoAnswer })
	switch {
	case len(lost) == 1 && len(failed) == 1:
		text += ", after one " + strings.ReplaceAll(components.Duration(lost[0].EndedAt.Sub(lost[0].StartedAt)), "\u00a0", " ") + " time-out"
	default:
		text += ", after " + components.Plural(len(failed), "attempt", "attempts") + " without result"
	}
	return text
}

// requestAttempts are the attempts of the request itself, look-ups of its fate included.
func requestAttempts(x *monitoring.Case) []transactions.Attempt {
	return attemptsOf(x.Attempts, uuid.Nil)
}

// attemptsOf gives the attempts of a stored advice, or of the request when the id is nil.
func attemptsOf(list []transactions.Attempt, id uuid.UUID) (out []transactions.Attempt) {
	for _, a := range list {
		if a.SAFID == id {
			out = append(out, a)
		}
	}
	return out
}

func because(code string) string {
	if code == "" {
		return ""
	}
	return " with " + code
}

func orWord(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// eventAt is when a field got a value, by the timeline.
func eventAt(x *monitoring.Case, field, value string, otherwise time.Time) time.Time {
	for _, e := range slices.Backward(x.Events) {
		if e.Field == field && e.New == value {
			return e.At
		}
	}
	if otherwise.IsZero() {
		return x.Transaction.ReceivedAt
	}
	return otherwise
}

// decisionPart says who decided what.
func decisionPart(x *monitoring.Case, v components.Viewer) string {
	t := &x.Transaction
	if t.Decision == transactions.Undecided {
		return ""
	}
	word := "confirmed"
	if t.Decision == transactions.Reverse {
		word = "reversed"
	}
	by := map[transactions.Origin]string{transactions.ByClient: " by the till ", transactions.BySystem: " by the switch itself ", transactions.ByOperator: " by a person "}[t.DecisionOrigin]
	return word + by + v.Clock(eventAt(x, "decision", string(t.Decision), t.ClosedAt))
}

// openPart says what an undecided transaction waits for.
func openPart(x *monitoring.Case, v components.Viewer) string {
	t := &x.Transaction
	limits := x.Around.Limits
	switch {
	case t.Final != transactions.Open || t.Decision != transactions.Undecided:
		return ""
	case t.Outcome == transactions.Pending:
		return "no answer yet"
	case t.Outcome == transactions.Unknown:
		return "the outcome is not known: the switch reverses it at " + v.Clock(t.LastClientAt.Add(limits.UnknownMaxAge)) + " unless the till retries or reverses before"
	case t.Mode == transactions.Single:
		return ""
	case x.Around.Now.Sub(t.ReceivedAt) > limits.DecisionMaxAge:
		return "it was never confirmed nor reversed: ask the till"
	}
	return "it waits for the till to confirm or reverse"
}

// deliveryPart says where the stored advice stands.
func deliveryPart(e *monitoring.Entry, attempts []transactions.Attempt, gate monitoring.Gate, v components.Viewer) string {
	name := "the " + strings.ToLower(e.Kind.Word())
	if text := endedByAnswer(e, attempts, v); text != "" {
		return text
	}
	switch e.Label() {
	case saf.LabelAcknowledged:
		return e.Provider.String() + " acknowledged " + name + " " + v.Clock(e.UpdatedAt) + afterAttempts(e)
	case saf.LabelConsumed:
		return name + " is stored only: there was nothing to send to " + e.Provider.String()
	case saf.LabelParked:
		return name + " is parked and needs a person: " + e.ParkedReason
	case saf.LabelRefused:
		return e.Provider.String() + " refused " + name + because(e.LastErrorType) + ": it needs two people"
	case saf.LabelClosed:
		return name + " was closed by hand"
	case saf.LabelSending:
		return name + " is being sent, attempt " + components.Number(e.Attempts)
	}
	return name + " is still queued" + afterAttempts(e) + " and " + waitsFor(e, gate, v)
}

func afterAttempts(e *monitoring.Entry) string {
	if e.Attempts == 0 {
		return ""
	}
	return " after " + components.Plural(e.Attempts, "attempt", "attempts")
}

// waitsFor names the first thing that keeps an entry from being sent.
func waitsFor(e *monitoring.Entry, gate monitoring.Gate, v components.Viewer) string {
	switch {
	case e.Waits():
		return "waits for the end of the request"
	case e.Entry.Held(e.Now):
		return "is held" + until(e.HeldUntil, v)
	case e.ProviderHold.On(e.Now):
		return "is held with its queue" + until(e.ProviderHold.Until, v)
	case e.ClientHold.On(e.Now):
		return "is held with its client" + until(e.ClientHold.Until, v)
	case !e.Enabled:
		return "waits for the provider to be put into service"
	case gate.Open():
		return "waits for the breaker" + until(gate.AdvicesUntil, v)
	case e.NextAt.After(e.Now):
		return "is tried again at " + v.Clock(e.NextAt)
	}
	return "is due now"
}

func until(t time.Time, v components.Viewer) string {
	if t.IsZero() {
		return " until it is released"
	}
	return " until " + v.Clock(t)
}
