package stage

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Entry is one request in a Ledger.
type Entry struct {
	Line
	Seq  int64  `json:"seq"`            // position in the books, from 1
	Code string `json:"code,omitempty"` // never shown, see Line.CodeHash
	Hold bool   `json:"hold,omitempty"` // its reversal is refused, by the fault late-reversal
}

// Ledger is the books of a provider in a Store: requests in the order they came, advices that found none, the callers,
// and the breaks put into its statements. Whoever reads or changes anything but through Source, Breaks and
// SignIn holds its lock.
type Ledger struct {
	sync.Mutex
	*Store
	// Now is the clock.
	Now func() time.Time
	// Confirms says that an advice is expected for every request.
	Confirms bool

	entries *Table[Entry]
	strays  *Table[Stray]
	callers *Table[caller]
	breaks  *Table[Break]
	list    []*Entry
	refs    map[string][]*Entry
}

// NewLedger makes empty books that are lost at the end, until their Store is opened.
func NewLedger(log *slog.Logger, now func() time.Time) *Ledger {
	l := &Ledger{Store: NewStore(log), Now: now, refs: map[string][]*Entry{}}
	l.entries = NewTable(l.Store, "entry", l.seen)
	l.strays = NewTable[Stray](l.Store, "stray", nil)
	l.callers = NewTable[caller](l.Store, "caller", nil)
	l.breaks = NewTable[Break](l.Store, "break", nil)
	return l
}

// seen keeps the order and the index; a replayed row of a known entry takes its place.
func (l *Ledger) seen(_ string, e *Entry) {
	switch {
	case e == nil:
		l.list, l.refs = nil, map[string][]*Entry{}
	case int(e.Seq) > len(l.list):
		l.list = append(l.list, e)
		l.refs[e.key()] = append(l.refs[e.key()], e)
	case l.list[e.Seq-1] != e:
		old := l.list[e.Seq-1]
		l.list[e.Seq-1] = e
		same := l.refs[e.key()]
		same[slices.Index(same, old)] = e
	}
}

func (e *Entry) key() string { return e.Operation + "\x00" + strings.ToLower(e.Ref) }

// Add books a request that has just come. The caller fills in the rest and calls Keep.
func (l *Ledger) Add(operation, ref, user string) *Entry {
	return &Entry{
		Line: Line{Ref: ref, User: user, Operation: operation, Received: 1, At: l.Now().UTC()},
		Seq:  int64(len(l.list)) + 1,
	}
}

// Keep puts the entry, new or changed, into the next commit.
func (l *Ledger) Keep(e *Entry) {
	e.CodeHash = HashCode(e.Code)
	l.entries.Set(strconv.FormatInt(e.Seq, 10), e)
}

// Uses are the entries of an operation under a reference, in the order they came.
func (l *Ledger) Uses(operation, ref string) []*Entry {
	return l.refs[operation+"\x00"+strings.ToLower(ref)]
}

// Close closes the journal.
func (l *Ledger) Close() error {
	l.Lock()
	defer l.Unlock()
	return l.Store.Close()
}

// Reset forgets everything.
func (l *Ledger) Reset() {
	l.Lock()
	defer l.Unlock()
	l.Clear()
}

// Find is the latest entry under a reference among the operations, nil if there is none.
func (l *Ledger) Find(ref string, operations ...string) *Entry {
	var found *Entry
	for _, op := range operations {
		if uses := l.Uses(op, ref); len(uses) > 0 {
			if last := uses[len(uses)-1]; found == nil || last.Seq > found.Seq {
				found = last
			}
		}
	}
	return found
}

// Entries are all entries in order. The slice must not be changed.
func (l *Ledger) Entries() []*Entry { return l.list }

// Decide applies an advice to the entry: what stands afterwards is final.
func (l *Ledger) Decide(e *Entry, decision, adviceID string, final int64) {
	e.Advice, e.AdviceID, e.AdviceAt, e.FinalAmount = decision, adviceID, l.Now().UTC(), final
	l.Keep(e)
}

// Stray books an advice that found no approved request. action is confirm or reverse.
func (l *Ledger) Stray(operation, action, ref, user, adviceID, answer string) {
	key := strings.Join([]string{operation, action, ref, adviceID}, "\x00")
	s := l.strays.Of(key)
	if s == nil {
		s = &Stray{Ref: ref, User: user, Operation: operation, Action: action, AdviceID: adviceID, Answer: answer, At: l.Now().UTC()}
	}
	s.Received++
	l.strays.Set(key, s)
}

// Lines implements Source.
func (l *Ledger) Lines(w Window, do func([]Line)) {
	const chunk = 4096
	for at, more := 0, true; more; {
		part := make([]Line, 0, 64)
		l.Lock()
		for ; at < len(l.list) && len(part) < chunk; at++ {
			e := l.list[at]
			if !w.Holds(e.At, e.User, e.Ref) {
				continue
			}
			line := e.Line
			line.Settled = !l.Confirms || e.Advice == Confirmed
			part = append(part, line)
		}
		more = at < len(l.list)
		l.Unlock()
		do(part)
	}
}

// Strays implements Source.
func (l *Ledger) Strays(w Window) []Stray {
	l.Lock()
	defer l.Unlock()
	list := []Stray{}
	for _, key := range l.strays.Keys() {
		if s := l.strays.Of(key); w.Holds(s.At, s.User, s.Ref) {
			list = append(list, *s)
		}
	}
	return list
}
