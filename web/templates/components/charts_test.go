package components

import (
	"strconv"
	"strings"
	"testing"
)

func TestSparkStaysOnItsGround(t *testing.T) {
	t.Parallel()
	for _, values := range [][]int{{0, 0, 0}, {1, 5, 2, 9}, {-3, 4}, {1000000, 1}} {
		for _, p := range (Series{Values: values}).points() {
			x, y, _ := strings.Cut(p, " ")
			fx, errX := strconv.ParseFloat(x, 64)
			fy, errY := strconv.ParseFloat(y, 64)
			if errX != nil || errY != nil || fx < 0 || fx > 96 || fy < 2 || fy > 20 {
				t.Errorf("%v: point %q lies outside", values, p)
			}
		}
	}
}

func TestBarsScaleIsRound(t *testing.T) {
	t.Parallel()
	for high, want := range map[int]int{0: 1, 1: 1, 3: 5, 7: 10, 173: 200, 201: 500, 5001: 10000} {
		b := Bars{Layers: OutcomeLayers(), Buckets: []Bucket{{Label: "14:00", Counts: []int{high}}}}
		if got := b.top(); got != want {
			t.Errorf("%d: got %d, want %d", high, got, want)
		}
	}
	if got := (Bars{}).bars(); got != nil {
		t.Errorf("no buckets draw %v", got)
	}
}

func TestBarsIgnoreCountsWithoutALayer(t *testing.T) {
	t.Parallel()
	b := Bars{Layers: OutcomeLayers()[:1], Buckets: []Bucket{{Counts: []int{4, 4}}}}
	if got := len(b.bars()); got != 1 {
		t.Errorf("got %d bars", got)
	}
}

func TestSharesFillTheBar(t *testing.T) {
	t.Parallel()
	got := shares([]Share{{Count: 398, Class: "fg-c"}, {Count: 0, Class: "fg-w"}, {Count: 1, Class: "fg-d"}})
	if len(got) != 2 || got[0].W != "99.7" || got[1].X != "99.7" {
		t.Errorf("got %+v", got)
	}
	if got := shares([]Share{{Count: 0}}); got != nil {
		t.Errorf("nothing draws %+v", got)
	}
}
