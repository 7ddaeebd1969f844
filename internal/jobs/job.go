// Package jobs runs the scheduled work: each job once per business date or tick, whatever the number of nodes. What
// makes it once is a unique row per job and occasion, not the timer: every node fires, one gets the row.
package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Once says what one run stands for.
type Once int

const (
	// PerDate runs once for each business date.
	PerDate Once = iota + 1
	// PerTick runs once for each tick of the schedule; a tick that was missed is gone.
	PerTick
	// Local runs on every node at every tick. Only for work that is safe everywhere at once; it has no run rows.
	Local
)

// Job is one piece of scheduled work.
type Job struct {
	Name     string // "recon.run": stable, part of the key
	Title    string // for people
	Schedule Schedule
	Once     Once
	// DayOffset is added to the day of the tick to get the business date: -1 for work on the day that has ended.
	DayOffset int
	// Retries is how often a failed occasion of a PerDate job is tried again by itself, RetryAfter apart.
	Retries int
	// Run does the work. It must be safe to repeat: a node may die between its last write and the end of the run.
	Run func(ctx context.Context, o Occasion) (Result, error)
}

// Occasion tells a job what it runs for.
type Occasion struct {
	Job    string
	Key    string // the date, the tick, or the id of a manual request
	Date   string // business date, 2006-01-02; empty for ticks
	At     time.Time
	Manual bool
	Actor  string
	Reason string
}

// Result is what a run has to tell.
type Result struct {
	Counts map[string]int64
	Note   string
}

// Trigger says what started a run.
type Trigger string

// The triggers.
const (
	BySchedule Trigger = "SCHEDULE"
	ByCatchUp  Trigger = "CATCH_UP"
	ByHand     Trigger = "MANUAL"
)

// State is the state of a run.
type State string

// A run is RUNNING under a lease until it is DONE or FAILED; LOST when its node died and nothing took it over.
const (
	Running State = "RUNNING"
	Done    State = "DONE"
	Failed  State = "FAILED"
	Lost    State = "LOST"
)

// Run is one row of the history.
type Run struct {
	ID       uuid.UUID
	Job      string
	Occasion string
	Date     string
	Trigger  Trigger
	Actor    string
	Reason   string
	State    State
	Node     string
	Fence    int // counts the starts of this occasion; a result with an older one is refused
	Started  time.Time
	Ended    time.Time // zero while running
	Result   Result
	Error    string
}

// Duration is how long the run took; zero while it runs.
func (r Run) Duration() time.Duration {
	if r.Ended.IsZero() {
		return 0
	}
	return r.Ended.Sub(r.Started)
}

// validate refuses a job that could not be told apart or run.
func (j Job) validate() error {
	switch {
	case j.Name == "" || j.Title == "" || j.Run == nil:
		return apperr.Errorf(apperr.Invalid, "job %q needs a name, a title and something to run", j.Name)
	case j.Once < PerDate || j.Once > Local:
		return apperr.Errorf(apperr.Invalid, "job %s must run per date, per tick or locally", j.Name)
	case j.Once == PerDate && j.Schedule.cron == "":
		return apperr.Errorf(apperr.Invalid, "job %s runs per date and needs a time of day", j.Name)
	}
	if err := j.Schedule.validate(); err != nil {
		return apperr.Wrap(err, apperr.Invalid, "the schedule of job "+j.Name+" cannot be used")
	}
	return nil
}

// occasion names what the tick at (or just before) now stands for.
func (j Job) occasion(tick time.Time) Occasion {
	o := Occasion{Job: j.Name, At: tick}
	if j.Once == PerDate {
		o.Date = tick.In(j.Schedule.location()).AddDate(0, 0, j.DayOffset).Format(time.DateOnly)
		o.Key = o.Date
		return o
	}
	o.Key = tick.UTC().Format(time.RFC3339Nano)
	return o
}
