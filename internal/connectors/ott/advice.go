package ott

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareAdvice writes the message that is stored and sent, the same every time (I18). What undoes a redemption does not
// exist: the stored message asks whether its value was taken (5.5).
func (c *Connector) prepareAdvice(call switchcore.Call) (switchcore.Message, error) {
	kind := transactions.Decision(call.Kind)
	switch {
	case !call.Provider.Profile.Takes(call.Operation, kind):
	case call.Operation == transactions.Provision && kind == transactions.Confirm:
		return form(issuingPath+callConfirm, map[string]string{"uniqueReference": call.WireRef}), nil
	case call.Operation == transactions.Provision:
		return reject(call.WireRef), nil
	case call.Operation == transactions.Redemption && kind == transactions.Reverse && c.redemption != nil:
		return checkRemit(call.WireRef), nil
	}
	return switchcore.Message{}, unsupported(call)
}

func reject(ref string) switchcore.Message {
	return form(issuingPath+callReject, map[string]string{"uniqueReference": ref})
}

// readAdvice reads the answer to a confirmation or rejection, a cleanup included, and to the check that follows a refused
// one. Only success, or what the check found, ends it.
func readAdvice(call switchcore.Call, body *reply) switchcore.Result {
	switch call.Step {
	case stepAfterConfirm:
		return readAfterConfirm(body)
	case stepAfterReject:
		return readAfterReject(body)
	}
	r := body.result(switchcore.ClassRepeat)
	confirm := call.Kind == transactions.AttemptConfirm
	switch {
	case body.verdict == yes:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAck
	case body.verdict != no || systemCode(issuingCodes, body.code):
	case confirm && confirmed(body.text("message")):
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	default:
		step := stepAfterReject
		if confirm {
			step = stepAfterConfirm
		}
		r.Detail = family.DetailRefused
		r.Follow = &switchcore.Follow{Step: step, Kind: transactions.AttemptLookup, Message: check(referenceOf(call))}
	}
	return r
}

// confirmed tells whether a refusal says that this very confirmation was carried out before (I16).
func confirmed(text string) bool { return strings.Contains(strings.ToLower(text), "already confirmed") }

// readAfterConfirm: a voucher that is still there is confirmed later, one that is gone never.
func readAfterConfirm(body *reply) switchcore.Result {
	r := body.result(switchcore.ClassRepeat)
	switch {
	case body.verdict == yes:
		r.Detail, r.Proved = family.DetailRefused, switchcore.ClassApproved
	case absent(body):
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	}
	return r
}

// readAfterReject: what is not there needs no rejection, once that was seen twice; what is there stays (the core opens a break).
func readAfterReject(body *reply) switchcore.Result {
	r := body.result(switchcore.ClassRepeat)
	switch {
	case body.verdict == yes:
		r.Class, r.Detail, r.Proved = switchcore.ClassRefused, family.DetailRefused, switchcore.ClassApproved
		if v := body.voucher(); v != nil {
			r.Words.Ref = v.sale
		}
	case absent(body):
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	}
	return r
}
