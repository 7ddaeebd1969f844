package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// financeChunk is how many records are in memory at once, a few times over. A chunk is read by one statement of some tens of
// milliseconds and written by one commit, so no snapshot grows old, however long the day.
const financeChunk = 4000

// reconciling is one run of one day while it is made.
//
// No snapshot covers the whole run, so what may change meanwhile is dealt with one by one. Which records belong to the day was
// fixed when they came in, and a day is reconciled after its end; a record that still arrives (a run of the current day)
// sorts behind what was read, or waits for the next run. A file's lines never change; a file that is replaced takes its lines
// along, and publish refuses a run over a file that no longer counts. A record may be confirmed, reversed or answered late at
// any time: each is read once, judged as it was read, and looked at again by the next run if its item is not settled, which is
// all that a single snapshot could promise. Its amount is proved once more when it is settled (proveCycle).
type reconciling struct {
	*Finance
	process  finance.Process
	run      finance.Run
	file     finance.File
	sheet    *finance.Sheet
	progress func() error

	// session holds the process's lock and writes everything: a node that loses the one cannot go on with the other.
	session *pgxpool.Conn
	files   map[finance.Date]uuid.UUID
	used    lineSet
	places  int // given so far
	spare   int // rows in the remainder
}

// ReconcileRun reconciles in three steps: records that one line of the file names are judged as they are read, whatever else
// there is goes into the remainder, and the remainder is matched by all rules, at last with what lies on other days.
func (f *Finance) ReconcileRun(ctx context.Context, p finance.Process, run finance.Run, file finance.File, progress func() error) (done finance.Run, err error) {
	r := &reconciling{
		Finance: f, process: p, run: run, file: file, progress: progress,
		sheet: finance.NewSheet(run.BusinessDate, file.ExceptionCount),
	}
	if r.session, err = f.lockProcessForRun(ctx, p.ID); err != nil {
		return run, Explain(err, "reconciliation run")
	}
	defer func() { err = errors.Join(err, unlockProcess(ctx, r.session, p.ID)) }()
	for _, step := range []func(context.Context) error{
		r.begin, r.judgeNamed, r.setAsideLines, r.matchOwnDay, r.matchOtherDays, r.judgeRemainder, r.prove,
	} {
		if err := step(ctx); err != nil {
			if _, doubled := UniqueViolation(err); doubled { // no other node writes this run: a mistake, never its conflict
				err = apperr.Wrap(err, apperr.Internal, "a record or a line would stand in two items")
			}
			return run, Explain(err, "reconciliation run")
		}
	}
	if done, err = r.publish(ctx); err != nil {
		return run, Explain(err, "reconciliation run")
	}
	return done, Explain(r.sweep(ctx), "reconciliation run")
}

// lockProcessForRun takes a connection and with it the process's lock. It asks again and again: waiting inside a statement
// would hold a snapshot for as long as the other node works. What is written on the connection counts for nothing until one
// last commit says so, and that one is durable together with all before it (inOneCommit); so the others need not wait for
// the disk.
func (f *Finance) lockProcessForRun(ctx context.Context, process uuid.UUID) (*pgxpool.Conn, error) {
	const again = 100 * time.Millisecond
	for {
		conn, err := f.db.Pool.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		var mine bool
		err = conn.QueryRow(ctx, `select pg_try_advisory_lock(hashtext('reconciliation'), hashtext($1::text))`, process).Scan(&mine)
		if err == nil && mine {
			_, err = conn.Exec(ctx, `set synchronous_commit = off`)
			if err == nil {
				return conn, nil
			}
			return nil, errors.Join(err, unlockProcess(ctx, conn, process))
		}
		conn.Release()
		if err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(again):
		}
	}
}

// unlockProcess gives the lock back with the connection; one that cannot be unlocked is closed, which does the same.
func unlockProcess(ctx context.Context, conn *pgxpool.Conn, process uuid.UUID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := conn.Exec(ctx, `reset synchronous_commit`)
	if err == nil {
		_, err = conn.Exec(ctx, `select pg_advisory_unlock(hashtext('reconciliation'), hashtext($1::text))`, process)
	}
	if err != nil {
		_ = conn.Hijack().Close(ctx)
		return nil // the lock is gone with the connection
	}
	conn.Release()
	return nil
}

// inOneCommit is the commit that makes the work count. It waits for the disk, and with it everything written before.
func inOneCommit(ctx context.Context, session *pgxpool.Conn, process uuid.UUID, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, session, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local synchronous_commit to default`); err != nil {
			return err
		}
		if err := lockProcess(ctx, tx, process); err != nil {
			return err
		}
		return do(tx)
	})
}

// stillOpen refuses a run that has ended. Only one that was DONE, and may be superseded since, has left the day a result
// to be taken instead (Conflict); one that another node failed has to be made again.
func stillOpen(state finance.RunState) error {
	switch state {
	case finance.RunOpen:
		return nil
	case finance.RunDone, finance.RunSuperseded:
		return apperr.Errorf(apperr.Conflict, "This run was finished by another node.")
	}
	return apperr.Errorf(apperr.Unavailable, "this run was ended as %s while it was made; run the day again", state)
}

// begin makes sure that the run is still to be made and removes what an earlier try has left (P14).
func (r *reconciling) begin(ctx context.Context) error {
	var state finance.RunState
	if err := r.session.QueryRow(ctx, `select state from recon_runs where id = $1`, r.run.ID).Scan(&state); err != nil {
		return err
	}
	if err := stillOpen(state); err != nil {
		return err
	}
	var err error
	if r.files, err = filesByDate(ctx, r.session, r.run); err != nil {
		return err
	}
	return r.sweep(ctx)
}

// prove balances the run and compares the count with what is stored.
func (r *reconciling) prove(ctx context.Context) error {
	if err := r.sheet.Balance(); err != nil {
		return err
	}
	var a, b finance.Totals
	err := r.inRanges(ctx, r.run.ID, "recon_items", "item_no", func(after, upTo int) error {
		var moreA, moreB finance.Totals
		err := r.session.QueryRow(ctx, `
			select count(transaction_id), coalesce(sum(amount_a_minor), 0)::bigint, count(line_no), coalesce(sum(amount_b_minor), 0)::bigint
			from recon_items where run_id = $1 and item_no > $2 and item_no <= $3`, r.run.ID, after, upTo).
			Scan(&moreA.Count, &moreA.SumMinor, &moreB.Count, &moreB.SumMinor)
		a, b = a.Plus(moreA), b.Plus(moreB)
		return err
	})
	if err != nil {
		return err
	}
	if keptA, keptB := r.sheet.Kept(); a != keptA || b != keptB {
		return apperr.Errorf(apperr.Internal, "reconciliation has stored %v and %v of %v and %v", a, b, keptA, keptB)
	}
	return nil
}

// publish makes the run the day's current one, in one short commit.
func (r *reconciling) publish(ctx context.Context) (finance.Run, error) {
	done := r.run
	summary, err := json.Marshal(r.sheet.Summary)
	if err != nil {
		return done, err
	}
	var file *uuid.UUID
	if r.file.ID != uuid.Nil {
		file = &r.file.ID
	}
	err = inOneCommit(ctx, r.session, r.process.ID, func(tx pgx.Tx) error {
		var state finance.RunState
		if err := tx.QueryRow(ctx, `select state from recon_runs where id = $1 for update`, r.run.ID).Scan(&state); err != nil {
			return err
		}
		if err := stillOpen(state); err != nil {
			return err
		}
		var counts bool
		if err := tx.QueryRow(ctx, `select $1::uuid is null or exists (select 1 from recon_files where id = $1 and state in ('LOADED', 'FINALIZED'))`,
			file).Scan(&counts); err != nil {
			return err
		}
		if !counts {
			return apperr.Errorf(apperr.Unavailable, "the statement %s was replaced while the day was reconciled; run it again", r.file.Name)
		}
		if _, err := tx.Exec(ctx, `update recon_runs set state = 'SUPERSEDED' where process_id = $1 and business_date = $2::date and state = 'DONE'`,
			r.process.ID, string(r.run.BusinessDate)); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `update recon_runs set state = 'DONE', file_id = $2, summary = $3, finished_at = clock_timestamp()
			where id = $1 returning `+runColumns, r.run.ID, file, summary)
		var err error
		done, err = pgx.CollectExactlyOneRow(rows, scanRun)
		return err
	})
	return done, err
}

// keep writes items and their comparisons in one commit.
func (r *reconciling) keep(ctx context.Context, items []finance.Item) error {
	if len(items) == 0 {
		return r.progress()
	}
	err := pgx.BeginFunc(ctx, r.session, func(tx pgx.Tx) error {
		if err := copyItems(ctx, tx, r.run, r.files, items); err != nil {
			return err
		}
		return copyFieldResults(ctx, tx, r.run, items)
	})
	if err != nil {
		return err
	}
	return r.progress()
}

// lineSet is a set of line numbers, one bit each: a million lines take 125 kB.
type lineSet []uint64

func (s *lineSet) add(line int) {
	for len(*s) <= line/64 {
		*s = append(*s, 0)
	}
	(*s)[line/64] |= 1 << (line % 64)
}

func (s lineSet) has(line int) bool { return line/64 < len(s) && s[line/64]&(1<<(line%64)) != 0 }
