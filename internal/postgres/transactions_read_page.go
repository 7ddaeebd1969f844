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
}

// search is one reading of the list.
type search struct {
	tx      snapshot
	filter  *transactions.Filter
	clauses clauses
}

// planned reads with a plan for these very values: how many transactions a range or a client has decides the way, and a plan made
// for any value is the wrong one for some.
func (s *search) planned(ctx context.Context, sql string, args pgx.NamedArgs) (pgx.Rows, error) {
	return s.tx.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, args)
}

// page reads the places of one page of a range and one more, which tells whether the list goes on, and what was counted meanwhile.
func (s *search) page(ctx context.Context) (list []place, counted reached, err error) {
	if s.filter.OnlyEarlyReversals() {
		counted.whole = true
	} else {
		if counted, err = s.count(ctx); err != nil {
			return nil, counted, err
		}
		if list, err = s.ranged(ctx, counted); err != nil {
			return nil, counted, err
		}
	}
	if !s.filter.EarlyReversals() {
		return list, counted, nil
	}
	sql, args := s.stones()
	rows, err := s.planned(ctx, sql, args)
	if err != nil {
		return nil, counted, err
	}
	stones, err := pgx.CollectRows(rows, scanPlace)
	return s.merged(list, stones), counted, err
}

// farthest is how many transactions are looked at in the order of the list for one page. What is rarer is found sooner by what an
// index knows of it, wherever it is; what is more frequent is not, and the planner cannot tell.
const farthest = 200_000

// ranged reads a page by walking the list where what was counted promises to fill it soon, else from anywhere.
func (s *search) ranged(ctx context.Context, counted reached) ([]place, error) {
	far := 2 * (s.filter.Rows + 1) * reach / max(counted.fit, 1)
	sorted := len(s.filter.Providers) > 0 || len(s.filter.Errors) > 0 // these have an index in the order of the list
	if counted.whole || counted.fit > s.filter.Rows || !sorted && far <= farthest {
		list, err := s.places(ctx, max(far, reach))
		if err != nil || counted.whole || len(list) > s.filter.Rows {
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
	rows, err := s.planned(ctx, "select t.id, t.received_at, false, '', '', '', '', '' from "+from+where(conditions)+order+" limit @limit", args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPlace)
}

// stones is the query for the reversals without request of a page. They have no id of their own; the hash of their key stands for one.
func (s *search) stones() (string, pgx.NamedArgs) {
	const id = "md5(concat_ws(chr(31), s.request_id, s.client_id, s.service, s.operation))::uuid"
	c := tombstoneClauses(s.filter)
	args := c.and("limit", s.filter.Rows+1)
	return "select " + id + ", s.created_at, true, s.client_id, s.service, s.operation, s.request_id, s.advice_id from tombstones s" +
		where(append(c.parts, beside(s.filter, args, "s.created_at", id)...)) + ordered("s.created_at", id, upwards(s.filter)) + " limit @limit", args
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
