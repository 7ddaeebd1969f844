package saf

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Label is what people see of an entry (console-and-finance.md 1.3); computed, never stored.
type Label string

// The labels.
const (
	LabelHeld         Label = "Held"
	LabelDue          Label = "Due"
	LabelWaiting      Label = "Waiting"
	LabelSending      Label = "Sending"
	LabelParked       Label = "Parked"
	LabelRefused      Label = "Refused"
	LabelClosed       Label = "Closed by hand"
	LabelAcknowledged Label = "Acknowledged"
	LabelConsumed     Label = "Consumed"
)

// Labels lists every label.
func Labels() []Label {
	return []Label{
		LabelDue, LabelWaiting, LabelSending, LabelHeld, LabelParked, LabelRefused, LabelClosed, LabelAcknowledged, LabelConsumed,
	}
}

// Slug is the label as addresses carry it: "closed-by-hand".
func (l Label) Slug() string { return strings.ReplaceAll(strings.ToLower(string(l)), " ", "-") }

// LabelOfSlug reads what Slug wrote.
func LabelOfSlug(slug string) (Label, bool) {
	for _, l := range Labels() {
		if l.Slug() == slug {
			return l, true
		}
	}
	return "", false
}

// Label gives the label at the moment now; heldAbove says that the provider's or the client's queue is held.
func (e *Entry) Label(now time.Time, heldAbove bool) Label {
	switch e.State {
	case Queued:
		switch {
		case heldAbove || e.Held(now):
			return LabelHeld
		case e.NextAt.After(now):
			return LabelWaiting
		}
		return LabelDue
	case Leased:
		return LabelSending
	case Acked:
		return LabelAcknowledged
	case Consumed:
		return LabelConsumed
	}
	switch {
	case e.ResolvedBy != uuid.Nil:
		return LabelClosed
	case e.State == Parked:
		return LabelParked
	}
	return LabelRefused
}

// Outstanding tells whether the message has not reached its end: the provider's word, or a person's.
func (e *Entry) Outstanding() bool {
	switch e.State {
	case Queued, Leased:
		return true
	case Parked, Refused:
		return e.ResolvedBy == uuid.Nil
	}
	return false
}

// Word is the kind of message as people call it.
func (k Kind) Word() string {
	switch k {
	case Confirm:
		return "Confirmation"
	case Receipt:
		return "Receipt"
	case Cleanup:
		return "Clean-up"
	}
	return "Reversal"
}
