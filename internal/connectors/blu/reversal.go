package blu

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareReversal undoes a sale where a reversal path was agreed. A redemption cannot be undone; its reversal only looks
// whether there is anything to undo, so that what never happened leaves no break (7, unknown redemption).
func (c *Connector) prepareReversal(call switchcore.Call) (switchcore.Message, error) {
	if call.Advice == nil || !call.Provider.Profile.Takes(call.Operation, transactions.Reverse) {
		return switchcore.Message{}, unsupported(call)
	}
	switch {
	case call.Operation == transactions.Provision && c.options.ReversalPath != "":
		original := c.options.reference(call.WireRef)
		body := &jsonedit.Builder{}
		body.Text("requestId", c.options.reference(call.Advice.ID))
		body.Text("originalRequestId", original)
		return c.post(strings.ReplaceAll(c.options.ReversalPath, "{originalRequestId}", original), body), nil
	case call.Operation == transactions.Redemption && call.Request != nil:
		if code := codeIn(call.Request); code != "" {
			return c.look(code, ""), nil
		}
	}
	return switchcore.Message{}, unsupported(call)
}

// codeIn gives the code of a request; of a stored one only the body is there.
func codeIn(r *switchcore.Request) string {
	if r.VoucherCode != "" {
		return r.VoucherCode
	}
	body := parse(jsonedit.Member(r.Body, "voucher"))
	defer body.Release()
	return body.Text("code")
}

// readReversal reads the answer to the reversal of a sale, whose wording is a guess until it was agreed: only a plain
// success, "reversed already", a plain "not found" or a plain refusal ends it.
func (c *Connector) readReversal(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if r, silent := unanswered(a); silent {
		return queued(r)
	}
	body := parse(a.Body)
	defer body.Release()
	r := switchcore.Result{Class: switchcore.ClassRepeat, Detail: family.StatusDetail(a.Status), Words: body.words()}
	message := body.message()
	verdict := judge(a.Status, message)
	switch {
	case body.another(c.options.reference(call.EntryID)):
		r.Detail, r.Alarm = detailReference, true
	case verdict.ours:
		r.Detail, r.Alarm = family.DetailAuthFail, true // never settles a queue
	case verdict.class == switchcore.ClassApproved && body.Doc != nil, a.Status == http.StatusAccepted && body.Doc != nil:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAck
	case verdict.class == switchcore.ClassUnknown:
		r.Alarm = a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented
	case says(message, "already reversed"):
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	case notFound(a.Status, message):
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	case a.Status == http.StatusNotFound:
		r.Alarm = true // the address, more likely than the sale
	case verdict.class == switchcore.ClassDeclined:
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	}
	return r
}

// readTaken reads the look-up that stands for the reversal of a redemption. A code that can still be spent was not taken:
// a redemption ends it, even of a part; that counts when it is seen twice. Anything else is left to people.
func (c *Connector) readTaken(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if r, silent := unanswered(a); silent {
		return queued(r)
	}
	state, _ := c.readState(call, a)
	r := switchcore.Result{Class: switchcore.ClassRepeat, Detail: state.Detail, Words: state.Words}
	switch {
	case state.Alarm || a.Status == http.StatusNotImplemented:
		r.Alarm = true
	case state.Class == switchcore.ClassApproved:
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	case state.Class == switchcore.ClassDeclined:
		r.Class, r.Detail, r.Break = switchcore.ClassConsumed, detailTaken, "the voucher is spent or gone at the provider, which cannot undo a redemption"
	}
	return r
}

// queued keeps an advice without an answer in the queue.
func queued(r switchcore.Result) switchcore.Result {
	switch {
	case r.Detail == family.DetailFault:
		r.Class = switchcore.ClassFault
	case r.Class == switchcore.ClassUnknown:
		r.Class = switchcore.ClassRepeat
	}
	return r
}
