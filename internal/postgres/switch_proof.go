package postgres

import (
	"context"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// codeInvalidValue is the server's code for, among others, a transaction number that it has not given out.
const codeInvalidValue = "22023"

// proof asks for a row that one commit alone can have written. The number of a transaction is no proof of its own: a server that
// crashes before anything of a transaction has reached the disk gives its number out again, to somebody else's.
type proof struct {
	sql  string
	args []any
}

// proofOf picks a row out of what a batch writes. Every batch traces a message, begins or ends an attempt, or notes a change;
// without any of these nothing is proved.
func proofOf(c *switchcore.Changes) proof {
	switch {
	case len(c.Traces) > 0 && c.Traces[0].AttemptID != uuid.Nil:
		return proof{`select exists (select 1 from traces where attempt_id = $1 and leg = $2)`, []any{c.Traces[0].AttemptID, string(c.Traces[0].Leg)}}
	case len(c.Traces) > 0:
		return proof{`select exists (select 1 from traces where exchange_id = $1 and leg = $2)`, []any{c.Traces[0].ExchangeID, string(c.Traces[0].Leg)}}
	case len(c.NewAttempts) > 0:
		return proof{`select exists (select 1 from attempts where id = $1)`, []any{c.NewAttempts[0].ID}}
	case len(c.EndedAttempts) > 0:
		return proof{`select exists (select 1 from attempts where id = $1 and ended_at = $2)`, []any{c.EndedAttempts[0].ID, c.EndedAttempts[0].At}}
	case len(c.Timeline) > 0:
		first := c.Timeline[0]
		return proof{`select exists (select 1 from transaction_events where transaction_id = $1 and field = $2 and at = $3)`, []any{first.TransactionID, first.Field, first.At}}
	}
	return proof{`select false`, nil}
}

// given tells whether the row is there.
func (p proof) given(ctx context.Context, db *DB) (there bool, err error) {
	err = db.Pool.QueryRow(ctx, p.sql, p.args...).Scan(&there)
	return there, err
}
