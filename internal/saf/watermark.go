package saf

import "time"

// A claim begins where the last one ended, less markSlack for what commits out of order, and looks at the whole queue every
// SweepEvery. Both are about speed only: what a watermark passes over waits for the next sweep and is never lost.
const (
	SweepEvery = 5 * time.Second
	markSlack  = time.Second
)

// watermark is the moment up to which a queue's due entries were claimed, and when the whole queue was last looked at. The zero
// value looks from the start.
type watermark struct {
	at    time.Time // next_at of the last entry claimed, by the database
	swept time.Time // monotonic
}

// from gives where the next claim begins; zero: at the start.
func (w *watermark) from(whole bool, now time.Time) time.Time {
	if whole || w.at.IsZero() || now.Sub(w.swept) >= SweepEvery {
		w.swept = now
		return time.Time{}
	}
	return w.at.Add(-markSlack)
}

// claimed moves to the last entry taken, back too: a sweep that had no room for all it found goes on from there. A claim that
// did not take the queue in its order says nothing.
func (w *watermark) claimed(c Claim, due []Delivery) {
	if n := len(due); n > 0 && !c.ManualOnly && !c.FIFO {
		w.at = due[n-1].Entry.NextAt
	}
}
