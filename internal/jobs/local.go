package jobs

import (
	"context"
	"sync"
	"time"
)

// localEvery is how often the last run of a local job is written down, at most.
const localEvery = time.Minute

// localBook counts the runs of a local job since they were last written down.
type localBook struct {
	mu       sync.Mutex
	runs     int64
	recorded time.Time
	failing  bool
}

// runLocal performs a local job. Only its last run is kept, and that rarely; a change between failing and working is
// written down at once.
func (s *Scheduler) runLocal(ctx context.Context, j Job, now time.Time) {
	result, err := s.call(ctx, j, Occasion{Job: j.Name, Key: now.UTC().Format(time.RFC3339Nano), At: now})
	last := LocalRun{Job: j.Name, Node: s.c.Node, Started: now, Ended: s.c.Now(), Counts: result.Counts}
	if err != nil {
		last.Error = err.Error()
	}
	if err != nil && ctx.Err() == nil {
		s.c.Log.ErrorContext(ctx, "jobs: local run failed", "job", j.Name, "error", err)
	}
	if s.local[j.Name].due(&last) {
		if err := s.c.Store.RecordLocal(ctx, last); err != nil && ctx.Err() == nil {
			s.c.Log.WarnContext(ctx, "jobs: the last run was not recorded", "job", j.Name, "error", err)
		}
	}
}

// due counts the run and tells whether it should be written down now.
func (b *localBook) due(last *LocalRun) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.runs++
	failing := last.Error != ""
	if failing == b.failing && last.Started.Sub(b.recorded) < localEvery {
		return false
	}
	last.Runs, b.runs = b.runs, 0
	b.failing, b.recorded = failing, last.Started
	return true
}
