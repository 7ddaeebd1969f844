package postgres

import "context"

// Untouched tells whether no transaction was ever recorded.
func (d *DB) Untouched(ctx context.Context) (untouched bool, err error) {
	err = d.Pool.QueryRow(ctx, `select not exists (select 1 from transactions)`).Scan(&untouched)
	return untouched, Explain(err, "transaction")
}

// NothingQueued tells whether every stored advice has reached its end, and no attempt runs.
func (d *DB) NothingQueued(ctx context.Context) (settled bool, err error) {
	err = d.Pool.QueryRow(ctx, `select not exists (select 1 from saf_entries where live)
  and not exists (select 1 from transactions where closed_at is null and open_attempt_id is not null)`).Scan(&settled)
	return settled, Explain(err, "queue")
}
