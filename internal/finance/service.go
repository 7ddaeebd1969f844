package finance

import (
	"context"
	"errors"
	"iter"
	"log/slog"

	"github.com/google/uuid"
)

// ReconStore is what reconciliation needs of the database.
type ReconStore interface {
	// EnsureProcesses makes a process for every provider and currency that has financial transactions since the date but
	// no process yet, so that no transaction is left out.
	EnsureProcesses(ctx context.Context, since Date, defaults Defaults) error
	// Processes lists the active processes by code.
	Processes(ctx context.Context) ([]Process, error)
	// FindProcess gives one process; NotFound when there is none of that code.
	FindProcess(ctx context.Context, code string) (Process, error)

	// LoadStatement takes a file in, a chunk of lines at a time, and makes it the day's at the end. The file that counts for the
	// day already, unchanged, is given back as it is; a different one replaces it; one that is refused is registered beside it.
	// Lines that repeat an earlier one, of this file or another day's, become exceptions. It calls progress after every chunk; an
	// error ends the intake where it is.
	LoadStatement(ctx context.Context, p Process, date Date, in Intake, progress func() error) (File, error)
	// CurrentFile gives the file that counts for a day; NotFound when none does.
	CurrentFile(ctx context.Context, processID uuid.UUID, date Date) (File, error)

	// StartRun gives the OPEN run of the day: a new one, or the one a dead node left behind (P14).
	StartRun(ctx context.Context, p Process, date Date) (Run, error)
	// ReconcileRun matches the day's records with the file's lines (the zero File: none), writes the items in chunks and makes
	// the run the day's current one at the end. It calls progress after every chunk; an error ends the run where it is. Another
	// node that works on the process is waited for. Conflict: the run is finished already; Unavailable: it was ended without a
	// result. An error beside a run that is DONE is of the tidying up after it.
	ReconcileRun(ctx context.Context, p Process, run Run, file File, progress func() error) (Run, error)
	FailRun(ctx context.Context, runID uuid.UUID, failure string) error
	// CurrentRun gives the finished run that counts for a day; NotFound when none does.
	CurrentRun(ctx context.Context, processID uuid.UUID, date Date) (Run, error)
	// OpenDates lists, oldest first, the days from since up to before whose items may still change.
	OpenDates(ctx context.Context, processID uuid.UUID, since, before Date) ([]Date, error)
	// RunItems reads a run's items in their order, a chunk at a time.
	RunItems(ctx context.Context, runID uuid.UUID) iter.Seq2[Item, error]

	// SwitchAtWork tells whether messages are worked on at this moment, by whatever node of this database.
	SwitchAtWork(ctx context.Context) (bool, error)
}

// Calculation turns the candidates of a cycle into its settlement; it must be pure, for it may be called again.
type Calculation func(Cycle, []Candidate) (Settlement, error)

// SettlementStore is what settlement needs of the database.
type SettlementStore interface {
	// FeeRule gives the rule valid on a day; the zero rule when there is none.
	FeeRule(ctx context.Context, processID uuid.UUID, date Date) (FeeRule, error)
	// BeginCycle gives the cycle of the day in CALCULATING or beyond. When earlier days have no cycle yet it makes the
	// earliest missing one instead, so that numbers and periods have no gap.
	BeginCycle(ctx context.Context, p Process, date Date) (Cycle, error)
	// CompleteCycle reads the candidates, calculates, stores lines and sums and closes the calculation, in one commit
	// that also proves the sums against the transactions (I17).
	CompleteCycle(ctx context.Context, p Process, cycle Cycle, rule FeeRule, calculate Calculation) (Cycle, error)
	// CycleOf gives the cycle whose period holds the day; NotFound when there is none.
	CycleOf(ctx context.Context, processID uuid.UUID, date Date) (Cycle, error)
	CycleNets(ctx context.Context, cycleID uuid.UUID) ([]Net, error)
	// CycleLines reads a cycle's lines in their order, a chunk at a time.
	CycleLines(ctx context.Context, cycleID uuid.UUID) iter.Seq2[Line, error]
	// SaveReports records written files; a file written again replaces its row.
	SaveReports(ctx context.Context, p Process, date Date, files []ReportFile) error
}

// Store is all of it.
type Store interface {
	ReconStore
	SettlementStore
}

// Service runs reconciliations and settlements. Every method may be called again after a crash or in parallel: the
// result is that of one call (P14).
type Service struct {
	store    Store
	source   StatementSource
	reports  ReportWriter
	defaults Defaults
	log      *slog.Logger
}

// NewService joins the parts. reports may be nil: then no files are written.
func NewService(store Store, source StatementSource, reports ReportWriter, defaults Defaults, log *slog.Logger) *Service {
	return &Service{store: store, source: source, reports: reports, defaults: defaults, log: log}
}

// DayResult counts what a daily job did over all processes.
type DayResult struct {
	Processes int
	Items     int
	Breaks    int
	Lines     int
	NetMinor  int64 // of one currency only when all processes share it; for the log
}

// ReconcileDay reconciles one business date for every process, then tries the open lines of earlier days again. One
// process that fails does not keep the others from running; the errors are joined.
func (s *Service) ReconcileDay(ctx context.Context, date Date) (DayResult, error) {
	return s.eachProcess(ctx, date, func(p Process, out *DayResult) error {
		run, err := s.RunReconciliation(ctx, p.Code, date)
		if err != nil {
			return err
		}
		out.Items += run.Summary.Matched.Count + run.Summary.Partial.Count + run.Summary.Unmatched.Count
		out.Breaks += run.Summary.OpenBreaks
		return s.refresh(ctx, p, date)
	})
}

// SettleDay settles one business date for every process.
func (s *Service) SettleDay(ctx context.Context, date Date) (DayResult, error) {
	return s.eachProcess(ctx, date, func(p Process, out *DayResult) error {
		cycle, err := s.RunSettlement(ctx, p.Code, date)
		out.Lines += cycle.ItemCount
		out.NetMinor += cycle.Net
		return err
	})
}

// newProviders is how many days back providers without a process are looked for.
const newProviders = 40

func (s *Service) eachProcess(ctx context.Context, date Date, do func(Process, *DayResult) error) (DayResult, error) {
	var out DayResult
	if err := s.store.EnsureProcesses(ctx, date.AddDays(-newProviders), s.defaults); err != nil {
		return out, err
	}
	processes, err := s.store.Processes(ctx)
	if err != nil {
		return out, err
	}
	var failures []error
	for _, p := range processes {
		out.Processes++
		if err := do(p, &out); err != nil {
			s.log.ErrorContext(ctx, "finance: process failed", "process", p.Code, "error", err)
			failures = append(failures, &ProcessError{Process: p.Code, Err: err})
		}
	}
	return out, errors.Join(failures...)
}

// ProcessError names the process that failed.
type ProcessError struct {
	Process string
	Err     error
}

// Error gives process and cause.
func (e *ProcessError) Error() string { return e.Process + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *ProcessError) Unwrap() error { return e.Err }
