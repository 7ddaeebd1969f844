package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// dayOf gives a date in the form that COPY takes.
func dayOf(d finance.Date) (time.Time, error) { return time.Parse(time.DateOnly, string(d)) }

const runColumns = `id, process_id, business_date::text, file_id, state, coalesce(failure, ''), started_at, finished_at, summary`

func scanRun(row pgx.CollectableRow) (finance.Run, error) {
	var r finance.Run
	var file *uuid.UUID
	var finished *time.Time
	var summary []byte
	if err := row.Scan(&r.ID, &r.ProcessID, &r.BusinessDate, &file, &r.State, &r.Failure, &r.StartedAt, &finished, &summary); err != nil {
		return r, err
	}
	if file != nil {
		r.FileID = *file
	}
	if finished != nil {
		r.FinishedAt = *finished
	}
	if summary == nil {
		return r, nil
	}
	return r, json.Unmarshal(summary, &r.Summary)
}

// StartRun gives the OPEN run of the day: a new one, or the one a dead node left behind.
func (f *Finance) StartRun(ctx context.Context, p finance.Process, date finance.Date) (finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		insert into recon_runs (id, process_id, business_date, state) values ($1, $2, $3::date, 'OPEN')
		on conflict (process_id, business_date) where state = 'OPEN' do update set started_at = clock_timestamp()
		returning `+runColumns, uuid.New(), p.ID, string(date))
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	return run, Explain(err, "reconciliation run")
}

// FailRun closes an OPEN run without a result; one that is closed already stays as it is.
func (f *Finance) FailRun(ctx context.Context, runID uuid.UUID, failure string) error {
	_, err := f.db.Pool.Exec(ctx, `update recon_runs set state = 'FAILED', failure = $2, finished_at = clock_timestamp()
		where id = $1 and state = 'OPEN'`, runID, failure)
	return Explain(err, "reconciliation run")
}

// CurrentRun gives the finished run that counts for a day; NotFound when none does.
func (f *Finance) CurrentRun(ctx context.Context, processID uuid.UUID, date finance.Date) (finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+runColumns+` from recon_runs
		where process_id = $1 and business_date = $2::date and state = 'DONE'`, processID, string(date))
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	return run, Explain(err, "reconciliation run")
}

// LatestRun gives the finished run of the latest day that has one; NotFound when none does.
func (f *Finance) LatestRun(ctx context.Context, processID uuid.UUID) (finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+runColumns+` from recon_runs
		where process_id = $1 and state = 'DONE' order by business_date desc limit 1`, processID)
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	return run, Explain(err, "reconciliation run")
}

// FindRun gives one run, whatever its state; NotFound when there is none.
func (f *Finance) FindRun(ctx context.Context, id uuid.UUID) (finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+runColumns+` from recon_runs where id = $1`, id)
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	return run, Explain(err, "reconciliation run")
}

// DayRuns lists the run that counts for each process on the latest days that have any, newest day first: the finished
// one, or the last try where none was finished.
func (f *Finance) DayRuns(ctx context.Context, w finance.DayFilter) ([]finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		with days as (
		  select distinct business_date as day from recon_runs
		  where ($1 or process_id = $2) and ($3 = '' or business_date <= nullif($3, '')::date) order by 1 desc limit $4),
		counting as (
		  select distinct on (r.business_date, r.process_id) r.* from recon_runs r join days d on d.day = r.business_date
		  where ($1 or r.process_id = $2) and r.state <> 'SUPERSEDED'
		  order by r.business_date, r.process_id, r.state = 'DONE' desc, r.started_at desc, r.id)
		select `+runColumns+` from counting
		order by counting.business_date desc, (select code from recon_processes p where p.id = process_id)`, w.Process == uuid.Nil, w.Process, string(w.Upto), daysOf(w))
	list, err := pgx.CollectRows(rows, scanRun)
	return list, Explain(err, "reconciliation run")
}

func daysOf(w finance.DayFilter) int {
	if w.Days <= 0 {
		return 14
	}
	return w.Days
}

// Runs lists the latest runs of a process, newest first.
func (f *Finance) Runs(ctx context.Context, processID uuid.UUID, limit int) ([]finance.Run, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+runColumns+` from recon_runs where process_id = $1
		order by started_at desc, id limit $2`, processID, limit)
	list, err := pgx.CollectRows(rows, scanRun)
	return list, Explain(err, "reconciliation run")
}

// OpenDates lists the days from since up to before that hold items which may still change.
func (f *Finance) OpenDates(ctx context.Context, processID uuid.UUID, since, before finance.Date) ([]finance.Date, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		select distinct business_date::text from recon_items_current
		where process_id = $1 and business_date >= $2::date and business_date < $3::date
		  and settlement_status in ('HELD', 'PENDING')
		order by 1`, processID, string(since), string(before))
	list, err := pgx.CollectRows(rows, pgx.RowTo[finance.Date])
	return list, Explain(err, "reconciliation item")
}
