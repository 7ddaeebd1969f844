package switchcore

import (
	"context"
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
	n := 0
	for _, id := range ids {
		ruling, err := w.Core.Store.Apply(ctx, &recovered{core: w.Core, id: id})
		if err != nil {
			return n, err
		}
		n += w.count(ruling)
	}
	return n, nil
}

// Decide speaks the switch's own word: UNKNOWN for longer than allowed is reversed (I4), a single-message sale is
// confirmed towards a provider that wants it (A1); it gives how many.
func (w *Sweep) Decide(ctx context.Context) (int, error) {
	age := w.Core.Settings.UnknownMaxAge
	n, err := w.each(ctx, UndecidedQuery{Unknown: true, Age: age, Limit: sweepLimit})
	if err != nil {
		return n, err
	}
	m, err := w.each(ctx, UndecidedQuery{OwnConfirm: true, Age: age, Limit: sweepLimit})
	return n + m, err
}

// Complete closes single-message sales of business days before the given one (A1); it gives how many.
func (w *Sweep) Complete(ctx context.Context, before time.Time) (int, error) {
	total := 0
	for {
		n, err := w.each(ctx, UndecidedQuery{CutOff: true, Date: before, Limit: sweepLimit})
		total += n
		if err != nil || n < sweepLimit {
			return total, err
		}
	}
}

func (w *Sweep) each(ctx context.Context, q UndecidedQuery) (int, error) {
	ids, err := w.Core.Store.Undecided(ctx, q)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, id := range ids {
		ruling, err := w.Core.Store.Apply(ctx, &ownWord{core: w.Core, id: id, entryID: w.Core.NewID(), query: q})
		if err != nil {
			return n, err
		}
		n += w.count(ruling)
	}
	return n, nil
}

func (w *Sweep) count(r Ruling) int {
	if w.After != nil {
		w.After(r)
	}
	if r.TransactionID == uuid.Nil {
		return 0
	}
	return 1
}
