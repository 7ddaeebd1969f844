package monitoring

import (
	"context"
	"strings"
	"sync"
	"time"
)

// Figures is what the overview is read from.
type Figures interface {
	Overview(ctx context.Context, midnight time.Time, scope []string) (Overview, error)
}

// Shared gives everybody who looks at the overview one reading of it: open pages refresh themselves every few seconds, and
// counting the last hour for each of them would take the processors from the switch. A reading is at most staleAfter old.
type Shared struct {
	source Figures
	now    func() time.Time

	mu       sync.Mutex
	readings map[string]*reading // by scope
}

// A reading is used for freshFor, or for four times as long as it took, and while a newer one is being made; beyond
// staleAfter whoever asks waits for a new one. Ten seconds is how often the page refreshes itself.
const (
	freshFor   = 2 * time.Second
	staleAfter = 10 * time.Second
	readWithin = 15 * time.Second
)

// reading is the overview as one scope last saw it.
type reading struct {
	mu       sync.Mutex // held while the reading is read or replaced, not while a new one is made in the background
	making   sync.Mutex // one new reading at a time
	value    Overview
	midnight time.Time
	at       time.Time
	took     time.Duration
}

// Share makes the shared reading of a source; now is the clock that ages it.
func Share(source Figures, now func() time.Time) *Shared {
	return &Shared{source: source, now: now, readings: map[string]*reading{}}
}

// Overview implements Figures.
func (s *Shared) Overview(ctx context.Context, midnight time.Time, scope []string) (Overview, error) {
	r := s.of(scope)
	value, age, took := r.look(s.now(), midnight)
	switch {
	case age < max(freshFor, min(4*took, staleAfter)):
		return value, nil
	case age < staleAfter:
		if r.making.TryLock() {
			go func() {
				defer r.making.Unlock()
				ctx, cancel := context.WithTimeout(context.Background(), readWithin)
				defer cancel()
				_, _ = s.read(ctx, r, midnight, scope) // the reading at hand stays; the next page tries again
			}()
		}
		return value, nil
	}
	r.making.Lock()
	defer r.making.Unlock()
	if value, age, _ := r.look(s.now(), midnight); age < freshFor { // somebody else made one meanwhile
		return value, nil
	}
	return s.read(ctx, r, midnight, scope)
}

func (s *Shared) of(scope []string) *reading {
	key := "all"
	if scope != nil {
		key = "only " + strings.Join(scope, "\x00")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readings[key] == nil {
		s.readings[key] = &reading{}
	}
	return s.readings[key]
}

// look gives the reading at hand and its age; one of another day is as old as none.
func (r *reading) look(now, midnight time.Time) (Overview, time.Duration, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.IsZero() || !r.midnight.Equal(midnight) {
		return Overview{}, staleAfter, 0
	}
	return r.value, now.Sub(r.at), r.took
}

func (s *Shared) read(ctx context.Context, r *reading, midnight time.Time, scope []string) (Overview, error) {
	began := s.now()
	value, err := s.source.Overview(ctx, midnight, scope)
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.value, r.midnight, r.at, r.took = value, midnight, began, s.now().Sub(began)
	return value, nil
}
