package finance

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Process is the rule set for one provider and currency: it compares the provider's statement with the switch's records
// and settles what agrees. Each line carries its originating client, and money is netted per client.
type Process struct {
	ID         uuid.UUID
	Code       string // letters, digits and dashes; stands in file names
	Name       string
	ProviderID string
	Currency   string
	Zone       string // time zone of its business dates
	ExpiryDays int    // how long an open line is tried again
}

// Location gives the process zone; a zone this machine does not know is an Internal error.
func (p Process) Location() (*time.Location, error) {
	loc, err := time.LoadLocation(p.Zone)
	return loc, apperr.Wrap(err, apperr.Internal, "process "+p.Code+" names an unknown time zone")
}

// Defaults fill a process that is made for a provider seen for the first time.
type Defaults struct {
	Zone string
	Rule FeeRule
}

// FileState is the state of a statement file (8.1).
type FileState string

// The states that exist so far.
const (
	FileLoading    FileState = "LOADING" // its lines come in and count for nothing yet
	FileLoaded     FileState = "LOADED"
	FileError      FileState = "ERROR"
	FileRolledBack FileState = "ROLLBACK" // replaced by a later file of the same day
	FileFinalized  FileState = "FINALIZED"
)

// File is a registered statement.
type File struct {
	ID             uuid.UUID
	ProcessID      uuid.UUID
	BusinessDate   Date
	Name           string
	Bytes          int64
	SHA256         []byte
	State          FileState
	Failure        string
	RecordCount    int
	ExceptionCount int
	DeclaredCount  int
	DeclaredSum    int64
	LoadedAt       time.Time
}

// RunState is the state of a reconciliation run.
type RunState string

// A run is OPEN until its result is stored; SUPERSEDED when a later run of the same day took its place.
const (
	RunOpen       RunState = "OPEN"
	RunDone       RunState = "DONE"
	RunFailed     RunState = "FAILED"
	RunSuperseded RunState = "SUPERSEDED"
)

// Run is one reconciliation of one process and business date.
type Run struct {
	ID           uuid.UUID
	ProcessID    uuid.UUID
	BusinessDate Date
	FileID       uuid.UUID // zero when the provider made no file
	State        RunState
	Failure      string
	StartedAt    time.Time
	FinishedAt   time.Time
	Summary      Summary
}
