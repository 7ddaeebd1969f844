package blu

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// sell issues a voucher.
func (s *Server) sell(c call, m move, e *stage.Entry) stage.Answer {
	if *m.Amount < smallest || *m.Amount > largest {
		return s.refused(c, e, http.StatusBadRequest, "Invalid amount")
	}
	v := s.issue(*m.Amount)
	e.State, e.FinalAmount, e.Code, e.Serial = stage.Approved, v.Amount, v.PIN, v.Serial
	s.vouchers.Set(v.Serial, v)
	return stage.JSON(http.StatusCreated, vary(e, map[string]any{
		"requestId": m.RequestID, "token": v.PIN, "serialNumber": v.Serial, "amount": v.Amount, "reference": e.ProviderRef,
		"productInstructions": "Redeem online.\nKeep the PIN safe.",
	}))
}

// redeem takes a voucher. What a part redemption leaves is on a replacement voucher.
func (s *Server) redeem(c call, m move, e *stage.Entry) stage.Answer {
	v := s.holder(m.Token)
	switch {
	case v == nil:
		return s.refused(c, e, http.StatusNotFound, "Invalid voucher token")
	case v.Used != 0:
		return s.refused(c, e, http.StatusBadRequest, "Voucher has already been redeemed")
	case v.Expires.Before(s.Now()):
		return s.refused(c, e, http.StatusBadRequest, "Voucher has expired")
	case *m.Amount > v.Amount:
		return s.refused(c, e, http.StatusBadRequest, "Amount exceeds voucher balance")
	}
	v.Used = e.Seq
	e.State, e.Amount, e.FinalAmount, e.Code, e.Serial = stage.Approved, *m.Amount, *m.Amount, v.PIN, v.Serial
	s.vouchers.Set(v.Serial, v)
	out := map[string]any{
		"requestId": m.RequestID, "reference": e.ProviderRef, "amount": *m.Amount, "dateTime": c.now.UTC().Format(time.RFC3339),
		"redeemedVoucherSerialNumber": v.Serial,
	}
	if e.Seq%2 == 0 {
		out["redeemedVoucherReference"] = v.Reference
	}
	if rest := v.Amount - *m.Amount; rest > 0 {
		n := s.issue(rest)
		s.vouchers.Set(n.Serial, n)
		name := "amount"
		if e.Seq%2 == 1 {
			name = "balance"
		}
		out["replacementVoucher"] = map[string]any{
			"token": n.PIN, "serialNumber": n.Serial, name: rest, "expiryDateTime": n.Expires.UTC().Format(time.RFC3339),
		}
	}
	return stage.JSON(http.StatusOK, vary(e, out))
}

// vary uses what the interface leaves open: further members, numbers as text.
func vary(e *stage.Entry, out map[string]any) map[string]any {
	if e.Seq%3 == 2 {
		out["barcode"] = map[string]any{"format": "CODE128"}
	}
	if e.Seq%4 == 3 {
		out["amount"] = strconv.FormatInt(e.Amount, 10)
	}
	return out
}

// serveLookup shows a voucher by serial number or PIN; the serial number wins.
func (s *Server) serveLookup(x *stage.Exchange, c call) {
	f := x.Fault("lookup", false, true, 0, "")
	if f.Name != "" && f.When == stage.BeforeWork {
		x.Deliver(f, c.instead(f))
		return
	}
	q := x.R.URL.Query()
	s.Lock()
	v := s.vouchers.Of(q.Get("serialNumber"))
	if q.Get("serialNumber") == "" {
		v = s.holder(q.Get("token"))
	}
	a := c.refuse(http.StatusNotFound, "Voucher not found")
	if v != nil {
		out := map[string]any{
			"status": s.status(v), "amount": v.Amount, "currency": "ZAR", "expiryDate": v.Expires.UTC().Format(time.RFC3339),
		}
		if strings.HasSuffix(strings.TrimSuffix(x.R.URL.Path, "/"), "/full") {
			out["serialNumber"], out["reference"] = v.Serial, v.Reference
		}
		a = stage.JSON(http.StatusOK, out)
	}
	s.Commit()
	s.Unlock()
	if f.Name == "decline" {
		a = c.refuse(http.StatusBadRequest, declined(f))
	}
	c.deliver(x, f, a)
}
