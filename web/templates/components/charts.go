package components

import (
	"fmt"
	"strconv"
	"strings"
)

// Series is one line of a sparkline: values from old to new.
type Series struct {
	Label  string // "Flash, requests a minute over the last hour, now 41.6"
	Values []int
	Tone   Tone
}

// points places the values on a ground of 96 by 20, the highest 2.5 below the top.
func (s Series) points() []string {
	top := 1
	for _, v := range s.Values {
		top = max(top, v)
	}
	last := max(len(s.Values)-1, 1)
	out := make([]string, 0, len(s.Values))
	for i, v := range s.Values {
		x := 960 * i / last
		y := 185 - 160*max(v, 0)/top
		out = append(out, tenth(x)+" "+tenth(y))
	}
	return out
}

func (s Series) line() string { return "M" + strings.Join(s.points(), "L") }

func (s Series) area() string { return s.line() + "L96 20L0 20Z" }

func (s Series) end() (x, y string) {
	all := s.points()
	x, y, _ = strings.Cut(all[len(all)-1], " ")
	return x, y
}

func tenth(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

// Bucket is one bar of a chart over time: a count for each layer, in the order of the chart's layers.
type Bucket struct {
	Label  string // "14:04"
	Counts []int
}

// Layer is one kind of count, drawn on top of those before it.
type Layer struct {
	Name  string
	Class string // c-ok, c-decline, c-client, c-tech, c-late
}

// OutcomeLayers are the layers of message outcomes, from the quiet to the loud.
func OutcomeLayers() []Layer {
	return []Layer{
		{"success", "c-ok"}, {"business decline", "c-decline"}, {"client fault", "c-client"}, {"technical failure", "c-tech"}, {"time-out", "c-late"},
	}
}

// Bars is a chart of counts over time, stacked by layer.
type Bars struct {
	ID          string // unique on the page
	Title, Desc string
	Unit        string // "transactions a minute"
	Layers      []Layer
	Buckets     []Bucket
}

// The ground of a bar chart.
const (
	barsWidth  = 480
	barsHeight = 196
	barsLeft   = 34
	barsTop    = 10
	barsBase   = 174
)

type bar struct{ X, Y, W, H, Class string }

// top is the round number at the head of the scale: 1, 2 or 5 times a power of ten.
func (b Bars) top() int {
	high := 1
	for _, k := range b.Buckets {
		high = max(high, sum(k.Counts))
	}
	for step := 1; ; step *= 10 {
		for _, m := range []int{1, 2, 5} {
			if m*step >= high {
				return m * step
			}
		}
	}
}

func (b Bars) bars() []bar {
	top, n := b.top(), max(len(b.Buckets), 1)
	var out []bar
	for i, k := range b.Buckets {
		x := barsLeft*10 + (barsWidth-barsLeft)*10*i/n
		w := (barsWidth-barsLeft)*10/n - 15
		y := barsBase * 10
		for j, c := range k.Counts {
			h := (barsBase - barsTop) * 10 * c / top
			if h == 0 || j >= len(b.Layers) {
				continue
			}
			y -= h
			out = append(out, bar{tenth(x), tenth(y), tenth(max(w, 10)), tenth(h), b.Layers[j].Class})
		}
	}
	return out
}

type tick struct{ At, Text string }

// levels are the three lines of the scale.
func (b Bars) levels() []tick {
	top := b.top()
	levels := []tick{{strconv.Itoa(barsBase), "0"}, {strconv.Itoa(barsTop), Number(top)}}
	if top%2 == 0 {
		levels = append(levels, tick{strconv.Itoa((barsBase + barsTop) / 2), Number(top / 2)})
	}
	return levels
}

// ticks are at most seven labels under the bars.
func (b Bars) ticks() []tick {
	var out []tick
	n := max(len(b.Buckets), 1)
	each := max((len(b.Buckets)+5)/6, 1)
	for i := 0; i < len(b.Buckets); i += each {
		out = append(out, tick{strconv.Itoa(barsLeft + (barsWidth-barsLeft)*i/n), b.Buckets[i].Label})
	}
	return out
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}

// Share is one part of a whole.
type Share struct {
	Name  string
	Count int
	Class string // fg-c, fg-w, fg-d, fg, fg2
}

type piece struct{ X, W, Class string }

func shares(list []Share) []piece {
	total := 0
	for _, s := range list {
		total += s.Count
	}
	var out []piece
	at := 0
	for _, s := range list {
		if s.Count == 0 || total == 0 {
			continue
		}
		w := 1000 * s.Count / total
		if w == 0 {
			w = 5
		}
		out = append(out, piece{tenth(at), tenth(min(w, 1000-at)), s.Class})
		at += w
	}
	return out
}
