package operators

import "time"

// Tries is the counter of one subject of sign-in: a mail address (whether or not an account has it) or a network
// address. A try counts before its password is checked and is forgiven by success, so that many tries at
// once cannot slip past the limit.
type Tries struct {
	Failures    int
	LastAt      time.Time // zero before the first
	LockedUntil time.Time // zero when not locked
}

// ThrottlePolicy says when tries are slowed and when they are locked out (guarantees.md C3).
type ThrottlePolicy struct {
	FreeTries int           // failures without any delay
	LockAfter int           // failures that lock; 0 = never
	LockFor   time.Duration // how long a lock lasts
	MaxDelay  time.Duration // the growing delay stops growing here
	Forget    time.Duration // a counter at rest for this long starts again
}

// AccountThrottle is the policy per mail address: a delay that doubles from the third failure, a lock of
// lockFor after the tenth.
func accountThrottle(lockAfter int, lockFor time.Duration) ThrottlePolicy {
	return ThrottlePolicy{FreeTries: 3, LockAfter: lockAfter, LockFor: lockFor, MaxDelay: time.Minute, Forget: 24 * time.Hour}
}

// addressThrottle is the policy per network address: an office shares one, so it is slowed and never locked.
func addressThrottle() ThrottlePolicy {
	return ThrottlePolicy{FreeTries: 20, MaxDelay: time.Minute, Forget: time.Hour}
}

// Verdict is the answer to a try.
type Verdict struct {
	Wait   time.Duration // > 0: refused without looking at the password; try again after this
	Locked bool          // the refusal is a lock
	Locks  bool          // this try was the last free one: from now on the subject is locked
}

// Allowed tells whether the password may be checked at all.
func (v Verdict) Allowed() bool { return v.Wait == 0 }

// Try counts one try at the moment now and judges it.
func (p ThrottlePolicy) Try(t Tries, now time.Time) (Tries, Verdict) {
	if t.LockedUntil.After(now) {
		return t, Verdict{Wait: t.LockedUntil.Sub(now), Locked: true}
	}
	if !t.LockedUntil.IsZero() || now.Sub(t.LastAt) >= p.Forget {
		t = Tries{}
	}
	wait := t.LastAt.Add(p.delay(t.Failures)).Sub(now)
	t.Failures++
	t.LastAt = now
	v := Verdict{Wait: max(wait, 0)}
	if p.LockAfter > 0 && t.Failures >= p.LockAfter {
		t.LockedUntil = now.Add(p.LockFor)
		v.Locks = true
	}
	return t, v
}

// delay is the pause demanded after so many failures: 1 s, 2 s, 4 s … up to MaxDelay.
func (p ThrottlePolicy) delay(failures int) time.Duration {
	n := failures - p.FreeTries
	if n < 0 {
		return 0
	}
	return min(time.Second<<min(n, 20), p.MaxDelay)
}
