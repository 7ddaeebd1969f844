package ott

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// play finds the fault of a call in shape, does the work, and answers.
func (s *Server) play(x *stage.Exchange, m *message) {
	s.Lock()
	f := x.Fault(m.op.kind, m.op.advice, s.first(m), s.worth(m), m.fields["pin"])
	s.Unlock()
	if f.Name != "" && f.When == stage.BeforeWork {
		s.drop(m)
		x.Deliver(f, instead(f))
		return
	}
	a := s.work(m, f)
	status, _ := f.Instead()
	if f.Name == "soft-error" || f.Name == "unknown-code" || status != 0 {
		a = instead(f)
	}
	x.Deliver(f, a)
}

// book is the operation in the books; empty for a call that makes no entry.
func (m *message) book() string {
	switch m.op.kind {
	case "provision":
		return "provision"
	case "redeem":
		return "redemption"
	}
	return ""
}

// first reports whether nothing came under the reference before. The attempts of one sale, whose references differ by
// what follows the 36 characters of an id, count as one.
func (s *Server) first(m *message) bool {
	ref := m.ref()
	if len(ref) > 36 && len(s.Uses(m.book(), ref[:36])) > 0 {
		return false
	}
	return len(s.Uses(m.book(), ref)) == 0
}

// worth is the amount that may ask for a fault; a redemption of the full value is worth what the voucher holds.
func (s *Server) worth(m *message) int64 {
	if v := s.byPIN[m.fields["pin"]]; v != nil && m.amount == 0 {
		return v.Amount
	}
	return m.amount
}

// drop books a call that reached OTT and no further.
func (s *Server) drop(m *message) {
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	if m.op.advice {
		if e := s.sale(m.ref()); e != nil {
			e.Advices++
			s.Keep(e)
		}
		return
	}
	if m.book() == "" {
		return
	}
	e := s.entry(m)
	e.State, e.Amount = stage.Unprocessed, m.amount
	s.Keep(e)
}

// entry is a new entry for the call, or the one that a fault dropped before.
func (s *Server) entry(m *message) *stage.Entry {
	if e := s.Find(m.ref(), m.book()); e != nil && e.State == stage.Unprocessed {
		e.Received++
		e.At = s.Now().UTC()
		return e
	}
	e := s.Add(m.book(), m.ref(), m.user)
	e.ProviderRef, e.Currency, e.Product = strconv.FormatInt(saleID(e.Seq), 10), "710", "OTT"
	return e
}

func saleID(seq int64) int64 { return 8_800_000 + seq }

// work runs the rules of the books.
func (s *Server) work(m *message, f stage.Fault) stage.Answer {
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	m.hold = f.Name == "late-reversal"
	r := reply{}
	if f.Name == "decline" {
		r = s.decline(m, f)
	} else {
		r = m.op.serve(s, m)
	}
	if f.Name == "no-code" && r.voucher != nil {
		text := string(stage.Encode(r.voucher))
		r.fields, r.voucher = map[string]any{"voucher": text[:len(text)/2]}, nil
	}
	seq := int64(0)
	if e := s.Find(m.ref(), "provision", "redemption"); e != nil {
		seq = e.Seq
	}
	return r.encode(seq)
}

// decline refuses by the code that the fault names, or by a usual one of the call.
func (s *Server) decline(m *message, f stage.Fault) reply {
	switch {
	case m.op.advice:
		if e := s.sale(m.ref()); e != nil {
			e.Advices++
			s.Keep(e)
		}
		return refuse(f.Number(0), "Declined")
	case m.book() == "redemption":
		return s.refused(m, f.Number(remitInactive), "Declined")
	case m.book() == "provision":
		return s.refused(m, f.Number(codeNoProduct), "No product for this value")
	}
	return refuse(f.Number(0), "Declined")
}

// refused books a request that OTT declines.
func (s *Server) refused(m *message, code int, text string) reply {
	e := s.entry(m)
	e.State, e.ErrorType, e.Amount = stage.Declined, strconv.Itoa(code), m.amount
	s.Keep(e)
	return refuse(code, text)
}
