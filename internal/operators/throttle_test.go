package operators

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPausesGrowAndTheTenthFailureLocks(t *testing.T) {
	t.Parallel()
	policy := accountThrottle(10, 30*time.Minute)
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	var tries Tries
	var pauses []time.Duration
	for n := 1; n <= 10; n++ {
		var v Verdict
		pause := policy.delay(tries.Failures)
		pauses = append(pauses, pause)
		now = now.Add(pause)
		tries, v = policy.Try(tries, now)
		assert.True(t, v.Allowed(), "try %d after its pause", n)
		assert.Equal(t, n == 10, v.Locks, "try %d", n)
	}
	s := time.Second
	assert.Equal(t, []time.Duration{0, 0, 0, s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s}, pauses)

	after, v := policy.Try(tries, now.Add(29*time.Minute))
	assert.Equal(t, Verdict{Wait: time.Minute, Locked: true}, v)
	assert.Equal(t, tries, after, "trying does not prolong a lock")
	_, v = policy.Try(tries, now.Add(30*time.Minute))
	assert.Equal(t, Verdict{}, v, "the lock ends by itself and the count starts again")
}

func TestARushedTryIsRefusedAndCounts(t *testing.T) {
	t.Parallel()
	policy := accountThrottle(10, 30*time.Minute)
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	tries, v := policy.Try(Tries{Failures: 5, LastAt: now}, now.Add(time.Second))
	assert.Equal(t, Verdict{Wait: 3 * time.Second}, v)
	assert.Equal(t, 6, tries.Failures)
}

func TestOldFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	tries, v := accountThrottle(10, time.Minute).Try(Tries{Failures: 9, LastAt: now.Add(-24 * time.Hour)}, now)
	assert.Equal(t, Verdict{}, v)
	assert.Equal(t, 1, tries.Failures)
}

func TestAnAddressIsSlowedButNeverLocked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	tries, v := addressThrottle().Try(Tries{Failures: 100_000, LastAt: now}, now)
	assert.Equal(t, Verdict{Wait: time.Minute}, v)
	assert.True(t, tries.LockedUntil.IsZero())
}
