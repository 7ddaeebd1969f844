package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// book is what the callers know of every id they sent; the witness compares it with the other two records.
type book struct {
	mu    sync.Mutex
	sales map[string]*record
}

// record is one sale as its caller saw it.
type record struct {
	amount    int64 // that it asked for, minor units
	status    int   // of the request; 0: no answer
	confirmed int   // status of the confirmation; 0: none was sent or answered
	asked     bool
	took      time.Duration // from the planned arrival to the answer
}

func (b *book) put(s sale, r *record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sales[s.id] = r
}

// result is what one run of load did.
type result struct {
	callers  int
	started  time.Time
	elapsed  time.Duration
	approved int
	complete int // approved and confirmed
	failed   int
	took     []time.Duration
	first    string // the first thing that went wrong
}

func (r *result) rate() float64 { return float64(r.approved) / r.elapsed.Seconds() }

// percentile gives the p-th part of sorted durations.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// closed runs callers that each send the next message when they have the last answer, until the time is over or, when
// limit is not 0, that many sales were begun.
func (b *bench) closed(ctx context.Context, callers int, d time.Duration, limit int, confirm bool, m *messages) *result {
	r := &result{callers: callers, started: time.Now()}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range callers {
		share := limit / callers
		if i < limit%callers {
			share++
		}
		wg.Go(func() {
			own := b.caller(ctx, share, limit > 0, confirm, m)
			mu.Lock()
			defer mu.Unlock()
			r.approved, r.complete, r.failed = r.approved+own.approved, r.complete+own.complete, r.failed+own.failed
			r.took = append(r.took, own.took...)
			if r.first == "" {
				r.first = own.first
			}
		})
	}
	wg.Wait()
	r.elapsed = time.Since(r.started)
	slices.Sort(r.took)
	return r
}

func (b *bench) caller(ctx context.Context, share int, counted, confirm bool, m *messages) *result {
	r := &result{}
	w, err := b.peer.dial()
	if err != nil {
		r.failed, r.first = 1, err.Error()
		return r
	}
	defer func() { w.close() }()
	for n := 0; ctx.Err() == nil && (!counted || n < share); n++ {
		if err := b.sell(w, m, time.Now(), confirm, r); err != nil {
			w.close()
			if w, err = b.peer.dial(); err != nil {
				r.first = err.Error()
				return r
			}
		}
	}
	return r
}

// sell is one sale: the request and, when asked, its confirmation. An error leaves the connection of no use.
func (b *bench) sell(w *wire, m *messages, planned time.Time, confirm bool, r *result) error {
	s := m.next()
	rec := &record{amount: s.offer.amount, asked: confirm}
	defer b.book.put(s, rec)
	status, answer, err := w.post("/vouchers", m.provision(s))
	rec.status, rec.took = status, time.Since(planned)
	if err != nil || status != 201 {
		r.fail("a request", status, answer, err)
		return err
	}
	r.approved++
	r.took = append(r.took, rec.took)
	if !confirm {
		return nil
	}
	status, answer, err = w.post("/vouchers/confirmations", m.confirmation(s, answer))
	rec.confirmed = status
	if err != nil || status != 202 {
		r.fail("a confirmation", status, answer, err)
		return err
	}
	r.complete++
	return nil
}

func (r *result) fail(what string, status int, answer []byte, err error) {
	r.failed++
	if r.first == "" {
		r.first = fmt.Sprintf("%s: status %d, %v %.200s", what, status, err, answer)
	}
}

// mostWaiting bounds the callers of the open model; arrivals beyond it are counted as failed.
const mostWaiting = 2000

// open sends requests at the arrival times of a Poisson process, whether or not earlier ones were answered, and measures
// from the planned arrival: a slow answer cannot hide the arrivals behind it.
func (b *bench) open(ctx context.Context, rate float64, d time.Duration, m *messages) *result {
	r := &result{started: time.Now()}
	idle := make(chan *wire, mostWaiting)
	places := make(chan struct{}, mostWaiting)
	dice := rand.New(rand.NewPCG(7, 11))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for at := r.started; time.Since(r.started) < d && ctx.Err() == nil; {
		at = at.Add(time.Duration(dice.ExpFloat64() / rate * float64(time.Second)))
		time.Sleep(time.Until(at))
		select {
		case places <- struct{}{}:
		default:
			mu.Lock()
			r.fail("an arrival", 0, nil, fmt.Errorf("more than %d callers were waiting", mostWaiting))
			mu.Unlock()
			continue
		}
		wg.Go(func() {
			defer func() { <-places }()
			own := &result{}
			b.arrive(idle, m, at, own)
			mu.Lock()
			defer mu.Unlock()
			r.approved, r.failed, r.took = r.approved+own.approved, r.failed+own.failed, append(r.took, own.took...)
			if r.first == "" {
				r.first = own.first
			}
		})
	}
	wg.Wait()
	r.elapsed = time.Since(r.started)
	close(idle)
	for w := range idle {
		w.close()
	}
	slices.Sort(r.took)
	return r
}

func (b *bench) arrive(idle chan *wire, m *messages, at time.Time, r *result) {
	var w *wire
	select {
	case w = <-idle:
	default:
		var err error
		if w, err = b.peer.dial(); err != nil {
			r.fail("a connection", 0, nil, err)
			return
		}
	}
	if err := b.sell(w, m, at, false, r); err != nil {
		w.close()
		return
	}
	idle <- w // as many places as callers: never blocks
}
