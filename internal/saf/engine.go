package saf

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Claim asks for due entries of one provider.
type Claim struct {
	ProviderID string
	Limit      int
	// ManualOnly takes only entries that a person asked to send now; so the queue waits behind an open breaker but a
	// replay by hand does not.
	ManualOnly bool
	// FIFO takes the head only, and only while nothing of the provider is in flight.
	FIFO bool
	// From passes over what was due before it, so that a claim does not wade through what is settled; zero looks from the start.
	From  time.Time
	Node  string
	Lease time.Duration
}

// Delivery is a claimed entry: leased, its attempt and trace committed, ready to be sent (I2).
type Delivery struct {
	Entry     Entry
	AttemptID uuid.UUID
	Fence     int64
	StartedAt time.Time // of the attempt, by the database
	// LeaseStart is a monotonic reading from before the claim was asked for; the margin before a send counts from it.
	LeaseStart time.Time
	Lease      time.Duration
}

// Store is what the engine needs of the database.
type Store interface {
	// ClaimDue leases due entries and writes their attempts and provider-bound traces in the same commit. Lapsed leases
	// are due; their old attempts are closed as unanswered. Entries locked elsewhere are skipped.
	ClaimDue(ctx context.Context, c Claim) ([]Delivery, error)
}

// Sender delivers one claimed entry and stores what came of it. It returns only when that is stored or the lease was lost.
type Sender interface {
	// Deliver sends one claimed entry. What it returns stores what came of it, and returns only when that is stored or the
	// lease was lost: the provider's place is free before, so that it never waits for our own commit.
	Deliver(ctx context.Context, d Delivery) (settle func())
	// Parallel gives how many deliveries of the provider may be in flight, and whether the queue may flow at all
	// (false: disabled or the breaker is open; manual entries go all the same).
	Parallel(providerID string) (n int, flowing bool)
	// Lease is the length of a lease for this provider: its time-out and a margin (A5).
	Lease(providerID string) time.Duration
	// FIFO tells whether the provider wants strict order.
	FIFO(providerID string) bool
}

// Engine works the queues: one dispatcher per provider, woken by commits and by a slow tick that finds what a wake-up
// missed. Correctness never depends on it running in one place: claims are leases with fences.
type Engine struct {
	Store  Store
	Sender Sender
	Node   string
	Log    *slog.Logger
	// Tick is how often a queue is looked at without being woken.
	Tick time.Duration

	mu    sync.Mutex
	bells map[string]*bell
}

// bell wakes a dispatcher.
type bell struct {
	rung  chan struct{}
	whole atomic.Bool // the whole queue is to be looked at
}

// Wake tells the dispatcher of a provider that something has just become due; it never blocks.
func (e *Engine) Wake(providerID string) {
	select {
	case e.bell(providerID).rung <- struct{}{}:
	default:
	}
}

// Sweep tells it that something may be due anywhere in the queue, such as what a person released; it never blocks.
func (e *Engine) Sweep(providerID string) {
	e.bell(providerID).whole.Store(true)
	e.Wake(providerID)
}

func (e *Engine) bell(providerID string) *bell {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bells == nil {
		e.bells = map[string]*bell{}
	}
	if e.bells[providerID] == nil {
		e.bells[providerID] = &bell{rung: make(chan struct{}, 1)}
	}
	return e.bells[providerID]
}

// Run works the queue of one provider until stop is done; then it claims nothing more, waits for the deliveries in
// flight and returns. Deliveries run under their own context, so stopping never cuts one short.
func (e *Engine) Run(stop context.Context, providerID string) {
	bell := e.bell(providerID)
	q := &queue{engine: e, providerID: providerID, freed: make(chan struct{}, 1), bell: bell}
	defer q.flying.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		ticked := false
		select {
		case <-stop.Done():
			q.finish(context.WithoutCancel(stop))
			return
		case <-bell.rung:
			q.more = true
		case <-q.freed:
		case <-timer.C:
			q.more, ticked = true, true
		}
		q.start(context.WithoutCancel(stop))
		if q.more {
			q.claim(context.WithoutCancel(stop), ticked)
			timer.Reset(e.Tick)
		}
	}
}

// queue is the dispatcher's view of one provider.
type queue struct {
	engine     *Engine
	providerID string
	bell       *bell
	freed      chan struct{} // a place became free
	more       bool          // something may be due that is not claimed yet; only then a free place is worth a claim
	ready      []Delivery    // claimed, waiting for a place on the wire
	mark       watermark
	pace       pace
	flying     sync.WaitGroup
	inFlight   atomic.Int64 // on the wire
	settling   atomic.Int64 // answered, the result not stored yet
}

// free tells the dispatcher that it may claim again; it never blocks.
func (q *queue) free() {
	select {
	case q.freed <- struct{}{}:
	default:
	}
}

// claim takes what is due. While more may be due each place that becomes free leads here again; it claims when half of what it
// may hold ahead is free, so that a claim and its commit serve several entries, and at the tick whatever is free, so that
// hanging deliveries do not hold up the rest. Results that wait for their commit count as held: leases do not pile up behind
// a slow database.
func (q *queue) claim(ctx context.Context, ticked bool) {
	e := q.engine
	parallel, flowing := e.Sender.Parallel(q.providerID)
	fifo := e.Sender.FIFO(q.providerID)
	ahead := 0
	if flowing && parallel > 1 && !fifo {
		ahead = q.pace.ahead(parallel)
	}
	free := parallel + ahead - int(q.inFlight.Load()+q.settling.Load()) - len(q.ready)
	if free <= 0 || free < max(parallel, ahead)/2 && !ticked {
		return
	}
	c := Claim{
		ProviderID: q.providerID, Limit: free, ManualOnly: !flowing, FIFO: fifo,
		Node: e.Node, Lease: e.Sender.Lease(q.providerID),
	}
	if flowing && !fifo {
		c.From = q.mark.from(q.bell.whole.Swap(false) || ticked, time.Now())
	}
	due, err := e.Store.ClaimDue(ctx, c)
	if err != nil {
		q.mark = watermark{}
		e.Log.Warn("claiming advices failed; they stay queued", "provider", q.providerID, "err", err)
		return
	}
	q.more = len(due) == c.Limit || c.FIFO && len(due) > 0
	q.mark.claimed(c, due)
	q.pace.claimed(time.Now())
	q.ready = append(q.ready, due...)
	q.start(ctx)
}

// freshFor is how long an entry may wait for its place: a lease is 15 s longer than the provider's time-out and 5 s of it are
// kept (A5, A6), so a message that begins later would be given up before the provider's time is over. It is left to its lease
// instead, and is due again when that lapses. A provider that turns slow, and a stop, leave some behind in this way.
const freshFor = 10 * time.Second

// start delivers what is ready, as far as there are free places.
func (q *queue) start(ctx context.Context) {
	parallel, _ := q.engine.Sender.Parallel(q.providerID)
	for len(q.ready) > 0 && int(q.inFlight.Load()) < max(1, parallel) {
		d := q.ready[0]
		q.ready = q.ready[1:]
		if time.Since(d.LeaseStart) > freshFor {
			continue
		}
		q.inFlight.Add(1)
		q.flying.Go(func() {
			settle := q.engine.Sender.Deliver(ctx, d)
			q.pace.ended.Add(1)
			q.settling.Add(1)
			q.inFlight.Add(-1)
			q.free()
			settle()
			q.settling.Add(-1)
			q.free()
		})
	}
}

// finish delivers what was claimed before the stop and did not wait too long.
func (q *queue) finish(ctx context.Context) {
	for q.start(ctx); len(q.ready) > 0; q.start(ctx) {
		<-q.freed
	}
}
