package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

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
	return r.lookAt(ctx, what, func(tx pgx.Tx, _ time.Time) error { return read(tx) })
}

// lookAt is look for a read that tells when it was: now is the database's.
func (r *Reader) lookAt(ctx context.Context, what string, read func(tx pgx.Tx, now time.Time) error) error {
	err := pgx.BeginTxFunc(ctx, r.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var now time.Time
		if err := tx.QueryRow(ctx, limitedSQL, milliseconds(r.longest), plansAnyhow).Scan(&now); err != nil {
			return err
		}
		return read(tx, now)
	})
	return stopped(ctx, err, what)
}

// limitedSQL sets the time limit of a read and tells when it is.
const limitedSQL = "select now() from set_config('statement_timeout', $1, true) a, set_config('plan_cache_mode', $2, true) b"

// plansSQL changes how the rest of a read is planned.
const plansSQL = "select set_config('plan_cache_mode', $1, true)"

// How prepared statements of a read are planned.
const (
	plansAnyhow = "auto"
	// plansByValue is for a range: how many transactions it or a client has decides the way, and a plan made for any value is the
	// wrong one for some.
	plansByValue = "force_custom_plan"
	// plansOnce is for look-ups, which have one way whatever they look up; planning takes longer than they do.
	plansOnce = "force_generic_plan"
)

// preparing is how much longer than its limit a read may take before its connection is given up: a question is prepared before the
// limit holds, and that may wait for a lock.
const preparing = time.Second

// lookAtOnce is lookAt for a read that knows what to ask before it begins: the snapshot, the limit and the questions are one
// round trip. then may ask more. After an error the pool gives the connection up, and its transaction with it.
func (r *Reader) lookAtOnce(ctx context.Context, what, plans string, now *time.Time, ask func(*pgx.Batch), then func(snapshot) error) error {
	limited, cancel := context.WithTimeout(ctx, r.longest+preparing)
	defer cancel()
	err := r.db.Pool.AcquireFunc(limited, func(conn *pgxpool.Conn) error {
		ctx, b := limited, &pgx.Batch{}
		b.Queue("begin isolation level repeatable read read only")
		b.Queue(limitedSQL, milliseconds(r.longest), plans).QueryRow(func(row pgx.Row) error { return row.Scan(now) })
		ask(b)
		if err := conn.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := then(conn); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, "commit")
		return err
	})
	return stopped(ctx, err, what)
}

// stopped says of a read that was cancelled for its length what happened.
func stopped(ctx context.Context, err error, what string) error {
	slow := sqlState(err) == codeCancelled || errors.Is(err, context.DeadlineExceeded)
	if slow && ctx.Err() == nil {
		err = apperr.Wrap(errors.Join(errSlow, err), apperr.Unavailable, "Reading the "+what+" took too long and was stopped. Nothing was changed.")
	}
	return Explain(err, what)
}

// SearchTransactions gives one page of what the filter finds, newest first unless it says otherwise. A search that takes too
// long is stopped: TooMany, with the filter that would narrow it.
func (r *Reader) SearchTransactions(ctx context.Context, f transactions.Filter) (monitoring.Found, error) {
	find := r.findInRange
	if f.Reference.Given() {
		find = r.findReferred
	}
	found, err := find(ctx, &f)
	if errors.Is(err, errSlow) {
		return monitoring.Found{}, apperr.Wrap(err, apperr.TooMany, f.Narrower())
	}
	return found, err
}

// findInRange gives the page of a search in a range of time.
func (r *Reader) findInRange(ctx context.Context, f *transactions.Filter) (monitoring.Found, error) {
	var found monitoring.Found
	s := search{filter: f, clauses: transactionClauses(f, r.limits)}
	err := r.lookAtOnce(ctx, "list of transactions", plansByValue, &found.Now, s.ask, func(tx snapshot) error {
		s.tx = tx
		places, err := s.page(ctx)
		if err != nil {
			return err
		}
		turn(f, &found, &places)
		if found.Lines, err = r.lines(ctx, tx, places); err != nil {
			return err
		}
		return s.total(ctx, &found)
	})
	return found, err
}

func sumsOf(ctx context.Context, tx snapshot, sql string, args ...any) ([]monitoring.Sum, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s monitoring.Sum, err error) {
		return s, row.Scan(&s.Currency, &s.Minor, &s.Count)
	})
}
