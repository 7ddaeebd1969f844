package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

func (b *begin) provisionRules(s *Set, known *transactions.Transaction) *ruleAnswer {
	if known != nil && known.Outcome != transactions.Failed {
		return &ruleAnswer{b.duplicate(known), known}
	}
	if stone := s.tombstones[b.req.Key]; stone != nil {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrVoucherReversed, ErrorMessage: "Reversed before it was requested", OriginalID: stone.AdviceID}}
	}
	return nil
}

// duplicate quotes the voucher only to the client that was given it (W4).
func (b *begin) duplicate(t *transactions.Transaction) Reply {
	r := Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "This id was used before"}
	if t.Outcome == transactions.Success && t.Told {
		r.Detail.VoucherOf = b.core.openAnswer(t)
	}
	return r
}

// voucherRules are the checks of vouchers.md 4.3 and 4.4, in their order.
func (b *begin) voucherRules(s *Set, known *transactions.Transaction) *ruleAnswer {
	redeem := b.req.Key.Operation == transactions.Redemption
	v := b.chosen(s)
	none := v == nil || v.State == vouchers.None
	expired := v != nil && !v.Expiry.IsZero() && v.Expiry.Before(s.Now)
	if redeem && v == nil && b.forwardsCode() {
		none = false
	}
	if redeem && (none || expired && v.State == vouchers.Available) {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrNotRedeemable, ErrorMessage: "This voucher cannot be redeemed"}}
	}
	if stone := s.tombstones[b.req.Key]; stone != nil {
		kind := ErrRefundReversed
		if redeem {
			kind = ErrRedemptionReversed
		}
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: kind, ErrorMessage: "Reversed before", OriginalID: stone.AdviceID}}
	}
	if known != nil && (known.Outcome == transactions.Pending || known.Outcome == transactions.Unknown) ||
		b.req.Client.StrictIDs && s.addressed(b.req.Key) != nil {
		return &ruleAnswer{Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "This id is in use"}, known}
	}
	if redeem && v == nil {
		return nil
	}
	if refusal := voucherRefusal(redeem, v); refusal != "" {
		status := 400
		if refusal == ErrNotLocated {
			status = 404
		}
		return &ruleAnswer{reply: Reply{Status: status, ErrorType: refusal, ErrorMessage: "The voucher's state forbids it"}}
	}
	return nil
}

// forwardsCode tells whether the provider of the route is asked about a code that was never issued through us.
func (b *begin) forwardsCode() bool {
	return b.refusal == nil && b.provider.Profile.ForwardUnknownCodes
}

// voucherRefusal reads the row of the state table in vouchers.md 4.1; empty: allowed.
func voucherRefusal(redeem bool, v *vouchers.Voucher) string {
	state := vouchers.None
	if v != nil {
		state = v.State
	}
	if redeem {
		if state == vouchers.Available {
			return ""
		}
		return ErrAlreadyRedeemed
	}
	switch state {
	case vouchers.RedemptionConfirmed:
		return ""
	case vouchers.Available:
		return ErrNotRedeemed
	case vouchers.Redeemed:
		return ErrRedemptionOpen
	case vouchers.RefundPending:
		return ErrAlreadyRefunded
	}
	return ErrNotLocated
}

// chosen picks the voucher that a code means: the only one, else the one whose provider the request names.
func (b *begin) chosen(s *Set) *vouchers.Voucher {
	list := s.withCode(b.codeHash)
	flat := make([]vouchers.Voucher, len(list))
	for i, v := range list {
		flat[i] = *v
	}
	if i := chooseVoucher(b.core.Directory(), b.req, flat); i >= 0 {
		return list[i]
	}
	return nil
}

// voucherConflict reads the tables of vouchers.md 4.2 to 4.4.
func (a *advise) voucherConflict(s *Set, t *transactions.Transaction) *Reply {
	confirm := a.req.Kind == transactions.Confirm
	confirmed := t.Decision == transactions.Confirm || t.Final == transactions.Completed
	reversed := t.Decision == transactions.Reverse
	confirmation := Detail{ConfirmationID: t.DecisionAdviceID}
	switch t.Key.Operation {
	case transactions.Provision:
		switch {
		case confirm && reversed:
			return no(400, ErrVoucherReversed, "Reversed before", Detail{ReversalID: t.DecisionAdviceID})
		case !confirm && confirmed:
			if t.VoucherID != uuid.Nil {
				confirmation.VoucherID = t.VoucherID.String()
			}
			return no(400, ErrVoucherConfirmed, "Confirmed before", confirmation)
		}
	case transactions.Redemption:
		switch {
		case confirm && (t.Decision == transactions.Confirm || reversed):
			return no(400, ErrNotRedeemed, "Nothing left to confirm", Detail{})
		case !confirm && reversed:
			return no(404, ErrNotLocated, "Nothing left to reverse", Detail{})
		case !confirm && confirmed:
			if v := s.voucherOf(t); v != nil && v.State == vouchers.RedemptionConfirmed {
				return no(400, ErrRedemptionConfirmed, "Confirmed before", confirmation)
			}
			return no(404, ErrNotLocated, "Nothing left to reverse", Detail{})
		}
	case transactions.Refund:
		switch {
		case confirm && (t.Decision == transactions.Confirm || reversed):
			return no(400, ErrNotRefunded, "Nothing left to confirm", Detail{})
		case !confirm && confirmed:
			return no(400, ErrRefundConfirmed, "Confirmed before", confirmation)
		}
	}
	return nil
}
