package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// ClockStep is a jump of the database's clock while everything runs: somebody set it, or its host was moved (F26).
type ClockStep struct {
	At time.Duration // from the start
	By time.Duration // negative: back
}

// farthestBack bounds a step back: what waits for a time waits as much longer.
const farthestBack = 10 * time.Minute

// drawClock sets the database's clock in every second seed in which the clocks are apart.
func (p *Plan) drawClock() {
	r := rand.New(rand.NewPCG(p.Seed, 0xc10c4))
	if p.Faults[ClockApart] == 0 || r.IntN(2) == 0 {
		return
	}
	longest := []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, -time.Minute, -farthestBack}[r.IntN(6)]
	p.Step = ClockStep{At: time.Duration(r.Int64N(int64(p.Trouble))), By: time.Duration(r.Float64() * float64(longest))}
}

// clock is the database's, as exact as PostgreSQL keeps times.
func (w *world) clock() time.Time {
	now, ahead := time.Now(), w.plan.Skew
	if s := w.plan.Step; s.By != 0 && now.Sub(w.start) >= s.At {
		ahead += s.By
	}
	return now.Add(ahead).Truncate(time.Microsecond)
}

// step tells when the clock jumps.
func (w *world) step() {
	s := w.plan.Step
	if s.By == 0 {
		return
	}
	time.Sleep(s.At)
	w.count(ClockApart)
	w.log("the database's clock jumps by %s", s.By.Round(time.Second))
}

// leapt tells whether the clock jumped ahead so lately that leases have lapsed under those who hold them. What they sent is
// recorded as maybe sent and goes its way all the same: no clock of ours can call it back.
func (w *world) leapt() bool {
	since := time.Since(w.start) - w.plan.Step.At
	return w.plan.Step.By > 0 && since >= 0 && since < longestStop+2*time.Minute
}

// setBack is how far the clock was set back; what is to come by the clock comes as much later.
func (w *world) setBack() time.Duration { return max(0, -w.plan.Step.By) }

// comparesTimes are the rules that tell an order from the times of rows; where the clock was set back, these tell none.
var comparesTimes = []string{"V09", "V10", "V11", "V21"}

// breaks reports what a check of the rows found.
func (w *world) breaks(where string, found []Violation) {
	for _, v := range found {
		if w.setBack() == 0 || !slices.Contains(comparesTimes, v.Rule) {
			w.violated(v.Rule, "%s", fmt.Sprint(where, v.Detail))
		}
	}
}
