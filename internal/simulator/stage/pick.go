package stage

import (
	"fmt"
	mathrand "math/rand/v2"
	"time"
)

// choose turns an order into breaks: suitable lines of the day that carry none
// yet, always the same ones for the same books and seed.
func (s Statements) choose(o plantOrder, chosen []Break) ([]Break, error) {
	if o.Zone == "" {
		o.Zone = defaultZone
	}
	d, err := newDay(o.Date, o.Zone, "")
	if err != nil {
		return nil, err
	}
	p := &picker{lines: s.trueLines(d), order: o, taken: map[string]bool{}}
	p.random = mathrand.New(mathrand.NewPCG(o.Seed, 0xb4ea))
	for _, b := range append(s.plantedOn(o.Date), chosen...) {
		p.taken[b.Line.ProviderRef] = true
	}
	want := []struct {
		kind  string
		count int
	}{
		{plantMissing, o.Missing},
		{plantAmount, o.Amount},
		{plantExtra, o.Extra},
		{plantState, o.State},
		{plantDuplicate, o.Duplicate},
	}
	if o.Kind != "" {
		want = want[:1]
		want[0].kind, want[0].count = o.Kind, 1
	}
	for _, k := range want {
		for range k.count {
			if err := p.pick(k.kind); err != nil {
				return nil, err
			}
		}
	}
	return p.breaks, nil
}

// picker draws lines for breaks, no line twice.
type picker struct {
	lines  []StatementLine
	order  plantOrder
	taken  map[string]bool
	random *mathrand.Rand
	breaks []Break
}

func (p *picker) pick(kind string) error {
	if kind == plantExtra {
		p.plantExtra()
		return nil
	}
	var fit []StatementLine
	for _, l := range p.lines {
		if !p.taken[l.ProviderRef] && suits(kind, l, p.order.SwitchRef) {
			fit = append(fit, l)
		}
	}
	if len(fit) == 0 {
		return fmt.Errorf("no line of %s suits a break of kind %q", p.order.Date, kind)
	}
	l := fit[p.random.IntN(len(fit))]
	p.taken[l.ProviderRef] = true
	b := Break{Date: p.order.Date, Kind: kind, SwitchRef: l.SwitchRef, TrueAmount: l.Amount, Line: l}
	switch kind {
	case plantAmount:
		if b.By = p.order.By; b.By == 0 {
			b.By = 100 * int64(1+p.random.IntN(9))
		}
		b.Line.Amount += b.By
	case plantState:
		b.Line.State = "SUCCESS"
	}
	p.breaks = append(p.breaks, b)
	return nil
}

// suits takes sales no advice can change any more; a line named by its
// reference need only be of the right state.
func suits(kind string, l StatementLine, ref string) bool {
	if ref != "" && ref != l.SwitchRef {
		return false
	}
	switch kind {
	case plantState:
		return l.State == "REVERSED"
	case plantMissing, plantAmount, plantDuplicate:
		return l.State == "SUCCESS" && (ref != "" || l.settled && l.Kind == "SALE")
	}
	return false
}

// plantExtra invents a line that looks like a sale of the day.
func (p *picker) plantExtra() {
	n := p.random.Uint64()
	ref := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(n>>32), uint16(n>>16), n&0xfff, p.random.Uint32()&0xfff, p.random.Uint64()&0xffffffffffff)
	d, _ := newDay(p.order.Date, p.order.Zone, "") // checked by the caller
	l := StatementLine{
		ProviderRef: fmt.Sprintf("EXTRA-%012d", n%1e12), SwitchRef: ref, Kind: "SALE", State: "SUCCESS",
		Amount: 100 * int64(10+p.random.IntN(90)), Currency: "710", At: d.win.From.UTC().Add(12 * time.Hour),
	}
	if len(p.lines) > 0 {
		l.Product, l.At = p.lines[0].Product, p.lines[len(p.lines)-1].At
	}
	p.breaks = append(p.breaks, Break{Date: p.order.Date, Kind: plantExtra, SwitchRef: ref, Line: l})
}
