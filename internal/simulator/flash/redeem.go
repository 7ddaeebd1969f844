package flash

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// redeem takes a voucher, whole or in part; the rest comes back as a change voucher.
func (s *Server) redeem(m *write) answer {
	v := s.holder(m.PIN, m.op.group)
	if bad := s.judge(m, v); bad != nil {
		return s.refused(m, bad)
	}
	e := s.entry(m)
	take := *m.Amount
	if take == 0 {
		take = v.Amount
	}
	e.State, e.Amount, e.FinalAmount, e.Hold = stage.Approved, take, take, m.hold
	e.Product, e.Code, e.Serial = strconv.Itoa(v.Product), v.PIN, v.Serial
	v.State, v.Used, v.UsedAt, v.Gave = redeemed, e.Seq, s.Now(), ""
	s.Keep(e)
	shown := v.show(false)
	if rest := v.Amount - take; rest > 0 {
		change := s.issue(product{Group: v.Group, Code: v.Product}, rest)
		change.Change = e.Seq
		s.vouchers.Set(change.Serial, change)
		shown, v.Gave = change.show(true), change.Serial
	}
	s.vouchers.Set(v.Serial, v)
	return answer{entry: e, voucher: shown, keep: true}
}

// judge says why the voucher cannot be redeemed; nil when it can.
func (s *Server) judge(m *write, v *voucher) *answer {
	switch {
	case v == nil:
		return refuse(codeNoVoucher, "voucher not found")
	case v.State == redeemed:
		return refuse(codeRedeemed, "voucher has been redeemed")
	case v.State != active:
		return refuse(codeNotActive, "voucher is not active")
	case v.Expires.Before(s.Now()):
		return refuse(codeExpired, "voucher has expired")
	case *m.Amount > v.Amount:
		return refuse(codeTooMuch, "amount is more than the voucher holds")
	}
	return nil
}

// lookup shows a Cash Out PIN by its serial number.
func (s *Server) lookup(m *write) answer {
	v := s.vouchers.Of(m.SerialNumber)
	if v == nil || v.Group != m.op.group || v.Product != *m.ProductCode {
		return *refuse(codeNoVoucher, "voucher not found")
	}
	return answer{voucher: v.show(false)}
}
