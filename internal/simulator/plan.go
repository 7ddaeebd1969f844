package simulator

import (
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// share is one fault with the upper end of its slice of [0, 1).
type share struct {
	upTo  float64
	fault fault
}

// plan is settings made ready. set never changes but for Script, which mu
// guards together with the random source.
type plan struct {
	mu       sync.Mutex
	set      settings
	requests []share
	advices  []share
	random   *mathrand.Rand
}

// control holds the plan of one provider; nil is good behaviour.
type control struct{ plan atomic.Pointer[plan] }

func newPlan(set settings) (*plan, error) {
	if set.DownMode != "" && set.DownMode != "reset" && set.DownMode != "503" {
		return nil, fmt.Errorf("down_mode %q: want reset or 503", set.DownMode)
	}
	if d := set.Delay; d != nil && (d.MS < 0 || d.MedianMS < 0 || d.Sigma < 0) {
		return nil, fmt.Errorf("delay: negative value")
	}
	p := &plan{set: set}
	seed := set.Seed
	if seed == 0 {
		seed = mathrand.Uint64()
	}
	p.random = mathrand.New(mathrand.NewPCG(seed, 0x5eed))
	for i, st := range set.Script {
		if _, err := parseFault(st.Fault); err != nil {
			return nil, fmt.Errorf("script[%d]: %w", i, err)
		}
		if !messageKinds()[st.On] {
			return nil, fmt.Errorf("script[%d]: unknown message kind %q", i, st.On)
		}
		if st.Times == 0 {
			set.Script[i].Times = 1
		}
	}
	return p, p.slice()
}

func messageKinds() map[string]bool {
	return map[string]bool{
		"": true, "any": true, "provision": true, "retry": true, "redeem": true, "refund": true,
		"confirm": true, "reverse": true, "advice": true, "lookup": true, "products": true,
	}
}

// slice lays the fault shares side by side, in name order so that a seed always
// means the same.
func (p *plan) slice() error {
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
		f, err := parseFault(rest)
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

// draw picks the fault of a message of the given kind, scripted ones first.
func (p *plan) draw(kind string, isAdvice, byChance bool) fault {
	if p == nil {
		return fault{}
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
			return fault{}
		}
		st.Times--
		f, _ := parseFault(st.Fault) // checked when set
		return f
	}
	list := p.requests
	if isAdvice {
		list = p.advices
	}
	if !byChance || len(list) == 0 {
		return fault{}
	}
	at := p.random.Float64()
	for _, s := range list {
		if at < s.upTo {
			return s.fault
		}
	}
	return fault{}
}

// wait is how long the provider takes over the next message.
func (p *plan) wait() time.Duration {
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
	return min(time.Duration(ms*float64(time.Millisecond)), longestDelay)
}
