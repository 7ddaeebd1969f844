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
	if err != nil && done.State == RunDone {
		// The result counts already. What was left behind is removed when the day is run again.
		s.log.WarnContext(ctx, "finance: cannot tidy up after a finished run", "run", run.ID, "error", err)
	} else if err != nil {
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
	pause := s.givingWay(ctx)
	return s.store.ReconcileRun(ctx, p, run, file, func() error {
		crash.Here("P14")
		return pause()
	})
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
	defer func() { _ = raw.Body.Close() }() // it was only read
	zone, err := p.Location()
	if err != nil {
		return File{}, err
	}
	in, err := NewIntake(raw, date, zone)
	if err != nil {
		return File{}, err
	}
	return s.store.LoadStatement(ctx, p, date, in, s.givingWay(ctx))
}

// stored gives the file that was loaded before, or none.
func (s *Service) stored(ctx context.Context, p Process, date Date) (File, error) {
	file, err := s.store.CurrentFile(ctx, p.ID, date)
	if apperr.Is(err, apperr.NotFound) {
		return File{}, nil
	}
	return file, err
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
