package simulator

import "net/http"

// redeem takes a voucher (vouchers.md 4.3). The voucher's state is the only
// guard against a second use; the id may be used again. The caller holds mu.
func (h *house) redeem(a *account, m *message, hint string, decline *refusal) (issued, *refusal) {
	ev := &event{Kind: "request", User: a.name, Op: redemption, ID: m.ID, Hint: hint}
	bad := func(errorType, text, original string) (issued, *refusal) {
		return issued{}, h.turnDown(ev, refuse(http.StatusBadRequest, errorType, text).about(m.ID, original))
	}
	s := h.slots[m.Voucher.Code]
	reversal := a.tombstones[keyOf(redemption, m.ID)]
	switch {
	case !h.profile.Redemption:
		return issued{}, h.turnDown(ev, unsupported("redemption").about(m.ID, ""))
	case s == nil || s.state == none:
		return bad(errNotRedeemable, "voucher cannot be redeemed", "")
	case reversal != "":
		return bad(errRedeemReversed, "reversed before it came", reversal)
	case s.state != available:
		return bad(errAlreadyRedeemed, "voucher is used", "")
	case s.latest.expires < h.now().UnixMilli():
		return bad(errNotRedeemable, "voucher has expired", "")
	}
	return h.take(ev, m, s.latest, decline)
}

// take books an approved redemption or refund of sold, unless it is declined.
func (h *house) take(ev *event, m *message, sold *entry, decline *refusal) (issued, *refusal) {
	ev.Amount, ev.Currency, ev.Product = sold.amount, sold.currency, sold.product
	if asked := requested(m); asked != nil {
		if sold.currency != "" && (*asked.Amount > sold.amount || *asked.Amount < 0 || string(asked.Currency) != sold.currency) {
			decline = refuse(http.StatusBadRequest, errInvalidAmount, "more than the voucher holds")
		}
		ev.Amount, ev.Currency = *asked.Amount, string(asked.Currency)
	}
	if decline != nil {
		ev.Result, ev.Error = declined, decline.ErrorType
		h.record(ev)
		return issued{}, decline.about(m.ID, "")
	}
	ev.Result, ev.code, ev.Print = approved, m.Voucher.Code, contentPrint(m)
	h.record(ev)
	return h.accounts[ev.User].records[keyOf(ev.Op, m.ID)].issued(), nil
}

// adviseRedemption judges an advice by the state of the voucher; a voucher that
// another redemption holds by now counts as available to this one.
func (h *house) adviseRedemption(e *entry, do action) (bool, *refusal) {
	state := none
	if s := h.slots[e.code]; s != nil {
		state = s.state
		if s.redemption != e && state != none {
			state = available
		}
	}
	switch {
	case state == redeemed:
		return true, nil
	case do == confirm:
		return false, refuse(http.StatusBadRequest, errNotRedeemed, "nothing to confirm")
	case state == spent:
		r := refuse(http.StatusBadRequest, errRedeemConfirmed, "redemption is confirmed")
		r.Detail = &detail{ConfirmationID: e.adviceID, VoucherID: e.id}
		return false, r
	}
	return false, refuse(http.StatusNotFound, errNotFound, "no redemption to reverse")
}
