package switchcore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// middle makes every pause exactly its nominal length.
func middle() float64 { return 0.5 }

func fail(b *breaker, now time.Time, n int) {
	for range n {
		if b.allow(now) {
			b.done(now, true)
		}
	}
}

func TestBreakerOpensByShareAndByARow(t *testing.T) {
	t.Parallel()
	b := newBreaker(middle)
	for i := range 18 { // half of them fail
		require.True(t, b.allow(noon))
		b.done(noon, i%2 == 1)
		if b.state == BreakerOpen {
			require.GreaterOrEqual(t, i+1, breakerMinCalls)
			break
		}
	}
	require.Equal(t, BreakerOpen, b.state)

	b = newBreaker(middle)
	fail(b, noon, breakerInARow-1)
	require.Equal(t, BreakerClosed, b.state)
	fail(b, noon, 1)
	require.Equal(t, BreakerOpen, b.state)
	require.False(t, b.allow(noon))
}

func TestBreakerForgetsOldFailures(t *testing.T) {
	t.Parallel()
	b := newBreaker(middle)
	fail(b, noon, 8)
	b.allow(noon)
	b.done(noon, false)
	later := noon.Add(breakerWindow + time.Second)
	fail(b, later, 4)
	b.allow(later)
	b.done(later, false)
	require.Equal(t, BreakerClosed, b.state, "four of five in this window are too few calls")
}

func TestBreakerProbesDoublesAndCloses(t *testing.T) {
	t.Parallel()
	b := newBreaker(middle)
	fail(b, noon, breakerInARow)
	at := noon.Add(breakerFirstOpen)
	require.False(t, b.allow(at.Add(-time.Millisecond)))
	require.True(t, b.allow(at))
	require.False(t, b.allow(at), "one probe at a time")
	b.done(at, true)
	state, until := b.snapshot(at)
	require.Equal(t, BreakerOpen, state)
	require.Equal(t, at.Add(2*breakerFirstOpen), until, "a failed probe doubles the pause")
	for range 10 {
		at = b.until
		require.True(t, b.allow(at))
		b.done(at, true)
	}
	require.Equal(t, at.Add(breakerMaxOpen), b.until, "up to the longest pause")
	at = b.until
	for i := range breakerSuccesses {
		state, _ = b.snapshot(at)
		require.Equal(t, BreakerHalfOpen, state, "after %d successes", i)
		require.True(t, b.allow(at))
		b.done(at, false)
	}
	state, _ = b.snapshot(at)
	require.Equal(t, BreakerClosed, state)
	fail(b, at, breakerInARow)
	require.Equal(t, at.Add(breakerFirstOpen), b.until, "and begins with the first pause again")
}
