package components

import (
	"fmt"
	"strings"
	"time"
)

// Leg is the direction of one message.
type Leg string

// The four legs: client to switch, switch to provider, and the two back.
const (
	LegCS Leg = "CS"
	LegSP Leg = "SP"
	LegPS Leg = "PS"
	LegSC Leg = "SC"
)

// Party is the head of a lifeline.
type Party struct{ Name, Role string }

// FlowTrace is one message of the flow, in time order.
type FlowTrace struct {
	No       int // as the messages section numbers it
	At       time.Time
	Leg      Leg
	Group    string // exchange or attempt: a request and its answer share it
	Kind     string // "Request", "Retry", "Confirmation", "Reversal", "Response", "Advice accepted", "Error"
	Text     string // "POST /vouchers", "approved", "UPSTREAM_UNAVAILABLE"
	Note     string // "try 1", "same content"
	Status   int    // HTTP status of an answer, 0 otherwise
	Elapsed  time.Duration
	Advice   bool   // drawn dashed
	Refused  bool   // an answer that carries an error, whatever its HTTP status
	Late     bool   // an answer that came after its time
	Anchor   string // id of the exchange among the messages below, for links
	NoAnswer bool   // a request that was never answered; Elapsed says how long the answer was waited for
}

// FlowMark is something the switch did between messages: "confirmation stored", "breaker open".
type FlowMark struct {
	At      time.Time
	Text    string
	Caution bool // drawn between switch and provider, else on the switch's line
}

// Flow is the message flow of one transaction.
type Flow struct {
	Originator, Switch, Provider Party
	Traces                       []FlowTrace
	Marks                        []FlowMark
	Sentence                     string // what the drawing shows, for people who cannot see it
}

// OnTheWire counts the messages, repeats included.
func (f Flow) OnTheWire() int { return len(f.Traces) }

// FlowRow is one line of the table that says the same as the drawing. A repeat counts in Times.
type FlowRow struct {
	FlowTrace
	Times    int
	Last     time.Time
	Min, Max time.Duration
}

// Rows folds repeats: an attempt (request and answer) that equals the one before it on the same leg becomes "×2".
func (f Flow) Rows() []FlowRow {
	var units [][]FlowRow
	for i := 0; i < len(f.Traces); {
		n := 1
		if i+1 < len(f.Traces) && f.Traces[i].Group != "" && f.Traces[i+1].Group == f.Traces[i].Group {
			n = 2
		}
		unit := make([]FlowRow, 0, n)
		for _, t := range f.Traces[i : i+n] {
			unit = append(unit, FlowRow{FlowTrace: t, Times: 1, Last: t.At, Min: t.Elapsed, Max: t.Elapsed})
		}
		i += n
		if k := len(units) - 1; k >= 0 && sameUnit(units[k], unit) {
			fold(units[k], unit)
			continue
		}
		units = append(units, unit)
	}
	var rows []FlowRow
	for _, u := range units {
		rows = append(rows, u...)
	}
	return rows
}

// sameUnit tells whether b repeats a: only what goes to a provider again is folded, and only when all but time is equal.
func sameUnit(a, b []FlowRow) bool {
	if len(a) != len(b) || a[0].Leg != LegSP {
		return false
	}
	for i := range a {
		x, y := a[i].FlowTrace, b[i].FlowTrace
		if x.Leg != y.Leg || x.Kind != y.Kind || x.Text != y.Text || x.Status != y.Status || x.NoAnswer != y.NoAnswer || x.Late != y.Late {
			return false
		}
	}
	return true
}

func fold(into, from []FlowRow) {
	for i := range into {
		into[i].Times++
		into[i].Last = from[i].At
		into[i].Min = min(into[i].Min, from[i].Elapsed)
		into[i].Max = max(into[i].Max, from[i].Elapsed)
	}
}

// From and To name the parties of a row for the table.
func (f Flow) From(r FlowRow) string { return f.party(r.Leg, 0) }

// To names the receiving party of a row.
func (f Flow) To(r FlowRow) string { return f.party(r.Leg, 1) }

func (f Flow) party(l Leg, end int) string {
	ends := map[Leg][2]string{
		LegCS: {f.Originator.Name, "switch"}, LegSP: {"switch", f.Provider.Name},
		LegPS: {f.Provider.Name, "switch"}, LegSC: {"switch", f.Originator.Name},
	}
	return ends[l][end]
}

// bad tells whether an answer is drawn red.
func (r FlowRow) bad() bool {
	return r.Status >= 500 || (r.Status >= 400 && r.Leg == LegPS && r.Advice)
}

// label is the words on the arrow.
func (r FlowRow) label() string {
	text := r.Text
	if r.Status > 0 {
		text = strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, r.Text))
	}
	return fitted(fmt.Sprintf("%d  %s", r.No, text), labelRoom-width(r.note())*11/12)
}

// note is the words at the far end of the arrow: repeats and elapsed time first, else the note.
func (r FlowRow) note() string {
	var parts []string
	if r.Times > 1 {
		parts = append(parts, fmt.Sprintf("×%d", r.Times))
	}
	switch {
	case r.Late:
		parts = append(parts, "late")
	case r.Note != "":
		parts = append(parts, r.Note)
	}
	if r.Elapsed > 0 && !r.NoAnswer {
		parts = append(parts, r.elapsed())
	}
	return cut(strings.Join(parts, ", "), 22)
}

// elapsed shows one time, or the range of a fold.
func (r FlowRow) elapsed() string {
	if r.Min == r.Max {
		return MS(r.Max)
	}
	return Millis(r.Min) + " to " + MS(r.Max)
}

// labelRoom is the room for words between two lifelines, in tenths of a unit.
const labelRoom = (laneProv - laneSwitch - 40) * 10

// width guesses how wide a text is drawn, in tenths: capitals and signs are wider than small letters and digits.
func width(s string) int {
	total := 0
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z' || r == '_' || r == '×':
			total += 76
		case r == ' ' || r == 'i' || r == 'l' || r == 't' || r == '/' || r == '.':
			total += 36
		default:
			total += 62
		}
	}
	return total
}

// fitted cuts a text at its end until it is not wider than room.
func fitted(s string, room int) string {
	r := []rune(s)
	for n := len(r); n > 0; n-- {
		if short := cut(s, n); width(short) <= room {
			return short
		}
	}
	return ""
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
