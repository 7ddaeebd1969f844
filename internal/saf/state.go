package saf

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// State is where an entry stands. There is no state that means dropped.
type State string

// The states of guarantees A1.
const (
	Queued   State = "QUEUED"
	Leased   State = "LEASED"
	Acked    State = "ACKED"
	Refused  State = "REFUSED"
	Consumed State = "CONSUMED"
	Parked   State = "PARKED"
)

// Event is something that happened to an entry.
type Event string

// The events. Claimed on a leased entry is the take-over of a lapsed lease.
const (
	Claimed       Event = "Claimed"
	Acknowledged  Event = "Acknowledged"
	RefusedByPeer Event = "RefusedByPeer"
	NotFinal      Event = "NotFinal"
	NothingToSend Event = "NothingToSend"
	GaveUp        Event = "GaveUp" // automatic sending stops, a person must look
	Unparked      Event = "Unparked"
)

// rule is one line of the entry's life.
type rule struct {
	from State
	on   Event
	to   State
}

// lifecycle is the whole life of an entry. A lapsed lease makes a leased entry claimable again, so a restart loses
// nothing; a refused one comes back only by two people, which arrives with approvals.
var lifecycle = []rule{
	{Queued, Claimed, Leased},
	{Queued, NothingToSend, Consumed},
	{Queued, GaveUp, Parked},

	{Leased, Claimed, Leased},
	{Leased, Acknowledged, Acked},
	{Leased, RefusedByPeer, Refused},
	{Leased, NotFinal, Queued},
	{Leased, NothingToSend, Consumed},
	{Leased, GaveUp, Parked},

	{Parked, Unparked, Queued},
}

// Transitions lists the lifecycle for documentation: from, event, to.
func Transitions() [][3]string {
	list := make([][3]string, len(lifecycle))
	for i, r := range lifecycle {
		list[i] = [3]string{string(r.from), string(r.on), string(r.to)}
	}
	return list
}

// Step moves the entry and keeps the columns that belong to the state: a lease exists exactly while it is leased.
// A pair that the lifecycle does not list is a Conflict and changes nothing.
func (e *Entry) Step(on Event, now time.Time) error {
	for _, r := range lifecycle {
		if r.from != e.State || r.on != on {
			continue
		}
		e.State, e.UpdatedAt = r.to, now
		if r.to != Leased {
			e.LeaseOwner, e.LeaseUntil, e.AttemptID = "", time.Time{}, uuid.Nil
		}
		switch r.to {
		case Parked:
			e.ParkedAt = now
		case Queued:
			e.ParkedAt, e.ParkedReason = time.Time{}, ""
		}
		return nil
	}
	return apperr.Errorf(apperr.Conflict, "an entry that is %s cannot take %s", e.State, on)
}
