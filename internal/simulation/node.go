package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// node is one process of the switch, through all its lives.
type node struct {
	world *world
	name  string
	lives int

	mu   sync.Mutex
	life *life
}

// life is a node from one start to its end: the real core, gates and queue engine. What is not committed dies with it.
type life struct {
	node      *node
	processor *switchcore.Processor
	engine    *saf.Engine
	finance   switchcore.Connector
	stop      context.CancelFunc

	mu     sync.Mutex
	dead   bool
	asleep time.Time // stopped until then
	source *rand.PCG // of ids
	ids    *rand.Rand
}

// current gives the life that a caller reaches; nil: nobody listens.
func (n *node) current() *life {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.life
}

// begin starts the node: its queues, its sweeps, its gates with nothing in them.
func (n *node) begin() {
	w := n.world
	n.lives++
	l := &life{node: n, source: rand.NewPCG(w.plan.Seed, uint64(n.lives)<<8|uint64(n.name[1]))}
	l.ids = rand.New(l.source)
	l.finance = newSpeaker(l)
	var stop context.Context
	stop, l.stop = context.WithCancel(context.Background())
	settings := switchcore.DefaultSettings()
	settings.Node = n.name
	random := func() float64 { return l.random().Float64() }
	core := &switchcore.Core{
		Settings: settings, Store: &store{life: l}, Vault: openVault{}, Directory: func() *switchcore.Directory { return w.directory },
		Connector: func(id string) switchcore.Connector { return &line{life: l, bank: w.banks[id]} }, NewID: l.newID, Random: random,
	}
	quiet := slog.New(slog.DiscardHandler)
	gates := switchcore.NewGates(random, time.Now)
	l.engine = &saf.Engine{
		Store: &store{life: l}, Sender: &switchcore.Deliverer{Core: core, Gates: gates, Log: quiet}, Node: n.name, Log: quiet, Tick: 5 * time.Second,
	}
	l.processor = &switchcore.Processor{Core: core, Gates: gates, Log: quiet, Wake: l.engine.Wake}
	n.mu.Lock()
	n.life = l
	n.mu.Unlock()
	for _, p := range w.plan.Providers {
		go l.engine.Run(stop, p.ID)
	}
	go l.sweep(stop, &switchcore.Sweep{Core: core, After: func(r switchcore.Ruling) {
		if r.WakeProvider != "" {
			l.engine.Wake(r.WakeProvider)
		}
	}})
}

// end stops the node for good, at the end of the run.
func (n *node) end() {
	if l := n.current(); l != nil {
		l.die()
	}
}

func (l *life) die() {
	l.mu.Lock()
	l.dead = true
	l.mu.Unlock()
	l.stop()
}

// longestStop is how long a node may stop: long enough for others to end what it had begun.
const longestStop = 6 * time.Minute

// mayDie is a place where a node can be killed or stopped (F01, F02). Killed, it comes back after a while with nothing
// but what is committed.
func (l *life) mayDie(where, who string) { l.mayStop(where, who, longestStop) }

// mayStop is such a place where it stops for a time at the most.
func (l *life) mayStop(where, who string, longest time.Duration) {
	w, n := l.node.world, l.node
	l.alive(who)
	switch {
	case w.strikes(Killed, n.name+where+who):
		w.log("%s is killed %s", n.name, where)
		l.die()
		n.mu.Lock()
		n.life = nil
		n.mu.Unlock()
		back := w.between(100*time.Millisecond, 30*time.Second, "back", n.name)
		go func() {
			time.Sleep(back)
			w.log("%s is back", n.name)
			n.begin()
		}()
	case w.strikes(Paused, n.name+where+who):
		pause := w.between(longest/100, longest, "pause", n.name)
		w.log("%s stops %s for %s", n.name, where, pause.Round(time.Second))
		l.mu.Lock()
		l.asleep = time.Now().Add(pause)
		l.mu.Unlock()
	}
	l.alive(who)
}

// alive ends the goroutine of a dead node, and holds one of a stopped node until it goes on. No two go on at once.
func (l *life) alive(who string) {
	for {
		l.mu.Lock()
		dead, asleep := l.dead, time.Until(l.asleep)
		l.mu.Unlock()
		switch {
		case dead:
			runtime.Goexit()
		case asleep <= 0:
			return
		}
		time.Sleep(asleep + l.node.world.between(0, time.Millisecond, "wake", l.node.name+who))
	}
}

// sweep does what the timetable of the program does: lapsed leases every 5 s, undecided outcomes every minute.
func (l *life) sweep(stop context.Context, s *switchcore.Sweep) {
	w := l.node.world
	for round := 0; ; round++ {
		w.sleep(5*time.Second, 5100*time.Millisecond, "sweep", l.node.name)
		if stop.Err() != nil {
			return
		}
		l.alive("sweep")
		_, _ = s.Recover(stop) // an error leaves the rest to the next pass
		if round%12 == 0 {
			_, _ = s.Decide(stop)
		}
	}
}

func (l *life) random() *rand.Rand { return l.ids }

// unchanged runs something that draws ids and chances as if it had not: what follows draws the same ones again.
func (l *life) unchanged(do func()) {
	l.mu.Lock()
	before := *l.source
	l.mu.Unlock()
	do()
	l.mu.Lock()
	*l.source = before
	l.mu.Unlock()
}

func (l *life) newID() (id uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range id {
		id[i] = byte(l.ids.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// openVault seals nothing, so that a history can be read; the real vault has tests of its own.
type openVault struct{}

func (openVault) Seal(_, _ string, _ uuid.UUID, plain []byte) []byte           { return plain }
func (openVault) Open(_, _ string, _ uuid.UUID, sealed []byte) ([]byte, error) { return sealed, nil }

func (openVault) Hash(kind, value string) []byte { return []byte(fmt.Sprintf("%s:%s", kind, value)) }
