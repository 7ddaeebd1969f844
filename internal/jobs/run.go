package jobs

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Fire runs the occasion that the job's latest tick stands for, if it is still to be had. Timers and tests call it.
func (s *Scheduler) Fire(ctx context.Context, name string) {
	j, err := s.find(name)
	if err != nil {
		s.c.Log.ErrorContext(ctx, "jobs: unknown job fired", "job", name)
		return
	}
	now := s.c.Now()
	if j.Once == Local {
		s.runLocal(ctx, j, now)
		return
	}
	// A timer may fire a moment before the second it stands for.
	if tick := j.Schedule.last(now.Add(500 * time.Millisecond)); !tick.IsZero() {
		s.attempt(ctx, j, j.occasion(tick), BySchedule)
	}
}

// Sweep looks at the dates that are due since the job is known, oldest first, and runs what nobody has run: missed
// while no node was up, failed with a retry left, or left behind by a node that died. The rest is a no-op.
func (s *Scheduler) Sweep(ctx context.Context) {
	now := s.c.Now()
	for _, j := range s.jobs {
		if j.Once != PerDate {
			continue
		}
		for tick := j.Schedule.next(s.since(j.Name, now)); !tick.IsZero() && !tick.After(now); tick = j.Schedule.next(tick) {
			if ctx.Err() != nil {
				return
			}
			s.attempt(ctx, j, j.occasion(tick), ByCatchUp)
		}
	}
}

// since is where catching up begins: never before the job was first seen.
func (s *Scheduler) since(name string, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	first, ok := s.firstSeen[name]
	if !ok {
		return now
	}
	if oldest := now.Add(-s.c.CatchUp); first.Before(oldest) {
		return oldest
	}
	return first
}

// attempt claims the occasion and performs it when the claim is granted.
func (s *Scheduler) attempt(ctx context.Context, j Job, o Occasion, by Trigger) {
	run, ok, err := s.c.Store.Claim(ctx, Claim{
		Occasion: o, Trigger: by, Node: s.c.Node, Lease: s.c.Lease, Retries: j.Retries, RetryAfter: s.c.RetryAfter, Again: j.Once == PerDate,
	})
	if err != nil {
		s.c.Log.ErrorContext(ctx, "jobs: cannot claim", "job", j.Name, "occasion", o.Key, "error", err)
		return
	}
	if ok {
		s.perform(ctx, j, o, run)
	}
}

// perform runs a claimed occasion to its end and records it. A run whose lease is lost is cancelled, for another node
// has it; so its result is not recorded either.
func (s *Scheduler) perform(ctx context.Context, j Job, o Occasion, run Run) {
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := s.keepLease(work, cancel, run)
	result, err := s.call(work, j, o)
	stop()
	run.State, run.Result = Done, result
	if err != nil {
		run.State, run.Error = Failed, err.Error()
		s.c.Log.ErrorContext(ctx, "jobs: run failed", "job", j.Name, "occasion", o.Key, "error", err)
	}
	if ctx.Err() != nil {
		return // a hard stop: the row stays RUNNING and is taken over when its lease lapses
	}
	s.finish(ctx, run)
}

func (s *Scheduler) finish(ctx context.Context, run Run) {
	ok, err := s.c.Store.Finish(ctx, run)
	if err != nil || !ok {
		s.c.Log.ErrorContext(ctx, "jobs: the end of a run was not recorded", "job", run.Job, "occasion", run.Occasion, "lost", !ok, "error", err)
	}
}

// keepLease prolongs the lease until the returned function is called.
func (s *Scheduler) keepLease(ctx context.Context, cancel context.CancelFunc, run Run) (stop func()) {
	beat, end := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(s.c.Lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-beat.Done():
				return
			case <-ticker.C:
			}
			ok, err := s.c.Store.Extend(beat, run.ID, run.Fence, s.c.Lease)
			if err == nil && !ok {
				cancel()
				return
			}
		}
	})
	return func() { end(); done.Wait() }
}

// call runs the job's function; a panic becomes its error, with the stack in the log only.
func (s *Scheduler) call(ctx context.Context, j Job, o Occasion) (result Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			what := apperr.Panicked(p)
			s.c.Log.ErrorContext(ctx, "jobs: "+what, "job", j.Name, "stack", string(debug.Stack()))
			err = errors.New(what)
		}
	}()
	return j.Run(ctx, o)
}
