package api

import "time"

// bucket is a token bucket; the zero value is full at its first use.
type bucket struct {
	tokens float64
	at     time.Time
}

// take spends a token and gives 0, or the time until one is there. A rate of 0 means no limit.
func (b *bucket) take(now time.Time, rate, burst int) time.Duration {
	if rate <= 0 {
		return 0
	}
	full := float64(max(burst, 1))
	if b.at.IsZero() {
		b.tokens = full
	} else {
		b.tokens = min(full, b.tokens+max(0, now.Sub(b.at).Seconds())*float64(rate))
	}
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) / float64(rate) * float64(time.Second))
}
