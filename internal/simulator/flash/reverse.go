package flash

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// original is the request that a reversal or cancellation is about, nil when it was never approved.
func (s *Server) original(m *write) *stage.Entry {
	if m.SerialNumber != "" {
		v := s.vouchers.Of(m.SerialNumber)
		if v == nil || v.Issued == 0 {
			return nil
		}
		return s.Entries()[v.Issued-1]
	}
	e := s.Find(m.OriginalReference, "provision", "redemption", "refund")
	if e == nil || e.State != stage.Approved {
		return nil
	}
	return e
}

// reverse undoes a purchase, redemption or refund by its reference.
func (s *Server) reverse(m *write) answer {
	e := s.original(m)
	if e == nil {
		for _, op := range []string{"provision", "redemption", "refund"} {
			if d := s.Find(m.OriginalReference, op); d != nil { // known, but nothing came of it
				d.Advices++
				s.Keep(d)
			}
		}
		s.Stray("provision", "reverse", m.OriginalReference, m.user, m.Reference, strconv.Itoa(codeNoOriginal))
		return *refuse(codeNoOriginal, "original transaction not found")
	}
	return s.undo(m, e, codeReversed, codeRedeemed)
}

// cancel undoes a purchase by product and serial number.
func (s *Server) cancel(m *write) answer {
	e := s.original(m)
	if e == nil || e.Product != strconv.Itoa(*m.ProductCode) {
		s.Stray("provision", "reverse", m.SerialNumber, m.user, m.Reference, strconv.Itoa(codeNoVoucher))
		return *refuse(codeNoVoucher, "voucher not found")
	}
	return s.undo(m, e, codeCancelled, codeUsedNow)
}

func (s *Server) undo(m *write, e *stage.Entry, again, used int) answer {
	e.Advices++
	s.Keep(e)
	v := s.vouchers.Of(e.Serial)
	p, _ := productOf(v.Product, "")
	f, _ := stage.ByAmount(e.Amount)
	switch {
	case v.Group != m.op.group:
		return *refuse(codeGroup, "transaction is of another group")
	case e.Advice == stage.Reversed:
		return *refuse(again, "transaction has been reversed before")
	case !p.Reverses:
		return *refuse(codeNoReversal, "product cannot be reversed")
	case e.Hold || m.hold || f.Name == "late-reversal":
		return *refuse(codeTooLate, "too late to reverse")
	}
	if bad := s.take(e, v, used); bad != nil {
		return *bad
	}
	s.Decide(e, stage.Reversed, m.Reference, 0)
	return answer{entry: e, keep: true}
}

// take puts the voucher back to what it was before the entry, or says why it cannot.
func (s *Server) take(e *stage.Entry, v *voucher, used int) *answer {
	if e.Operation != "redemption" {
		if v.State != active {
			return refuse(used, "voucher has been redeemed")
		}
		v.State = reversed
		s.vouchers.Set(v.Serial, v)
		return nil
	}
	if change := s.vouchers.Of(v.Gave); change != nil {
		if change.State != active {
			return refuse(codeChangeUsed, "change voucher has been used")
		}
		change.State = reversed
		s.vouchers.Set(change.Serial, change)
	}
	v.State, v.Used = active, 0
	s.vouchers.Set(v.Serial, v)
	return nil
}
