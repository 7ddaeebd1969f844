package humm

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// readRequest reads the answer to a message whose till waits.
func (c *Connector) readRequest(call switchcore.Call, s said) switchcore.Result {
	r := switchcore.Result{Detail: s.detail, Alarm: s.alarm, Words: s.words()}
	again := isRepeat(call)
	switch {
	case s.unsent:
		r.Class = switchcore.ClassNotSent
	case s.answer == nil:
		r.Class = switchcore.ClassUnknown
	case s.class == rail.Approved:
		return approved(s, r)
	case again && s.op == rail.SendReceipt && s.code == rail.ReceiptInUse: // by the very message that is repeated
		s.code = rail.ReceiptAttached
		return approved(s, r)
	case s.class == rail.Unknown:
		r.Class, r.Detail, r.StateUnknown = switchcore.ClassUnknown, detailPending, true
	case again && (s.keyTrouble() || s.code == rail.AdjustDuplicate):
		r.Class, r.Detail, r.StateUnknown = switchcore.ClassUnknown, family.DetailRefused, true
	case s.class == rail.Client:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, detailClient, switchcore.ErrGeneral
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrDoNotHonor
	}
	if r.Class == switchcore.ClassUnknown {
		r.Follow = c.reask(call, s)
	}
	return r
}

// isRepeat tells whether the message went out before, as far as anybody knows.
func isRepeat(call switchcore.Call) bool {
	return call.Kind == transactions.AttemptRetry || call.Step != ""
}

// approved passes a success on. A key without its text, or one that is not for us, is no success.
func approved(s said, r switchcore.Result) switchcore.Result {
	r.Class, r.Detail = switchcore.ClassApproved, family.DetailApproved
	r.Words.Code = "" // kept as the code of an error
	r.Members = []switchcore.Member{{Name: rail.Code, Raw: jsonedit.Quote(s.code)}}
	for _, name := range []string{rail.Text, rail.PurchaseNumber, rail.Key} {
		if value := s.answer.Text(name); value != "" {
			r.Members = append(r.Members, switchcore.Member{Name: name, Raw: jsonedit.Quote(value)})
		}
	}
	if number := s.answer.Text(rail.PurchaseNumber); number != "" {
		r.Terms = []switchcore.Term{{Kind: transactions.TermPurchase, Value: number}}
	}
	if s.op == rail.ProcessAdjustment { // a refund gets no number: the reference that it went up with is its name
		r.Words.Ref = short(s.sent.Text(rail.Reference), longestRef)
	}
	if s.op == rail.CreateKey {
		key := s.answer.Text(rail.Key)
		if key == "" {
			return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse, Words: r.Words}
		}
		r.DeviceKey = &switchcore.DeviceKey{MerchantID: s.sent.Text(rail.MerchantID), DeviceID: s.sent.Text(rail.DeviceID), Key: key}
	}
	return r
}

// reaskStep begins the name of a repeat; its number follows.
const reaskStep = "again-"

// reask repeats a message unchanged, which the rail takes for the same one (I10): after 1, 2 and 4 seconds, or when the
// rail itself says. Keys and invitations are never repeated: one is used up, the other is a message to a person.
func (c *Connector) reask(call switchcore.Call, s said) *switchcore.Follow {
	done, _ := strconv.Atoi(strings.TrimPrefix(call.Step, reaskStep))
	if done >= c.reasks || s.op == rail.CreateKey || s.op == rail.Invite || len(call.Sent.Body) == 0 || s.keyTrouble() {
		return nil
	}
	m := call.Sent
	m.Kind = ""
	return &switchcore.Follow{
		Step: reaskStep + strconv.Itoa(done+1), Kind: transactions.AttemptRetry, Message: m, After: max(time.Second<<done, s.retryAfter()),
	}
}

// retryAfter is how long the rail asks to wait for a buyer. It is not signed, so it decides nothing but the pace.
func (s said) retryAfter() time.Duration {
	if s.answer == nil || s.code != rail.AwaitingBuyer {
		return 0
	}
	n, err := strconv.Atoi(s.answer.Text(rail.RetryDuration))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 3600)) * time.Second
}
