package ott

import (
	"net/http"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// getVoucher sells, whether or not the reference was used before.
func (s *Server) getVoucher(m *message) reply {
	if m.amount < smallest || m.amount > largest {
		return s.refused(m, codeNoProduct, "No product for this value")
	}
	e := s.entry(m)
	v := s.issue(m.amount)
	v.Issued = e.Seq
	e.State, e.Amount, e.FinalAmount, e.Hold = stage.Approved, v.Amount, v.Amount, m.hold
	e.Code, e.Serial = v.PIN, v.Serial
	s.vouchers.Set(v.Serial, v)
	s.Keep(e)
	return reply{status: http.StatusCreated, ok: true, text: "Voucher issued", voucher: v.show()}
}

// sold is what stands of all sales, in cents.
func (s *Server) sold() (sum int64) {
	for _, e := range s.Entries() {
		if e.Operation == "provision" {
			sum += e.FinalAmount
		}
	}
	return sum
}

// sale is the sale under a reference; nil when there is none, or more than one so that it cannot be told which.
func (s *Server) sale(ref string) *stage.Entry {
	var found *stage.Entry
	for _, e := range s.Uses("provision", ref) {
		if e.State != stage.Approved {
			continue
		}
		if found != nil {
			return nil
		}
		found = e
	}
	return found
}

// noSale is the answer about a reference under which no single sale is known.
func (s *Server) noSale(m *message) reply {
	count := 0
	for _, e := range s.Uses("provision", m.ref()) {
		if e.State == stage.Approved {
			count++
		}
		if m.op.advice {
			e.Advices++
			s.Keep(e)
		}
	}
	code := 0
	if count > 1 {
		code = codeNotUnique
	}
	if m.op.advice {
		s.Stray("provision", m.op.kind, m.ref(), m.user, "", strconv.Itoa(code))
	}
	if count > 1 {
		return refuse(code, "Reference is not unique")
	}
	return refuse(0, "No voucher found for this reference")
}

// checkSale shows the voucher issued under a reference.
func (s *Server) checkSale(m *message) reply {
	e := s.sale(m.ref())
	if e == nil {
		return s.noSale(m)
	}
	if e.Advice == stage.Reversed {
		return refuse(0, "No voucher found for this reference")
	}
	return reply{ok: true, text: "Voucher found", voucher: s.vouchers.Of(e.Serial).show()}
}

// confirm ends a sale for good. Doing so again changes nothing.
func (s *Server) confirm(m *message) reply {
	e := s.sale(m.ref())
	if e == nil {
		return s.noSale(m)
	}
	e.Advices++
	s.Keep(e)
	if e.Advice == stage.Reversed {
		return refuse(0, "Voucher was rejected")
	}
	if e.Advice == "" {
		s.Decide(e, stage.Confirmed, "", e.Amount)
	}
	return reply{ok: true, text: "Voucher confirmed"}
}

// reject undoes a sale that is neither confirmed nor used.
func (s *Server) reject(m *message) reply {
	e := s.sale(m.ref())
	if e == nil {
		return s.noSale(m)
	}
	e.Advices++
	s.Keep(e)
	v := s.vouchers.Of(e.Serial)
	f, _ := stage.ByAmount(e.Amount)
	switch {
	case e.Advice == stage.Reversed:
		return refuse(0, "Voucher was rejected before")
	case e.Advice == stage.Confirmed:
		return refuse(0, "Voucher was confirmed")
	case v.Used != 0:
		return refuse(0, "Voucher was redeemed")
	case e.Hold || m.hold || f.Name == "late-reversal":
		return refuse(0, "Voucher cannot be rejected any more")
	}
	v.Dead = true
	s.vouchers.Set(v.Serial, v)
	s.Decide(e, stage.Reversed, "", 0)
	return reply{ok: true, text: "Voucher rejected"}
}

// balance shows what is left of the money paid in.
func (s *Server) balance(*message) reply {
	left := float - s.sold()
	return reply{ok: true, text: "Balance", fields: map[string]any{
		"balance": rand(left, 1), "availableBalance": rand(left, 2),
	}}
}
