package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/jobs"
)

// Register makes the jobs known, once each, and gives the time each was first seen.
func (j *Jobs) Register(ctx context.Context, list []jobs.Definition) (map[string]time.Time, error) {
	seen := make(map[string]time.Time, len(list))
	for _, d := range list {
		var first time.Time
		err := j.db.Pool.QueryRow(ctx, `
			insert into jobs (name, title, schedule, local) values ($1, $2, $3, $4)
			on conflict (name) do update set title = excluded.title, schedule = excluded.schedule, local = excluded.local
			returning first_seen`, d.Name, d.Title, d.Schedule, d.Local).Scan(&first)
		if err != nil {
			return nil, Explain(err, "job")
		}
		seen[d.Name] = first
	}
	return seen, nil
}

// RecordLocal keeps the last run of a local job; of several nodes the latest to write is shown.
func (j *Jobs) RecordLocal(ctx context.Context, l jobs.LocalRun) error {
	counts, err := countsJSON(l.Counts)
	if err != nil {
		return err
	}
	_, err = j.db.Pool.Exec(ctx, `
		update jobs set local_node = $2, local_runs = local_runs + $3, local_started = $4, local_ended = $5,
		  local_error = nullif($6, ''), local_counts = $7
		where name = $1`, l.Job, l.Node, l.Runs, l.Started, l.Ended, l.Error, counts)
	return Explain(err, "job")
}

// Overview gives every registered job with its last run, by name.
func (j *Jobs) Overview(ctx context.Context) ([]jobs.Status, error) {
	rows, _ := j.db.Pool.Query(ctx, `
		select name, title, schedule, local, coalesce(local_node, ''), local_runs, local_started, local_ended,
		  coalesce(local_error, ''), local_counts
		from jobs order by name`)
	list, err := pgx.CollectRows(rows, scanStatus)
	if err != nil {
		return nil, Explain(err, "job")
	}
	rows, _ = j.db.Pool.Query(ctx, `
		select `+jobRunColumns+` from jobs n cross join lateral (
		  select * from job_runs where job = n.name order by started_at desc, id desc limit 1) r`)
	last, err := pgx.CollectRows(rows, scanJobRun)
	if err != nil {
		return nil, Explain(err, "scheduled run")
	}
	for i := range list {
		for _, r := range last {
			if r.Job == list[i].Name {
				list[i].Last = r
			}
		}
	}
	return list, nil
}

func scanStatus(row pgx.CollectableRow) (jobs.Status, error) {
	var s jobs.Status
	var started, ended *time.Time
	var counts []byte
	l := &s.Last
	err := row.Scan(&s.Name, &s.Title, &s.Schedule, &s.Local, &l.Node, &s.Runs, &started, &ended, &l.Error, &counts)
	if err != nil || started == nil {
		return s, err
	}
	l.Job, l.Started, l.Ended, l.State = s.Name, *started, *ended, jobs.Done
	if l.Error != "" {
		l.State = jobs.Failed
	}
	if counts == nil {
		return s, nil
	}
	return s, json.Unmarshal(counts, &l.Result.Counts)
}

// FindRun gives one run of the history; NotFound when there is none.
func (j *Jobs) FindRun(ctx context.Context, id uuid.UUID) (jobs.Run, error) {
	rows, _ := j.db.Pool.Query(ctx, `select `+jobRunColumns+` from job_runs where id = $1`, id)
	r, err := pgx.CollectExactlyOneRow(rows, scanJobRun)
	return r, Explain(err, "scheduled run")
}

// History lists runs, newest first; job may be empty for all.
func (j *Jobs) History(ctx context.Context, job string, limit int) ([]jobs.Run, error) {
	rows, _ := j.db.Pool.Query(ctx, `select `+jobRunColumns+` from job_runs where $1 = '' or job = $1
		order by started_at desc, id desc limit $2`, job, limit)
	list, err := pgx.CollectRows(rows, scanJobRun)
	return list, Explain(err, "scheduled run")
}

// SearchRuns lists the runs that fit, newest first.
func (j *Jobs) SearchRuns(ctx context.Context, w jobs.RunFilter) ([]jobs.Run, error) {
	rows, _ := j.db.Pool.Query(ctx, `select `+jobRunColumns+` from job_runs
		where ($1 = '' or job = $1) and ($2 = '' or state = $2) and ($3 = '' or business_date = nullif($3, '')::date)
		  and ($4 or (started_at, id) < (select started_at, id from job_runs where id = $5))
		order by started_at desc, id desc limit $6`, w.Job, string(w.State), w.Date, w.Before == uuid.Nil, w.Before, max(w.Limit, 1))
	list, err := pgx.CollectRows(rows, scanJobRun)
	return list, Explain(err, "scheduled run")
}
