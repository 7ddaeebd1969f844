package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Reader reads what people look at. Every read is one snapshot, and is cancelled after 15 s (console-and-finance.md 1.4).
type Reader struct {
	db      *DB
	limits  transactions.Limits
	longest time.Duration
}

// readTimeout bounds one read for a page.
const readTimeout = 15 * time.Second

// NewReader makes the reader of the console's pages; give it the console's own pool. The limits tell what needs a person.
func NewReader(db *DB, limits transactions.Limits) *Reader {
	return &Reader{db: db, limits: limits, longest: readTimeout}
}

// errSlow says that a read was cancelled because it took too long.
var errSlow = errors.New("the read took too long")

// look runs a read on one snapshot with the time limit.
func (r *Reader) look(ctx context.Context, what string, read func(tx pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, r.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select set_config('statement_timeout', $1, true)", milliseconds(r.longest)); err != nil {
			return err
		}
		return read(tx)
	})
	if sqlState(err) == codeCancelled && ctx.Err() == nil {
		err = apperr.Wrap(errors.Join(errSlow, err), apperr.Unavailable, "Reading the "+what+" took too long and was stopped. Nothing was changed.")
	}
	return Explain(err, what)
}

// SearchTransactions gives one page of what the filter finds, newest first unless it says otherwise. A search that takes too
// long is stopped: TooMany, with the filter that would narrow it.
func (r *Reader) SearchTransactions(ctx context.Context, f transactions.Filter) (monitoring.Found, error) {
	var found monitoring.Found
	err := r.look(ctx, "list of transactions", func(tx pgx.Tx) error {
		ids, err := referred(ctx, tx, f.Reference)
		if err != nil {
			return err
		}
		c := transactionClauses(&f, r.limits, ids)
		if err := r.total(ctx, tx, &f, c, &found); err != nil {
			return err
		}
		places, err := r.places(ctx, tx, &f, c)
		if err != nil {
			return err
		}
		turn(&f, &found, &places)
		found.Lines, err = r.lines(ctx, tx, places)
		return err
	})
	if errors.Is(err, errSlow) {
		return monitoring.Found{}, apperr.Wrap(err, apperr.TooMany, f.Narrower())
	}
	return found, err
}

// mostReferred bounds how many transactions one reference leads to.
const mostReferred = 1000

// referredSQL has one branch for each kind of reference, so that each is one index look-up whatever is asked for.
const referredSQL = `select id from transactions where request_id = $1 and $1 <> ''
  union select transaction_id from advices where advice_id = $2 and $2 <> '' and transaction_id is not null
  union select id from transactions where id = $3
  union select transaction_id from search_terms where value_hash = any($4) limit $5`

// referred gives the transactions that a reference leads to, each kind by its own index.
func referred(ctx context.Context, tx pgx.Tx, ref transactions.Reference) ([]uuid.UUID, error) {
	if !ref.Given() {
		return nil, nil
	}
	id, _ := ref.UUID()
	rows, err := tx.Query(ctx, referredSQL,
		either(ref.Clear(transactions.RefMessage), ref.Value), either(ref.Clear(transactions.RefAdvice), ref.Value),
		either(ref.Clear(transactions.RefTransaction), id), ref.Hashes, mostReferred)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if list == nil {
		list = []uuid.UUID{}
	}
	return list, err
}

func either[T any](yes bool, value T) (none T) {
	if yes {
		return value
	}
	return none
}

// total counts what matches, as far as totals are exact, and adds up its worth.
func (r *Reader) total(ctx context.Context, tx pgx.Tx, f *transactions.Filter, c clauses, found *monitoring.Found) error {
	if err := tx.QueryRow(ctx, "select now()").Scan(&found.Now); err != nil {
		return err
	}
	args := pgx.NamedArgs{"most": monitoring.MaxTotal + 1}
	for name, value := range c.args {
		args[name] = value
	}
	if !f.OnlyEarlyReversals() {
		sums, err := sumsOf(ctx, tx, `select coalesce(currency, ''), sum(minor)::bigint, count(*)::int from (
  select t.currency, case when `+informationalSQL+` then 0 else coalesce(`+amountSQL+`, 0) end as minor from transactions t`+c.where()+` limit @most) x
  group by 1 order by 3 desc`, args)
		if err != nil {
			return err
		}
		for _, s := range sums {
			found.Total += s.Count
			if s.Currency != "" && s.Minor != 0 {
				found.Sums = append(found.Sums, s)
			}
		}
	}
	if f.EarlyReversals() && found.Total <= monitoring.MaxTotal {
		stones := tombstoneClauses(f)
		stones.args["most"] = monitoring.MaxTotal + 1 - found.Total
		var n int
		if err := tx.QueryRow(ctx, "select count(*) from (select 1 from tombstones s"+stones.where()+" limit @most) x", stones.args).Scan(&n); err != nil {
			return err
		}
		found.Total += n
	}
	if found.Total > monitoring.MaxTotal {
		found.Sums = nil
	}
	return nil
}

func sumsOf(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]monitoring.Sum, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s monitoring.Sum, err error) {
		return s, row.Scan(&s.Currency, &s.Minor, &s.Count)
	})
}
