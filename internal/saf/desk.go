package saf

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Actor is the person behind an action.
type Actor struct {
	ID        string
	Name      string
	IP        string
	SessionID string
	RequestID string
}

// Action is what a person did to an entry or a queue, as it enters the audit log in the same transaction (C5).
type Action struct {
	Actor      Actor
	Name       string // saf.replay, saf.hold, saf.release, saf.unpark
	ObjectType string // saf_entry, provider
	ObjectID   string
	Reason     string
	Before     map[string]any
	After      map[string]any
}

// Queue is the operator's pause on one provider.
type Queue struct {
	ProviderID string
	HeldAt     time.Time
	HeldUntil  time.Time
	HoldReason string
	HeldBy     string
}

// DeskStore changes entries and queues under lock together with the audit row.
type DeskStore interface {
	// ChangeEntry locks the entry, calls change with it and the database's time, and stores entry and action in one
	// commit; an error of change leaves everything as it was.
	ChangeEntry(ctx context.Context, id uuid.UUID, change func(e *Entry, now time.Time) (Action, error)) (Entry, error)
	// ChangeQueue does the same for a provider's queue.
	ChangeQueue(ctx context.Context, providerID string, change func(q *Queue, now time.Time) (Action, error)) error
}

// Desk is what people may do with stored advices (console-and-finance.md 2.4). Permissions are checked before it.
type Desk struct {
	Store  DeskStore
	Policy Policy
	// Wake tells the engine that an entry of the provider may be due.
	Wake func(providerID string)
}

// minReason is the shortest reason taken, in characters.
const minReason = 10

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(reason, "\x00", ""), "")) // what a database text can hold
	if len([]rune(reason)) < minReason {
		return "", apperr.Field("reason", "Say why in at least %d characters.", minReason)
	}
	return reason, nil
}

// Replay sends an entry again now: same advice, same reference, same bytes, a new attempt on the same row (I18).
// The key makes a double click one replay: the same key again changes nothing.
func (d *Desk) Replay(ctx context.Context, who Actor, id uuid.UUID, reason, key string) error {
	return d.entry(ctx, who, id, "saf.replay", reason, func(e *Entry, now time.Time, _ string) error {
		if key != "" && e.ManualKey == key {
			return errRepeated
		}
		if err := d.replayable(e, now); err != nil {
			return err
		}
		if e.State == Parked {
			if err := e.Step(Unparked, now); err != nil {
				return err
			}
		}
		e.NextAt, e.ManualAt, e.ManualActor, e.ManualKey = now, now, who.Name, key
		return nil
	})
}

func (d *Desk) replayable(e *Entry, now time.Time) error {
	switch {
	case e.State == Leased:
		return apperr.Errorf(apperr.Conflict, "This entry is being sent right now. Wait for the answer.")
	case e.State == Refused:
		return apperr.Errorf(apperr.Conflict, "A refused entry goes out again only with a second person: permission saf.resend and the right operator:approve.")
	case e.State != Queued && e.State != Parked:
		return apperr.Errorf(apperr.Conflict, "This entry is %s: there is nothing to send.", strings.ToLower(string(e.State)))
	case e.Waits():
		return apperr.Errorf(apperr.Conflict, "The request this entry belongs to is still running. It becomes due when that ends.")
	case e.Held(now):
		return apperr.Errorf(apperr.Conflict, "This entry is held. Release it first.")
	case now.Sub(e.ManualAt) < d.Policy.ManualPause:
		return apperr.Errorf(apperr.TooMany, "This entry was replayed a moment ago. One manual attempt in %s is allowed.", d.Policy.ManualPause)
	}
	return nil
}

// Hold stops automatic sending of one entry; its age keeps counting. A zero until holds it until released.
func (d *Desk) Hold(ctx context.Context, who Actor, id uuid.UUID, reason string, until time.Time) error {
	return d.entry(ctx, who, id, "saf.hold", reason, func(e *Entry, now time.Time, reason string) error {
		if e.State != Queued && e.State != Parked && e.State != Leased {
			return apperr.Errorf(apperr.Conflict, "This entry is %s: there is nothing to hold.", strings.ToLower(string(e.State)))
		}
		if !until.IsZero() && !until.After(now) {
			return apperr.Field("until", "The end of a hold lies in the future.")
		}
		e.HeldAt, e.HeldUntil, e.HoldReason = now, until, reason
		return nil
	})
}

// Release ends the hold of one entry.
func (d *Desk) Release(ctx context.Context, who Actor, id uuid.UUID, reason string) error {
	return d.entry(ctx, who, id, "saf.release", reason, func(e *Entry, now time.Time, _ string) error {
		if !e.Held(now) {
			return apperr.Errorf(apperr.Conflict, "This entry is not held.")
		}
		e.HeldAt, e.HeldUntil, e.HoldReason = time.Time{}, time.Time{}, ""
		return nil
	})
}

// Unpark makes an entry due again, or resets the wait of a queued one, without changing its attempt count.
func (d *Desk) Unpark(ctx context.Context, who Actor, id uuid.UUID, reason string) error {
	return d.entry(ctx, who, id, "saf.unpark", reason, func(e *Entry, now time.Time, _ string) error {
		switch {
		case e.State == Queued && e.Waits():
			return apperr.Errorf(apperr.Conflict, "The request this entry belongs to is still running. It becomes due when that ends.")
		case e.State == Queued:
		default:
			if err := e.Step(Unparked, now); err != nil {
				return apperr.Errorf(apperr.Conflict, "Only a parked or waiting entry can be made due again.")
			}
		}
		e.NextAt = now
		return nil
	})
}

// HoldQueue stops the queue of a provider; new advices are still accepted and stored.
func (d *Desk) HoldQueue(ctx context.Context, who Actor, providerID, reason string, until time.Time) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return d.Store.ChangeQueue(ctx, providerID, func(q *Queue, now time.Time) (Action, error) {
		if !until.IsZero() && !until.After(now) {
			return Action{}, apperr.Field("until", "The end of a hold lies in the future.")
		}
		before := q.facts()
		q.HeldAt, q.HeldUntil, q.HoldReason, q.HeldBy = now, until, reason, who.Name
		return Action{Actor: who, Name: "saf.hold", ObjectType: "provider", ObjectID: providerID, Reason: reason, Before: before, After: q.facts()}, nil
	})
}

// ReleaseQueue lets the queue of a provider flow again.
func (d *Desk) ReleaseQueue(ctx context.Context, who Actor, providerID, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	err = d.Store.ChangeQueue(ctx, providerID, func(q *Queue, _ time.Time) (Action, error) {
		if q.HeldAt.IsZero() {
			return Action{}, apperr.Errorf(apperr.Conflict, "This queue is not held.")
		}
		before := q.facts()
		*q = Queue{ProviderID: providerID}
		return Action{Actor: who, Name: "saf.release", ObjectType: "provider", ObjectID: providerID, Reason: reason, Before: before, After: q.facts()}, nil
	})
	if err == nil {
		d.Wake(providerID)
	}
	return err
}

// errRepeated ends a repeated action without change and without complaint.
var errRepeated = apperr.Errorf(apperr.Conflict, "already done")

func (d *Desk) entry(ctx context.Context, who Actor, id uuid.UUID, name, reason string, change func(e *Entry, now time.Time, reason string) error) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	e, err := d.Store.ChangeEntry(ctx, id, func(e *Entry, now time.Time) (Action, error) {
		before := e.facts()
		if err := change(e, now, reason); err != nil {
			return Action{}, err
		}
		e.UpdatedAt = now
		return Action{Actor: who, Name: name, ObjectType: "saf_entry", ObjectID: id.String(), Reason: reason, Before: before, After: e.facts()}, nil
	})
	if err == errRepeated {
		return nil
	}
	if err == nil {
		d.Wake(e.ProviderID)
	}
	return err
}

// facts are the parts of an entry that an action can change, for the audit log.
func (e *Entry) facts() map[string]any {
	m := map[string]any{"state": string(e.State), "attempts": e.Attempts, "transaction": e.TransactionID.String()}
	if !e.Waits() {
		m["next_at"] = e.NextAt.UTC().Format(time.RFC3339Nano)
	}
	if !e.HeldAt.IsZero() {
		m["held"] = true
	}
	return m
}

func (q *Queue) facts() map[string]any {
	m := map[string]any{"held": !q.HeldAt.IsZero()}
	if !q.HeldUntil.IsZero() {
		m["until"] = q.HeldUntil.UTC().Format(time.RFC3339)
	}
	return m
}
