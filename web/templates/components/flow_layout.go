package components

import (
	"fmt"
	"sort"
	"time"
)

// The ground of the drawing, in its own units.
const (
	flowWidth  = 844
	laneClient = 168
	laneSwitch = 458
	laneProv   = 748
	rowFirst   = 66
	rowStep    = 30
	gapStep    = 28
	gapAfter   = 2 * time.Second
)

type flowText struct {
	X, Y   int
	Class  string
	Anchor string
	Text   string
}

type flowPath struct{ D, Class string }

type flowBox struct {
	X, Y, W, H int
	Class      string
}

// flowDrawing is the flow turned into shapes; the template only writes them down.
type flowDrawing struct {
	Height int
	Busy   []flowBox
	Paths  []flowPath
	Boxes  []flowBox
	Texts  []flowText
}

// span is the time a party works on an exchange: a narrow box on its line.
type span struct {
	from, to int
	lanes    []int
	late     bool
}

type flowPen struct {
	v     Viewer
	d     flowDrawing
	y     int
	last  time.Time
	spans map[string]*span
	order []string
}

// draw lays the flow out from top to bottom: one row for each folded message or mark, a dotted gap for a long pause.
func (f Flow) draw(v Viewer) flowDrawing {
	p := &flowPen{v: v, y: rowFirst - rowStep, spans: map[string]*span{}}
	rows, marks := f.Rows(), append([]FlowMark(nil), f.Marks...)
	sort.SliceStable(marks, func(i, j int) bool { return marks[i].At.Before(marks[j].At) })
	for _, r := range rows {
		for len(marks) > 0 && marks[0].At.Before(r.At) {
			p.mark(marks[0])
			marks = marks[1:]
		}
		p.row(r)
	}
	for _, m := range marks {
		p.mark(m)
	}
	p.close()
	return p.d
}

// advance moves down one row, with a gap in between when much time passed.
func (p *flowPen) advance(at time.Time) {
	if !p.last.IsZero() && at.Sub(p.last) > gapAfter {
		p.y += gapStep
		p.d.Paths = append(p.d.Paths, flowPath{fmt.Sprintf("M%d %dH%d", 84, p.y, flowWidth-6), "gap"})
		p.d.Texts = append(p.d.Texts, flowText{8, p.y + 4, "t", "", Seconds(at.Sub(p.last)) + " later"})
	}
	p.y += rowStep
	p.last = at
}

func (p *flowPen) row(r FlowRow) {
	p.advance(r.At)
	p.last = r.Last
	if r.NoAnswer {
		p.last = r.Last.Add(r.Max)
	}
	p.d.Texts = append(p.d.Texts, flowText{8, p.y + 4, "t", "", p.when(r)})
	p.arrow(r)
	p.occupy(r)
	if r.NoAnswer {
		p.silence(r)
	}
}

// when is the time at the left: an answer of a fold shows when the last one came.
func (p *flowPen) when(r FlowRow) string {
	if r.Times > 1 && r.Status > 0 {
		return "to " + p.v.in(r.Last).Format("15:04:05.000")
	}
	return p.v.in(r.At).Format("15:04:05.000")
}

func (p *flowPen) arrow(r FlowRow) {
	left, right := legLanes(r.Leg)
	class, head, text := "a", "ah", ""
	if r.Advice {
		class += " adv"
	}
	switch {
	case r.bad():
		class, head, text = class+" bad", head+" badh", "badt"
	case r.Late:
		class, head, text = class+" late", head+" lateh", "latet"
	case r.Status > 0 && r.Status < 300 && !r.Refused:
		text = "ok"
	}
	if r.Leg == LegCS || r.Leg == LegSP {
		p.path(class, "M%d %dH%d", left+5, p.y, right-12)
		p.path(head, "M%d %dl-8 -4v8z", right-5, p.y)
	} else {
		p.path(class, "M%d %dH%d", right-5, p.y, left+12)
		p.path(head, "M%d %dl8 -4v8z", left+5, p.y)
	}
	p.d.Texts = append(p.d.Texts, flowText{left + 16, p.y - 6, text, "", r.label()})
	if note := r.note(); note != "" {
		p.d.Texts = append(p.d.Texts, flowText{right - 16, p.y - 6, "t", "end", note})
	}
}

// silence draws the answer that never came: a short dashed line from the far side that ends in a cross.
func (p *flowPen) silence(r FlowRow) {
	left, right := legLanes(r.Leg)
	p.y += rowStep + 10
	at := r.Last.Add(r.Max)
	p.d.Texts = append(p.d.Texts, flowText{8, p.y + 4, "t", "", p.v.in(at).Format("15:04:05.000")})
	p.path("a late adv", "M%d %dH%d", right-5, p.y, right-102)
	p.path("a bad", "M%d %dl10 10m0 -10l-10 10", right-115, p.y-5)
	words := "no answer in " + MS(r.Max)
	if r.Times > 1 {
		words = "no answer, " + fmt.Sprintf("×%d", r.Times)
	}
	p.d.Texts = append(p.d.Texts, flowText{left + 16, p.y - 6, "latet", "", words})
	s := p.spans[spanKey(r)]
	s.to, s.late = p.y, true
}

// occupy notes from when to when both ends of an exchange were busy with it.
func (p *flowPen) occupy(r FlowRow) {
	key := spanKey(r)
	if s, open := p.spans[key]; open {
		s.to = p.y
		return
	}
	left, right := legLanes(r.Leg)
	p.spans[key] = &span{from: p.y, to: p.y, lanes: []int{left, right}}
	p.order = append(p.order, key)
}

func spanKey(r FlowRow) string {
	if r.Group == "" {
		return fmt.Sprintf("row-%d", r.No)
	}
	return r.Group
}

func (p *flowPen) mark(m FlowMark) {
	p.advance(m.At)
	x, w, class, text := laneSwitch-92, 184, "mark", ""
	if m.Caution {
		x, w, class, text = laneSwitch+30, 236, "mark mark--caution", "latet"
	}
	p.d.Boxes = append(p.d.Boxes, flowBox{x, p.y - 14, w, 20, class})
	p.d.Texts = append(p.d.Texts,
		flowText{x + w/2, p.y, text, "middle", cut(m.Text, 36)},
		flowText{8, p.y, "t", "", p.v.in(m.At).Format("15:04:05.000")})
}

// close draws the lifelines and the boxes of work once the height is known.
func (p *flowPen) close() {
	p.d.Height = p.y + 34
	for _, key := range p.order {
		s := p.spans[key]
		if s.to == s.from {
			continue
		}
		for i, lane := range s.lanes {
			class := "busy"
			if s.late && i == 1 {
				class = "busy busy--late"
			}
			p.d.Busy = append(p.d.Busy, flowBox{lane - 4, s.from, 8, s.to - s.from, class})
		}
	}
}

func (p *flowPen) path(class, format string, args ...any) {
	p.d.Paths = append(p.d.Paths, flowPath{fmt.Sprintf(format, args...), class})
}

func legLanes(l Leg) (left, right int) {
	if l == LegCS || l == LegSC {
		return laneClient, laneSwitch
	}
	return laneSwitch, laneProv
}
