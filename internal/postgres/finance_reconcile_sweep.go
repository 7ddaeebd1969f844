package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// sweep removes the items of the day's runs that do not count, and every remainder of theirs, a chunk at a time.
func (r *reconciling) sweep(ctx context.Context) error {
	rows, _ := r.session.Query(ctx, `select id, state from recon_runs where process_id = $1 and business_date = $2::date`,
		r.process.ID, string(r.run.BusinessDate))
	runs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
		ID    uuid.UUID
		State finance.RunState
	}])
	if err != nil {
		return err
	}
	for _, run := range runs {
		if err := r.clear(ctx, run.ID, "recon_remainder", "place"); err != nil {
			return err
		}
		if run.State == finance.RunDone {
			continue
		}
		if err := r.clear(ctx, run.ID, "recon_items", "item_no"); err != nil {
			return err
		}
	}
	return nil
}

// clear deletes a run's rows by their numbers. Asked for just any so many of them, the server begins each time at the first
// page of a table that may hold years.
func (r *reconciling) clear(ctx context.Context, run uuid.UUID, table, number string) error {
	return r.inRanges(ctx, run, table, number, func(after, upTo int) error {
		_, err := r.session.Exec(ctx, `delete from `+table+` where run_id = $1 and `+number+` > $2 and `+number+` <= $3`, run, after, upTo)
		return err
	})
}

// inRanges covers the numbers of a run's rows, a chunk at a time. The last number is asked for as the first in falling order:
// for a maximum of a run that its statistics do not know yet the server visits every row of it.
func (r *reconciling) inRanges(ctx context.Context, run uuid.UUID, table, number string, do func(after, upTo int) error) error {
	var last int
	if err := r.session.QueryRow(ctx, `select coalesce((select `+number+` from `+table+` where run_id = $1 order by `+number+` desc limit 1), 0)`, run).
		Scan(&last); err != nil {
		return err
	}
	for after := 0; after < last; after += r.chunk {
		if err := do(after, after+r.chunk); err != nil {
			return err
		}
	}
	return nil
}
