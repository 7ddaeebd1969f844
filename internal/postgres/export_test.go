package postgres

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/simulation"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Resolve looks for the fate of a commit whose answer was lost, as a writer does; nil: it took effect.
func Resolve(db *DB, xid uint64, changes *switchcore.Changes) error {
	s := &Switch{db: db}
	return s.resolve(xid, proofOf(changes), io.ErrUnexpectedEOF)
}

// NewIdleSwitch is a store without writers: CommitTogether is one.
func NewIdleSwitch(db *DB) *Switch { return &Switch{db: db, log: slog.New(slog.DiscardHandler)} }

// CommitTogether is what a writer does with events that it gathered in this order.
func (s *Switch) CommitTogether(events []switchcore.Event) ([]switchcore.Ruling, error) {
	batch := make([]*job, len(events))
	for i, e := range events {
		batch[i] = &job{event: e, done: make(chan struct{})}
	}
	s.commit(batch)
	rulings, errs := make([]switchcore.Ruling, len(batch)), make([]error, len(batch))
	for i, j := range batch {
		rulings[i], errs[i] = j.ruling, j.err
	}
	return rulings, errors.Join(errs...)
}

// AllRows reads the tables of the switch whole.
func AllRows(ctx context.Context, db *DB) (r simulation.Rows, err error) {
	var messages []entry
	err = errors.Join(
		whole(ctx, db, txnColumns, "transactions", &r.Transactions), whole(ctx, db, voucherColumns, "vouchers", &r.Vouchers),
		whole(ctx, db, entryColumns, "saf_entries", &r.Entries), whole(ctx, db, attemptColumns, "attempts", &r.Attempts),
		whole(ctx, db, adviceColumns, "advices", &r.Advices), whole(ctx, db, tombstoneColumns, "tombstones", &r.Tombstones),
		whole(ctx, db, messageKeyColumns, "message_keys", &r.Messages), whole(ctx, db, traceColumns, "traces", &r.Traces),
		whole(ctx, db, referenceColumns, "transaction_references", &r.References), whole(ctx, db, deviceColumns, "humm_devices", &r.Devices),
		whole(ctx, db, changeColumns, "transaction_events", &r.Timeline), whole(ctx, db, entryMessage, "saf_messages", &messages),
	)
	of := map[uuid.UUID]*entry{}
	for i := range messages {
		of[messages[i].ID] = &messages[i]
	}
	for i := range r.Entries {
		if m, e := of[r.Entries[i].ID], &r.Entries[i]; m != nil {
			e.PayloadSealed, e.PayloadMasked = m.PayloadSealed, m.PayloadMasked
		}
	}
	return r, err
}

// MaskedMessage is what a stored message shows; the engine does not read it.
func MaskedMessage(ctx context.Context, db *DB, e *saf.Entry) error {
	return db.Pool.QueryRow(ctx, "select coalesce(payload_masked, '') from saf_messages where saf_id = $1", e.ID).Scan(&e.PayloadMasked)
}

func whole[T any](ctx context.Context, db *DB, cols columns[T], table string, into *[]T) (err error) {
	*into, err = selectAll(ctx, db, cols, "select "+cols.selected("x")+" from "+table+" x")
	return err
}

// NewFinanceInChunks is a store that holds so few records at once that a small test has many chunks.
func NewFinanceInChunks(db *DB, records int) *Finance { return &Finance{db: db, chunk: records} }

// GrowingID is the expression that makes the id of a claim's attempt at now.at.
const GrowingID = growingID
