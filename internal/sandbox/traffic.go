package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Bounds of paced traffic.
const (
	defaultRate = 3.0 // stories a second
	maxLag      = time.Second
	tellEvery   = time.Minute
)

// Traffic is demo traffic through the front door: tills that sell, confirm, redeem and sometimes stumble, in an open
// model, since customers do not wait for each other. The same seed and rate tell the same story in the same order.
type Traffic struct {
	APIURL       string  // the channel API
	SimulatorURL string  // to take providers out of order
	Rate         float64 // stories begun per second on average; 0: a few
	Seed         uint64
	Log          *slog.Logger // nil logs nothing

	world *world // of a test
}

// Run goes on until ctx ends, which is no error. It returns within a second of that, no till left behind.
func (t Traffic) Run(ctx context.Context) error {
	if t.Rate < 0 {
		return fmt.Errorf("demo traffic at %v a second: want a rate above 0", t.Rate)
	}
	if t.Rate == 0 {
		t.Rate = defaultRate
	}
	w := t.world
	if w == nil {
		w = newWorld(t.APIURL, t.SimulatorURL, t.Log)
	}
	defer w.http.CloseIdleConnections()
	crowd := newCrowd(t.Rate)
	defer crowd.working.Wait()
	plans := script{seed: t.Seed, rate: t.Rate}
	due := time.Now()
	for {
		p := plans.next()
		due = due.Add(p.Gap)
		if late := time.Since(due); late > maxLag {
			due = due.Add(late) // what was missed stays missed: no rush after a standstill
		}
		sleep(ctx, time.Until(due))
		if ctx.Err() != nil {
			return nil
		}
		if p.Outage != "" {
			crowd.working.Go(func() { w.playOutage(ctx, p.Outage) })
		}
		if !crowd.enter(func() { w.play(ctx, p) }) {
			crowd.tell(w.log)
		}
	}
}

// crowd bounds the stories under way. When the API stands still, those who wait fill it and newcomers stay away.
type crowd struct {
	places  chan struct{}
	working sync.WaitGroup
	away    int
	told    time.Time
}

// newCrowd has room for stories of half a minute each, which only trouble makes longer.
func newCrowd(rate float64) *crowd {
	return &crowd{places: make(chan struct{}, min(64+int(30*rate), 4096))}
}

func (c *crowd) enter(story func()) bool {
	select {
	case c.places <- struct{}{}:
	default:
		c.away++
		return false
	}
	c.working.Go(func() {
		defer func() { <-c.places }()
		story()
	})
	return true
}

// tell says now and then how many stayed away.
func (c *crowd) tell(log *slog.Logger) {
	if now := time.Now(); now.Sub(c.told) > tellEvery {
		log.Warn("demo traffic leaves out stories: too many are waiting for answers", "left_out", c.away)
		c.told, c.away = now, 0
	}
}
