package blu

import (
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// limits of one voucher in cents
const (
	smallest = 500
	largest  = 400000
)

// voucher is one PIN. It is kept under its serial number.
type voucher struct {
	PIN       string    `json:"pin"`
	Serial    string    `json:"serial"`
	Reference string    `json:"reference"`
	Amount    int64     `json:"amount"` // cents
	Used      int64     `json:"used,omitempty"`
	Expires   time.Time `json:"expires"`
}

// issue makes a voucher, valid for 36 months, that no other has the PIN of.
func (s *Server) issue(amount int64) *voucher {
	n := s.vouchers.Len() + 1
	v := &voucher{
		Serial: fmt.Sprintf("BV%011d", n), Reference: fmt.Sprintf("BLT-%09d", n), Amount: amount, Expires: s.Now().AddDate(3, 0, 0),
	}
	for v.PIN == "" || s.byPIN[v.PIN] != nil || stage.TestPIN(v.PIN) {
		v.PIN = fmt.Sprintf("%016d", mathrand.Int64N(1e16))
	}
	return v
}

// holder finds the voucher of a PIN. A test PIN that was never sold is made on the spot.
func (s *Server) holder(pin string) *voucher {
	v := s.byPIN[pin]
	if v == nil && stage.TestPIN(pin) {
		v = s.issue(10000)
		v.PIN = pin
		s.vouchers.Set(v.Serial, v)
	}
	return v
}

// status is the state of the voucher in one of the spellings that are known.
func (s *Server) status(v *voucher) string {
	odd := v.Serial[len(v.Serial)-1]%2 == 1
	switch {
	case v.Used != 0 && odd:
		return "USED"
	case v.Used != 0:
		return "REDEEMED"
	case v.Expires.Before(s.Now()):
		return "EXPIRED"
	case odd:
		return "ACTIVE"
	}
	return "VALID"
}
