package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Rows is what a test puts into the switch's tables.
type Rows struct {
	Transactions []*transactions.Transaction
	Entries      []*saf.Entry
	Attempts     []*transactions.Attempt
	Traces       []*transactions.Trace
	Events       []*transactions.Change
	Advices      []*transactions.Advice
	Terms        []*transactions.SearchTerm
	Tombstones   []*transactions.Tombstone
}

// Put writes rows as the switch's store does.
func (r Rows) Put(ctx context.Context, db *DB) error {
	b := &pgx.Batch{}
	insertTxns.queue(b, r.Transactions)
	linkVouchers.queue(b, links(nil, r.Transactions))
	insertEntries.queue(b, r.Entries)
	insertAttempts.queue(b, r.Attempts)
	insertTraces.queue(b, r.Traces)
	insertTimeline.queue(b, r.Events)
	upsertAdvices.queue(b, r.Advices)
	insertTerms.queue(b, r.Terms)
	insertTombstones.queue(b, r.Tombstones)
	return db.Pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if err := learnRowTypes(ctx, conn.Conn()); err != nil {
			return err
		}
		return conn.SendBatch(ctx, b).Close()
	})
}

// SetReadTimeout changes how long a read may take.
func (r *Reader) SetReadTimeout(d time.Duration) { r.longest = d }

// StatusesBySQL gives what the database says the status of each transaction is.
func (r *Reader) StatusesBySQL(ctx context.Context) (out map[uuid.UUID]transactions.Status, err error) {
	out = map[uuid.UUID]transactions.Status{}
	err = r.look(ctx, "statuses", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "select t.id, "+statusSQL+" from transactions t", limited(r.limits).args)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var status transactions.Status
		_, err = pgx.ForEachRow(rows, []any{&id, &status}, func() error { out[id] = status; return nil })
		return err
	})
	return out, err
}

// ExplainSearch gives the plans of a search's first page, within reach and anywhere.
func (r *Reader) ExplainSearch(ctx context.Context, f transactions.Filter) (plans []string, err error) {
	err = r.look(ctx, "plan", func(tx pgx.Tx) error {
		s := search{tx: &explaining{tx, &plans}, filter: &f, clauses: transactionClauses(&f, r.limits)}
		if f.Reference.Given() {
			sql, args := s.referredLines()
			rows, err := s.tx.Query(ctx, sql, args)
			if err == nil {
				rows.Close()
			}
			return err
		}
		for _, among := range []int{reach, 0} {
			if _, err := s.places(ctx, among); err != nil {
				return err
			}
		}
		return nil
	})
	return plans, err
}

// explaining answers every query with nothing and keeps its plan.
type explaining struct {
	pgx.Tx
	plans *[]string
}

func (e *explaining) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := e.Tx.Query(ctx, "explain "+sql, args...)
	if err != nil {
		return nil, err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	*e.plans = append(*e.plans, strings.Join(lines, "\n"))
	return e.Tx.Query(ctx, "select where false")
}
