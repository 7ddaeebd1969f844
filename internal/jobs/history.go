package jobs

import "github.com/google/uuid"

// RunFilter narrows the history of runs; empty members do not.
type RunFilter struct {
	Job    string
	State  State
	Date   string    // business date
	Before uuid.UUID // the last run of the page before
	Limit  int
}
