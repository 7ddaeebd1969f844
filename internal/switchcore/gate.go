package switchcore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// class separates what breakers count: trouble with advices must not stop sales, nor the other way round.
type class int

const (
	classRequest class = iota
	classAdvice
)

// gate is one provider's bulkhead and breakers on this node (A7).
type gate struct {
	slots    chan struct{}
	breakers [2]*breaker
	advices  atomic.Int64 // stored advices on the wire
}

// Gates holds the gates of all providers; made at first use, so that a new provider needs no restart.
type Gates struct {
	mu     sync.Mutex
	gates  map[string]*gate
	random func() float64
	now    func() time.Time
}

// NewGates makes an empty set; random spreads the pauses of breakers, now is the clock they run by.
func NewGates(random func() float64, now func() time.Time) *Gates {
	return &Gates{gates: map[string]*gate{}, random: random, now: now}
}

func (g *Gates) of(p Provider) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gates[p.ID] == nil {
		g.gates[p.ID] = &gate{slots: make(chan struct{}, max(1, p.Profile.MaxInFlight)), breakers: [2]*breaker{newBreaker(g.random), newBreaker(g.random)}}
	}
	return g.gates[p.ID]
}

// BreakerView is a breaker as the console shows it.
type BreakerView struct {
	Requests     BreakerState
	Advices      BreakerState
	AdvicesUntil time.Time // while open: when the next probe may go
	InFlight     int
	Sending      int // stored advices on the wire
}

// View reads the gate of a provider.
func (g *Gates) View(p Provider) BreakerView {
	gate, now := g.of(p), g.now()
	v := BreakerView{InFlight: len(gate.slots), Sending: int(gate.advices.Load())}
	v.Requests, _ = gate.breakers[classRequest].snapshot(now)
	v.Advices, v.AdvicesUntil = gate.breakers[classAdvice].snapshot(now)
	return v
}

var errGateClosed = errors.New("breaker open or bulkhead full")

// exchange is one send through the gate.
type exchange struct {
	connector Connector
	provider  Provider
	class     class
	message   Message
	timeout   time.Duration
	late      time.Duration // how much longer a late answer is listened for
	force     bool          // a person asked for it: the breaker is not asked
	// leaseEnd is the monotonic moment by which the send must have begun (A6).
	leaseEnd time.Time
}

// send puts the message on the wire, unless the gate is closed or the lease too short. The channel gives the answer that
// came after the time-out; it is closed when none will come.
func (g *Gates) send(x exchange) (Answer, <-chan Answer) {
	none := make(chan Answer)
	close(none)
	gate := g.of(x.provider)
	if !x.leaseEnd.IsZero() { // an exchange ends before others may take over: two never overlap (I9)
		x.timeout = min(x.timeout, time.Until(x.leaseEnd))
	}
	if x.timeout <= 0 {
		return Answer{Err: errors.New("no time left to send")}, none
	}
	select {
	case gate.slots <- struct{}{}:
	default:
		return Answer{Err: errGateClosed}, none
	}
	b := gate.breakers[x.class]
	if !x.force && !b.allow(g.now()) {
		<-gate.slots
		return Answer{Err: errGateClosed}, none
	}
	if x.class == classAdvice {
		gate.advices.Add(1)
		defer gate.advices.Add(-1)
	}
	answers := make(chan Answer, 1)
	ctx, cancel := context.WithTimeout(context.Background(), x.timeout+x.late)
	go func() {
		defer close(answers)
		defer cancel()
		answers <- sendSafely(ctx, x)
	}()
	timer := time.NewTimer(x.timeout)
	defer timer.Stop()
	select {
	case a := <-answers:
		<-gate.slots
		if !x.force {
			b.done(g.now(), transportFailed(a))
		}
		return a, none
	case <-timer.C:
		<-gate.slots // a slot is not kept by somebody who will not answer in time
		if !x.force {
			b.done(g.now(), true)
		}
		return Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded, Latency: x.timeout}, answers
	}
}

// sendSafely turns a fault of the connector into an answer that proves nothing: the message may have left.
func sendSafely(ctx context.Context, x exchange) (a Answer) {
	defer func() {
		if r := recover(); r != nil {
			a = Answer{Sent: true, Err: fmt.Errorf("the connector failed: %s", apperr.Panicked(r))}
		}
	}()
	return x.connector.Send(ctx, x.message)
}

// transportFailed tells whether an exchange counts against the breaker: time-outs, resets and 5xx; declines never.
func transportFailed(a Answer) bool {
	return a.Err != nil || a.Status >= 500 && a.Status != 501 || a.Status == 429
}
