package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// findReferred gives the page of a search by reference. A reference leads to few transactions whatever else is asked, so that
// everything is asked in one round trip.
func (r *Reader) findReferred(ctx context.Context, f *transactions.Filter) (monitoring.Found, error) {
	var found monitoring.Found
	var lines []monitoring.Line
	var stones []place
	s := search{filter: f, clauses: transactionClauses(f, r.limits)}
	ask := func(b *pgx.Batch) {
		if !f.OnlyEarlyReversals() {
			sql, args := s.referredLines()
			b.Queue(sql, args).Query(func(rows pgx.Rows) (err error) {
				lines, err = pgx.CollectRows(rows, r.scanLine)
				return err
			})
		}
		if f.EarlyReversals() {
			sql, args := s.stones()
			b.Queue(sql, args).Query(func(rows pgx.Rows) (err error) {
				stones, err = pgx.CollectRows(rows, scanPlace)
				return err
			})
		}
	}
	err := r.lookAtOnce(ctx, "list of transactions", &found.Now, ask, func(tx snapshot) (err error) {
		s.tx = tx
		list := make([]place, 0, len(lines)+len(stones))
		for i := range lines {
			list = append(list, place{id: lines[i].ID, at: lines[i].Transaction.ReceivedAt})
		}
		list = s.merged(list, stones)
		turn(f, &found, &list)
		if found.Lines, err = r.arranged(ctx, tx, list, lines); err != nil {
			return err
		}
		counted := reached{}
		if !f.Cursor.IsZero() || !found.Older.IsZero() {
			if counted, err = s.count(ctx); err != nil {
				return err
			}
		}
		return s.total(ctx, counted, &found)
	})
	return found, err
}

// referredLines is the query for the lines of a page.
func (s *search) referredLines() (string, pgx.NamedArgs) {
	args := s.clauses.and("limit", s.filter.Rows+1)
	conditions := slices.Concat(s.clauses.near, s.clauses.parts, beside(s.filter, args, "t.received_at", "t.id"))
	return readLines + where(conditions) + ordered("t.received_at", "t.id", upwards(s.filter)) + " limit @limit", args
}
