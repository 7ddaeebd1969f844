package simulation

import (
	"fmt"
	"reflect"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// comparedEvery is how many commits lie between two comparisons of all rows.
const comparedEvery = 10

// committed holds the twin's rulings against those of the record in memory.
func (b *beside) committed(events []switchcore.Event, ours, theirs []switchcore.Ruling) {
	for i, r := range theirs {
		b.same(fmt.Sprintf("the ruling of %T", events[i]), ours[i], r)
	}
	if b.commits.Load()%comparedEvery == 0 {
		b.compare()
	}
}

// same tells of a difference between what the two say.
func (b *beside) same(what string, ours, theirs any) {
	if diff := difference(reflect.ValueOf(ours), reflect.ValueOf(theirs), ""); diff != "" {
		b.world.violated("store", "%s differs: %s", what, diff)
	}
}

// compare holds all rows of the twin against those in memory.
func (b *beside) compare() {
	var theirs Rows
	b.do(b.world.clock(), "read all rows", func() (err error) {
		theirs, err = b.Rows()
		return err
	})
	b.world.mu.Lock()
	b.world.result.Compared += theirs.count()
	b.world.mu.Unlock()
	for _, d := range rowsOf(b.world.mem).differ(theirs) {
		b.world.violated("store", "%s", d)
	}
}

// check is the end: all rows, the settlement of the days, and what the store's own checks say.
func (b *beside) check() {
	b.compare()
	var lines []Settled
	books := b.world.books()
	b.do(b.world.clock(), "settle", func() (err error) {
		lines, err = b.Settle(books)
		return err
	})
	b.world.checkSettled(lines)
	b.do(b.world.clock(), "check", func() error {
		found, err := b.Twin.Check()
		b.world.breaks("in the database: ", found)
		return err
	})
}
