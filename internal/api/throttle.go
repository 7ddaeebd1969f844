package api

import (
	"net/netip"
	"sync"
	"time"
)

// How failed credentials slow their source address down (guarantees.md C3). Only attempts that need the
// password hash are slowed; calls with credentials already proved never wait.
const (
	freeFailures = 3
	firstDelay   = 100 * time.Millisecond
	longestDelay = 2 * time.Second
	forgetAfter  = 30 * time.Second // per failure
	maxAddresses = 10000
	maxWaiting   = 64 // attempts of one address that may wait at once,
	maxOfUser    = 16 // and of them under one user name
)

// throttle remembers failures per source address. A client is never locked.
type throttle struct {
	mu        sync.Mutex
	addresses map[string]*address
	swept     time.Time
}

type address struct {
	failures int
	at       time.Time      // of the latest failure
	waiting  map[string]int // attempts by user name
	all      int
}

// network is what counts as one address: of IPv6 the first 64 bits, since whoever has one of these addresses has them all.
func network(source string) string {
	addr, err := netip.ParseAddr(source)
	if err != nil || !addr.Unmap().Is6() {
		return source
	}
	return netip.PrefixFrom(addr.WithZone(""), 64).Masked().String()
}

// enter gives the delay before the next attempt of an address may be judged; ok is false when too many
// attempts of it, or under this user name, wait already: one till with an old password does not keep the others of its shop out,
// whether its user exists or not. Each enter with ok needs a leave.
func (t *throttle) enter(source, user string, now time.Time) (delay time.Duration, ok bool) {
	source = network(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.addresses[source]
	if a == nil {
		if len(t.addresses) >= maxAddresses {
			t.sweep(now)
		}
		if len(t.addresses) >= maxAddresses {
			return longestDelay, false
		}
		a = &address{waiting: map[string]int{}}
		t.addresses[source] = a
	}
	a.fade(now)
	if a.failures > freeFailures && (a.all >= maxWaiting || a.waiting[user] >= maxOfUser) {
		return 0, false
	}
	a.waiting[user]++
	a.all++
	return a.delay(), true
}

// leave ends an attempt and counts it when it failed.
func (t *throttle) leave(source, user string, now time.Time, failed bool) {
	source = network(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.addresses[source]
	if a == nil {
		return
	}
	a.all--
	if a.waiting[user]--; a.waiting[user] == 0 {
		delete(a.waiting, user)
	}
	if failed {
		a.fade(now)
		a.failures++
		a.at = now
	}
	if a.all == 0 && a.failures == 0 {
		delete(t.addresses, source)
	}
}

// fade forgets one failure for each forgetAfter that passed.
func (a *address) fade(now time.Time) {
	if a.failures == 0 {
		return
	}
	n := min(int(now.Sub(a.at)/forgetAfter), a.failures)
	if n > 0 {
		a.failures -= n
		a.at = a.at.Add(time.Duration(n) * forgetAfter)
	}
}

func (a *address) delay() time.Duration {
	n := a.failures - freeFailures
	if n <= 0 {
		return 0
	}
	return min(firstDelay<<min(n-1, 10), longestDelay)
}

// sweep drops the addresses whose failures are all forgotten, at most once a second.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Second {
		return
	}
	t.swept = now
	for source, a := range t.addresses {
		if a.fade(now); a.failures == 0 && a.all == 0 {
			delete(t.addresses, source)
		}
	}
}
