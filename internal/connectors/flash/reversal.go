package flash

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareReversal undoes a purchase, redemption or refund by the reference it went out under. The reversal has a reference
// of its own, the id of its stored entry, and keeps it on every repeat (1.2, I18).
func (c *Connector) prepareReversal(call switchcore.Call) (switchcore.Message, error) {
	if call.Advice == nil || !call.Provider.Profile.Takes(call.Operation, transactions.Reverse) {
		return switchcore.Message{}, unsupported(call)
	}
	if call.Operation == transactions.Provision && call.Product != nil && call.Product.NotReversible {
		return switchcore.Message{}, unsupported(call)
	}
	group, err := groupOf(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	if call.Operation == transactions.Refund {
		group = groupOneVoucher // whatever was redeemed, a refund is a 1Voucher
	}
	if !offers(group, actReverse) {
		return switchcore.Message{}, unsupported(call)
	}
	body := c.write(call.Advice.ID)
	body.Text("originalReference", c.options.reference(call.WireRef))
	return c.post(group, actReverse, body), nil
}

// readReversal reads the answer to a reversal (4.6, last paragraph). Only Flash's own word ends it; trouble, silence and
// what people must mend first keep it in the queue.
func (c *Connector) readReversal(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if !a.Sent {
		r := notSent(a)
		if r.Detail == family.DetailFault {
			r.Class = switchcore.ClassFault
		}
		return r
	}
	if r, silent := family.Silent(a, false); silent {
		r.Class = switchcore.ClassRepeat
		return r
	}
	body := parse(a.Body)
	defer body.Release()
	code, coded := body.code()
	r := switchcore.Result{Class: switchcore.ClassRepeat, Detail: detailOf(a, code, coded), Words: body.words()}
	switch {
	case a.Status == http.StatusUnauthorized, coded && aboutToken(code):
		return refreshed(call, r)
	case body.another(c.options.reference(call.EntryID), coded && code == 0):
		r.Detail, r.Alarm = detailReference, true
	case !coded:
		r.Alarm = a.Status == http.StatusForbidden || a.Status == http.StatusNotFound || a.Status == http.StatusNotImplemented
	case code == 0 && a.Status == http.StatusOK:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAck
	case code == 0:
		r.Detail = family.DetailBadResponse
	default:
		undone(code, &r)
	}
	return r
}

// undone reads a code other than success as the answer to a reversal.
func undone(code int, r *switchcore.Result) {
	switch reversals()[code] {
	case undoDone:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	case undoNothing: // the purchase may still be on its way: it counts when it comes twice
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	case undoRefused:
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	default:
		m := meaningOf(code)
		switch {
		case m.ours:
			r.Alarm = true
		case m.class == switchcore.ClassDeclined:
			r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
		}
	}
}

// refreshed asks for the same reversal once more under a new token; the second refusal is for people.
func refreshed(call switchcore.Call, r switchcore.Result) switchcore.Result {
	r.Detail = family.DetailAuthFail
	if call.Step == "" && call.Sent.Method != "" {
		r.Follow = &switchcore.Follow{Step: stepToken, Kind: transactions.AttemptReverse, Message: again(call.Sent)}
		return r
	}
	r.Alarm = true
	return r
}
