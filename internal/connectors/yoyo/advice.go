package yoyo

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareAdvice writes the message that is stored and sent, the same every time (I18). A reversal of a provision begins
// with a look at the item, or at the list of our reference: what was spent must not be deleted.
func (c *Connector) prepareAdvice(call switchcore.Call) (switchcore.Message, error) {
	decision := transactions.Decision(call.Kind)
	switch {
	case !call.Provider.Profile.Takes(call.Operation, decision) || call.Advice == nil:
	case call.Operation == transactions.Redemption && c.redemption != nil:
		return c.prepareAdvise(call)
	case call.Operation == transactions.Provision && decision == transactions.Reverse:
		return c.prepareReversal(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func (c *Connector) prepareReversal(call switchcore.Call) (switchcore.Message, error) {
	for _, k := range []kind{giftcard, coupon} {
		if id := identifier(call.Advice.Identifiers, k.name); id != "" {
			return get(k.item(id)), nil
		}
	}
	k, known := kindOf(call.Product)
	switch {
	case !known:
		return switchcore.Message{}, unsupported(call)
	case call.ProviderRef != "":
		return get(k.item(call.ProviderRef)), nil
	case c.options.UserRefMode != refRecord:
		return switchcore.Message{}, unsupported(call) // the customer's items are not all ours
	}
	return c.listOf(call.WireRef, k), nil
}

// readReversal reads the steps of a reversal: a look, a deletion, and both again while there is more than one item.
func (c *Connector) readReversal(call switchcore.Call, body *reply) switchcore.Result {
	if call.Step == stepDelete || call.Step == stepDeleteMore {
		return c.readDelete(call, body)
	}
	r := body.result(switchcore.ClassRepeat)
	list, listed := body.items()
	if body.verdict != yes || !listed {
		if body.verdict == no && body.coded && !issuerTrouble(body.code) {
			return nothingToUndo(r, call)
		}
		if body.status == http.StatusNotFound { // without a word of Yoyo's it may be a wrong address
			r.Alarm = true
		}
		return r
	}
	open, spent, gone := sorted(call, list)
	switch {
	case len(open) > 0:
		step := stepDelete
		if len(open)+len(spent) > 1 {
			step = stepDeleteMore
		}
		r.Detail, r.Proved, r.Words.Ref = detailFound, switchcore.ClassApproved, open[0].id
		r.Follow = &switchcore.Follow{Step: step, Kind: transactions.AttemptReverse, Message: remove(open[0].kind, open[0].id)}
	case len(spent) > 0:
		r.Class, r.Detail, r.Proved, r.Words.Ref = switchcore.ClassRefused, detailSpent, switchcore.ClassApproved, spent[0].id
	case gone:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	default:
		return nothingToUndo(r, call)
	}
	return r
}

// sorted tells items that can be deleted from those of which something was spent, and whether there was an expired one.
func sorted(call switchcore.Call, list []item) (open, spent []item, gone bool) {
	oldestFirst(list)
	for _, it := range list {
		switch {
		case it.userRef != "" && call.WireRef != "" && !strings.EqualFold(it.userRef, call.WireRef) && strings.Contains(call.Sent.Path, call.WireRef):
		case it.id == "":
		case it.spent():
			spent = append(spent, it)
		case it.gone():
			gone = true
		default:
			open = append(open, it)
		}
	}
	return open, spent, gone
}

// nothingToUndo ends a reversal of what is not there, once the core saw it twice; behind a deletion once is enough.
func nothingToUndo(r switchcore.Result, call switchcore.Call) switchcore.Result {
	r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, call.Step != stepListRest
	return r
}

// readDelete reads the answer to a deletion.
func (c *Connector) readDelete(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassRepeat)
	switch {
	case body.verdict == yes:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAck
	case vanished(body):
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	case body.verdict == no && body.coded && !issuerTrouble(body.code):
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	}
	if r.Class != switchcore.ClassDone || call.Step != stepDeleteMore {
		return r
	}
	r.Class = switchcore.ClassRepeat // the next delivery begins with the list again
	if k, known := kindOfPath(call.Sent.Path); known {
		r.Follow = &switchcore.Follow{Step: stepListRest, Kind: transactions.AttemptLookup, Message: c.listOf(call.WireRef, k)}
	}
	return r
}

// vanished tells whether a deletion was refused because the item is not there any more (6.4).
func vanished(body *reply) bool {
	text := strings.ToLower(body.text(0, "responseDesc"))
	return body.verdict == no && body.coded && !issuerTrouble(body.code) &&
		(body.status == http.StatusNotFound || strings.Contains(text, "not found") || strings.Contains(text, "expired"))
}
