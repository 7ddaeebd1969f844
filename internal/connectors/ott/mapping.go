package ott

import (
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// The calls of 5.2.
const (
	callGet     = "GetVoucher"
	callCheck   = "CheckVoucher" // of the issuing API by reference, of the redemption API by PIN
	callConfirm = "ConfirmVoucher"
	callReject  = "RejectVoucher"
	callRemit   = "RemitVoucher"
	callRemits  = "CheckRemitVoucher"
)

// The further messages of a call, as Call.Step names them.
const (
	stepCheck        = "check"         // what became of a request that got no usable answer
	stepCheckAgain   = "check again"   // the second look of a retry
	stepIssueAnew    = "issue anew"    // under the next reference, the old one being proved empty
	stepAfterConfirm = "check confirm" // is what could not be confirmed still there?
	stepAfterReject  = "check reject"  // is what could not be rejected there at all?
)

// Prepare writes the message of a call (5.5). It fails with apperr.Invalid, or a switchcore.Refusal, for what OTT has no
// words for; nothing is sent then.
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	switch call.Kind {
	case transactions.AttemptRequest:
		return c.prepareRequest(call)
	case transactions.AttemptRetry:
		if call.Operation == transactions.Provision {
			return check(call.WireRef), nil
		}
	case transactions.AttemptLookup:
		return c.prepareLookup(call)
	case transactions.AttemptConfirm, transactions.AttemptReverse:
		return c.prepareAdvice(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func (c *Connector) prepareRequest(call switchcore.Call) (switchcore.Message, error) {
	switch {
	case call.Request == nil:
	case call.Operation == transactions.Provision:
		return c.issue(call, call.WireRef)
	case call.Operation == transactions.Redemption:
		return c.remit(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "provider %s takes no %s of a %s", call.Provider.ID, call.Kind, call.Operation)
}

// Read maps an answer by the tables of 5.4. It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	r, over := family.Silent(a, stored(call))
	if over {
		if a.Sent {
			r.Follow = settle(call)
		}
		return r
	}
	return c.read(call, parse(a))
}

func (c *Connector) read(call switchcore.Call, body *reply) switchcore.Result {
	switch {
	case stored(call) && call.Operation == transactions.Redemption:
		return readUndo(body)
	case stored(call):
		return readAdvice(call, body)
	case call.Operation == transactions.Lookup:
		return readLookup(call, body)
	case call.Operation == transactions.Redemption:
		return readRemit(call, body)
	case call.Step == stepCheckAgain, call.Step == "" && call.Kind != transactions.AttemptRequest:
		return c.readRetry(call, body)
	}
	return readIssue(call, body)
}

// settle gives the check that settles a request without a usable answer: the request itself is never sent again (5.3).
// A check is not followed by another.
func settle(call switchcore.Call) *switchcore.Follow {
	first := call.Step == "" && call.Kind == transactions.AttemptRequest
	switch {
	case call.Operation == transactions.Provision && (first || call.Step == stepIssueAnew):
		return &switchcore.Follow{Step: stepCheck, Kind: transactions.AttemptLookup, Message: check(referenceOf(call))}
	case call.Operation == transactions.Redemption && first:
		return &switchcore.Follow{Step: stepCheck, Kind: transactions.AttemptLookup, Message: checkRemit(referenceOf(call))}
	}
	return nil
}

// byTable reads a refusal through a table of codes. What no table lists is a refusal only when the status says so too.
func byTable(call switchcore.Call, body *reply, table map[int64]ruling) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	code, listed := table[body.code]
	switch {
	case body.verdict == denied:
		r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
	case body.verdict == no && listed && code.declined:
		r.Class, r.Detail, r.ErrorType, r.Alarm = switchcore.ClassDeclined, family.DetailDeclined, code.errorType, code.alarm
	case body.verdict == no && !listed && family.Refusal(body.status):
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrDoNotHonor
	default:
		r.StateUnknown = body.verdict == no && listed || body.status == statusInternal
		r.Follow = settle(call)
	}
	return r
}
