package console

import (
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// maxAddresses bounds the memory of a limiter; beyond it the quietest addresses are forgotten first.
const maxAddresses = 10_000

// limiter lets an address through so many times in any window of that length. It counts on this node only; the
// counters that lock accounts are in the database.
type limiter struct {
	most   int
	window time.Duration
	now    func() time.Time

	mu   sync.Mutex
	hits map[string][]time.Time
}

func newLimiter(most int, window time.Duration) *limiter {
	return &limiter{most: most, window: window, now: time.Now, hits: map[string][]time.Time{}}
}

// wait counts a call and gives 0, or, without counting it, how long to wait.
func (l *limiter) wait(ip string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, key := l.now(), neighbourhood(ip)
	recent := after(l.hits[key], now.Add(-l.window))
	if len(recent) >= l.most {
		l.hits[key] = recent
		return recent[0].Add(l.window).Sub(now)
	}
	if len(l.hits) >= maxAddresses {
		l.forget(now.Add(-l.window))
	}
	l.hits[key] = append(recent, now)
	return 0
}

// forget drops addresses without recent calls; when all are busy, everything: better lenient than out of memory.
func (l *limiter) forget(before time.Time) {
	for key, hits := range l.hits {
		if len(after(hits, before)) == 0 {
			delete(l.hits, key)
		}
	}
	if len(l.hits) >= maxAddresses {
		clear(l.hits)
	}
}

func after(hits []time.Time, t time.Time) []time.Time {
	for len(hits) > 0 && !hits[0].After(t) {
		hits = hits[1:]
	}
	return hits
}

// neighbourhood is the address, or the /64 an IPv6 host moves in freely.
func neighbourhood(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}

func tooMany(c *fiber.Ctx, wait time.Duration) error {
	setRetryAfter(c, wait)
	return apperr.Errorf(apperr.TooMany, "Too many tries from this address. Try again in %s s.", c.GetRespHeader(fiber.HeaderRetryAfter))
}

func setRetryAfter(c *fiber.Ctx, wait time.Duration) {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(max(wait.Round(time.Second), time.Second)/time.Second)))
}
