package simulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// operation is the kind of request a record stands for.
type operation string

const (
	provision  operation = "provision"
	redemption operation = "redemption"
	refund     operation = "refund"
)

// action is what an advice asks for.
type action string

const (
	confirm action = "confirm"
	reverse action = "reverse"
)

// states of an entry in the books
const (
	approved    = stage.Approved
	declined    = stage.Declined
	unprocessed = stage.Unprocessed
)

// decisions an advice leaves on an entry
const (
	confirmed = stage.Confirmed
	reversed  = stage.Reversed
)

// entry is one request as the provider saw it. A later use of the same id
// (after a decline, or of a redemption or refund id) is a further entry whose
// previous is this one.
type entry struct {
	id        string // as received
	user      string
	op        operation
	seq       int64 // position in the provider's books; references derive from it
	at        int64 // Unix microseconds of the last change of state
	state     string
	errorType string // of a decline
	product   string
	amount    int64
	currency  string
	code      string
	expires   int64  // Unix milliseconds, provisions only
	print     uint64 // business content, for repeats under a known id
	final     int64  // what stands: amount, 0 once reversed, the confirmed amount

	advice     string
	adviceID   string
	adviceAt   int64
	advicePlan string // fault script for advices about this entry

	received int // first sends, retries not counted
	retries  int
	advices  int

	previous *entry
}

// slot is one voucher code at this provider, whoever holds it.
type slot struct {
	state      slotState
	latest     *entry // provision that issued it last
	redemption *entry // use that holds or spent it
	refund     *entry
}

// slotState is the state of a voucher code.
type slotState uint8

const (
	none slotState = iota
	available
	redeemed
	spent // redemption confirmed
	refundPending
)

// recordKey finds records of one user by operation and message id.
type recordKey struct {
	op operation
	id string
}

func keyOf(op operation, id string) recordKey { return recordKey{op, strings.ToLower(id)} }

// stray is an advice that found no approved request. An early reversal among
// them is a tombstone: it refuses the request when that comes late.
type stray struct {
	user, request, adviceID string
	op                      operation
	do                      action
	at                      int64
	received                int
	errorType               string
}

// account is one caller: its password proof and its own records.
type account struct {
	name       string
	salt, hash []byte
	records    map[recordKey]*entry // latest use of each id
	tombstones map[recordKey]string // reversal id
	strays     map[string]*stray
}

func newAccount(name string) *account {
	a := &account{name: name}
	a.clear()
	return a
}

func (a *account) clear() {
	a.records = map[recordKey]*entry{}
	a.tombstones = map[recordKey]string{}
	a.strays = map[string]*stray{}
}

// approved is the latest approved use of an id, the one advices address.
func (a *account) approved(k recordKey) *entry {
	for e := a.records[k]; e != nil; e = e.previous {
		if e.state == approved {
			return e
		}
	}
	return nil
}

// accepted reports whether this very advice was taken before, also by a use of
// the id that a later one has superseded.
func (a *account) accepted(k recordKey, decision, adviceID string) bool {
	for e := a.records[k]; e != nil; e = e.previous {
		if e.advice == decision && strings.EqualFold(e.adviceID, adviceID) {
			return true
		}
	}
	return false
}

func decisionOf(do action) string {
	if do == confirm {
		return confirmed
	}
	return reversed
}

// serial, reference and settlementRef derive from the position in the books,
// so a repeated answer carries the same ones without storing them.
func (p Provider) serial(seq int64) string        { return p.Prefix + pad(seq, 12) }
func (p Provider) reference(seq int64) string     { return p.Prefix + "-" + pad(seq, 12) }
func (p Provider) settlementRef(seq int64) string { return "S" + p.Prefix + "-" + pad(seq, 12) }

func pad(n int64, width int) string {
	s := strconv.FormatInt(n, 10)
	if len(s) >= width {
		return s
	}
	return strings.Repeat("0", width-len(s)) + s
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

const wireTime = "2006-01-02T15:04:05.000Z"
