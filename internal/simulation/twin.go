package simulation

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/switchcore/switchtest"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
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

// Rows is the content of a store, table by table.
type Rows struct {
	Transactions []transactions.Transaction
	Vouchers     []vouchers.Voucher
	Entries      []saf.Entry
	Attempts     []transactions.Attempt
	Advices      []transactions.Advice
	Tombstones   []transactions.Tombstone
	Messages     []switchcore.MessageKey
	Traces       []transactions.Trace
	Timeline     []transactions.Change
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

// beside hands what the world does to its twin. A real database needs real time, so the calls are made outside the bubble
// of virtual time, which stands still meanwhile.
type beside struct {
	Twin
	world *world
	work  chan func()
	done  chan struct{}

	commits atomic.Int64

	mu    sync.Mutex
	asked map[string]int64 // when a question was last asked, in commits
}

func (b *beside) serve() {
	for f := range b.work {
		f()
		b.done <- struct{}{}
	}
}

// do makes a call to the twin at the database's time now.
func (b *beside) do(now time.Time, what string, call func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	b.work <- func() {
		if err = b.At(now); err == nil {
			err = call()
		}
	}
	if <-b.done; err != nil {
		b.world.violated("store", "%s: %v", what, err)
	}
}

// comparedEvery is how many commits lie between two comparisons of all rows.
const comparedEvery = 10

// commit tells the twin of a commit before the record in memory has it, as after a transaction that was rolled back: the
// events then step a second time.
func (b *beside) commit(now time.Time, list []switchcore.Event) (rulings []switchcore.Ruling) {
	b.do(now, "commit", func() (err error) {
		rulings, err = b.Twin.Commit(list)
		return err
	})
	b.commits.Add(1)
	return rulings
}

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

// worth tells whether a question that mostly has no answer is asked of the twin: always when memory has an answer or
// something changed since, and now and then otherwise.
func (b *beside) worth(question string, answered bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	last, known := b.asked[question]
	now := b.commits.Load()
	if !answered && known && last == now && b.world.draw("twin", question) > 0.1 {
		return false
	}
	b.asked[question] = now
	return true
}

// claim claims of the twin, and the same in memory with the twin's attempt ids.
func (b *beside) claim(now time.Time, c saf.Claim, newID func() uuid.UUID) (list []saf.Delivery) {
	due := b.world.mem.Due(now, c)
	if !b.worth("claim "+c.ProviderID, due > 0) {
		return nil
	}
	b.do(now, "claim", func() (err error) {
		list, err = b.ClaimDue(context.Background(), c)
		return err
	})
	next := 0
	ours := b.world.mem.Claim(now, c, func() uuid.UUID {
		id := newID() // drawn in any case, so that the seed's history is the one that it has without a twin
		if next++; next > len(list) {
			return id
		}
		return list[next-1].AttemptID
	})
	for i := range ours {
		ours[i].LeaseStart = time.Time{}
	}
	theirs := slices.Clone(list)
	for i := range theirs {
		theirs[i].LeaseStart = time.Time{}
	}
	b.same("a claim", ours, theirs)
	if len(list) > 0 {
		b.commits.Add(1)
	}
	return list
}

// ask puts a question to both stores; the twin's answer is what counts.
func ask[T any](w *world, what string, ours T, theirs func(context.Context) (T, error)) T {
	b := w.twin
	if b == nil {
		return ours
	}
	v := reflect.ValueOf(ours)
	if list := v.Kind() == reflect.Slice; list && !b.worth(what, v.Len() > 0) {
		return ours
	}
	answer := ours
	b.do(w.clock(), what, func() (err error) {
		answer, err = theirs(context.Background())
		return err
	})
	b.same(what, ours, answer)
	return answer
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
		for _, v := range found {
			b.world.violated(v.Rule, "in the database: %s", v.Detail)
		}
		return err
	})
}

func rowsOf(m *switchtest.Memory) Rows {
	return Rows{
		Transactions: valuesOf(m.Transactions), Vouchers: valuesOf(m.Vouchers), Entries: valuesOf(m.Entries), Attempts: valuesOf(m.Attempts),
		Advices: values(m.Advices), Tombstones: valuesOf(m.Tombstones), Messages: valuesOf(m.Messages), Traces: values(m.Traces), Timeline: values(m.Timeline),
	}
}

func valuesOf[K comparable, T any](rows map[K]*T) []T {
	return values(slices.Collect(maps.Values(rows)))
}

func values[T any](rows []*T) []T {
	list := make([]T, len(rows))
	for i, r := range rows {
		list[i] = *r
	}
	return list
}

func (r Rows) count() int {
	return len(r.Transactions) + len(r.Vouchers) + len(r.Entries) + len(r.Attempts) + len(r.Advices) + len(r.Tombstones) + len(r.Messages) + len(r.Traces) + len(r.Timeline)
}

// differ lists the first difference of each table.
func (r Rows) differ(theirs Rows) (found []string) {
	add := func(table, diff string) {
		if diff != "" {
			found = append(found, table+": "+diff)
		}
	}
	add("transactions", differ(r.Transactions, theirs.Transactions, func(t transactions.Transaction) string { return t.ID.String() }))
	add("vouchers", differ(r.Vouchers, theirs.Vouchers, func(v vouchers.Voucher) string { return v.ID.String() }))
	add("entries", differ(r.Entries, theirs.Entries, func(e saf.Entry) string { return e.ID.String() }))
	add("attempts", differ(r.Attempts, theirs.Attempts, func(a transactions.Attempt) string { return a.ID.String() }))
	add("advices", differ(r.Advices, theirs.Advices, func(a transactions.Advice) string { return fmt.Sprint(a.Key, a.Kind, a.AdviceID) }))
	add("tombstones", differ(r.Tombstones, theirs.Tombstones, func(t transactions.Tombstone) string { return fmt.Sprint(t.Key) }))
	add("message keys", differ(r.Messages, theirs.Messages, func(m switchcore.MessageKey) string { return fmt.Sprint(m.MessageID) }))
	add("traces", differ(r.Traces, theirs.Traces, func(t transactions.Trace) string { return fmt.Sprint(t.Leg, t.AttemptID, t.ExchangeID) }))
	add("timeline", differ(r.Timeline, theirs.Timeline, func(c transactions.Change) string {
		return fmt.Sprint(c.TransactionID, c.Field, c.Old, c.New, c.Cause, c.At.UnixMicro())
	}))
	return found
}

// differ gives the first difference between two tables, in the order of their keys.
func differ[T any](ours, theirs []T, key func(T) string) string {
	sorted := func(rows []T) []T {
		return slices.SortedFunc(slices.Values(rows), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	}
	ours, theirs = sorted(ours), sorted(theirs)
	for i := range min(len(ours), len(theirs)) {
		if key(ours[i]) != key(theirs[i]) {
			return fmt.Sprintf("memory has %+v where the store has %+v", ours[i], theirs[i])
		}
		if diff := difference(reflect.ValueOf(ours[i]), reflect.ValueOf(theirs[i]), ""); diff != "" {
			return fmt.Sprintf("%s %s", key(ours[i]), diff)
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("memory has %d rows, the store %d", len(ours), len(theirs))
	}
	return ""
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	errorType = reflect.TypeFor[error]()
)

// unlike are the members that may differ: the order of traces is the store's own, and what was measured is real time.
var unlike = []string{"Seq", "Latency"}

// difference describes where two values of a type differ; empty: nowhere. Times are as exact as a database keeps them.
func difference(a, b reflect.Value, path string) string {
	apart := func() string { return fmt.Sprintf("%s: memory %v, store %v", path, a, b) }
	switch {
	case a.Type() == timeType:
		if x, y := a.Interface().(time.Time), b.Interface().(time.Time); x.UnixMicro() != y.UnixMicro() {
			return apart()
		}
		return ""
	case a.Type() == errorType:
		if a.IsNil() != b.IsNil() {
			return apart()
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			f := a.Type().Field(i)
			if !f.IsExported() || slices.Contains(unlike, f.Name) {
				continue
			}
			if diff := difference(a.Field(i), b.Field(i), path+"."+f.Name); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return apart()
			}
			return ""
		}
		return difference(a.Elem(), b.Elem(), path)
	case reflect.Slice:
		if a.Type().Elem().Kind() == reflect.Uint8 {
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				return fmt.Sprintf("%s: memory %q, store %q", path, a.Bytes(), b.Bytes())
			}
			return ""
		}
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: memory has %d, the store %d: %v, %v", path, a.Len(), b.Len(), a, b)
		}
		for i := range a.Len() {
			if diff := difference(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i)); diff != "" {
				return diff
			}
		}
		return ""
	}
	if !a.Equal(b) {
		return apart()
	}
	return ""
}

// Canaries are the planted secrets that no trace may show; one empty text where none is looked for.
func Canaries(wanted bool) []string {
	if wanted {
		return []string{canary, canaryPIN}
	}
	return []string{""}
}
