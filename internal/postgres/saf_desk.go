package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Desk stores what people do with queues: the change, the line on the timeline and the audit row in one commit (C5).
type Desk struct{ db *DB }

// NewDesk makes the store of the SAF desk.
func NewDesk(db *DB) *Desk { return &Desk{db: db} }

var _ saf.DeskStore = (*Desk)(nil)

var (
	lockEntry = `select ` + entryColumns.selected("s") + ` from saf_entries s where s.id = $1 for no key update of s`
	lockQueue = `select p.id, coalesce(p.held_at, '0001-01-01 00:00:00+00'), coalesce(p.held_until, '0001-01-01 00:00:00+00'),
  coalesce(p.hold_reason, ''), coalesce(p.held_by, '') from providers p where p.id = $1 for no key update of p`
)

// ChangeEntry implements saf.DeskStore.
func (d *Desk) ChangeEntry(ctx context.Context, id uuid.UUID, change func(e *saf.Entry, now time.Time) (saf.Action, error)) (saf.Entry, error) {
	var e saf.Entry
	err := pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, lockEntry, id).Scan(entryColumns.targets(&e)...); err != nil {
			return Explain(err, "entry")
		}
		now, err := databaseTime(ctx, tx)
		if err != nil {
			return err
		}
		action, err := change(&e, now)
		if err != nil {
			return err
		}
		if err := learnRowTypes(ctx, tx.Conn()); err != nil {
			return err
		}
		b := &pgx.Batch{}
		updateEntries.queue(b, []*saf.Entry{&e})
		insertTimeline.queue(b, []*transactions.Change{{
			TransactionID: e.TransactionID, Field: "saf", New: string(e.State), Cause: action.Name + ": " + action.Reason, Actor: action.Actor.Name, At: now,
		}})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return Explain(err, "entry")
		}
		return appendAudit(ctx, tx, auditOf(action, e.ProviderID))
	})
	return e, Explain(err, "entry")
}

// ChangeQueue implements saf.DeskStore.
func (d *Desk) ChangeQueue(ctx context.Context, providerID string, change func(q *saf.Queue, now time.Time) (saf.Action, error)) error {
	err := pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error {
		var q saf.Queue
		if err := tx.QueryRow(ctx, lockQueue, providerID).Scan(&q.ProviderID, &q.HeldAt, &q.HeldUntil, &q.HoldReason, &q.HeldBy); err != nil {
			return Explain(err, "queue")
		}
		now, err := databaseTime(ctx, tx)
		if err != nil {
			return err
		}
		action, err := change(&q, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update providers set held_at = $2, held_until = $3, hold_reason = nullif($4, ''), held_by = nullif($5, ''),
  version = version + 1, updated_at = clock_timestamp() where id = $1`, providerID, optionalTime(q.HeldAt), optionalTime(q.HeldUntil), q.HoldReason, q.HeldBy)
		if err != nil {
			return Explain(err, "queue")
		}
		return appendAudit(ctx, tx, auditOf(action, providerID))
	})
	return Explain(err, "queue")
}

func databaseTime(ctx context.Context, tx pgx.Tx) (now time.Time, err error) {
	err = tx.QueryRow(ctx, "select clock_timestamp()").Scan(&now)
	return now, Explain(err, "clock")
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func auditOf(a saf.Action, scope string) operators.AuditEntry {
	return operators.AuditEntry{
		Actor:  operators.Actor{ID: a.Actor.ID, Name: a.Actor.Name, IP: a.Actor.IP, SessionID: a.Actor.SessionID, RequestID: a.Actor.RequestID},
		Action: a.Name, ObjectType: a.ObjectType, ObjectID: a.ObjectID, Scope: scope, Before: a.Before, After: a.After, Reason: a.Reason,
	}
}
