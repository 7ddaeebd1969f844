package switchcore

import (
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// decisionVoucher follows a decision with the voucher (vouchers.md 4.1); the first confirmation of a provision makes
// its code spendable, a reversal withdraws it only from the latest provision of the code.
func (c *Core) decisionVoucher(s *Set, t *transactions.Transaction, kind transactions.Decision) {
	c.decisionChange(s, t, kind)
	v := s.voucherOf(t)
	if v == nil {
		return
	}
	confirm := kind == transactions.Confirm
	var on vouchers.Event
	switch {
	case t.Key.Operation == transactions.Provision && confirm && t.Mode == transactions.Single:
		return // spendable since its approval
	case t.Key.Operation == transactions.Provision && confirm:
		on = vouchers.Activated
	case t.Key.Operation == transactions.Provision && v.ProvisionID == t.ID:
		on = vouchers.Withdrawn
	case v.UseID != t.ID:
		return
	case t.Key.Operation == transactions.Redemption && confirm:
		on = vouchers.RedemptionSettled
	case t.Key.Operation == transactions.Redemption:
		on = vouchers.RedemptionUndone
	case t.Key.Operation == transactions.Refund && confirm && s.vouchers[t.ChangeVoucherID] != nil:
		on = vouchers.RefundUndone // the money is in the new voucher: the old code stays spent (providers.md 4.7)
	case t.Key.Operation == transactions.Refund && confirm:
		on = vouchers.RefundSettled
	case t.Key.Operation == transactions.Refund:
		on = vouchers.RefundUndone
	default:
		return
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}

// decisionChange makes the voucher that came with a redemption or refund spendable, or withdraws it.
func (c *Core) decisionChange(s *Set, t *transactions.Transaction, kind transactions.Decision) {
	v := s.vouchers[t.ChangeVoucherID]
	if v == nil {
		return
	}
	on := vouchers.Withdrawn
	if kind == transactions.Confirm {
		on = vouchers.Activated
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}
