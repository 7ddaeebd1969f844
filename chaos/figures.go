package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/reliability"
	"github.com/signalboxhq/signalbox/internal/witness"
)

// figures is what a run has to show (guarantees B7).
type figures struct {
	Seconds      float64            `json:"seconds"`
	Kills        map[string]int     `json:"kills"` // by crash point, or by kind of attack
	Missed       map[string]int     `json:"not_reached,omitempty"`
	Other        map[string]int     `json:"other_attacks"`
	NotRun       map[string]string  `json:"not_run,omitempty"` // why
	Phases       map[string]float64 `json:"seconds_to_rest"`
	Transactions int                `json:"transactions"`
	Answers      int                `json:"answers_compared"`
	Messages     int                `json:"messages_compared"`
	Lost         int                `json:"lost_acknowledged_messages"`
	Duplicates   int                `json:"duplicate_provisions"`
	Untraced     int                `json:"untraced_messages"`
	W            map[string]int     `json:"w_differences"`
	V            int                `json:"v_lines"`
	Advices      int                `json:"stored_advices"`
	AdviceSends  int                `json:"advice_sends"`
	Lapsed       int                `json:"lapsed_leases"`
	Late         int                `json:"late_answers"`
	Cut          int                `json:"drained_calls_broken"`
	Recovery     spread             `json:"recovery_seconds"`

	began     time.Time
	mu        sync.Mutex
	recovered []time.Duration
}

// spread is a distribution in seconds.
type spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func newFigures() *figures {
	return &figures{
		Kills: map[string]int{}, Missed: map[string]int{}, Other: map[string]int{}, NotRun: map[string]string{}, Phases: map[string]float64{}, W: map[string]int{},
		began: time.Now(),
	}
}

// judged takes the verdict of one phase. Journals grow, so the latest counts.
func (f *figures) judged(phase string, rested time.Duration, j *witness.Journals, differences []witness.Difference, broken []string) {
	f.Phases[phase] = rested.Seconds()
	f.Answers, f.Messages = len(j.Clients), len(j.Wire)
	f.Lost, f.Duplicates, f.Untraced, f.V, f.W = 0, 0, 0, len(broken), map[string]int{}
	for _, d := range differences {
		f.W[d.Witness]++
		switch d.Witness {
		case "W1", "W2":
			f.Lost++
		case "W3":
			f.Duplicates++
		case "W5":
			f.Untraced++
		}
	}
}

func (f *figures) kills() (n int) {
	for _, k := range f.Kills {
		n += k
	}
	return n
}

// finish computes what needs the whole run.
func (f *figures) finish() {
	f.Seconds = time.Since(f.began).Seconds()
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(f.recovered)
	if n := len(f.recovered); n > 0 {
		f.Recovery = spread{f.recovered[n/2].Seconds(), f.recovered[min(n-1, n*99/100)].Seconds(), f.recovered[n-1].Seconds()}
	}
}

// print writes the table.
func (f *figures) print(out io.Writer) {
	for _, l := range f.lines() {
		fmt.Fprintf(out, "%-34s %s\n", l.Name, l.Value)
	}
}

// lines are the table, for people and for the reliability page.
func (f *figures) lines() (list []reliability.Figure) {
	line := func(name, format string, args ...any) {
		list = append(list, reliability.Text(name, fmt.Sprintf(format, args...)))
	}
	each := func(m map[string]int) string {
		var parts []string
		for _, name := range sorted(m) {
			parts = append(parts, fmt.Sprintf("%s %d", name, m[name]))
		}
		return strings.Join(parts, " · ")
	}
	line("kills", "%d: %s", f.kills(), each(f.Kills))
	if len(f.Missed) > 0 {
		line("points not reached in time", "%s", each(f.Missed))
	}
	line("other attacks", "%s", each(f.Other))
	for _, name := range sorted(f.NotRun) {
		line("not run: "+name, "%s", f.NotRun[name])
	}
	line("transactions", "%d, %d answers and %d exchanges compared", f.Transactions, f.Answers, f.Messages)
	line("lost acknowledged messages", "%d", f.Lost)
	line("duplicate provisions", "%d", f.Duplicates)
	line("untraced messages", "%d", f.Untraced)
	line("W differences, V lines", "%d %s, %d", f.Lost+f.Duplicates+f.Untraced+f.W["W4"]+f.W["W6"], each(f.W), f.V)
	line("sends per stored advice", "%.3f (%d of %d)", float64(f.AdviceSends)/float64(max(1, f.Advices)), f.AdviceSends, f.Advices)
	line("lapsed leases, late answers", "%d, %d", f.Lapsed, f.Late)
	line("calls broken by a drain", "%d", f.Cut)
	line("time to recover, s", "p50 %.2f · p99 %.2f · max %.2f", f.Recovery.P50, f.Recovery.P99, f.Recovery.Max)
	for _, name := range sorted(f.Phases) {
		line("time to rest after "+name+", s", "%.1f", f.Phases[name])
	}
	line("seconds", "%.0f", f.Seconds)
	return list
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) && a[0] == 'P' && b[0] == 'P' {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return names
}

// save keeps the figures in a file of their own.
func (f *figures) save(path string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
