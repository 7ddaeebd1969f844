package postgres

import (
	"context"
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

// ExplainSearch gives the plans of a search's statements: what a reference leads to, and the first page.
func (r *Reader) ExplainSearch(ctx context.Context, f transactions.Filter) (plans []string, err error) {
	err = r.look(ctx, "plan", func(tx pgx.Tx) error {
		ids, err := referred(ctx, tx, f.Reference)
		if err != nil {
			return err
		}
		if f.Reference.Given() {
			id, _ := f.Reference.UUID()
			plan, err := explained(ctx, tx, referredSQL, f.Reference.Value, f.Reference.Value, id, f.Reference.Hashes, mostReferred)
			if err != nil {
				return err
			}
			plans = append(plans, plan)
		}
		sql, args := paged(&f, transactionClauses(&f, r.limits, ids), "t.received_at", "t.id")
		plan, err := explained(ctx, tx, "select t.id, t.received_at from transactions t"+sql, args)
		plans = append(plans, plan)
		return err
	})
	return plans, err
}

func explained(ctx context.Context, tx pgx.Tx, sql string, args ...any) (string, error) {
	rows, err := tx.Query(ctx, "explain "+sql, args...)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	plan := ""
	for _, l := range lines {
		plan += l + "\n"
	}
	return plan, err
}
