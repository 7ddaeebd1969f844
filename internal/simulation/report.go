package simulation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalboxhq/signalbox/internal/reliability"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Summary adds up what many seeds showed.
type Summary struct {
	First      uint64 // seed
	Seeds      int
	Took       time.Duration
	Sales      int // transactions on record
	Succeeded  map[transactions.Operation]int
	Commits    int
	Stored     int // messages in the queue
	Deliveries int // of them, repeats included
	Compared   int // rows of a twin
	Settled    int // lines of its settlements
	Injected   map[Fault]int
	Failed     []Result // in order of their seeds
}

// Span is which seeds to play: from First on, Count of them or, given a time, as many as begin within it.
type Span struct {
	First, Count uint64
	For          time.Duration
	UntilFailure bool // begins no seed after the first that fails
}

// FreshGround is the first seed of a long run: another million each day (UTC), far from the seeds that every run plays.
func FreshGround(day time.Time) uint64 { return uint64(day.Unix()/86400) * 1_000_000 }

// Player plays a plan: Run does, on the record in memory.
type Player func(*testing.T, Plan) Result

// RunSeeds plays the seeds of a span, several at a time.
func RunSeeds(t *testing.T, span Span, workers int, play Player) Summary {
	s := Summary{First: span.First, Injected: map[Fault]int{}, Succeeded: map[transactions.Operation]int{}}
	var (
		mu    sync.Mutex
		all   sync.WaitGroup
		next  = span.First
		began = time.Now()
	)
	take := func() (seed uint64, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		seed = next
		next++
		if span.UntilFailure && len(s.Failed) > 0 {
			return seed, false
		}
		if span.For > 0 {
			return seed, time.Since(began) < span.For
		}
		return seed, seed < span.First+span.Count
	}
	for range workers {
		all.Go(func() {
			for seed, ok := take(); ok; seed, ok = take() {
				r := play(t, NewPlan(seed))
				mu.Lock()
				s.add(r)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	s.Took = time.Since(began)
	slices.SortFunc(s.Failed, func(a, b Result) int { return cmp.Compare(a.Plan.Seed, b.Plan.Seed) })
	return s
}

func (s *Summary) add(r Result) {
	s.Seeds++
	s.Sales += r.Sales
	s.Commits += r.Commits
	s.Stored += r.Stored
	s.Deliveries += r.Deliveries
	s.Compared += r.Compared
	s.Settled += r.Settled
	for f, n := range r.Injected {
		s.Injected[f] += n
	}
	for op, n := range r.Succeeded {
		s.Succeeded[op] += n
	}
	if len(r.Violations) > 0 {
		s.Failed = append(s.Failed, r)
	}
}

// Figures gives the summary for the report (B7).
func (s Summary) Figures() []reliability.Figure {
	first := "none"
	if len(s.Failed) > 0 {
		first = fmt.Sprint(s.Failed[0].Plan.Seed)
	}
	figures := []reliability.Figure{
		reliability.Count("seeds", s.Seeds), reliability.Count("first seed", s.First), reliability.Count("seeds with violations", len(s.Failed)), reliability.Text("first failing seed", first),
		reliability.Count("transactions", s.Sales), reliability.Count("commits", s.Commits), reliability.Count("stored messages", s.Stored),
		reliability.Count("deliveries of them", s.Deliveries), reliability.Text("faults injected and survived", counted(s.Injected)),
		reliability.Text("requests that succeeded", counted(s.Succeeded)),
		reliability.Text("time", s.Took.Round(time.Second).String()),
	}
	if s.Compared > 0 {
		figures = append(figures, reliability.Count("rows compared with the record in memory", s.Compared), reliability.Count("settlement lines compared with the banks' books", s.Settled))
	}
	return figures
}

// counted lists what was counted by name.
func counted[K cmp.Ordered](counts map[K]int) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprint(k, " ", counts[k]))
	}
	return strings.Join(list, " · ")
}

// String is the summary for people.
func (s Summary) String() string {
	return fmt.Sprintf("%d seeds from %d on, %d transactions, %d commits, %d stored messages delivered in %d attempts, %d seeds with violations\nfaults: %s\nsucceeded: %s",
		s.Seeds, s.First, s.Sales, s.Commits, s.Stored, s.Deliveries, len(s.Failed), counted(s.Injected), counted(s.Succeeded))
}

// Smaller takes faults, sales and nodes away from a failing plan as long as it breaks the same rule.
func Smaller(t *testing.T, failing Result, play Player) Result {
	rule := failing.Violations[0].Rule
	try := func(p Plan) {
		if r := play(t, p); slices.ContainsFunc(r.Violations, func(v Violation) bool { return v.Rule == rule }) {
			failing = r
		}
	}
	for _, f := range slices.Sorted(maps.Keys(failing.Plan.Faults)) {
		try(failing.Plan.Without(f))
	}
	for _, s := range slices.Backward(slices.Clone(failing.Plan.Sales)) {
		if len(failing.Plan.Sales) > 1 {
			try(failing.Plan.Drop(s.No))
		}
	}
	return failing
}

// Without is the plan with one fault less.
func (p Plan) Without(f Fault) Plan {
	p.Faults = maps.Clone(p.Faults)
	delete(p.Faults, f)
	p.Outages = slices.DeleteFunc(slices.Clone(p.Outages), func(o Outage) bool { return o.Fault == f })
	p.Sales = slices.Clone(p.Sales)
	for i := range p.Sales {
		s := &p.Sales[i]
		s.Odd = maps.Clone(s.Odd)
		switch delete(s.Odd, f); f {
		case SameID:
			s.Copies = 0
		case Contradiction:
			s.Hasty = false
		}
	}
	if f == ClockApart {
		p.Skew, p.Step = 0, ClockStep{}
	}
	return p
}

// Drop is the plan with one sale less.
func (p Plan) Drop(no int) Plan {
	p.Sales = slices.DeleteFunc(slices.Clone(p.Sales), func(s Sale) bool { return s.No == no })
	return p
}

// Command replays the plan.
func (p Plan) Command() string {
	full := NewPlan(p.Seed)
	var without, sales []string
	for _, f := range slices.Sorted(maps.Keys(full.Faults)) {
		if p.Faults[f] == 0 {
			without = append(without, string(f))
		}
	}
	for _, s := range full.Sales {
		if !slices.ContainsFunc(p.Sales, func(k Sale) bool { return k.No == s.No }) {
			sales = append(sales, fmt.Sprint(s.No))
		}
	}
	store := ""
	if p.Store != "" {
		store = " STORE=" + p.Store
	}
	return fmt.Sprintf("make simulate%s SEED=%d WITHOUT=%s DROP=%s", store, p.Seed, strings.Join(without, ","), strings.Join(sales, ","))
}

// Chosen is the plan of a seed without some faults and sales, as Command names them: F01,F02 and 1,4.
func Chosen(seed uint64, without, drop string) (Plan, error) {
	p := NewPlan(seed)
	listed := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	}
	for _, f := range listed(without) {
		p = p.Without(Fault(f))
	}
	for _, no := range listed(drop) {
		n, err := strconv.Atoi(no)
		if err != nil {
			return p, fmt.Errorf("a sale to leave out: %w", err)
		}
		p = p.Drop(n)
	}
	return p, nil
}

// Story is a result for people: the broken rules, the history, and the command that plays it again.
func (r Result) Story() string {
	var b strings.Builder
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "%s: %s\n", v.Rule, v.Detail)
	}
	p := r.Plan
	fmt.Fprintf(&b, "%d nodes, trouble for %s, database clock %s ahead, faults %v\n", p.Nodes, p.Trouble, p.Skew, slices.Sorted(maps.Keys(p.Faults)))
	for _, bank := range p.Providers {
		fmt.Fprintf(&b, "%s: %+v\n", bank.ID, bank.Profile)
	}
	return b.String() + strings.Join(r.History, "\n") + "\nplay it again: " + p.Command()
}
