package components

import (
	"strings"
	"testing"
	"time"
)

func flowOf(statuses ...int) Flow {
	start := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	f := Flow{Originator: Party{Name: "Shop"}, Provider: Party{Name: "Provider"}}
	for i, status := range statuses {
		group, at := "s"+string(rune('a'+i)), start.Add(time.Duration(i)*time.Second)
		sent := FlowTrace{No: 2*i + 1, At: at, Leg: LegSP, Group: group, Kind: "Confirmation", Text: "POST /confirmations", Advice: true}
		if status == 0 {
			sent.NoAnswer, sent.Elapsed = true, 45*time.Second
			f.Traces = append(f.Traces, sent)
			continue
		}
		took := time.Duration(80+i) * time.Millisecond
		f.Traces = append(f.Traces, sent, FlowTrace{No: 2*i + 2, At: at.Add(took), Leg: LegPS, Group: group, Kind: "Answer", Status: status, Elapsed: took, Advice: true})
	}
	return f
}

func TestRepeatsFold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flow  Flow
		times []int
	}{
		"equal attempts":                      {flowOf(503, 503, 503, 503), []int{4, 4}},
		"a different answer ends the fold":    {flowOf(503, 503, 202), []int{2, 2, 1, 1}},
		"silence repeats too":                 {flowOf(0, 0), []int{2}},
		"silence and an answer are not equal": {flowOf(0, 503), []int{1, 1, 1}},
		"one attempt":                         {flowOf(202), []int{1, 1}},
		"nothing":                             {Flow{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := c.flow.Rows()
			if len(rows) != len(c.times) {
				t.Fatalf("got %d rows, want %d: %+v", len(rows), len(c.times), rows)
			}
			for i, want := range c.times {
				if rows[i].Times != want {
					t.Errorf("row %d: ×%d, want ×%d", i, rows[i].Times, want)
				}
			}
		})
	}
}

func TestAFoldKeepsTheRangeOfTimes(t *testing.T) {
	t.Parallel()
	rows := flowOf(503, 503, 503).Rows()
	if got := plain(rows[1].elapsed()); got != "80 to 82 ms" {
		t.Errorf("got %q", got)
	}
	if got := plain(rows[1].note()); got != "×3, 80 to 82 ms" {
		t.Errorf("got %q", got)
	}
}

func TestDrawingStaysOnItsGround(t *testing.T) {
	t.Parallel()
	f := flowOf(503, 0, 503, 202)
	f.Traces[0].Text = strings.Repeat("UNAVAILABLE_", 12)
	f.Marks = []FlowMark{{At: f.Traces[0].At, Text: "stored"}, {At: f.Traces[0].At.Add(time.Hour), Text: "breaker open", Caution: true}}
	d := f.draw(Viewer{})
	last := 0
	for _, x := range d.Texts {
		if x.Y < 0 || x.Y > d.Height || x.X < 0 || x.X > flowWidth {
			t.Errorf("%q stands outside: %d, %d of height %d", x.Text, x.X, x.Y, d.Height)
		}
		if x.Anchor == "" && x.X > laneSwitch && width(x.Text) > labelRoom {
			t.Errorf("%q is wider than the room between two lines", x.Text)
		}
		last = max(last, x.Y)
	}
	for _, b := range d.Busy {
		if b.H <= 0 || b.Y+b.H > d.Height {
			t.Errorf("a box of work is %+v in height %d", b, d.Height)
		}
	}
	if len(d.Boxes) != 2 || len(d.Busy) == 0 || last == 0 {
		t.Errorf("parts are missing: %+v", d)
	}
}

func TestFailedAnswersAreRed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row FlowRow
		bad bool
	}{
		{FlowRow{FlowTrace: FlowTrace{Status: 503}}, true},
		{FlowRow{FlowTrace: FlowTrace{Status: 201}}, false},
		{FlowRow{FlowTrace: FlowTrace{Status: 400, Leg: LegPS}}, false},
		{FlowRow{FlowTrace: FlowTrace{Status: 400, Leg: LegPS, Advice: true}}, true},
	} {
		if got := c.row.bad(); got != c.bad {
			t.Errorf("%+v: got %v", c.row.FlowTrace, got)
		}
	}
}
