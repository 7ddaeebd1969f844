package simulation

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// beside hands what the world does to its twin. A real database needs real time, so the calls are made outside the bubble
// of virtual time, which stands still meanwhile.
type beside struct {
	Twin
	world *world
	work  chan func()
	done  chan struct{}

	commits atomic.Int64

	mu    sync.Mutex
	asked map[string]int64 // when a question was last asked, in commits
}

func (b *beside) serve() {
	for f := range b.work {
		f()
		b.done <- struct{}{}
	}
}

// do makes a call to the twin at the database's time now.
func (b *beside) do(now time.Time, what string, call func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	b.work <- func() {
		if err = b.At(now); err == nil {
			err = call()
		}
	}
	if <-b.done; err != nil {
		b.world.violated("store", "%s: %v", what, err)
	}
}

// commit tells the twin of a commit before the record in memory has it, as after a transaction that was rolled back: the
// events then step a second time.
func (b *beside) commit(now time.Time, list []switchcore.Event) (rulings []switchcore.Ruling) {
	b.do(now, "commit", func() (err error) {
		rulings, err = b.Twin.Commit(list)
		return err
	})
	b.commits.Add(1)
	return rulings
}

// worth tells whether a question that mostly has no answer is asked of the twin: always when memory has an answer or
// something changed since, and now and then otherwise.
func (b *beside) worth(question string, answered bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	last, known := b.asked[question]
	now := b.commits.Load()
	if !answered && known && last == now && b.world.draw("twin", question) > 0.1 {
		return false
	}
	b.asked[question] = now
	return true
}

// claim claims of the twin, and the same in memory with the twin's attempt ids.
func (b *beside) claim(now time.Time, c saf.Claim, newID func() uuid.UUID) (list []saf.Delivery) {
	due := b.world.mem.Due(now, c)
	if !b.worth("claim "+c.ProviderID, due > 0) {
		return nil
	}
	b.do(now, "claim", func() (err error) {
		list, err = b.ClaimDue(context.Background(), c)
		return err
	})
	next := 0
	ours := b.world.mem.Claim(now, c, func() uuid.UUID {
		id := newID() // drawn in any case, so that the seed's history is the one that it has without a twin
		if next++; next > len(list) {
			return id
		}
		return list[next-1].AttemptID
	})
	for i := range ours {
		ours[i].LeaseStart = time.Time{}
	}
	theirs := slices.Clone(list)
	for i := range theirs {
		theirs[i].LeaseStart = time.Time{}
	}
	b.same("a claim", ours, theirs)
	if len(list) > 0 {
		b.commits.Add(1)
	}
	return list
}

// ask puts a question to both stores; the twin's answer is what counts.
func ask[T any](w *world, what string, ours T, theirs func(context.Context) (T, error)) T {
	b := w.twin
	if b == nil {
		return ours
	}
	v := reflect.ValueOf(ours)
	if list := v.Kind() == reflect.Slice; list && !b.worth(what, v.Len() > 0) {
		return ours
	}
	answer := ours
	b.do(w.clock(), what, func() (err error) {
		answer, err = theirs(context.Background())
		return err
	})
	b.same(what, ours, answer)
	return answer
}
