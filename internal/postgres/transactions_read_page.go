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

// places reads the ids of one page and one row more, which tells whether the list goes on.
func (r *Reader) places(ctx context.Context, tx pgx.Tx, f *transactions.Filter, c clauses) ([]place, error) {
	var list []place
	if !f.OnlyEarlyReversals() {
		sql, args := paged(f, c, "t.received_at", "t.id")
		rows, err := tx.Query(ctx, "select t.id, t.received_at, false, '', '', '', '', '' from transactions t"+sql, args)
		if err != nil {
			return nil, err
		}
		if list, err = pgx.CollectRows(rows, scanPlace); err != nil {
			return nil, err
		}
	}
	if f.EarlyReversals() {
		// A tombstone has no id of its own; the hash of its key stands for one.
		const stoneID = "md5(concat_ws(chr(31), s.request_id, s.client_id, s.service, s.operation))::uuid"
		sql, args := paged(f, tombstoneClauses(f), "s.created_at", stoneID)
		rows, err := tx.Query(ctx, "select "+stoneID+", s.created_at, true, s.client_id, s.service, s.operation, s.request_id, s.advice_id from tombstones s"+sql, args)
		if err != nil {
			return nil, err
		}
		stones, err := pgx.CollectRows(rows, scanPlace)
		if err != nil {
			return nil, err
		}
		list = append(list, stones...)
	}
	slices.SortFunc(list, func(a, b place) int {
		n := a.at.Compare(b.at)
		if n == 0 {
			n = slices.Compare(a.id[:], b.id[:])
		}
		if upwards(f) {
			return n
		}
		return -n
	})
	return list[:min(len(list), f.Rows+1)], nil
}

func scanPlace(row pgx.CollectableRow) (p place, err error) {
	err = row.Scan(&p.id, &p.at, &p.early, &p.key.ClientID, &p.key.Service, &p.key.Operation, &p.key.RequestID, &p.adviceID)
	return p, err
}

// upwards tells whether the page is read from old to new: the list is sorted so, or the reader goes back in it.
func upwards(f *transactions.Filter) bool { return f.Ascending != f.Cursor.Back }

// paged ends a query with the conditions, the place to go on from, the order and the limit.
func paged(f *transactions.Filter, c clauses, at, id string) (string, pgx.NamedArgs) {
	args := pgx.NamedArgs{"limit": f.Rows + 1}
	for name, value := range c.args {
		args[name] = value
	}
	order, than := " desc", " < "
	if upwards(f) {
		order, than = " asc", " > "
	}
	if !f.Cursor.IsZero() {
		c.parts = append(slices.Clip(c.parts), "("+at+", "+id+")"+than+"(@cursor_at::timestamptz, @cursor_id::uuid)")
		args["cursor_at"], args["cursor_id"] = f.Cursor.At, f.Cursor.ID
	}
	return c.where() + " order by " + at + order + ", " + id + order + " limit @limit", args
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
