package switchcore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Sweep is the work that finds what nobody waits for: each method does one pass and is safe on every node at once.
type Sweep struct {
	Core *Core
	// After is told what a commit changed.
	After func(Ruling)
}

// sweepLimit bounds one pass; the next finds the rest.
const sweepLimit = 500

// Recover closes attempts whose lease lapsed (A4); it gives how many.
func (w *Sweep) Recover(ctx context.Context) (int, error) {
	ids, err := w.Core.Store.LapsedAttempts(ctx, sweepLimit)
	if err != nil {
		return 0, err
	}
	return w.apply(ctx, ids, func(id uuid.UUID) Event { return &recovered{core: w.Core, id: id, entryID: w.Core.NewID()} })
}

// Decide speaks the switch's own word: UNKNOWN for longer than allowed is reversed (I4), a single-message sale is
// confirmed towards a provider that wants it (A1); it gives how many.
func (w *Sweep) Decide(ctx context.Context) (int, error) {
	age := w.Core.Settings.UnknownMaxAge
	n, err := w.decide(ctx, UndecidedQuery{Unknown: true, Age: age, Limit: sweepLimit})
	if err != nil {
		return n, err
	}
	for _, q := range []UndecidedQuery{{OwnConfirm: true, Age: age, Limit: sweepLimit}, {Untold: true, Age: age, Limit: sweepLimit}} {
		m, err := w.decide(ctx, q)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Complete closes single-message sales of business days before the given one (A1); it gives how many.
func (w *Sweep) Complete(ctx context.Context, before time.Time) (int, error) {
	total := 0
	for {
		n, err := w.decide(ctx, UndecidedQuery{CutOff: true, Date: before, Limit: sweepLimit})
		total += n
		if err != nil || n < sweepLimit {
			return total, err
		}
	}
}

func (w *Sweep) decide(ctx context.Context, q UndecidedQuery) (int, error) {
	ids, err := w.Core.Store.Undecided(ctx, q)
	if err != nil {
		return 0, err
	}
	return w.apply(ctx, ids, func(id uuid.UUID) Event {
		return &ownWord{core: w.Core, id: id, entryID: w.Core.NewID(), query: q}
	})
}

// apply gives how many of the events changed their transaction. A database that fails ends the pass; a transaction that cannot
// be decided does not keep the others from their turn.
func (w *Sweep) apply(ctx context.Context, ids []uuid.UUID, event func(id uuid.UUID) Event) (n int, err error) {
	var failures []error
	for _, id := range ids {
		ruling, err := w.Core.Store.Apply(ctx, event(id))
		if err != nil {
			return n, err
		}
		if ruling.Err != nil { // the others go on; this one is tried again at the next pass
			failures = append(failures, fmt.Errorf("transaction %s: %w", id, ruling.Err))
		}
		if w.After != nil {
			w.After(ruling)
		}
		if ruling.TransactionID != uuid.Nil {
			n++
		}
	}
	return n, errors.Join(failures...)
}
