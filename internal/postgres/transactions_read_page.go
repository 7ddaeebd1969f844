package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// place is one row of the page before its content is read: a transaction, or a reversal without request.
type place struct {
	id       uuid.UUID
	at       time.Time
	early    bool
	key      transactions.Key
	adviceID string
}

// snapshot is what a read looks at.
type snapshot interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// search is one reading of the list.
type search struct {
	tx      snapshot
	filter  *transactions.Filter
	clauses clauses
	counted *reached // nil: not yet, or not at all
	stones  []place  // reversals without request
	waiting []uuid.UUID
}

// ask queues the questions of a search in a range that need no answer to another.
func (s *search) ask(b *pgx.Batch) {
	if s.filter.EarlyReversals() {
		s.askStones(b)
	}
	switch {
	case s.filter.OnlyEarlyReversals():
		s.counted = &reached{whole: true}
	case s.clauses.few:
	case s.filter.Outstanding:
		b.Queue(waitingSQL, mostWaiting+1).Query(func(rows pgx.Rows) (err error) {
			s.waiting, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			return err
		})
	default:
		sql, args := s.counting()
		b.Queue(sql, args).Query(s.tally)
	}
}

// mostWaiting is how many transactions with an outstanding message are looked up one by one. When more are waiting, they are
// frequent in the list.
const mostWaiting = 1000

// waitingSQL gives them by the small indexes of such messages; outstandingSQL is the condition.
const waitingSQL = `(select transaction_id from saf_entries where live limit $1) union (select transaction_id from saf_entries where stuck and resolved_by is null limit $1)`

// page reads the places of one page of a range and one more, which tells whether the list goes on.
func (s *search) page(ctx context.Context) (list []place, err error) {
	if s.waiting != nil && len(s.waiting) <= mostWaiting {
		s.clauses.onlyFew("t.id = any(@waiting)")
		s.clauses.args["waiting"] = s.waiting
	}
	switch {
	case s.filter.OnlyEarlyReversals():
	case s.clauses.few:
		list, err = s.places(ctx, 0)
	default:
		list, err = s.ranged(ctx)
	}
	return s.merged(list, s.stones), err
}

// farthest is how many transactions are looked at in the order of the list for one page. What is rarer is found sooner by what an
// index knows of it, wherever it is; what is more frequent is not, and the planner cannot tell.
const farthest = 200_000

// ranged reads a page by walking the list where what was counted promises to fill it soon, else from anywhere.
func (s *search) ranged(ctx context.Context) ([]place, error) {
	if s.counted == nil {
		if err := s.count(ctx); err != nil {
			return nil, err
		}
	}
	far := 2 * (s.filter.Rows + 1) * reach / max(s.counted.fit, 1)
	sorted := s.clauses.sorted > 0
	alone := sorted && len(s.clauses.parts) == 1
	if s.counted.whole || !alone && s.counted.fit > s.filter.Rows || !sorted && far <= farthest {
		list, err := s.places(ctx, max(far, reach))
		if err != nil || s.counted.whole || len(list) > s.filter.Rows {
			return list, err
		}
	}
	return s.places(ctx, 0)
}

// places reads the transactions of a page among the first so many from where it begins; 0: among all.
func (s *search) places(ctx context.Context, among int) ([]place, error) {
	args := s.clauses.and("limit", s.filter.Rows+1)
	here, order := beside(s.filter, args, "t.received_at", "t.id"), ordered("t.received_at", "t.id", upwards(s.filter))
	from, conditions := "transactions t", slices.Concat(s.clauses.near, s.clauses.parts, here)
	if among > 0 {
		args["reach"] = among
		from, conditions = within(slices.Concat(s.clauses.near, here), order), s.clauses.parts
	}
	rows, err := s.tx.Query(ctx, "select t.id, t.received_at, false, '', '', '', '', '' from "+from+where(conditions)+order+" limit @limit", args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPlace)
}

// askStones queues the question for the reversals without request of a page. They have no id of their own; the hash of their key
// stands for one.
func (s *search) askStones(b *pgx.Batch) {
	const id = "md5(concat_ws(chr(31), s.request_id, s.client_id, s.service, s.operation))::uuid"
	c := tombstoneClauses(s.filter)
	args := c.and("limit", s.filter.Rows+1)
	b.Queue("select "+id+", s.created_at, true, s.client_id, s.service, s.operation, s.request_id, s.advice_id from tombstones s"+
		where(append(c.parts, beside(s.filter, args, "s.created_at", id)...))+ordered("s.created_at", id, upwards(s.filter))+" limit @limit", args).
		Query(func(rows pgx.Rows) (err error) {
			s.stones, err = pgx.CollectRows(rows, scanPlace)
			return err
		})
}

// merged brings both kinds of rows into the order in which the page is read.
func (s *search) merged(list, stones []place) []place {
	if len(stones) == 0 {
		return list
	}
	list = append(list, stones...)
	slices.SortFunc(list, func(a, b place) int {
		n := a.at.Compare(b.at)
		if n == 0 {
			n = slices.Compare(a.id[:], b.id[:])
		}
		if upwards(s.filter) {
			return n
		}
		return -n
	})
	return list[:min(len(list), s.filter.Rows+1)]
}

func scanPlace(row pgx.CollectableRow) (p place, err error) {
	err = row.Scan(&p.id, &p.at, &p.early, &p.key.ClientID, &p.key.Service, &p.key.Operation, &p.key.RequestID, &p.adviceID)
	return p, err
}

// upwards tells whether the page is read from old to new: the list is sorted so, or the reader goes back in it.
func upwards(f *transactions.Filter) bool { return f.Ascending != f.Cursor.Back }

// ordered is the order of a list.
func ordered(at, id string, up bool) string {
	if up {
		return " order by " + at + ", " + id
	}
	return " order by " + at + " desc, " + id + " desc"
}

// beside is the condition that a page begins beside its cursor, whose values it adds to args.
func beside(f *transactions.Filter, args pgx.NamedArgs, at, id string) []string {
	if f.Cursor.IsZero() {
		return nil
	}
	than := " < "
	if upwards(f) {
		than = " > "
	}
	args["cursor_at"], args["cursor_id"] = f.Cursor.At, f.Cursor.ID
	return []string{"(" + at + ", " + id + ")" + than + "(@cursor_at::timestamptz, @cursor_id::uuid)"}
}

// turn cuts the extra row off, brings a page that was read backwards into the list's order, and sets its ends.
func turn(f *transactions.Filter, found *monitoring.Found, places *[]place) {
	list := *places
	more := len(list) > f.Rows
	list = list[:min(len(list), f.Rows)]
	*places = list
	if len(list) == 0 {
		return
	}
	if f.Cursor.Back {
		slices.Reverse(list)
	}
	first, last := list[0], list[len(list)-1]
	if more && !f.Cursor.Back || f.Cursor.Back {
		found.Older = transactions.Cursor{At: last.at, ID: last.id}
	}
	if more && f.Cursor.Back || !f.Cursor.IsZero() && !f.Cursor.Back {
		found.Newer = transactions.Cursor{At: first.at, ID: first.id, Back: true}
	}
}
