package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// Jobs stores scheduled work and its runs; it is a jobs.Store. The database's clock decides every lease.
type Jobs struct {
	db *DB
}

// NewJobs gives the store over db.
func NewJobs(db *DB) *Jobs { return &Jobs{db: db} }

var _ jobs.Store = (*Jobs)(nil)

const jobRunColumns = `id, job, occasion, coalesce(business_date::text, ''), trigger, coalesce(actor, ''), coalesce(reason, ''), state, node, fence,
	started_at, ended_at, counts, coalesce(note, ''), coalesce(error, '')`

func scanJobRun(row pgx.CollectableRow) (jobs.Run, error) {
	var r jobs.Run
	var ended *time.Time
	var counts []byte
	err := row.Scan(&r.ID, &r.Job, &r.Occasion, &r.Date, &r.Trigger, &r.Actor, &r.Reason, &r.State, &r.Node, &r.Fence,
		&r.Started, &ended, &counts, &r.Result.Note, &r.Error)
	if err != nil {
		return r, err
	}
	if ended != nil {
		r.Ended = *ended
	}
	if counts == nil {
		return r, nil
	}
	return r, json.Unmarshal(counts, &r.Result.Counts)
}

// claimRun inserts the occasion's row, or takes it over: from a dead node, or after a failure with a retry left. The
// unique index on running rows keeps a second occasion of the same job away.
const claimRun = `
	insert into job_runs as r (id, job, occasion, business_date, trigger, actor, reason, state, node, lease_until)
	values ($1, $2, $3, nullif($4, '')::date, $5, nullif($6, ''), nullif($7, ''), 'RUNNING', $8, clock_timestamp() + $9::interval)
	on conflict (job, occasion) do update set state = 'RUNNING', node = excluded.node, fence = r.fence + 1,
	  lease_until = excluded.lease_until, started_at = clock_timestamp(), ended_at = null, counts = null, note = null, error = null
	where $10 and r.trigger <> 'MANUAL' and (r.state = 'LOST' or r.state = 'RUNNING' and r.lease_until < clock_timestamp()
	  or r.state = 'FAILED' and r.fence <= $11 and r.ended_at < clock_timestamp() - $12::interval)
	returning ` + jobRunColumns

// Claim takes the right to run an occasion; false when it is taken, done, or another occasion of the job runs. A run by
// hand gets its audit row in the same commit (C5).
func (j *Jobs) Claim(ctx context.Context, c jobs.Claim) (jobs.Run, bool, error) {
	if err := j.loseLapsed(ctx, c.Occasion.Job, c.Occasion.Key); err != nil {
		return jobs.Run{}, false, err
	}
	if c.Trigger != jobs.ByHand {
		return claim(ctx, j.db.Pool, c)
	}
	var run jobs.Run
	err := pgx.BeginFunc(ctx, j.db.Pool, func(tx pgx.Tx) error {
		granted, ok, err := claim(ctx, tx, c)
		if err != nil {
			return err
		}
		if !ok {
			return errTaken
		}
		run = granted
		return appendAudit(ctx, tx, orderAudit(c, run))
	})
	if errors.Is(err, errTaken) {
		return jobs.Run{}, false, nil
	}
	return run, err == nil, Explain(err, "scheduled run")
}

// errTaken rolls an order back whose occasion is not to be had.
var errTaken = errors.New("the occasion is taken")

func orderAudit(c jobs.Claim, run jobs.Run) operators.AuditEntry {
	after := map[string]any{"run": run.ID.String()}
	if run.Date != "" {
		after["business_date"] = run.Date
	}
	return operators.AuditEntry{
		Actor: operators.Actor(c.By), Action: "job.run", ObjectType: "job", ObjectID: run.Job, After: after, Reason: run.Reason,
	}
}

func claim(ctx context.Context, q querier, c jobs.Claim) (jobs.Run, bool, error) {
	o := c.Occasion
	rows, _ := q.Query(ctx, claimRun, uuid.New(), o.Job, o.Key, o.Date, string(c.Trigger), o.Actor, o.Reason, c.Node,
		c.Lease, c.Again, c.Retries, c.RetryAfter)
	run, err := pgx.CollectExactlyOneRow(rows, scanJobRun)
	if IsNotFound(err) {
		return jobs.Run{}, false, nil
	}
	if name, ok := UniqueViolation(err); ok && name == "job_runs_running" {
		return jobs.Run{}, false, nil
	}
	return run, err == nil, Explain(err, "scheduled run")
}

// loseLapsed closes the runs of dead nodes, so that they do not keep the job's place.
func (j *Jobs) loseLapsed(ctx context.Context, job, occasion string) error {
	_, err := j.db.Pool.Exec(ctx, `
		update job_runs set state = 'LOST', ended_at = lease_until, error = 'the node ' || node || ' stopped during the run'
		where job = $1 and state = 'RUNNING' and lease_until < clock_timestamp() and occasion <> $2`, job, occasion)
	return Explain(err, "scheduled run")
}

// Extend prolongs the lease of a claimed run; false when the run was taken over.
func (j *Jobs) Extend(ctx context.Context, id uuid.UUID, fence int, lease time.Duration) (bool, error) {
	tag, err := j.db.Pool.Exec(ctx, `update job_runs set lease_until = clock_timestamp() + $3::interval
		where id = $1 and fence = $2 and state = 'RUNNING'`, id, fence, lease)
	return tag.RowsAffected() == 1, Explain(err, "scheduled run")
}

// Finish closes a claimed run; false when it was taken over, and then nothing is changed.
func (j *Jobs) Finish(ctx context.Context, r jobs.Run) (bool, error) {
	counts, err := countsJSON(r.Result.Counts)
	if err != nil {
		return false, err
	}
	tag, err := j.db.Pool.Exec(ctx, `
		update job_runs set state = $3, ended_at = clock_timestamp(), counts = $4, note = nullif($5, ''), error = nullif($6, '')
		where id = $1 and fence = $2 and state = 'RUNNING'`, r.ID, r.Fence, string(r.State), counts, r.Result.Note, r.Error)
	return tag.RowsAffected() == 1, Explain(err, "scheduled run")
}

func countsJSON(counts map[string]int64) ([]byte, error) {
	if len(counts) == 0 {
		return nil, nil
	}
	return json.Marshal(counts)
}
