package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// points are the crash points of a node under load (guarantees A4); P14 belongs to finance and has a phase of its own.
var points = []string{"P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12"}

// patience is how long a node may take to reach its point.
const patience = 10 * time.Second

// crashPoints kills one node after the other at named points. Each successor is the recovery of the one before, and dies
// itself; between, nobody helps.
func (w *world) crashPoints(ctx context.Context, rounds int) error {
	w.without()
	w.callers.work()
	w.providers.noisy.Store(true)
	for range rounds {
		for _, point := range points {
			if err := w.dieAt(ctx, point); err != nil {
				return err
			}
		}
	}
	return w.judge(ctx, "crash points")
}

// dieAt lets a node die at a point, at one of its first passings.
func (w *world) dieAt(ctx context.Context, point string) error {
	n, err := w.start(ctx, fmt.Sprintf("%s:%d:kill", point, 1+rand.IntN(12)))
	if errors.Is(err, errEndedEarly) {
		w.figures.fell(point, w.front.answered())
		return nil
	}
	if err != nil {
		return err
	}
	if point == "P2" { // a dial is refused only while the provider is away
		w.providers.cut()
	}
	reached := true
	select {
	case <-n.ended:
	case <-time.After(patience):
		reached = false
		n.kill()
	case <-ctx.Done():
		return ctx.Err()
	}
	w.fell(n, point, reached)
	if point == "P2" {
		return w.providers.heal()
	}
	return nil
}

// fell counts a kill.
func (w *world) fell(n *node, name string, reached bool) {
	w.drop(n)
	if !reached {
		w.figures.Missed[name]++
		name = "random"
	}
	w.figures.fell(name, w.front.answered())
}

// fell counts a kill and, from now on, how long it takes until the next client holds what it asked for.
func (f *figures) fell(name string, answered <-chan bool) {
	f.Kills[name]++
	began := time.Now()
	go func() {
		<-answered
		f.mu.Lock()
		defer f.mu.Unlock()
		f.recovered = append(f.recovered, time.Since(began))
	}()
}

// atRandom keeps two nodes on one database and kills one of them at any moment, again and again.
func (w *world) atRandom(ctx context.Context, kills int) error {
	w.callers.work()
	w.providers.noisy.Store(true)
	for range kills {
		if err := w.atLeast(ctx, 2); err != nil {
			return err
		}
		rest(ctx, time.Duration(rand.IntN(int(700*time.Millisecond))))
		n := w.nodes[rand.IntN(len(w.nodes))]
		n.kill()
		w.fell(n, "random", true)
	}
	return w.judge(ctx, "random kills of two nodes")
}

// paused stops a node at points of its leases, for longer than those last, beside one that takes over; then it goes on with
// what it had in hand (F02).
func (w *world) paused(ctx context.Context, rounds int) error {
	w.callers.work()
	for range rounds {
		for _, point := range []string{"P4", "P10", "P11"} {
			w.without()
			if err := w.atLeast(ctx, 1); err != nil {
				return err
			}
			n, err := w.start(ctx, fmt.Sprintf("%s:%d:stop", point, 1+rand.IntN(8)))
			if err != nil {
				return err
			}
			for until := time.Now().Add(patience); !n.stopped() && time.Now().Before(until); {
				rest(ctx, 20*time.Millisecond)
			}
			if !n.stopped() {
				w.figures.Missed["stop "+point]++
				continue
			}
			w.front.remove(n.api())
			rest(ctx, lease+time.Second)
			n.signal(syscall.SIGCONT)
			w.figures.Other["paused at "+point]++
			rest(ctx, time.Second)
		}
	}
	return w.judge(ctx, "pauses past the lease")
}

// databaseKills ends the database under two nodes that stay (F22).
func (w *world) databaseKills(ctx context.Context, kills int) error {
	w.callers.work()
	if err := w.atLeast(ctx, 2); err != nil {
		return err
	}
	for range kills {
		rest(ctx, time.Second+time.Duration(rand.IntN(int(time.Second))))
		if err := w.killDatabase(); err != nil {
			return err
		}
		w.figures.Kills["database"]++
		if err := w.reviveDatabase(ctx); err != nil {
			return err
		}
		began, served := time.Now(), w.front.answered()
		select {
		case <-served:
			w.figures.Phases["the database returned"] = max(w.figures.Phases["the database returned"], time.Since(began).Seconds())
		case <-time.After(30 * time.Second):
			return fmt.Errorf("nobody is served 30 s after the database returned")
		}
	}
	return w.judge(ctx, "database kills")
}

// cutLinks takes the database from one of two nodes, and then the providers from both (F12, F25).
func (w *world) cutLinks(ctx context.Context, rounds int) error {
	w.callers.work()
	if err := w.atLeast(ctx, 2); err != nil {
		return err
	}
	for i := range rounds {
		n := w.nodes[i%len(w.nodes)]
		n.link.cut()
		rest(ctx, 3*time.Second)
		n.link.heal()
		w.figures.Other["database link cut"]++
		rest(ctx, time.Second)
	}
	for range rounds {
		w.providers.cut()
		rest(ctx, 500*time.Millisecond)
		if err := w.providers.heal(); err != nil {
			return err
		}
		w.figures.Other["provider link cut"]++
		rest(ctx, time.Second)
	}
	return w.judge(ctx, "cut links")
}

// rolling restarts three nodes in turn under load; no call that was taken may go unanswered (F27).
func (w *world) rolling(ctx context.Context) error {
	w.without() // breakers that opened before are none of this
	if err := w.atLeast(ctx, 3); err != nil {
		return err
	}
	w.callers.work()
	before := w.front.brokenSoFar()
	for _, n := range slices.Clone(w.nodes) {
		n.signal(syscall.SIGTERM)
		select {
		case <-n.ended:
		case <-time.After(clientBudget + 30*time.Second):
			return fmt.Errorf("a node did not drain")
		}
		if n.err != nil {
			return fmt.Errorf("a drained node ended with %w", n.err)
		}
		w.drop(n)
		w.figures.Other["rolling restart"]++
		if err := w.atLeast(ctx, 3); err != nil {
			return err
		}
	}
	if w.figures.Cut = w.front.brokenSoFar() - before; w.figures.Cut > 0 {
		return fmt.Errorf("%d calls that a draining node had taken were not answered", w.figures.Cut)
	}
	return w.judge(ctx, "rolling restart of three nodes")
}
