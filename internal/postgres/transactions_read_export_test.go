package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

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
	put(b, txnColumns, "transactions", r.Transactions)
	put(b, linkColumns, "voucher_transactions", links(nil, r.Transactions))
	put(b, entryColumns, "saf_entries", r.Entries)
	put(b, attemptColumns, "attempts", r.Attempts)
	put(b, traceColumns, "traces", r.Traces)
	put(b, changeColumns, "transaction_events", r.Events)
	put(b, adviceColumns, "advices", r.Advices)
	put(b, termColumns, "search_terms", r.Terms)
	put(b, tombstoneColumns, "tombstones", r.Tombstones)
	return db.Pool.SendBatch(ctx, b).Close()
}

func put[T any](b *pgx.Batch, cols columns[T], table string, rows []*T) {
	if len(rows) > 0 {
		b.Queue(cols.insert(table), cols.arrays(rows)...)
	}
}

// SetReadTimeout changes how long a read may take.
func (r *Reader) SetReadTimeout(d time.Duration) { r.longest = d }

// ExplainSearch gives the plans of a search's first page, within reach and anywhere.
func (r *Reader) ExplainSearch(ctx context.Context, f transactions.Filter) (plans []string, err error) {
	err = r.look(ctx, "plan", func(tx pgx.Tx) error {
		s := search{tx: &explaining{tx, &plans}, filter: &f, clauses: transactionClauses(&f, r.limits)}
		if f.Reference.Given() {
			sql, args := s.referredLines()
			rows, err := s.planned(ctx, sql, args)
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
