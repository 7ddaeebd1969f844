package ott

import (
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// limits of one voucher in cents, and the money the reseller has paid in
const (
	smallest = 500
	largest  = 400000
	float    = 100_000_000_00
)

// shelfLife is how long a voucher stays valid.
const shelfLife = 3 * 365 * 24 * time.Hour

// voucher is one PIN. It is kept under its serial number.
type voucher struct {
	PIN     string    `json:"pin"`
	Serial  string    `json:"serial"`
	ID      int64     `json:"id"`
	Amount  int64     `json:"amount"` // cents
	Expires time.Time `json:"expires"`
	Issued  int64     `json:"issued,omitempty"` // entry that sold it
	Used    int64     `json:"used,omitempty"`   // redemption that took it
	Dead    bool      `json:"dead,omitempty"`   // rejected
}

// issue makes a voucher that no other has the PIN of.
func (s *Server) issue(amount int64) *voucher {
	n := int64(s.vouchers.Len()) + 1
	v := &voucher{ID: 5_000_000 + n, Serial: fmt.Sprintf("OTT%09d", n), Amount: amount, Expires: s.Now().Add(shelfLife)}
	for v.PIN == "" || s.byPIN[v.PIN] != nil || stage.TestPIN(v.PIN) {
		v.PIN = fmt.Sprintf("%012d", mathrand.Int64N(1e12))
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

// show is the voucher as the issuing API puts it into its answer.
func (v *voucher) show() map[string]any {
	var sale any = saleID(v.Issued)
	if v.Issued%2 == 0 {
		sale = strconv.FormatInt(saleID(v.Issued), 10)
	}
	return map[string]any{
		"voucherID": v.ID, "saleID": sale, "pin": v.PIN, "serialNumber": v.Serial, "batch": fmt.Sprint("B", v.ID/1000),
		"instructions": "Go to your betting site and enter the PIN.", "amount": rand(v.Amount, v.Issued),
	}
}
