package console

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// takenOver tells whether the switch answered for the provider and delivers the message from the queue (humm.md 8.3).
func takenOver(x *monitoring.Case) bool {
	for i := range x.Entries {
		if x.Entries[i].Kind == saf.Receipt {
			return true
		}
	}
	return false
}

// unanswered tells whether a question failed because nobody answered it, not because it was declined.
func unanswered(x *monitoring.Case) bool {
	if !x.Transaction.Key.Operation.Informational() {
		return false
	}
	for _, a := range requestAttempts(x) {
		if a.Result == transactions.Failed {
			return false
		}
	}
	return true
}

// endedByAnswer words the end of an advice that several messages settled, where that the provider "acknowledged" it would say
// too little; empty for all others.
func endedByAnswer(e *monitoring.Entry, attempts []transactions.Attempt, v components.Viewer) string {
	label := e.Label()
	if len(attempts) == 0 || label != saf.LabelAcknowledged && label != saf.LabelConsumed {
		return ""
	}
	last := attempts[len(attempts)-1]
	question, asked := strings.ToLower(last.Kind.Word()), found(&last)
	provider, at := e.Provider.String(), v.Clock(e.UpdatedAt)
	switch {
	case label == saf.LabelConsumed && asked:
		return "a " + question + " " + at + " found the effect at " + provider + " and no message that undoes it (" + words(last.Detail) + "): a break is open"
	case asked:
		return "a " + question + " " + at + " proved that there was nothing to undo at " + provider
	case e.Service == transactions.Humm && e.Operation == transactions.Authorisation && label == saf.LabelAcknowledged:
		return provider + " gave the whole sum back " + at + " by an adjustment of the switch's own" + afterAttempts(e)
	}
	return ""
}
