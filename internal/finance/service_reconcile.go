package finance

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/crash"
)

// RunReconciliation compares the provider's statement of one business date with the switch's records and makes the
// result the day's current one. A statement that is refused or cannot be fetched fails the run and leaves the
// previous result in place. A provider without a statement for the day leaves every line MISSING_B.
func (s *Service) RunReconciliation(ctx context.Context, process string, date Date) (Run, error) {
	p, err := s.store.FindProcess(ctx, process)
	if err != nil {
		return Run{}, err
	}
	return s.reconcile(ctx, p, date, s.intake)
}

// intakeFunc finds the file of a day; the zero File means that there is none.
type intakeFunc func(ctx context.Context, p Process, date Date) (File, error)

func (s *Service) reconcile(ctx context.Context, p Process, date Date, intake intakeFunc) (Run, error) {
	run, err := s.store.StartRun(ctx, p, date)
	if err != nil {
		return Run{}, err
	}
	done, err := s.computeRun(ctx, p, run, intake)
	if apperr.Is(err, apperr.Conflict) {
		// Another node finished the same run from the same records; its result is as good.
		return s.store.CurrentRun(ctx, p.ID, date)
	}
	if err != nil {
		return run, s.failed(ctx, run.ID, err)
	}
	return done, s.reportReconciliation(ctx, p, done)
}

// failed records why the run ended, even when its context is over; the run's own error is what the caller sees.
func (s *Service) failed(ctx context.Context, runID uuid.UUID, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.store.FailRun(ctx, runID, apperr.MessageOf(cause)); err != nil {
		s.log.ErrorContext(ctx, "finance: cannot record the failed run", "run", runID, "error", err)
	}
	return cause
}

func (s *Service) computeRun(ctx context.Context, p Process, run Run, intake intakeFunc) (Run, error) {
	file, err := intake(ctx, p, run.BusinessDate)
	if err != nil {
		return run, err
	}
	if file.State == FileError {
		return run, apperr.Errorf(apperr.Invalid, "statement %s is refused: %s", file.Name, file.Failure)
	}
	crash.Here("P14")
	run.FileID = file.ID
	result, err := s.compute(ctx, p, run.BusinessDate, file)
	if err != nil {
		return run, err
	}
	crash.Here("P14")
	return s.store.FinishRun(ctx, run, result)
}

// intake fetches and registers the statement. The provider is asked on every run: a file may have been corrected.
func (s *Service) intake(ctx context.Context, p Process, date Date) (File, error) {
	raw, err := s.source.Fetch(ctx, p.ProviderID, date)
	if apperr.Is(err, apperr.NotFound) {
		return s.stored(ctx, p, date)
	}
	if err != nil {
		return File{}, err
	}
	zone, err := p.Location()
	if err != nil {
		return File{}, err
	}
	return s.store.LoadStatement(ctx, p, date, ParseStatement(raw, date, zone))
}

// stored gives the file that was loaded before, or none.
func (s *Service) stored(ctx context.Context, p Process, date Date) (File, error) {
	file, err := s.store.CurrentFile(ctx, p.ID, date)
	if apperr.Is(err, apperr.NotFound) {
		return File{}, nil
	}
	return file, err
}

// compute reads both sides and matches them. What finds no counterpart looks for it on other days, and what turns up
// there brings its own counterpart along, so that nothing is taken away from a pair that belongs together.
func (s *Service) compute(ctx context.Context, p Process, date Date, file File) (Reconciliation, error) {
	a, err := s.store.SwitchRecords(ctx, p, date)
	if err != nil {
		return Reconciliation{}, err
	}
	var b []StatementLine
	if file.ID != uuid.Nil {
		if b, err = s.store.StatementLines(ctx, file.ID); err != nil {
			return Reconciliation{}, err
		}
	}
	first, err := Reconcile(date, a, b, file.ExceptionCount)
	if err != nil {
		return Reconciliation{}, err
	}
	carriedA, carriedB, err := s.carried(ctx, p, date, first.Items)
	if err != nil || len(carriedA)+len(carriedB) == 0 {
		return first, err
	}
	return Reconcile(date, append(a, carriedA...), append(b, carriedB...), file.ExceptionCount)
}

func (s *Service) carried(ctx context.Context, p Process, date Date, items []Item) ([]SwitchRecord, []StatementLine, error) {
	openA, openB := leftovers(items)
	lines, err := s.store.StatementLinesFor(ctx, p, date, openA)
	if err != nil {
		return nil, nil, err
	}
	records, err := s.store.SwitchRecordsFor(ctx, p, date, append(openB, lines...))
	if err != nil {
		return nil, nil, err
	}
	rivals, err := s.store.StatementLinesFor(ctx, p, date, records)
	if err != nil {
		return nil, nil, err
	}
	return records, distinctLines(append(lines, rivals...)), nil
}

func leftovers(items []Item) (a []SwitchRecord, b []StatementLine) {
	for i := range items {
		switch it := &items[i]; {
		case it.Has(MissingB):
			a = append(a, *it.A)
		case it.Has(MissingA):
			b = append(b, *it.B)
		}
	}
	return a, b
}

func distinctLines(lines []StatementLine) []StatementLine {
	type place struct {
		date Date
		no   int
	}
	seen := make(map[place]bool, len(lines))
	out := lines[:0]
	for _, l := range lines {
		if at := (place{l.Date, l.LineNo}); !seen[at] {
			seen[at] = true
			out = append(out, l)
		}
	}
	return out
}

// refresh tries the open lines of earlier days again: an advice may have been delivered, an outcome may be known, the
// next day's file may hold the missing line. Files are not fetched again unless a day has none.
func (s *Service) refresh(ctx context.Context, p Process, date Date) error {
	open, err := s.store.OpenDates(ctx, p.ID, date.AddDays(-p.ExpiryDays), date)
	if err != nil {
		return err
	}
	for _, day := range open {
		if _, err := s.reconcile(ctx, p, day, s.storedOrFetched); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) storedOrFetched(ctx context.Context, p Process, date Date) (File, error) {
	file, err := s.stored(ctx, p, date)
	if err != nil || file.ID != uuid.Nil {
		return file, err
	}
	return s.intake(ctx, p, date)
}
