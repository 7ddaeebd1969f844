package giftcards

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// event is one line of the journal. Everything the books hold is the result of
// applying events in order, live and at replay alike.
type event struct {
	Kind   string    `json:"k"`
	At     int64     `json:"t"` // Unix microseconds
	User   string    `json:"u,omitempty"`
	Op     operation `json:"o,omitempty"`
	Do     action    `json:"d,omitempty"`
	ID     string    `json:"i,omitempty"` // id of the message
	Result string    `json:"r,omitempty"`
	Error  string    `json:"e,omitempty"`
	Time   string    `json:"time,omitempty"` // of the message

	Product string `json:"p,omitempty"`
	Amount  int64  `json:"a,omitempty"`
	Hint    string `json:"h,omitempty"` // advice fault script

	Request string `json:"q,omitempty"`
	Final   int64  `json:"m,omitempty"`
	Print   string `json:"f,omitempty"`

	Salt []byte `json:"s,omitempty"`
	Hash []byte `json:"w,omitempty"`

	Admin   status        `json:"b,omitempty"`
	Planted []stage.Break `json:"breaks,omitempty"`
	Date    string        `json:"day,omitempty"`

	Sealed []byte `json:"v,omitempty"` // secret, never in clear on disk
	secret secret
}

// kinds of events
const (
	userSeen     = "user"
	seedLoaded   = "seed" // new data sets are made from it from here on
	setOpened    = "open"
	requestCame  = "request"
	adviceCame   = "advice"
	setReset     = "reset"
	cardMarked   = "card"
	breakPlanted = "plant"
	breakRemoved = "unplant"
)

// results of a message in the journal, beside APPROVED, DECLINED, UNPROCESSED
const (
	refused  = "REFUSED"  // nothing new on record but, for some, the used id
	repeated = "REPEATED" // accepted without a change
	applied  = "APPLIED"  // an advice that changed the books
)

// secret is the part of an event that is sealed in the journal.
type secret struct {
	PAN          string `json:"n,omitempty"`
	Target       string `json:"n2,omitempty"`
	ClearPIN     string `json:"c,omitempty"`
	EncryptedPIN string `json:"e,omitempty"`
	Seed         *seed  `json:"s,omitempty"`
}

func (i *Issuer) seal(e *event) {
	if raw, _ := json.Marshal(e.secret); len(raw) > 2 { // plain values: cannot fail
		e.Sealed = i.vault.Seal(string(raw))
	}
}

// replay reads one line of the journal back into the books.
func (i *Issuer) replay(line []byte) error {
	e := new(event)
	if err := json.Unmarshal(line, e); err != nil {
		return err
	}
	plain, err := i.vault.Open(e.Sealed)
	if err != nil {
		return err
	}
	if plain != "" {
		if err := json.Unmarshal([]byte(plain), &e.secret); err != nil {
			return fmt.Errorf("sealed part: %w", err)
		}
	}
	i.apply(e)
	return nil
}

// record stamps, journals and applies an event. The caller holds mu.
func (i *Issuer) record(e *event) {
	if e.At == 0 {
		e.At = i.now().UnixMicro()
	}
	if i.journal != nil {
		i.seal(e)
	}
	if err := i.journal.Append(e); err != nil {
		i.log.Error("books not journalled", "provider", ID, "error", err)
	}
	i.apply(e)
}

// apply changes the books. It decides nothing and cannot fail: all checks were
// made before the event was written.
func (i *Issuer) apply(e *event) {
	switch e.Kind {
	case userSeen:
		i.accounts[e.User] = &account{salt: e.Salt, hash: e.Hash}
	case seedLoaded:
		i.seed = e.secret.Seed
	case setOpened:
		i.account(e.User).set = newDataSet(e.User, i.seed)
	case requestCame:
		i.applyRequest(i.account(e.User).set, e)
	case adviceCame:
		i.applyAdvice(i.account(e.User).set, e)
	case setReset:
		i.applyReset(e)
	case cardMarked:
		i.applyMark(e)
	case breakPlanted:
		i.planted = append(i.planted, e.Planted...)
	case breakRemoved:
		i.planted = slices.DeleteFunc(i.planted, func(b stage.Break) bool { return e.Date == "" || b.Date == e.Date })
	}
}

// account finds a user, or makes one without a password: then its first line
// was lost to a full disk, and no password will fit.
func (i *Issuer) account(name string) *account {
	a := i.accounts[name]
	if a == nil {
		a = &account{}
		i.accounts[name] = a
	}
	if a.set == nil {
		a.set = newDataSet(name, i.seed)
	}
	return a
}

func (i *Issuer) applyRequest(s *dataSet, e *event) {
	if e.Result != stage.Unprocessed {
		s.ids[e.ID] = used{}
	}
	k := key{e.Op, e.ID}
	r := s.requests[k]
	if r != nil && r.state != stage.Unprocessed { // came again: refused, or dropped by a fault
		r.received++
		return
	}
	if e.Result == refused { // the id belongs to a message of another kind
		return
	}
	if r == nil {
		i.seq++
		r = &request{id: e.ID, user: s.user, op: e.Op, seq: i.seq}
		s.requests[k] = r
		i.entries = append(i.entries, r)
	}
	r.at, r.time, r.state, r.errorType = e.At, e.Time, e.Result, e.Error
	r.product, r.amount, r.final, r.pan = e.Product, e.Amount, 0, e.secret.PAN
	r.received++
	if e.Hint != "" {
		r.hint = e.Hint
	}
	r.card, r.target = s.cards[e.secret.PAN], s.cards[e.secret.Target]
	if e.Result == stage.Approved && r.card != nil {
		r.final = r.amount
		s.approve(r, e)
	}
}

func (i *Issuer) applyAdvice(s *dataSet, e *event) {
	r := s.requests[key{e.Op, e.Request}]
	if r != nil {
		r.advices++
	}
	switch e.Result {
	case stage.Unprocessed:
		return
	case applied, repeated:
		if s.ids[e.ID].print == "" {
			s.ids[e.ID] = used{print: e.Print}
		}
	case refused:
		if _, known := s.ids[e.ID]; !known {
			s.ids[e.ID] = used{}
		}
	}
	if r == nil || e.Error == errNotFound {
		s.applyStray(e)
	}
	if e.Result == applied && r != nil && r.card != nil {
		r.advice, r.adviceID, r.adviceTime, r.adviceAt, r.final = e.Do.decision(), e.ID, e.Time, e.At, e.Final
		s.settle(r, e.Do)
	}
}

func (s *dataSet) applyStray(e *event) {
	name := string(e.Op) + " " + string(e.Do) + " " + e.Request + " " + e.ID
	if s.strays[name] == nil {
		s.strays[name] = &stray{request: e.Request, adviceID: e.ID, op: e.Op, do: e.Do, at: e.At, errorType: e.Error}
	}
	s.strays[name].received++
	k := key{e.Op, e.Request}
	if _, known := s.tombstones[k]; !known && e.Do == reverse && e.Error == errNotFound {
		s.tombstones[k] = e.ID
	}
}

// applyReset makes the data set of one user anew from the seed files.
func (i *Issuer) applyReset(e *event) {
	i.account(e.User).set = newDataSet(e.User, i.seed)
	kept := make([]*request, 0, len(i.entries))
	for _, r := range i.entries {
		if r.user != e.User {
			kept = append(kept, r)
		}
	}
	i.entries = kept
}

func (i *Issuer) applyMark(e *event) {
	if c := i.account(e.User).set.cards[e.secret.PAN]; c != nil {
		c.admin = e.Admin
	}
}
