package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func daily(run func(context.Context, jobs.Occasion) (jobs.Result, error)) jobs.Job {
	return jobs.Job{Name: "recon.run", Title: "Reconciliation", Schedule: jobs.Daily(3, 0, time.UTC), Once: jobs.PerDate, DayOffset: -1, Run: run}
}

func newScheduler(t *testing.T, db *postgres.DB, node string, now time.Time, list ...jobs.Job) *jobs.Scheduler {
	t.Helper()
	s, err := jobs.New(jobs.Config{
		Store: postgres.NewJobs(db), Node: node, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
	}, list)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// corrected is an order of a person.
var corrected = jobs.Order{
	Job: "recon.run", Date: "2026-03-11", Reason: "statement was corrected", Key: "form-1",
	By: jobs.Actor{ID: "op-7", Name: "a.patel", IP: "10.1.2.3", SessionID: "s-1", RequestID: "r-1"},
}

var threeInTheMorning = time.Date(2026, 3, 12, 3, 0, 0, 0, time.UTC)

func TestJobsTwoNodesRunAnOccasionOnce(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var ran atomic.Int32
	dates := make(chan string, 20)
	job := daily(func(_ context.Context, o jobs.Occasion) (jobs.Result, error) {
		ran.Add(1)
		dates <- o.Date
		return jobs.Result{Counts: map[string]int64{"items": 7}, Note: "fine"}, nil
	})
	var all sync.WaitGroup
	for _, node := range []string{"one", "two"} {
		s := newScheduler(t, db, node, threeInTheMorning.Add(time.Second), job)
		for range 5 {
			all.Go(func() { s.Fire(t.Context(), "recon.run") })
		}
	}
	all.Wait()
	require.Equal(t, int32(1), ran.Load())
	require.Equal(t, "2026-03-11", <-dates)
	history, err := postgres.NewJobs(db).History(t.Context(), "recon.run", 10)
	require.NoError(t, err)
	require.Len(t, history, 1)
	require.Equal(t, jobs.Done, history[0].State)
	require.Equal(t, jobs.Result{Counts: map[string]int64{"items": 7}, Note: "fine"}, history[0].Result)
	require.False(t, history[0].Ended.IsZero())
}

func TestJobsStartedOnTwoNodesTickOnceEach(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var mu sync.Mutex
	keys := map[string]int{}
	enough := make(chan struct{})
	job := jobs.Job{
		Name: "tick", Title: "Tick", Schedule: jobs.Every(100 * time.Millisecond), Once: jobs.PerTick,
		Run: func(_ context.Context, o jobs.Occasion) (jobs.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			if keys[o.Key]++; len(keys) == 3 {
				close(enough)
			}
			return jobs.Result{}, nil
		},
	}
	for _, node := range []string{"one", "two"} {
		s, err := jobs.New(jobs.Config{Store: postgres.NewJobs(db), Node: node, Log: slog.New(slog.DiscardHandler)}, []jobs.Job{job})
		require.NoError(t, err)
		require.NoError(t, s.Start(t.Context()))
		t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	}
	select {
	case <-enough:
	case <-time.After(10 * time.Second):
		t.Fatal("the timers do not fire")
	}
	mu.Lock()
	defer mu.Unlock()
	for key, n := range keys {
		require.Equal(t, 1, n, key)
	}
}

func TestJobsMissedDatesAreCaughtUpOnceOldestFirst(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var dates []string
	job := daily(func(_ context.Context, o jobs.Occasion) (jobs.Result, error) {
		dates = append(dates, o.Date)
		return jobs.Result{}, nil
	})
	s := newScheduler(t, db, "one", threeInTheMorning.Add(5*time.Hour), job)
	require.NoError(t, s.Start(t.Context()))
	require.NoError(t, s.Stop(t.Context()))
	require.Empty(t, dates, "nothing was missed before the job was first seen")

	_, err := db.Pool.Exec(t.Context(), `update jobs set first_seen = '2026-03-09 12:00Z'`)
	require.NoError(t, err)
	again := newScheduler(t, db, "two", threeInTheMorning.Add(5*time.Hour), job)
	require.NoError(t, again.Start(t.Context()))
	again.Sweep(t.Context())
	again.Sweep(t.Context())
	require.NoError(t, again.Stop(t.Context()))
	require.Equal(t, []string{"2026-03-09", "2026-03-10", "2026-03-11"}, dates)
	history, err := postgres.NewJobs(db).History(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, history, 3)
	require.Equal(t, jobs.ByCatchUp, history[0].Trigger)
}

func TestJobsDeadNodeIsTakenOverAndItsLateEndRefused(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewJobs(db)
	o := jobs.Occasion{Job: "recon.run", Key: "2026-03-11", Date: "2026-03-11"}
	claim := jobs.Claim{Occasion: o, Trigger: jobs.BySchedule, Node: "dead", Lease: time.Minute, Again: true}
	dead, ok, err := store.Claim(t.Context(), claim)
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = store.Claim(t.Context(), claim)
	require.NoError(t, err)
	require.False(t, ok, "the lease holds")
	_, err = db.Pool.Exec(t.Context(), `update job_runs set lease_until = clock_timestamp() - interval '1 s'`)
	require.NoError(t, err)

	ran := false
	s := newScheduler(t, db, "alive", threeInTheMorning, daily(func(context.Context, jobs.Occasion) (jobs.Result, error) {
		ran = true
		ok, err := store.Extend(t.Context(), dead.ID, dead.Fence, time.Minute)
		require.NoError(t, err)
		require.False(t, ok)
		return jobs.Result{}, nil
	}))
	s.Fire(t.Context(), "recon.run")
	require.True(t, ran)
	dead.State = jobs.Failed
	ok, err = store.Finish(t.Context(), dead)
	require.NoError(t, err)
	require.False(t, ok)
	run, err := store.FindRun(t.Context(), dead.ID)
	require.NoError(t, err)
	require.Equal(t, []any{jobs.Done, "alive", 2}, []any{run.State, run.Node, run.Fence})
}

func TestJobsLapsedTickIsLostAndTheNextOneRuns(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewJobs(db)
	claim := func(key string) bool {
		_, ok, err := store.Claim(t.Context(), jobs.Claim{Occasion: jobs.Occasion{Job: "tick", Key: key}, Trigger: jobs.BySchedule, Node: "n", Lease: time.Minute})
		require.NoError(t, err)
		return ok
	}
	require.True(t, claim("1"))
	require.False(t, claim("2"), "the first still runs")
	_, err := db.Pool.Exec(t.Context(), `update job_runs set lease_until = clock_timestamp() - interval '1 s'`)
	require.NoError(t, err)
	require.False(t, claim("1"), "a tick is never taken over")
	require.True(t, claim("2"))
	history, err := store.History(t.Context(), "tick", 10)
	require.NoError(t, err)
	require.Equal(t, []jobs.State{jobs.Running, jobs.Lost}, []jobs.State{history[0].State, history[1].State})
}

func TestJobsFailureAndPanicAreRecordedAndRetriedAsAllowed(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	calls := 0
	job := daily(func(context.Context, jobs.Occasion) (jobs.Result, error) {
		if calls++; calls == 1 {
			panic("boom")
		}
		return jobs.Result{}, errors.New("no statement")
	})
	job.Retries = 1
	s := newScheduler(t, db, "one", threeInTheMorning, job)
	s.Fire(t.Context(), "recon.run")
	s.Fire(t.Context(), "recon.run")
	require.Equal(t, 1, calls, "it rests before a retry")
	store := postgres.NewJobs(db)
	for range 3 {
		_, err := db.Pool.Exec(t.Context(), `update job_runs set ended_at = clock_timestamp() - interval '1 h'`)
		require.NoError(t, err)
		s.Fire(t.Context(), "recon.run")
	}
	require.Equal(t, 2, calls)
	history, err := store.History(t.Context(), "recon.run", 10)
	require.NoError(t, err)
	require.Len(t, history, 1)
	require.Equal(t, []any{jobs.Failed, "no statement", 2}, []any{history[0].State, history[0].Error, history[0].Fence})
}

func TestJobsRunByHandHasItsOwnRow(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	release := make(chan struct{})
	got := make(chan jobs.Occasion, 2)
	s := newScheduler(t, db, "one", threeInTheMorning, daily(func(_ context.Context, o jobs.Occasion) (jobs.Result, error) {
		got <- o
		<-release
		return jobs.Result{}, nil
	}))
	run, err := s.RunNow(t.Context(), corrected)
	require.NoError(t, err)
	require.Equal(t, jobs.ByHand, run.Trigger)
	o := <-got
	require.Equal(t, []any{"2026-03-11", true, "a.patel"}, []any{o.Date, o.Manual, o.Actor})
	_, err = s.RunNow(t.Context(), corrected)
	require.Equal(t, apperr.Conflict, apperr.CodeOf(err))
	close(release)
	require.NoError(t, s.Stop(t.Context()), "stopping waits for the run")
	done, err := postgres.NewJobs(db).FindRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, []any{jobs.Done, "a.patel", "statement was corrected"}, []any{done.State, done.Actor, done.Reason})
	checkOrderIsAudited(t, db, run)

	fresh := newScheduler(t, db, "two", threeInTheMorning, daily(func(_ context.Context, o jobs.Occasion) (jobs.Result, error) {
		got <- o
		return jobs.Result{}, nil
	}))
	fresh.Fire(t.Context(), "recon.run")
	require.False(t, (<-got).Manual, "the scheduled occasion is still due")
}

// checkOrderIsAudited looks for one row of the one order that was taken; the refused one was rolled back with its row.
func checkOrderIsAudited(t *testing.T, db *postgres.DB, run jobs.Run) {
	t.Helper()
	page, err := postgres.NewOperators(db).SearchAudit(t.Context(), operators.AuditFilter{Action: "job.run"})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	e := page.Rows[0].Entry
	require.Equal(t, operators.Actor{ID: "op-7", Name: "a.patel", IP: "10.1.2.3", SessionID: "s-1", RequestID: "r-1"}, e.Actor)
	require.Equal(t, []string{"job", "recon.run", "statement was corrected"}, []string{e.ObjectType, e.ObjectID, e.Reason})
	require.JSONEq(t, `{"business_date":"2026-03-11","run":"`+run.ID.String()+`"}`, string(page.Rows[0].After))
}

func TestJobsOrderSentTwiceRunsOnce(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	ran := 0
	s := newScheduler(t, db, "one", threeInTheMorning, daily(func(context.Context, jobs.Occasion) (jobs.Result, error) {
		ran++
		return jobs.Result{}, nil
	}))
	run, err := s.RunNow(t.Context(), corrected)
	require.NoError(t, err)
	require.NoError(t, s.Stop(t.Context()))
	_, err = newScheduler(t, db, "two", threeInTheMorning, daily(func(context.Context, jobs.Occasion) (jobs.Result, error) {
		ran++
		return jobs.Result{}, nil
	})).RunNow(t.Context(), corrected)
	require.Equal(t, apperr.Conflict, apperr.CodeOf(err))
	require.Equal(t, 1, ran)
	checkOrderIsAudited(t, db, run)
}

func TestJobsRunsAreSearchedPageByPage(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewJobs(db)
	for _, date := range []string{"2026-03-09", "2026-03-10", "2026-03-11"} {
		run, ok, err := store.Claim(t.Context(), jobs.Claim{
			Occasion: jobs.Occasion{Job: "recon.run", Key: date, Date: date}, Trigger: jobs.BySchedule, Node: "n", Lease: time.Minute,
		})
		require.NoError(t, err)
		require.True(t, ok)
		run.State = jobs.Done
		if date == "2026-03-10" {
			run.State, run.Error = jobs.Failed, "no statement"
		}
		_, err = store.Finish(t.Context(), run)
		require.NoError(t, err)
	}
	search := func(f jobs.RunFilter) []jobs.Run {
		list, err := store.SearchRuns(t.Context(), f)
		require.NoError(t, err)
		return list
	}
	first := search(jobs.RunFilter{Job: "recon.run", Limit: 2})
	require.Equal(t, []string{"2026-03-11", "2026-03-10"}, []string{first[0].Date, first[1].Date})
	rest := search(jobs.RunFilter{Before: first[1].ID, Limit: 2})
	require.Len(t, rest, 1)
	require.Equal(t, "2026-03-09", rest[0].Date)
	require.Len(t, search(jobs.RunFilter{State: jobs.Failed, Limit: 9}), 1)
	require.Len(t, search(jobs.RunFilter{Date: "2026-03-11", Limit: 9}), 1)
	require.Empty(t, search(jobs.RunFilter{Job: "tick", Limit: 9}))
}

func TestJobsHardStopLeavesTheRunToBeTakenOver(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	begun := make(chan struct{})
	s, err := jobs.New(jobs.Config{Store: postgres.NewJobs(db), Node: "one", Log: slog.New(slog.DiscardHandler)},
		[]jobs.Job{daily(func(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
			close(begun)
			<-ctx.Done()
			return jobs.Result{}, ctx.Err()
		})})
	require.NoError(t, err)
	run, err := s.RunNow(t.Context(), corrected)
	require.NoError(t, err)
	<-begun
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Stop(gone), context.Canceled)
	left, err := postgres.NewJobs(db).FindRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, jobs.Running, left.State)
}

func TestJobsOverviewShowsLocalAndScheduledJobs(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	fails := true
	local := jobs.Job{
		Name: "saf.tick", Title: "SAF sweep", Schedule: jobs.Every(time.Second), Once: jobs.Local,
		Run: func(context.Context, jobs.Occasion) (jobs.Result, error) {
			if fails {
				return jobs.Result{}, errors.New("database away")
			}
			return jobs.Result{Counts: map[string]int64{"claimed": 3}}, nil
		},
	}
	now := time.Now()
	s, err := jobs.New(jobs.Config{
		Store: postgres.NewJobs(db), Node: "one", Log: slog.New(slog.DiscardHandler), Sweep: time.Hour,
		Now: func() time.Time { return now },
	},
		[]jobs.Job{local, daily(func(context.Context, jobs.Occasion) (jobs.Result, error) { return jobs.Result{}, nil })})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	require.NoError(t, s.Stop(t.Context()))
	for range 5 {
		s.Fire(t.Context(), "saf.tick")
	}
	s.Fire(t.Context(), "recon.run")
	list, err := s.Overview(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, []any{"recon.run", jobs.Done, "daily 03:00 UTC"}, []any{list[0].Name, list[0].Last.State, list[0].Schedule})
	require.True(t, list[0].Next.After(now))
	require.Equal(t, []any{"saf.tick", "database away", jobs.Failed}, []any{list[1].Name, list[1].Last.Error, list[1].Last.State})
	require.Less(t, list[1].Runs, int64(5), "not every tick is written down")

	fails = false
	s.Fire(t.Context(), "saf.tick")
	list, err = s.Overview(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{"", int64(3)}, []any{list[1].Last.Error, list[1].Last.Result.Counts["claimed"]})
}
