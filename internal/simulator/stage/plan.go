package stage

import (
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// share is one fault with the upper end of its slice of [0, 1).
type share struct {
	upTo  float64
	fault Fault
}

// Plan is Settings made ready. set never changes but for Script, which mu guards together with the random source.
type Plan struct {
	mu       sync.Mutex
	faults   Catalogue
	set      Settings
	requests []share
	advices  []share
	random   *mathrand.Rand
}

func (c *Control) newPlan(set Settings) (*Plan, error) {
	if set.DownMode != "" && set.DownMode != "reset" && set.DownMode != "503" {
		return nil, fmt.Errorf("down_mode %q: want reset or 503", set.DownMode)
	}
	if d := set.Delay; d != nil && (d.MS < 0 || d.MedianMS < 0 || d.Sigma < 0) {
		return nil, fmt.Errorf("delay: negative value")
	}
	p := &Plan{faults: c.faults, set: set}
	seed := set.Seed
	if seed == 0 {
		seed = mathrand.Uint64()
	}
	p.random = mathrand.New(mathrand.NewPCG(seed, 0x5eed))
	for i, st := range set.Script {
		if _, err := c.faults.Parse(st.Fault); err != nil {
			return nil, fmt.Errorf("script[%d]: %w", i, err)
		}
		if !c.knows(st.On) {
			return nil, fmt.Errorf("script[%d]: unknown message kind %q", i, st.On)
		}
		if st.Times == 0 {
			set.Script[i].Times = 1
		}
	}
	return p, p.slice()
}

// slice lays the fault shares side by side, in name order so that a seed always means the same.
func (p *Plan) slice() error {
	names := make([]string, 0, len(p.set.Faults))
	for name := range p.set.Faults {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		list, rest := &p.requests, name
		if after, cut := strings.CutPrefix(name, "advice-"); cut {
			list, rest = &p.advices, after
		}
		f, err := p.faults.Parse(rest)
		if err != nil {
			return fmt.Errorf("faults: %w", err)
		}
		rate, start := p.set.Faults[name], 0.0
		if n := len(*list); n > 0 {
			start = (*list)[n-1].upTo
		}
		if rate < 0 || start+rate > 1 {
			return fmt.Errorf("faults: shares must be between 0 and 1 and not exceed 1 together")
		}
		*list = append(*list, share{start + rate, f})
	}
	return nil
}

// Draw picks the fault of a message of the given kind: scripted ones first, then, if byChance, by the shares set for
// requests or advices.
func (p *Plan) Draw(kind string, isAdvice, byChance bool) Fault {
	if p == nil {
		return Fault{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.set.Script {
		st := &p.set.Script[i]
		fits := st.On == "" || st.On == "any" || st.On == kind || st.On == "advice" && isAdvice
		if !fits || st.Times <= 0 {
			continue
		}
		if st.Skip > 0 {
			st.Skip--
			return Fault{}
		}
		st.Times--
		f, _ := p.faults.Parse(st.Fault) // checked when set
		return f
	}
	list := p.requests
	if isAdvice {
		list = p.advices
	}
	if !byChance || len(list) == 0 {
		return Fault{}
	}
	at := p.random.Float64()
	for _, s := range list {
		if at < s.upTo {
			return s.fault
		}
	}
	return Fault{}
}

// Down tells whether the provider is down, and then how it shows: "503" or "reset".
func (p *Plan) Down() (mode string, down bool) {
	switch {
	case p == nil || !p.set.Down:
		return "", false
	case p.set.DownMode == "":
		return "reset", true
	}
	return p.set.DownMode, true
}

// Delay is how long the provider takes over the next message.
func (p *Plan) Delay() time.Duration {
	if p == nil || p.set.Delay == nil {
		return 0
	}
	d := p.set.Delay
	ms := d.MS
	if d.MedianMS > 0 {
		p.mu.Lock()
		ms = d.MedianMS * math.Exp(d.Sigma*p.random.NormFloat64())
		p.mu.Unlock()
	}
	return min(time.Duration(ms*float64(time.Millisecond)), longestWait)
}

// current is a copy of the settings as they stand, used-up script steps included with no times left.
func (p *Plan) current() Settings {
	if p == nil {
		return Settings{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.set
	out.Script = slices.Clone(p.set.Script)
	return out
}
