package switchcore

import (
	"encoding/json"

	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// ownRecord answers a look-up from what we know of a voucher that can be redeemed (vouchers.md 6): code, serial, expiry and
// what it holds.
func (c *Core) ownRecord(p Provider, v *vouchers.Voucher) *Reply {
	shown := map[string]string{}
	if code, err := c.Vault.Open("vouchers", "code_sealed", v.ID, v.CodeSealed); err == nil {
		shown["code"] = string(code)
	}
	if v.Serial != "" {
		shown["serialNumber"] = v.Serial
	}
	if !v.Expiry.IsZero() {
		shown["expiryDate"] = v.Expiry.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	a := &Approval{
		SettlementEntity: p.Settlement, Receiver: p.Receiver, SettlementRef: c.NewID().String(), ReceiverRef: c.NewID().String(),
		Members: []Member{member("voucher", shown)},
	}
	if v.Balance != nil {
		a.Members = append(a.Members, member("amounts", map[string]any{"balanceAmount": map[string]any{"amount": *v.Balance, "currency": v.Currency}}))
	}
	return &Reply{Kind: ReplyApproved, Status: 200, Approval: a}
}

func member(name string, value any) Member {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return Member{Name: name, Raw: raw}
}
