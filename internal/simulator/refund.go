package simulator

import "net/http"

// refund gives a spent voucher back (vouchers.md 4.4). The caller holds mu.
func (h *house) refund(a *account, m *message, hint string, decline *refusal) (issued, *refusal) {
	ev := &event{Kind: "request", User: a.name, Op: refund, ID: m.ID, Hint: hint}
	bad := func(status int, errorType, text, original string) (issued, *refusal) {
		return issued{}, h.turnDown(ev, refuse(status, errorType, text).about(m.ID, original))
	}
	if !h.profile.Redemption {
		return issued{}, h.turnDown(ev, unsupported("refund").about(m.ID, ""))
	}
	if reversal := a.tombstones[keyOf(refund, m.ID)]; reversal != "" {
		return bad(http.StatusBadRequest, errRefundReversed, "reversed before it came", reversal)
	}
	s := h.slots[m.Voucher.Code]
	state := none
	if s != nil {
		state = s.state
	}
	switch state {
	case available:
		return bad(http.StatusBadRequest, errNotRedeemed, "voucher was not redeemed", "")
	case redeemed:
		return bad(http.StatusBadRequest, errRedeemOpen, "redemption is not confirmed", "")
	case refundPending:
		return bad(http.StatusBadRequest, errAlreadyRefunded, "refund is on its way", "")
	case spent:
		taken := s.redemption
		if taken == nil {
			taken = s.latest
		}
		return h.take(ev, m, taken, decline)
	}
	return bad(http.StatusNotFound, errNotFound, "voucher unknown", "")
}

// adviseRefund judges an advice by the refund's own record, since the voucher
// may have been redeemed again meanwhile.
func (h *house) adviseRefund(e *entry, do action) (bool, *refusal) {
	switch {
	case e.advice == "":
		return true, nil
	case do == confirm:
		return false, refuse(http.StatusBadRequest, errNotRefunded, "nothing to confirm")
	case e.advice == confirmed:
		r := refuse(http.StatusBadRequest, errRefundConfirmed, "refund is confirmed")
		r.Detail = &detail{ConfirmationID: e.adviceID, VoucherID: e.id}
		return false, r
	}
	return false, nil
}
