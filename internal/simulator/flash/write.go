package flash

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// reply is the first message under a reference and what it was answered.
type reply struct {
	Print  uint64 `json:"print"`
	Status int    `json:"status"`
	Body   string `json:"body"`
	Seq    int64  `json:"seq"` // entry it made or changed; 0 for none
}

// serveWrite plays any POST: shape, fault, then the books.
func (s *Server) serveWrite(x *stage.Exchange, op operation, user string) {
	m, bad := readWrite(x.Body, op, user)
	if err := headers(x.R); err != nil {
		bad = refuse(codeHeaders, err.Error())
	}
	if bad != nil {
		x.Send(bad.encode(m, s.Now()))
		return
	}
	s.Lock()
	f := x.Fault(op.kind, op.advice, s.first(m), s.worth(m), m.PIN)
	s.Unlock()
	if f.Name != "" && f.When == stage.BeforeWork {
		s.drop(m)
		if f.Name == "token-expired" {
			s.forget(x.R)
		}
		x.Deliver(f, instead(f))
		return
	}
	deliver(x, f, s.work(m, f))
}

func headers(r *http.Request) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return errors.New("header Content-Type must be application/json")
	}
	if accept := r.Header.Get("Accept"); !strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*") {
		return errors.New("header Accept must be application/json")
	}
	return nil
}

// first reports whether nothing came under the reference before.
func (s *Server) first(m *write) bool {
	return s.replies.Of(m.Reference) == nil && len(s.Uses(m.op.book, m.Reference)) == 0
}

// worth is the amount that may ask for a fault; a redemption of the full value is worth what the voucher holds.
func (s *Server) worth(m *write) int64 {
	if m.Amount != nil && *m.Amount != 0 {
		return *m.Amount
	}
	if v := s.byPIN[m.PIN]; v != nil && m.op.kind == "redeem" {
		return v.Amount
	}
	return 0
}

// drop books a message that reached Flash and no further.
func (s *Server) drop(m *write) {
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	if m.op.advice {
		if e := s.original(m); e != nil {
			e.Advices++
			s.Keep(e)
		}
		return
	}
	if m.op.book == "" || s.known(m) != nil {
		return
	}
	e := s.entry(m)
	e.State = stage.Unprocessed
	s.Keep(e)
}

// entry is the entry of this reference: a new one, or the one that a fault dropped before.
func (s *Server) entry(m *write) *stage.Entry {
	if e := s.Find(m.Reference, m.op.book); e != nil && e.State == stage.Unprocessed {
		e.Retries++
		e.At = s.Now().UTC()
		return e
	}
	e := s.Add(m.op.book, m.Reference, m.user)
	e.ProviderRef, e.Currency = strconv.FormatInt(transactionID(e.Seq), 10), "710"
	if m.Amount != nil {
		e.Amount = *m.Amount
	}
	return e
}

// work runs the rules of the books. The same reference with the same content gets the same answer.
func (s *Server) work(m *write, f stage.Fault) stage.Answer {
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	if a := s.known(m); a != nil {
		return *a
	}
	account := s.accounts.Of(m.user)
	if account == nil {
		account = &m.AccountNumber
		s.accounts.Set(m.user, account)
	}
	var a answer
	switch {
	case *account != m.AccountNumber:
		a = *refuse(codeAccount, "account number does not belong to the user")
	case f.Name == "decline":
		a = s.decline(m, f)
	default:
		m.hold = f.Name == "late-reversal"
		a = m.op.serve(s, m)
	}
	out := a.encode(m, s.Now())
	if a.keep {
		r := &reply{Print: m.print, Status: out.Status, Body: string(out.Body)}
		if a.entry != nil {
			r.Seq = a.entry.Seq
		}
		s.replies.Set(m.Reference, r)
	}
	return out
}

// known answers a reference that was answered before; nil for a new one.
func (s *Server) known(m *write) *stage.Answer {
	r := s.replies.Of(m.Reference)
	if r == nil {
		return nil
	}
	if r.Print != m.print {
		a := refuse(codeOtherContent, "reference was used for another request").encode(m, s.Now())
		return &a
	}
	if r.Seq != 0 {
		e := s.Entries()[r.Seq-1]
		if m.op.advice {
			e.Advices++
		} else {
			e.Retries++
		}
		s.Keep(e)
	}
	return &stage.Answer{Status: r.Status, Body: []byte(r.Body)}
}

// decline refuses by the code that the fault names, or by the one for empty shelves.
func (s *Server) decline(m *write, f stage.Fault) answer {
	bad := refuse(f.Number(codeStock), "Declined")
	if m.op.advice {
		if e := s.original(m); e != nil {
			e.Advices++
			s.Keep(e)
		}
		bad.code = f.Number(codeNotUndone)
		return *bad
	}
	return s.refused(m, bad)
}

// refused books a request that Flash declines; looking up leaves no trace.
func (s *Server) refused(m *write, bad *answer) answer {
	if m.op.book != "" {
		e := s.entry(m)
		e.State, e.ErrorType = stage.Declined, strconv.Itoa(bad.code)
		s.Keep(e)
		bad.entry, bad.keep = e, true
	}
	return *bad
}
