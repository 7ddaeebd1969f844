package simulation

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/switchcore/switchtest"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Result is what one seed showed.
type Result struct {
	Plan       Plan
	Violations []Violation
	History    []string
	Hash       uint64 // of the history
	Injected   map[Fault]int
	Commits    int
	Deliveries int // of stored messages, repeats included
	Stored     int // messages
	Sales      int // transactions on record
	Succeeded  map[transactions.Operation]int
	Compared   int // rows of a twin with those in memory
	Settled    int // lines of its settlements
	Stale      int // results refused by the fence
	Doubt      time.Duration
}

// Violation is a broken rule.
type Violation struct {
	Rule   string // V01 to V26, W1 to W5, or a word for what is neither
	Detail string
}

// world is one run of a plan. Everything in it runs in virtual time: each step takes a time of its own, drawn to the
// nanosecond, so that no two happen at once and the order of the history is that of the clock.
type world struct {
	plan      Plan
	directory *switchcore.Directory
	mem       *switchtest.Memory
	nodes     []*node
	banks     map[string]*bank
	start     time.Time
	twin      *beside // nil: there is the record in memory only

	mu     sync.Mutex
	healed bool
	wire   map[string]int // messages that left, by digest
	back   map[string]int // answers that arrived at a living node, by digest
	told   []told
	result Result

	keys    map[string]string // signing keys on record, by the hash of their device
	learned int               // how many of the record's keys are in it
}

// Run plays a plan in a bubble of virtual time.
func Run(t *testing.T, p Plan) Result {
	var r Result
	synctest.Test(t, func(*testing.T) { r = newWorld(p).play() })
	return r
}

// rest is how long after healing everything that people need not decide must have come to rest (B2).
const rest = 2 * 300 * time.Second

func (w *world) play() Result {
	p := w.plan
	for _, n := range w.nodes {
		n.begin()
	}
	var tills sync.WaitGroup
	for _, s := range p.Sales {
		tills.Go(func() { (&till{world: w, sale: s}).sell() })
	}
	go w.step()
	time.Sleep(p.Trouble)
	w.heal()
	time.Sleep(rest + w.setBack())
	w.checkRested()
	tills.Wait()
	settings := switchcore.DefaultSettings()
	time.Sleep(settings.UnknownMaxAge + 5*time.Minute + w.setBack()) // what stayed unknown is decided, and that delivered
	for range p.Sales {                                              // one reversal after the other asks twice, where order is strict
		if w.mem.Waiting() > 0 {
			time.Sleep(settings.SAF.NotFoundRepeat + 10*time.Second)
		}
	}
	w.closeDay()
	w.checkEnd()
	for _, n := range w.nodes {
		n.end()
	}
	time.Sleep(10 * time.Minute) // whatever still sleeps finds itself dead
	w.result.Plan = p
	w.result.Hash = hashOf(w.result.History)
	return w.result
}

// closeDay closes what single messaging left open, as the job after the cut-off does (A1).
func (w *world) closeDay() {
	core := w.nodes[0].current().processor.Core // everything has healed
	tomorrow := core.Settings.BusinessDate(w.clock()).AddDate(0, 0, 1)
	if _, err := (&switchcore.Sweep{Core: core}).Complete(context.Background(), tomorrow); err != nil {
		w.violated("rest", "the day cannot be closed: %v", err)
	}
}

func newWorld(p Plan) *world {
	w := &world{plan: p, mem: switchtest.NewMemory(), banks: map[string]*bank{}, start: time.Now(), wire: map[string]int{}, back: map[string]int{}, keys: map[string]string{}}
	w.result.Injected, w.result.Succeeded = map[Fault]int{}, map[transactions.Operation]int{}
	var routes []switchcore.Route
	for _, provider := range p.Providers {
		w.banks[provider.ID] = newBank(w, provider)
		service := transactions.Voucher
		switch {
		case provider.Profile.Cards:
			service = transactions.GiftCard
		case provider.Profile.Finance:
			service = transactions.Humm
		}
		routes = append(routes, switchcore.Route{Service: service, ReceiverID: provider.Receiver.ID, ProviderID: provider.ID})
	}
	w.directory = switchcore.NewDirectory(p.Providers, nil, routes)
	w.mem.WantsConfirm = func(t *transactions.Transaction) bool {
		provider, _ := w.directory.Provider(t.ProviderID)
		return provider.Profile.Takes(t.Key.Operation, transactions.Confirm)
	}
	w.mem.ConfirmsFirst = func(id string) bool {
		return slices.ContainsFunc(p.Sales, func(s Sale) bool { return s.Client.ID == id && s.Client.SettleRequiresConfirmation })
	}
	for i := range p.Nodes {
		w.nodes = append(w.nodes, &node{world: w, name: fmt.Sprintf("n%d", i+1)})
	}
	return w
}

// draw gives a number in [0, 1) that depends on seed, question, asker and moment alone.
func (w *world) draw(what, who string) float64 {
	h := fnv.New64a()
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], w.plan.Seed)
	binary.LittleEndian.PutUint64(b[8:], uint64(time.Since(w.start)))
	h.Write(b[:])
	h.Write([]byte(what))
	h.Write([]byte{0})
	h.Write([]byte(who))
	x := h.Sum64() // the last bytes hardly reach the high bits: mix once more
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// sleep takes a time between shortest and longest.
func (w *world) sleep(shortest, longest time.Duration, what, who string) {
	time.Sleep(w.between(shortest, longest, what, who))
}

func (w *world) between(shortest, longest time.Duration, what, who string) time.Duration {
	return shortest + time.Duration(w.draw(what, who)*float64(longest-shortest))
}

// strikes tells whether a fault happens here and now, and counts it.
func (w *world) strikes(f Fault, who string) bool {
	rate := w.plan.Faults[f]
	if rate == 0 || w.over() || w.draw(string(f), who) >= rate {
		return false
	}
	w.count(f)
	return true
}

func (w *world) count(f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Injected[f]++
}

func (w *world) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.healed
}

// out tells whether an outage of a kind is on; an outage without a name is everybody's.
func (w *world) out(f Fault, who string) bool {
	at := time.Since(w.start)
	for _, o := range w.plan.Outages {
		if o.Fault == f && (o.Who == "" || o.Who == who) && at >= o.From && at < o.To && !w.over() {
			w.count(f)
			return true
		}
	}
	return false
}

func (w *world) heal() {
	w.mu.Lock()
	w.healed = true
	w.mu.Unlock()
	w.log("everything heals")
}

// log adds a line to the history.
func (w *world) log(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.History = append(w.result.History, fmt.Sprintf("%12.6fs  %s", time.Since(w.start).Seconds(), fmt.Sprintf(format, args...)))
}

// violated reports a broken rule.
func (w *world) violated(rule, format string, args ...any) {
	v := Violation{Rule: rule, Detail: fmt.Sprintf(format, args...)}
	w.log("VIOLATION %s: %s", v.Rule, v.Detail)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Violations = append(w.result.Violations, v)
}

func hashOf(lines []string) uint64 {
	h := fnv.New64a()
	for _, l := range lines {
		h.Write([]byte(l))
		h.Write([]byte{'\n'})
	}
	return h.Sum64()
}
