package simulator

import "net/http"

// advise applies a confirmation or reversal (vouchers.md 4.2 to 4.5). A nil
// refusal is an acceptance, also when nothing was left to do. The caller holds
// mu.
func (h *house) advise(a *account, op operation, do action, adv *advice) *refusal {
	k := keyOf(op, adv.RequestID)
	ev := &event{Kind: "advice", User: a.name, Op: op, Do: do, ID: adv.ID, Request: adv.RequestID, Result: repeated}
	if !h.profile.Advices || op != provision && !h.profile.Redemption {
		return h.refuseAdvice(ev, unsupported("advice"))
	}
	if a.accepted(k, decisionOf(do), adv.ID) {
		h.record(ev)
		return nil
	}
	e := a.approved(k)
	if e == nil {
		return h.refuseAdvice(ev, refuse(http.StatusNotFound, errNotFound, "no such request"))
	}
	final, r := finalAmount(e, do, adv)
	changes := false
	if r == nil {
		changes, r = h.judge(e, do)
	}
	if r != nil {
		return h.refuseAdvice(ev, r)
	}
	if changes {
		ev.Result, ev.Final = applied, final
	}
	h.record(ev)
	return nil
}

// judge says whether the advice changes the record, or why it is refused.
func (h *house) judge(e *entry, do action) (bool, *refusal) {
	switch e.op {
	case redemption:
		return h.adviseRedemption(e, do)
	case refund:
		return h.adviseRefund(e, do)
	}
	return adviseProvision(e, do)
}

func adviseProvision(e *entry, do action) (bool, *refusal) {
	switch {
	case e.advice == "":
		return true, nil
	case e.advice == decisionOf(do):
		return false, nil
	case do == confirm:
		r := refuse(http.StatusBadRequest, errVoucherReversed, "provision was reversed")
		r.Detail = &detail{ReversalID: e.adviceID, VoucherID: e.id}
		return false, r
	}
	r := refuse(http.StatusBadRequest, errVoucherConfirmed, "provision was confirmed")
	r.Detail = &detail{ConfirmationID: e.adviceID, VoucherID: e.id}
	return false, r
}

// finalAmount is what stands after the advice: all of it for a plain
// confirmation, nothing for a plain reversal, else the amount it names.
func finalAmount(e *entry, do action, adv *advice) (int64, *refusal) {
	if adv.Amounts == nil || adv.Amounts.ApprovedAmount == nil {
		if do == confirm {
			return e.amount, nil
		}
		return 0, nil
	}
	named := adv.Amounts.ApprovedAmount
	if e.currency != "" && (*named.Amount > e.amount || *named.Amount < 0 || string(named.Currency) != e.currency) {
		return 0, refuse(http.StatusBadRequest, errInvalidAmount, "more than was approved")
	}
	return *named.Amount, nil
}

func (h *house) refuseAdvice(ev *event, r *refusal) *refusal {
	ev.Result, ev.Error = refused, r.ErrorType
	h.record(ev)
	return r.about(ev.ID, ev.Request)
}
