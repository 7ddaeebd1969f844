// Package witness compares what everybody holds at the end of a run: clients, the proxies on both sides of the switch, the
// providers' own books, and the database (guarantees B3). The checker's rules see rows only; a row that was lost shows here.
// It knows nothing of the core, so that a mistake there cannot hide.
package witness

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Advice is what a client told about a request of its own.
type Advice string

// The advices.
const (
	Confirm Advice = "CONFIRM"
	Reverse Advice = "REVERSE"
)

// Told is one answer that a client holds.
type Told struct {
	ClientID  string
	RequestID string
	Advice    Advice    // empty: the answer to the request or a repeat of it
	Asked     time.Time // when it began to ask, by the clock of the machine that the database runs on
	Status    int       // 0: no answer came
	Amount    int64     // approved, minor units
	Code      string    // of the voucher; empty: none was given
	Duplicate bool      // a refusal as duplicate, which may repeat the code to the client that held it
}

// ok tells that the client may rely on the answer.
func (t Told) ok() bool { return t.Status >= 200 && t.Status < 300 }

// Digest is the SHA-256 of a message's body.
type Digest [sha256.Size]byte

// DigestOf gives the digest of a body.
func DigestOf(body []byte) Digest { return sha256.Sum256(body) }

func (d Digest) String() string { return hex.EncodeToString(d[:6]) }

// Side tells on which side of the switch a proxy stands.
type Side int

// The sides.
const (
	ClientSide Side = iota
	ProviderSide
)

// Exchange is one request that a proxy passed on, and its answer if one came through.
type Exchange struct {
	Side     Side
	Path     string // for people only
	Request  Digest
	Status   int // 0: no answer was passed on
	Response Digest
}

// Line is an entry of a provider's books.
type Line struct {
	Provider    string `json:"-"`
	Ref         string `json:"ref"`
	Operation   string `json:"operation"`
	CodeHash    string `json:"code_hash"` // SHA-256 of the code
	State       string `json:"state"`     // APPROVED, DECLINED, UNPROCESSED
	Advice      string `json:"advice"`    // CONFIRMED, REVERSED or empty
	Amount      int64  `json:"amount"`
	FinalAmount int64  `json:"final_amount"`
	Received    int    `json:"received"`
	Retries     int    `json:"retries"`
	Advices     int    `json:"advices_received"`
}

// stands is what the provider holds for provisioned under the line: one, or nothing any more.
func (l Line) stands() int {
	if l.State == "APPROVED" && l.Advice != "REVERSED" {
		return 1
	}
	return 0
}

// Stray is an advice in a provider's books that found no request.
type Stray struct {
	Provider string `json:"-"`
	Ref      string `json:"ref"`
	Action   string `json:"action"` // confirm, reverse
}

// Transaction is a row of the database with what hangs on it.
type Transaction struct {
	ID, ClientID, RequestID    string
	Provider, Operation        string
	Outcome, Decision, Final   string // empty: none yet
	Approved, FinalAmount      int64
	Code                       string // keyed hash of the voucher's code, hexadecimal; empty: none
	DecidedAt                  time.Time
	Superseded, ReconRequired  bool
	Broken                     bool // reconciliation has an open break about it, which holds its settlement
	Refs                       []Ref
	AdviceState, AdviceSettled string // state of its stored confirmation or reversal; who closed it by hand
}

// Ref is a reference under which a request went to the provider.
type Ref struct {
	Wire       string
	Superseded bool
}

// Trace is a stored message.
type Trace struct {
	Leg     string // CS, SP, PS, SC
	Digest  Digest
	Attempt string // legs SP and PS
	State   string // of the attempt
}

// Settled is a principal line of a settlement.
type Settled struct {
	TransactionID string
	Amount        int64
}

// Record is the database.
type Record struct {
	Transactions []Transaction
	Traces       []Trace
	Settled      []Settled
	// CutOff tells that every confirmed sale had its cut-off, so that its line must be there.
	CutOff bool
}

// Journals is what everybody holds. A journal that nobody kept is left empty and compared with nothing, but for the
// database, which every witness needs.
type Journals struct {
	Clients []Told
	Wire    []Exchange
	Books   []Line
	Strays  []Stray
	Record  Record
	// HashCode is how the database finds a code; nil: codes are not compared with it.
	HashCode func(code string) string
}

// Difference is one thing about which two journals disagree.
type Difference struct {
	Witness string // W1 to W6
	What    string
}

func (d Difference) String() string { return d.Witness + " " + d.What }

// Compare asks every witness.
func Compare(j *Journals) []Difference {
	v := newView(j)
	for _, ask := range []func(){v.answersAreStored, v.advicesArrived, v.providersAgree, v.codesBelongToOne, v.messagesAreTraced, v.settlementAgrees} {
		ask()
	}
	slices.SortStableFunc(v.found, func(a, b Difference) int { return cmp.Compare(a.Witness, b.Witness) })
	return v.found
}

// view is the journals with the indexes that the witnesses share.
type view struct {
	*Journals
	byRequest map[request][]*Transaction
	byWire    map[place]*Transaction
	books     map[place][]Line
	strays    map[stray]bool
	found     []Difference
}

type request struct{ client, id string }

type place struct{ provider, ref string }

type stray struct {
	place
	action string
}

func newView(j *Journals) *view {
	v := &view{Journals: j, byRequest: map[request][]*Transaction{}, byWire: map[place]*Transaction{}, books: map[place][]Line{}, strays: map[stray]bool{}}
	for i := range j.Record.Transactions {
		t := &j.Record.Transactions[i]
		at := request{t.ClientID, t.RequestID}
		v.byRequest[at] = append(v.byRequest[at], t)
		for _, r := range t.Refs {
			v.byWire[place{t.Provider, r.Wire}] = t
		}
	}
	for _, l := range j.Books {
		v.books[place{l.Provider, l.Ref}] = append(v.books[place{l.Provider, l.Ref}], l)
	}
	for _, s := range j.Strays {
		v.strays[stray{place{s.Provider, s.Ref}, s.Action}] = true
	}
	return v
}

func (v *view) differ(witness, format string, args ...any) {
	v.found = append(v.found, Difference{witness, fmt.Sprintf(format, args...)})
}
