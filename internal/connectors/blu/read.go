package blu

import (
	"errors"
	"net/http"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Details of attempts: what the reading of an answer came to.
const (
	detailFound     = "FOUND"
	detailReference = "OTHER_REFERENCE"
	detailNoCode    = "NO_VOUCHER"
	detailTaken     = "TAKEN"
)

// Steps of a call after its first message.
const (
	stepRedeem = "redeem" // the redemption itself, after the look-up that told its amount
	stepRepeat = "repeat" // the same bytes, to learn what became of the first
)

// Read maps an answer by status and message (7). It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	advice := call.Kind == transactions.AttemptConfirm || call.Kind == transactions.AttemptReverse
	switch {
	case advice && call.Operation == transactions.Redemption:
		return c.readTaken(call, a)
	case advice:
		return c.readReversal(call, a)
	case call.Operation == transactions.Lookup:
		return c.readLookup(call, a)
	case asks(call.Sent):
		return c.readWorth(call, a)
	}
	return c.readRequest(call, a)
}

// readRequest reads the answer to a sale or a redemption, or to the same bytes sent again.
func (c *Connector) readRequest(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if r, silent := unanswered(a); silent {
		if r.Class == switchcore.ClassNotSent && mayBeDone(call) {
			r.Class = switchcore.ClassUnknown // only this repeat was not sent
		}
		if !a.Sent {
			return r
		}
		return c.repeatRedemption(call, r)
	}
	body := parse(a.Body)
	defer body.Release()
	r := switchcore.Result{Detail: family.StatusDetail(a.Status), Words: body.words()}
	verdict := judge(a.Status, body.message())
	switch {
	case body.another(c.options.reference(call.WireRef)):
		r.Detail, r.Alarm = detailReference, true
		return r
	case verdict.class == switchcore.ClassApproved && call.Operation == transactions.Redemption:
		r = c.redeemed(body, r)
	case verdict.class == switchcore.ClassApproved:
		r = c.sold(body, r)
	case verdict.class == switchcore.ClassDeclined:
		return declined(call, verdict, r)
	default:
		r.StateUnknown = a.Status == http.StatusInternalServerError || a.Status == http.StatusConflict
	}
	if r.Class == switchcore.ClassUnknown {
		return c.repeatRedemption(call, r)
	}
	return r
}

// declined reads a refusal. After a message that may have taken effect, a refusal of our account proves nothing; nor does
// any refusal of a redemption: the code may be spent because we spent it.
func declined(call switchcore.Call, v verdict, r switchcore.Result) switchcore.Result {
	r.Alarm = v.ours
	if v.ours {
		r.Detail = family.DetailAuthFail
	}
	if mayBeDone(call) && (v.ours || call.Operation == transactions.Redemption) {
		return r
	}
	r.Class, r.ErrorType = switchcore.ClassDeclined, v.errorType
	if !v.ours {
		r.Detail = family.DetailDeclined
	}
	return r
}

// mayBeDone tells whether a message before this one may have taken effect.
func mayBeDone(call switchcore.Call) bool {
	return call.Step == stepRepeat || call.Step == "" && call.Kind == transactions.AttemptRetry
}

// unanswered reads an exchange without a whole answer.
func unanswered(a switchcore.Answer) (switchcore.Result, bool) {
	if !a.Sent && errors.Is(a.Err, wire.ErrNotWritten) {
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: family.DetailFault}, true
	}
	return family.Silent(a, false)
}
