package switchcore

import (
	"sync"
	"time"
)

// BreakerState is the breaker as people see it.
type BreakerState string

// The states of a breaker.
const (
	BreakerClosed   BreakerState = "closed"
	BreakerHalfOpen BreakerState = "half-open"
	BreakerOpen     BreakerState = "open"
)

// The numbers of guarantees A7.
const (
	breakerWindow    = 30 * time.Second
	breakerBuckets   = 6
	breakerMinCalls  = 10
	breakerInARow    = 10
	breakerFirstOpen = 30 * time.Second
	breakerMaxOpen   = 300 * time.Second
	breakerSuccesses = 5
)

// breaker stops sending to a provider whose transport fails; declines never count. The time is handed in, so that it is
// the same in tests and simulation.
type breaker struct {
	mu       sync.Mutex
	random   func() float64
	state    BreakerState
	calls    [breakerBuckets]int
	failures [breakerBuckets]int
	bucket   int64 // number of the newest bucket
	inARow   int   // failures without a success between
	openFor  time.Duration
	until    time.Time // end of the open state
	probing  bool
	good     int // successes while half-open
}

func newBreaker(random func() float64) *breaker {
	return &breaker{state: BreakerClosed, random: random}
}

// allow tells whether a call may go now; a half-open breaker lets one probe at a time through.
func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch b.look(now) {
	case BreakerOpen:
		return false
	case BreakerHalfOpen:
		if b.probing {
			return false
		}
		b.probing = true
	}
	return true
}

// done counts the end of an allowed call.
func (b *breaker) done(now time.Time, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch b.look(now) {
	case BreakerHalfOpen:
		b.probing = false
		if failed {
			b.open(now, min(b.openFor*2, breakerMaxOpen))
		} else if b.good++; b.good >= breakerSuccesses {
			b.state = BreakerClosed
			b.forget()
		}
	case BreakerClosed:
		b.count(now, failed)
		if b.tripped() {
			b.open(now, breakerFirstOpen)
		}
	}
}

// snapshot gives the state and, while open, when the next probe may go.
func (b *breaker) snapshot(now time.Time) (BreakerState, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.look(now), b.until
}

func (b *breaker) look(now time.Time) BreakerState {
	if b.state == BreakerOpen && !now.Before(b.until) {
		b.state, b.probing, b.good = BreakerHalfOpen, false, 0
	}
	return b.state
}

func (b *breaker) open(now time.Time, d time.Duration) {
	spread := 0.8 + 0.4*b.random() // so that nodes do not probe in step
	b.state, b.openFor, b.until = BreakerOpen, d, now.Add(time.Duration(float64(d)*spread))
	b.forget()
}

// forget starts the counting anew.
func (b *breaker) forget() {
	b.calls, b.failures, b.inARow, b.probing, b.good = [breakerBuckets]int{}, [breakerBuckets]int{}, 0, false, 0
}

func (b *breaker) count(now time.Time, failed bool) {
	n := now.UnixNano() / int64(breakerWindow/breakerBuckets)
	for ; b.bucket < n; b.bucket++ {
		if n-b.bucket > breakerBuckets {
			b.bucket = n - breakerBuckets
		}
		next := (b.bucket + 1) % breakerBuckets
		b.calls[next], b.failures[next] = 0, 0
	}
	b.calls[n%breakerBuckets]++
	b.inARow++
	if failed {
		b.failures[n%breakerBuckets]++
	} else {
		b.inARow = 0
	}
}

func (b *breaker) tripped() bool {
	calls, failures := 0, 0
	for i := range b.calls {
		calls, failures = calls+b.calls[i], failures+b.failures[i]
	}
	return calls >= breakerMinCalls && failures*2 >= calls || b.inARow >= breakerInARow
}
