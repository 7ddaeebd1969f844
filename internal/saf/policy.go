package saf

import "time"

// The ages of its oldest advice from which a queue is marked for people (guarantees A6).
const (
	WarnAge = 15 * time.Minute
	PageAge = time.Hour
)

// Policy holds the numbers of guarantees A6; the zero value is not usable, see DefaultPolicy.
type Policy struct {
	FirstDelay     time.Duration // doubled with each attempt
	MaxDelay       time.Duration
	ParkAfter      time.Duration // age at which automatic sending stops
	Poison         int           // internal faults in a row that park an entry
	ManualPause    time.Duration // between two manual attempts of one entry
	NotFoundRepeat time.Duration // wait before the one repeat after a 404 to a reversal
}

// DefaultPolicy has the numbers of guarantees A6 and console-and-finance.md 2.4.
func DefaultPolicy() Policy {
	return Policy{
		FirstDelay: time.Second, MaxDelay: 300 * time.Second, ParkAfter: 72 * time.Hour, Poison: 3,
		ManualPause: 10 * time.Second, NotFoundRepeat: 120 * time.Second,
	}
}

// Backoff gives the wait after the given number of attempts (1 is the first): half of the doubled delay plus a random
// part of the other half (A6), so that a provider that comes back is not met by everything at once. random is in [0, 1).
// A Retry-After of the provider is honoured up to MaxDelay.
func (p Policy) Backoff(attempts int, retryAfter time.Duration, random float64) time.Duration {
	if retryAfter > 0 {
		return min(retryAfter, p.MaxDelay)
	}
	d := p.MaxDelay
	if n := attempts - 1; n < 20 {
		d = min(p.MaxDelay, p.FirstDelay<<max(n, 0))
	}
	return d/2 + time.Duration(random*float64(d/2))
}

// Old tells whether the entry has waited so long that automatic sending stops.
func (p Policy) Old(e *Entry, now time.Time) bool { return now.Sub(e.CreatedAt) >= p.ParkAfter }
