package ott

import (
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// checkPIN shows a voucher before it is taken.
func (s *Server) checkPIN(m *message) reply {
	v := s.holder(m.fields["voucherPIN"])
	if code, text := s.judge(v); code != 0 {
		return refuse(code, text)
	}
	return reply{ok: true, text: "Voucher found", fields: map[string]any{
		"serial": v.Serial, "value": rand(v.Amount, v.ID), "voucherID": v.ID,
	}}
}

// judge says why the voucher cannot be taken; code 0 when it can.
func (s *Server) judge(v *voucher) (code int, text string) {
	switch {
	case v == nil:
		return remitUnknown, "Invalid voucher"
	case v.Used != 0:
		return remitUsed, "Voucher already redeemed"
	case v.Dead:
		return remitInactive, "Voucher is not active"
	case v.Expires.Before(s.Now()):
		return remitExpired, "Voucher has expired"
	}
	return 0, ""
}

// remit takes a voucher, whole for an amount of 0. What a part redemption leaves goes to the customer, whose mobile
// number must be known for that; the PIN is spent all the same.
func (s *Server) remit(m *message) reply {
	v := s.holder(m.fields["pin"])
	if code, text := s.judge(v); code != 0 {
		return s.refused(m, code, text)
	}
	take := m.amount
	if take == 0 {
		take = v.Amount
	}
	if take > v.Amount {
		return s.refused(m, remitTooMuch, "Amount is more than the voucher value")
	}
	if take < v.Amount && m.fields["mobile"] == "" {
		return *badRequest("mobile is required to keep the rest")
	}
	e := s.entry(m)
	e.State, e.Amount, e.FinalAmount, e.Code, e.Serial = stage.Approved, take, take, v.PIN, v.Serial
	v.Used = e.Seq
	s.vouchers.Set(v.Serial, v)
	s.Keep(e)
	return taken(e, v)
}

func taken(e *stage.Entry, v *voucher) reply {
	return reply{ok: true, text: "Voucher redeemed", fields: map[string]any{
		"voucherID": v.ID, "voucherAmount": rand(e.Amount, e.Seq), "voucherBalance": rand(v.Amount-e.Amount, e.Seq),
	}}
}

// checkRemit shows the redemption made under a reference.
func (s *Server) checkRemit(m *message) reply {
	for _, e := range s.Uses("redemption", m.ref()) {
		if e.State == stage.Approved {
			r := taken(e, s.vouchers.Of(e.Serial))
			r.fields["serialNumber"] = e.Serial
			return r
		}
	}
	return refuse(0, "No redemption found for this reference")
}
