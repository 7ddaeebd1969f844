package flash

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// purchase sells a voucher of the group.
func (s *Server) purchase(m *write) answer {
	p, bad := m.product()
	if bad != nil {
		return s.refused(m, bad)
	}
	return s.sold(m, p)
}

// product finds what is asked for, or says what is against it.
func (m *write) product() (product, *answer) {
	code := 1
	if m.op.group != oneVoucher {
		code = 0
	}
	if m.ProductCode != nil {
		code = *m.ProductCode
	}
	p, ok := productOf(code, m.Barcode)
	switch {
	case !ok || p.Group != m.op.group:
		return p, refuse(codeProduct, "product is not known")
	case *m.Amount < p.Min || *m.Amount > p.Max:
		return p, refuse(codeAmount, "amount is not allowed for the product")
	}
	return p, nil
}

// sold books a new voucher.
func (s *Server) sold(m *write, p product) answer {
	e := s.entry(m)
	v := s.issue(p, *m.Amount)
	v.Issued = e.Seq
	e.State, e.Amount, e.FinalAmount, e.Hold = stage.Approved, v.Amount, v.Amount, m.hold
	e.Product, e.Code, e.Serial = strconv.Itoa(p.Code), v.PIN, v.Serial
	s.vouchers.Set(v.Serial, v)
	s.Keep(e)
	return answer{entry: e, voucher: v.show(true), keep: true}
}

// refund issues a new 1Voucher; it is not linked to any redemption.
func (s *Server) refund(m *write) answer {
	p, _ := productOf(1, "")
	if *m.Amount > p.Max {
		return s.refused(m, refuse(codeAmount, "amount is too high"))
	}
	return s.sold(m, p)
}
