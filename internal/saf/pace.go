package saf

import (
	"sync/atomic"
	"time"
)

// How much is claimed ahead of the wire: what the provider has lately taken in aheadFor, at least one wave and at most
// aheadWaves. More would let leases grow old before their send, and would go out after a hold.
const (
	aheadFor   = 100 * time.Millisecond
	aheadWaves = 8
	// shortest is the least time that says something about a rate.
	shortest = 20 * time.Millisecond
)

// pace measures how fast a provider takes its messages.
type pace struct {
	ended atomic.Int64 // deliveries that left the wire since then
	since time.Time
	rate  float64 // per second, before it
}

// ahead gives how many entries are worth claiming beyond the places on the wire.
func (p *pace) ahead(parallel int) int {
	return min(max(parallel, int(p.rate*aheadFor.Seconds())), aheadWaves*parallel)
}

// claimed measures what became of the claims before, and begins anew.
func (p *pace) claimed(now time.Time) {
	past := now.Sub(p.since)
	if past < shortest {
		return
	}
	p.since, p.rate = now, float64(p.ended.Swap(0))/past.Seconds()
}
