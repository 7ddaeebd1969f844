package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Store keeps the run rows. All times in it are the database's own.
type Store interface {
	// Register makes the jobs known, once each, and gives the time each was first seen.
	Register(ctx context.Context, list []Definition) (map[string]time.Time, error)
	// Claim takes the right to run an occasion; false when it is taken, done, or another occasion of the job runs.
	Claim(ctx context.Context, c Claim) (Run, bool, error)
	// Extend prolongs the lease of a claimed run; false when the run was taken over.
	Extend(ctx context.Context, id uuid.UUID, fence int, lease time.Duration) (bool, error)
	// Finish closes a claimed run; false when it was taken over, and then nothing is changed.
	Finish(ctx context.Context, r Run) (bool, error)
	// RecordLocal keeps the last run of a local job.
	RecordLocal(ctx context.Context, l LocalRun) error
	// Overview gives every registered job with its last run.
	Overview(ctx context.Context) ([]Status, error)
	// FindRun gives one run of the history; NotFound when there is none.
	FindRun(ctx context.Context, id uuid.UUID) (Run, error)
	// History lists runs, newest first; job may be empty for all.
	History(ctx context.Context, job string, limit int) ([]Run, error)
}

// Definition is what the store keeps of a job.
type Definition struct {
	Name     string
	Title    string
	Schedule string
	Local    bool
}

// Claim asks for an occasion.
type Claim struct {
	Occasion   Occasion
	Trigger    Trigger
	Node       string
	Lease      time.Duration
	Retries    int           // failed starts after which the occasion is left alone
	RetryAfter time.Duration // rest between them
	Again      bool          // PerDate: an occasion whose node died may be taken over
	By         Actor         // of a run by hand: it goes into the audit log in the commit that grants the claim
}

// LocalRun is the bookkeeping of a local job on one node.
type LocalRun struct {
	Job     string
	Node    string
	Runs    int64 // since the last record
	Started time.Time
	Ended   time.Time
	Error   string
	Counts  map[string]int64
}

// Status is one line of the schedules page.
type Status struct {
	Definition
	Next time.Time // zero when this node does not know the job any more
	Last Run       // zero ID when it never ran; of a local job only times, node, counts and error
	Runs int64     // of a local job
	// PerDate: a run by hand names its business date; known for the jobs of this node only.
	PerDate bool
}
