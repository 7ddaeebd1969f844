package simulator

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// event is one line of the journal. Everything the books hold is the result of
// applying events in order, live and at replay alike.
type event struct {
	Kind   string    `json:"k"` // user, request, advice, reset, plant, unplant
	At     int64     `json:"t"` // Unix microseconds
	User   string    `json:"u,omitempty"`
	Op     operation `json:"o,omitempty"`
	ID     string    `json:"i,omitempty"` // id of the message
	Result string    `json:"r,omitempty"`
	Error  string    `json:"e,omitempty"`

	// request
	Retry    bool   `json:"again,omitempty"`
	Product  string `json:"p,omitempty"`
	Amount   int64  `json:"a,omitempty"`
	Currency string `json:"c,omitempty"`
	Sealed   []byte `json:"v,omitempty"` // voucher code, never in clear on disk
	Hint     string `json:"h,omitempty"` // advice fault script
	Expires  int64  `json:"x,omitempty"`
	Print    uint64 `json:"f,omitempty"`
	code     string

	// advice
	Request string `json:"q,omitempty"`
	Do      action `json:"d,omitempty"`
	Final   int64  `json:"m,omitempty"`

	// user
	Salt []byte `json:"s,omitempty"`
	Hash []byte `json:"w,omitempty"`

	Planted []stage.Break `json:"b,omitempty"`
	Date    string        `json:"day,omitempty"`
}

// results of a message in the journal, beside APPROVED, DECLINED, UNPROCESSED
const (
	refused  = "REFUSED"  // by the state rules: nothing new on record
	repeated = "REPEATED" // answered from the record
	applied  = "APPLIED"  // an advice that changed the record
)

// apply changes the books. It decides nothing and cannot fail: all checks were
// made before the event was written.
func (h *house) apply(ev *event) {
	switch ev.Kind {
	case "user":
		a := h.account(ev.User)
		a.salt, a.hash = ev.Salt, ev.Hash
	case "request":
		h.applyRequest(ev)
	case "advice":
		h.applyAdvice(ev)
	case "reset":
		h.applyReset(ev.User)
	case "plant":
		h.planted = append(h.planted, ev.Planted...)
	case "unplant":
		h.unplant(ev.Date)
	}
}

// account finds a caller, or makes one without a password: then its first line
// was lost to a full disk, and no password will fit.
func (h *house) account(name string) *account {
	a := h.accounts[name]
	if a == nil {
		a = newAccount(name)
		h.accounts[name] = a
	}
	return a
}

func (h *house) applyRequest(ev *event) {
	a := h.account(ev.User)
	k := keyOf(ev.Op, ev.ID)
	e := a.records[k]
	fresh := e == nil || ev.Result == approved && e.state != unprocessed
	if fresh {
		e = &entry{id: ev.ID, user: a.name, op: ev.Op, at: ev.At, state: declined, errorType: ev.Error, previous: e}
		a.records[k] = e
		h.entries = append(h.entries, e)
		h.seq++
		e.seq = h.seq
	}
	if ev.Retry {
		e.retries++
	} else {
		e.received++
	}
	if ev.Hint != "" {
		e.advicePlan = ev.Hint
	}
	switch {
	case ev.Result == approved:
		h.approve(e, ev)
	case ev.Result == unprocessed && fresh:
		e.state = unprocessed
	case ev.Result == declined || ev.Result == refused && e.state == unprocessed:
		if e.state != approved {
			e.state, e.errorType, e.at = declined, ev.Error, ev.At
		}
	}
	if e.state != approved && ev.Amount != 0 {
		e.amount, e.currency, e.product = ev.Amount, ev.Currency, ev.Product
	}
}

func (h *house) approve(e *entry, ev *event) {
	e.state, e.errorType, e.at = approved, "", ev.At
	e.amount, e.final, e.currency, e.product = ev.Amount, ev.Amount, ev.Currency, ev.Product
	e.code, e.expires, e.print = ev.code, ev.Expires, ev.Print
	s := h.slots[e.code]
	if s == nil {
		s = &slot{}
		h.slots[e.code] = s
	}
	switch e.op {
	case provision:
		s.latest = e
		if !h.profile.Advices { // nothing will ever confirm it
			s.state = available
		}
	case redemption:
		s.redemption, s.state = e, redeemed
	case refund:
		s.refund, s.state = e, refundPending
	}
}

func (h *house) applyAdvice(ev *event) {
	a := h.account(ev.User)
	k := keyOf(ev.Op, ev.Request)
	e := a.approved(k)
	if e == nil {
		h.applyStray(a, k, ev)
		return
	}
	e.advices++
	if ev.Result != applied {
		return
	}
	e.advice, e.adviceID, e.adviceAt, e.final = decisionOf(ev.Do), ev.ID, ev.At, ev.Final
	s := h.slots[e.code]
	switch {
	case s == nil: // issued by a user whose books were reset since
	case e.op == provision && ev.Do == confirm:
		s.state = available
	case e.op == provision && s.latest == e:
		s.state = none
	case e.op == redemption && ev.Do == confirm:
		s.state = spent
	case e.op == redemption:
		s.state = available
		a.tombstones[k] = ev.ID
	case e.op == refund && ev.Do == confirm:
		s.state = available
	case e.op == refund:
		s.state = spent
		a.tombstones[k] = ev.ID
	}
}

func (h *house) applyStray(a *account, k recordKey, ev *event) {
	if e := a.records[k]; e != nil {
		e.advices++
	}
	name := string(ev.Op) + string(ev.Do) + k.id + strings.ToLower(ev.ID)
	s := a.strays[name]
	if s == nil {
		s = &stray{user: a.name, request: ev.Request, adviceID: ev.ID, op: ev.Op, do: ev.Do, at: ev.At, errorType: ev.Error}
		a.strays[name] = s
	}
	s.received++
	if ev.Do == reverse && ev.Error == errNotFound {
		if _, known := a.tombstones[k]; !known {
			a.tombstones[k] = ev.ID
		}
	}
}

// applyReset forgets everything of one caller but its password.
func (h *house) applyReset(user string) {
	if a := h.accounts[user]; a != nil {
		a.clear()
	}
	kept := make([]*entry, 0, len(h.entries))
	for _, e := range h.entries {
		if e.user != user {
			kept = append(kept, e)
		}
	}
	h.entries = kept
	for code, s := range h.slots {
		if s.latest == nil || s.latest.user == user {
			delete(h.slots, code)
		}
	}
}
