package simulation

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Twin is another store of the switch that plays a seed together with the record in memory (guarantees B2, level L2): it is
// asked and told the same things in the same order at the same time, and must come to the same rulings, claims and rows.
type Twin interface {
	switchcore.Store
	saf.Store
	// At sets its clock; it stands still until the next call.
	At(now time.Time) error
	// Commit steps events in this order in one transaction, or one by one when that fails.
	Commit(events []switchcore.Event) ([]switchcore.Ruling, error)
	// Rows gives everything that is stored.
	Rows() (Rows, error)
	// Settle reconciles the days with the banks' statements, settles them, and gives the principal lines.
	Settle(Books) ([]Settled, error)
	// Check gives what its own checks find, at the end.
	Check() ([]Violation, error)
}

// RunBeside plays a plan with a twin beside the record in memory. What the twin says is what the switch goes by.
func RunBeside(t *testing.T, p Plan, twin Twin) Result {
	b := &beside{Twin: twin, work: make(chan func()), done: make(chan struct{}), asked: map[string]int64{}}
	go b.serve()
	defer close(b.work)
	var r Result
	synctest.Test(t, func(*testing.T) {
		w := newWorld(p)
		b.world, w.twin = w, b
		r = w.play()
	})
	return r
}

// Canaries are the planted secrets that no trace may show; one empty text where none is looked for.
func Canaries(wanted bool) []string {
	if wanted {
		return []string{canary, canaryPIN}
	}
	return []string{""}
}
