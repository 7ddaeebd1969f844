package saf

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

var now = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func TestNoStateDropsAnEntry(t *testing.T) {
	t.Parallel()
	ends := map[State]bool{Acked: true, Refused: true, Consumed: true}
	exits := map[State]int{}
	for _, r := range lifecycle {
		require.False(t, ends[r.from], "%s is an end", r.from)
		exits[r.from]++
	}
	for _, s := range []State{Queued, Leased, Parked} {
		require.NotZero(t, exits[s])
	}
}

func TestALeaseExistsExactlyWhileLeased(t *testing.T) {
	t.Parallel()
	for _, on := range []Event{Acknowledged, RefusedByPeer, NotFinal, NothingToSend, GaveUp} {
		e := Entry{State: Leased, LeaseOwner: "n", LeaseUntil: now, AttemptID: uuid.New()}
		require.NoError(t, e.Step(on, now))
		require.Empty(t, e.LeaseOwner)
		require.Zero(t, e.LeaseUntil)
		require.Equal(t, uuid.Nil, e.AttemptID)
	}
}

func TestBackoffStaysInItsBounds(t *testing.T) {
	t.Parallel()
	p := DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1_000).Draw(t, "attempts")
		r := rapid.Float64Range(0, 0.999).Draw(t, "random")
		full := p.MaxDelay
		if n <= 9 {
			full = min(p.MaxDelay, time.Second<<(n-1))
		}
		d := p.Backoff(n, 0, r)
		if d < full/2 || d >= full {
			t.Fatalf("attempt %d waits %s, outside [%s, %s)", n, d, full/2, full)
		}
	})
	require.Equal(t, 7*time.Second, p.Backoff(1, 7*time.Second, 0), "Retry-After is honoured")
	require.Equal(t, p.MaxDelay, p.Backoff(1, time.Hour, 0), "up to the longest delay")
}

func TestParkingByAge(t *testing.T) {
	t.Parallel()
	p := DefaultPolicy()
	e := Entry{CreatedAt: now}
	require.False(t, p.Old(&e, now.Add(72*time.Hour-time.Second)))
	require.True(t, p.Old(&e, now.Add(72*time.Hour)))
}

// shelf is one entry behind a desk.
type shelf struct {
	entry   Entry
	queue   Queue
	actions []Action
}

func (s *shelf) ChangeEntry(_ context.Context, _ uuid.UUID, change func(*Entry, time.Time) (Action, error)) (Entry, error) {
	e := s.entry
	a, err := change(&e, now)
	if err != nil {
		return s.entry, err
	}
	s.entry, s.actions = e, append(s.actions, a)
	return e, nil
}

func (s *shelf) ChangeQueue(_ context.Context, _ string, change func(*Queue, time.Time) (Action, error)) error {
	q := s.queue
	a, err := change(&q, now)
	if err != nil {
		return err
	}
	s.queue, s.actions = q, append(s.actions, a)
	return nil
}

const why = "ticket 4471, provider is back"

func TestReplay(t *testing.T) {
	t.Parallel()
	who := Actor{ID: "1", Name: "Thandi"}
	for _, c := range []struct {
		name   string
		entry  Entry
		reason string
		want   apperr.Code
		state  State
	}{
		{"waiting", Entry{State: Queued, NextAt: now.Add(time.Hour)}, why, "", Queued},
		{"parked", Entry{State: Parked, NextAt: now, ParkedAt: now, ParkedReason: "old"}, why, "", Queued},
		{"being sent", Entry{State: Leased}, why, apperr.Conflict, Leased},
		{"refused needs two", Entry{State: Refused}, why, apperr.Conflict, Refused},
		{"acknowledged", Entry{State: Acked}, why, apperr.Conflict, Acked},
		{"request still running", Entry{State: Queued, NextAt: Never}, why, apperr.Conflict, Queued},
		{"held", Entry{State: Queued, HeldAt: now}, why, apperr.Conflict, Queued},
		{"a moment ago", Entry{State: Queued, ManualAt: now.Add(-9 * time.Second)}, why, apperr.TooMany, Queued},
		{"short reason", Entry{State: Queued}, " because ", apperr.Invalid, Queued},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{entry: c.entry}
			woken := 0
			d := Desk{Store: s, Policy: DefaultPolicy(), Wake: func(string) { woken++ }}
			err := d.Replay(t.Context(), who, uuid.New(), c.reason, "key-1")
			require.Equal(t, c.want, apperr.CodeOf(err))
			require.Equal(t, c.state, s.entry.State)
			if c.want != "" {
				require.Empty(t, s.actions, "a refused replay left an audit row")
				require.Zero(t, woken)
				return
			}
			require.Equal(t, now, s.entry.NextAt)
			require.Equal(t, "Thandi", s.entry.ManualActor)
			require.Len(t, s.actions, 1)
			require.Equal(t, "saf.replay", s.actions[0].Name)
			require.Equal(t, why, s.actions[0].Reason)
			require.NoError(t, d.Replay(t.Context(), who, uuid.New(), why, "key-1"), "a double click is one replay")
			require.Len(t, s.actions, 1)
			require.Equal(t, 1, woken)
		})
	}
}

func TestHoldReleaseUnpark(t *testing.T) {
	t.Parallel()
	s := &shelf{entry: Entry{State: Queued, NextAt: now.Add(time.Hour), Attempts: 4}}
	d := Desk{Store: s, Policy: DefaultPolicy(), Wake: func(string) {}}
	require.Error(t, d.Release(t.Context(), Actor{}, uuid.New(), why), "nothing is held")
	require.Error(t, d.Hold(t.Context(), Actor{}, uuid.New(), why, now), "a hold ends in the future")
	require.NoError(t, d.Hold(t.Context(), Actor{}, uuid.New(), why, now.Add(time.Hour)))
	require.True(t, s.entry.Held(now))
	require.False(t, s.entry.Held(now.Add(time.Hour)))
	require.NoError(t, d.Release(t.Context(), Actor{}, uuid.New(), why))
	require.NoError(t, d.Unpark(t.Context(), Actor{}, uuid.New(), why))
	require.Equal(t, now, s.entry.NextAt)
	require.Equal(t, 4, s.entry.Attempts)
	s.entry.State = Acked
	require.Error(t, d.Unpark(t.Context(), Actor{}, uuid.New(), why))
	require.Error(t, d.Hold(t.Context(), Actor{}, uuid.New(), why, time.Time{}))
	require.Len(t, s.actions, 3)
}

func TestQueueHold(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	woken := ""
	d := Desk{Store: s, Wake: func(id string) { woken = id }}
	require.Error(t, d.ReleaseQueue(t.Context(), Actor{}, "flash", why))
	require.NoError(t, d.HoldQueue(t.Context(), Actor{Name: "Thandi"}, "flash", why, time.Time{}))
	require.Equal(t, "Thandi", s.queue.HeldBy)
	require.NoError(t, d.ReleaseQueue(t.Context(), Actor{}, "flash", why))
	require.Equal(t, "flash", woken)
	require.Zero(t, s.queue.HeldAt)
}

// wire is a provider whose answers the test releases.
type wire struct {
	parallel int
	flowing  bool
	due      chan Delivery
	started  chan Delivery
	release  chan struct{}
	settled  chan Delivery
	hold     chan struct{} // results wait for it
	claims   atomic.Int64
}

func (w *wire) ClaimDue(_ context.Context, c Claim) ([]Delivery, error) {
	var list []Delivery
	defer w.claims.Add(1)
	for len(list) < c.Limit && (w.flowing || c.ManualOnly) {
		select {
		case d := <-w.due:
			if d.LeaseStart.IsZero() {
				d.LeaseStart = time.Now()
			}
			list = append(list, d)
		default:
			return list, nil
		}
	}
	return list, nil
}

func (w *wire) Deliver(_ context.Context, d Delivery) func() {
	w.started <- d
	<-w.release
	return func() {
		<-w.hold
		w.settled <- d
	}
}

func (w *wire) Parallel(string) (int, bool) { return w.parallel, w.flowing }
func (w *wire) Lease(string) time.Duration  { return time.Minute }
func (w *wire) FIFO(string) bool            { return false }

func newWire(parallel, entries int) *wire {
	return &wire{
		parallel: parallel, flowing: true, due: make(chan Delivery, entries), started: make(chan Delivery, entries), release: make(chan struct{}),
		settled: make(chan Delivery, entries), hold: make(chan struct{}),
	}
}

// run starts an engine on the wire's queue; done is closed when it has ended after a stop.
func (w *wire) run(t *testing.T) (e *Engine, stop func(), done chan struct{}) {
	e = &Engine{Store: w, Sender: w, Node: "n", Tick: time.Hour, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	done = make(chan struct{})
	go func() { e.Run(ctx, "p"); close(done) }()
	return e, cancel, done
}

// The provider's places are free before our own commit, what waits for it is bounded, and stopping lets everything finish.
func TestEngineKeepsItsPlacesAndItsBounds(t *testing.T) {
	t.Parallel()
	const entries = 40
	w := newWire(4, entries)
	for range entries {
		w.due <- Delivery{}
	}
	_, cancel, done := w.run(t)
	for range 4 {
		<-w.started
	}
	require.Empty(t, w.started, "no more than the places at once")
	close(w.release)
	require.Eventually(t, func() bool { return len(w.started) == w.parallel }, 5*time.Second, time.Millisecond, "places are free before the commit")
	require.Len(t, w.due, entries-2*w.parallel, "what waits for its commit is bounded")
	close(w.hold)
	require.Eventually(t, func() bool { return len(w.settled) == entries }, 5*time.Second, time.Millisecond)
	cancel()
	<-done
}

// The next wave is claimed while one is on the wire, and no more; a stop delivers it, for its intents are committed.
func TestEngineClaimsOneWaveAheadAndDeliversItAtAStop(t *testing.T) {
	t.Parallel()
	const entries = 9
	w := newWire(3, entries)
	close(w.hold)
	for range entries {
		w.due <- Delivery{}
	}
	_, cancel, done := w.run(t)
	for range w.parallel {
		<-w.started
	}
	require.Len(t, w.due, entries-2*w.parallel, "one wave is claimed ahead")
	require.Empty(t, w.started, "it waits for places")
	cancel()
	for range w.parallel {
		w.release <- struct{}{}
		<-w.started
	}
	for range w.parallel {
		w.release <- struct{}{}
	}
	<-done
	require.Len(t, w.settled, 2*w.parallel)
	require.Len(t, w.due, entries-2*w.parallel, "nothing is claimed after the stop")
}

// What waited so long that the provider's time would be cut short is left to its lease.
func TestEngineLeavesWhatWaitedTooLong(t *testing.T) {
	t.Parallel()
	w := newWire(3, 3)
	close(w.hold)
	close(w.release)
	w.due <- Delivery{Fence: 1, LeaseStart: time.Now().Add(-freshFor - time.Second)}
	w.due <- Delivery{Fence: 2}
	_, cancel, done := w.run(t)
	require.EqualValues(t, 2, (<-w.settled).Fence)
	cancel()
	<-done
	require.Empty(t, w.settled)
}

// Every outcome that gave the queue nothing would otherwise cost a claim, with a commit of its own.
func TestEngineAsksOnlyWhenSomethingMayBeDue(t *testing.T) {
	t.Parallel()
	w := newWire(4, 9)
	close(w.hold)
	close(w.release)
	e, cancel, done := w.run(t)
	require.Eventually(t, func() bool { return w.claims.Load() == 1 }, 5*time.Second, time.Millisecond, "the first look")
	w.due <- Delivery{}
	e.Wake("p")
	<-w.settled
	cancel()
	<-done
	require.EqualValues(t, 2, w.claims.Load(), "a place that became free with nothing waiting asks for nothing")
}
