package finance

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/crash"
)

// RunSettlement brings the process's cycles up to and including one business date and gives the cycle of that day. A
// day without a reconciliation is reconciled first. A cycle that is calculated already stays exactly as it is, so a
// second call changes nothing; what became ready since then enters the next cycle.
func (s *Service) RunSettlement(ctx context.Context, process string, date Date) (Cycle, error) {
	p, err := s.store.FindProcess(ctx, process)
	if err != nil {
		return Cycle{}, err
	}
	prepared := false
	for {
		cycle, err := s.store.BeginCycle(ctx, p, date)
		if err != nil {
			return Cycle{}, err
		}
		if cycle.State == CycleCalculating {
			if !prepared {
				if err := s.prepare(ctx, p, date); err != nil {
					return cycle, err
				}
				prepared = true
			}
			if cycle, err = s.calculate(ctx, p, cycle); err != nil {
				return cycle, err
			}
		}
		if cycle.PeriodTo >= date {
			return cycle, s.reportSettlement(ctx, p, cycle)
		}
		if err := s.reportSettlement(ctx, p, cycle); err != nil {
			return cycle, err
		}
	}
}

// prepare makes the statuses as fresh as they can be at the cut-off.
func (s *Service) prepare(ctx context.Context, p Process, date Date) error {
	_, err := s.store.CurrentRun(ctx, p.ID, date)
	switch {
	case apperr.Is(err, apperr.NotFound):
		if _, err := s.reconcile(ctx, p, date, s.intake); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	return s.refresh(ctx, p, date.AddDays(1))
}

func (s *Service) calculate(ctx context.Context, p Process, cycle Cycle) (Cycle, error) {
	rule, err := s.store.FeeRule(ctx, p.ID, cycle.PeriodTo)
	if err != nil {
		return cycle, err
	}
	crash.Here("P14")
	return s.store.CompleteCycle(ctx, p, cycle, rule, func(c Cycle, candidates []Candidate) (Settlement, error) {
		crash.Here("P14")
		return Settle(c.Currency, rule, candidates)
	})
}
