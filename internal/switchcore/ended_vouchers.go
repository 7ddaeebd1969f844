package switchcore

import (
	"bytes"

	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// issuedVoucher keeps the voucher of a provision.
func (e *ended) issuedVoucher(s *Set, t *transactions.Transaction) {
	v := e.existing(s, t)
	if v == nil {
		fresh := *e.issued
		fresh.ProviderID, fresh.State = t.ProviderID, vouchers.None
		v = &fresh
		s.insertVoucher(v)
	}
	v.ProvisionID, v.Currency, v.Amount, v.Balance = t.ID, t.Currency, t.ApprovedAmount, t.ApprovedAmount
	if e.issued.Serial != "" {
		v.Serial = e.issued.Serial
	}
	if !e.issued.Expiry.IsZero() {
		v.Expiry = e.issued.Expiry
	}
	t.VoucherID = v.ID
	s.touchVoucher(v)
}

// changeVoucher keeps the new voucher that came with a redemption or refund; it is spendable once that is confirmed.
func (e *ended) changeVoucher(s *Set, t *transactions.Transaction) {
	if e.existing(s, t) != nil {
		s.requireRecon(t, "the provider gave back a code that another transaction holds")
		return
	}
	v := *e.issued
	v.ProviderID, v.State, v.ProvisionID, v.Currency = t.ProviderID, vouchers.None, t.ID, t.Currency
	if e.result.BalanceAmount != nil && t.Key.Operation == transactions.Redemption {
		v.Amount, v.Balance = &e.result.BalanceAmount.Minor, &e.result.BalanceAmount.Minor
	} else if t.Key.Operation == transactions.Refund {
		v.Amount, v.Balance = t.ApprovedAmount, t.ApprovedAmount
	}
	if t.Mode == transactions.Single && t.Stage() == transactions.Approved { // not when it was reversed while it ran
		v.State = vouchers.Available
	}
	s.insertVoucher(&v)
	t.ChangeVoucherID = v.ID
}

// usedElsewhere keeps a redeemed code that was sold outside the switch (vouchers.md 4.1).
func (e *ended) usedElsewhere(s *Set, t *transactions.Transaction) {
	if e.used == nil || len(s.withCode(e.used.CodeHash)) > 0 {
		return
	}
	v := *e.used
	v.ProviderID, v.State, v.UseID, v.Currency, v.Amount, v.Balance = t.ProviderID, vouchers.None, t.ID, t.Currency, t.ApprovedAmount, t.ApprovedAmount
	if err := v.Step(vouchers.RedeemedElsewhere); err != nil {
		panic(err) // a fresh voucher lists it
	}
	s.insertVoucher(&v)
	t.VoucherID = v.ID
}

// existing gives the row of the issued code at this provider.
func (e *ended) existing(s *Set, t *transactions.Transaction) *vouchers.Voucher {
	for _, v := range s.withCode(e.issued.CodeHash) {
		if v.ProviderID == t.ProviderID {
			return v
		}
	}
	return nil
}

// taken tells whether a code that the provider chose is already another transaction's; a code that the client gave may
// be provisioned again (vouchers.md 2).
func (e *ended) taken(s *Set, t *transactions.Transaction) bool {
	if e.issued == nil || t.Key.Operation != transactions.Provision || e.clientGave() {
		return false
	}
	v := e.existing(s, t)
	return v != nil && v.ProvisionID != t.ID
}

func (e *ended) clientGave() bool {
	return e.req.VoucherCode != "" && bytes.Equal(e.core.codeHash(e.req.VoucherCode), e.issued.CodeHash)
}

// moveVoucher follows the transaction with its voucher (vouchers.md 4.1).
func (e *ended) moveVoucher(s *Set, t *transactions.Transaction) {
	v := s.voucherOf(t)
	if v == nil {
		return
	}
	var on vouchers.Event
	switch stage := t.Stage(); {
	case t.Key.Operation == transactions.Provision && stage == transactions.Approved && t.Mode == transactions.Single:
		on = vouchers.Activated
	case t.Key.Operation == transactions.Provision && stage == transactions.Approved:
		on = vouchers.Issued
	case t.Outcome == transactions.Failed && v.UseID == t.ID && t.Key.Operation == transactions.Redemption:
		on = vouchers.RedemptionUndone
	case t.Outcome == transactions.Failed && v.UseID == t.ID && t.Key.Operation == transactions.Refund:
		on = vouchers.RefundUndone
	default:
		return
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}
