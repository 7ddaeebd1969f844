package finance

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// passes lets time pass as work would; it is the bubble's time, so nobody waits.
func passes(d time.Duration) { time.Sleep(d) }

// unhurried is a store whose every step takes some time; what it does not need is left nil.
type unhurried struct {
	Store
	atWork func() (bool, error)
	step   time.Duration
	asked  int
}

func (u *unhurried) SwitchAtWork(context.Context) (bool, error) {
	u.asked++
	return u.atWork()
}

func busy() (bool, error)  { return true, nil }
func quiet() (bool, error) { return false, nil }

func TestGivingWay(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	cases := []struct {
		name   string
		atWork func() (bool, error)
		work   []time.Duration // between calls
		took   time.Duration   // work and rests
		asked  int
	}{
		{"short work never asks", busy, []time.Duration{20 * ms, 20 * ms}, 40 * ms, 0},
		{"a quiet system has it at full speed", quiet, []time.Duration{50 * ms, 50 * ms, 50 * ms}, 150 * ms, 3},
		{"beside messages it takes a tenth", busy, []time.Duration{50 * ms, 50 * ms}, 1000 * ms, 2},
		{"small steps add up", busy, []time.Duration{20 * ms, 20 * ms, 20 * ms}, 600 * ms, 1},
		{"a rest is no work", busy, []time.Duration{50 * ms, 20 * ms}, 520 * ms, 1},
		{"a rest is bounded", busy, []time.Duration{3 * time.Second}, 5 * time.Second, 1},
		{"no answer, no rest", func() (bool, error) { return true, errors.New("no answer") }, []time.Duration{60 * ms}, 60 * ms, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &unhurried{atWork: c.atWork}
				s := &Service{store: store}
				began := time.Now()
				pause := s.givingWay(t.Context())
				for _, d := range c.work {
					passes(d)
					require.NoError(t, pause())
				}
				require.Equal(t, c.took, time.Since(began))
				require.Equal(t, c.asked, store.asked)
			})
		})
	}
}

func TestGivingWayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*lookEvery)
		defer cancel()
		s := &Service{store: &unhurried{atWork: busy}}
		began := time.Now()
		pause := s.givingWay(ctx)
		passes(lookEvery)
		require.ErrorIs(t, pause(), context.DeadlineExceeded, "in the middle of a rest")
		require.Equal(t, 2*lookEvery, time.Since(began))
		require.ErrorIs(t, pause(), context.DeadlineExceeded, "and before the next")
	})
}

func (u *unhurried) FindProcess(context.Context, string) (Process, error) {
	return Process{Zone: "UTC"}, nil
}
func (u *unhurried) CurrentRun(context.Context, uuid.UUID, Date) (Run, error) { return Run{}, nil }
func (u *unhurried) RunItems(context.Context, uuid.UUID) iter.Seq2[Item, error] {
	return func(func(Item, error) bool) {}
}

func (u *unhurried) CycleOf(context.Context, uuid.UUID, Date) (Cycle, error) {
	return Cycle{State: CycleApproved}, nil
}
func (u *unhurried) CycleNets(context.Context, uuid.UUID) ([]Net, error) { return nil, nil }
func (u *unhurried) CycleLines(context.Context, uuid.UUID) iter.Seq2[Line, error] {
	return func(func(Line, error) bool) {}
}

func (u *unhurried) StartRun(context.Context, Process, Date) (Run, error) {
	return Run{BusinessDate: "2026-03-11"}, nil
}

func (u *unhurried) LoadStatement(_ context.Context, _ Process, _ Date, _ Intake, progress func() error) (File, error) {
	passes(u.step)
	return File{State: FileLoaded}, progress()
}

func (u *unhurried) ReconcileRun(_ context.Context, _ Process, run Run, _ File, progress func() error) (Run, error) {
	passes(u.step)
	return run, progress()
}

func (u *unhurried) Fetch(context.Context, string, Date) (RawStatement, error) {
	return StatementOf("f.csv", nil), nil
}

func (u *unhurried) WriteReconciliation(_ context.Context, r ReconReport) ([]ReportFile, error) {
	passes(u.step)
	return nil, r.GiveWay()
}

func (u *unhurried) WriteSettlement(_ context.Context, r SettlementReport) ([]ReportFile, error) {
	passes(u.step)
	return nil, r.GiveWay()
}

// TestWhatNobodyWaitsForGivesWay: each of the long pieces of work rests nine times as long as it worked.
func TestWhatNobodyWaitsForGivesWay(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		do    func(*Service, *unhurried) error
		steps int // that give way
	}{
		{"reconciliation report", func(s *Service, u *unhurried) error {
			_, err := s.WriteReconciliation(context.Background(), "X", "2026-03-11", u)
			return err
		}, 1},
		{"settlement report", func(s *Service, u *unhurried) error {
			_, err := s.WriteSettlement(context.Background(), "X", "2026-03-11", u)
			return err
		}, 1},
		{"statement and reconciliation", func(s *Service, _ *unhurried) error {
			_, err := s.RunReconciliation(context.Background(), "X", "2026-03-11")
			return err
		}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				u := &unhurried{atWork: busy, step: 100 * time.Millisecond}
				s := NewService(u, u, nil, Defaults{}, slog.New(slog.DiscardHandler))
				began := time.Now()
				require.NoError(t, c.do(s, u))
				require.Equal(t, time.Duration(c.steps)*(1+restTimes)*u.step, time.Since(began))
			})
		})
	}
}
