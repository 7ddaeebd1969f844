package flash

import (
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// states of a voucher, as the answers name them
const (
	active   = "Active"
	redeemed = "Redeemed"
	reversed = "Reversed"
)

// shelfLife is how long a voucher stays valid.
const shelfLife = 3 * 365 * 24 * time.Hour

// voucher is one PIN. It is kept under its serial number.
type voucher struct {
	PIN     string    `json:"pin"`
	Serial  string    `json:"serial"`
	Group   string    `json:"group"`
	Product int       `json:"product"`
	Amount  int64     `json:"amount"` // cents
	State   string    `json:"state"`
	Expires time.Time `json:"expires"`
	Issued  int64     `json:"issued,omitempty"` // entry that sold it or gave it as a refund
	Change  int64     `json:"change,omitempty"` // redemption that gave it as change
	Used    int64     `json:"used,omitempty"`   // redemption that took it
	Gave    string    `json:"gave,omitempty"`   // serial number of the change voucher it turned into
	UsedAt  time.Time `json:"usedAt,omitzero"`
	Barcode string    `json:"barcode,omitempty"`
}

// issue makes a voucher that no other has the PIN or serial number of.
func (s *Server) issue(p product, amount int64) *voucher {
	v := &voucher{Group: p.Group, Product: p.Code, Amount: amount, State: active, Expires: s.Now().Add(shelfLife), Barcode: p.Barcode}
	for v.PIN == "" || s.byPIN[v.PIN] != nil {
		v.PIN = fmt.Sprintf("%d%015d", 1+mathrand.IntN(6), mathrand.Int64N(1e15)) // 7777... asks for faults
	}
	v.Serial = fmt.Sprintf("FL%010d", s.vouchers.Len()+1)
	return v
}

// holder finds the voucher of a PIN of the group. A test PIN that was never sold is made on the spot.
func (s *Server) holder(pin, group string) *voucher {
	v := s.byPIN[pin]
	if v == nil && stage.TestPIN(pin) {
		v = s.issue(product{Group: group, Code: 1}, 10000)
		v.PIN = pin
		s.vouchers.Set(v.Serial, v)
	}
	if v != nil && v.Group != group {
		return nil
	}
	return v
}

// show is the voucher as an answer carries it; its PIN only where it is new.
func (v *voucher) show(withPIN bool) map[string]any {
	out := map[string]any{
		"amount": v.Amount, "serialNumber": v.Serial, "status": v.State, "expiryDate": local(v.Expires),
		"content": map[string]any{
			"redemptionInstructions": "Enter the PIN where you pay.\r\nKeep it safe.", "termsAndConditions": "Not for cash.",
		},
	}
	if withPIN {
		out["pin"] = v.PIN
	}
	if !v.UsedAt.IsZero() {
		out["redemptionDate"] = local(v.UsedAt)
	}
	if v.Barcode != "" {
		out["barcode"] = v.Barcode
	}
	return out
}
