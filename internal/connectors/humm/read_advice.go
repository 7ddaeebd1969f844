package humm

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// refundStep names the second message of a sale's reversal.
const refundStep = "adjust"

// readAdvice reads the answer to a message from the queue. Only a definite answer ends it; everything else is sent again
// (spec/humm.md 8.3).
func (c *Connector) readAdvice(call switchcore.Call, s said) switchcore.Result {
	r := switchcore.Result{Class: switchcore.ClassRepeat, Detail: s.detail, Alarm: s.alarm, Words: s.words()}
	r.Words.Message = mask.MaskText(r.Words.Message) // shown with the queue
	switch {
	case s.fault:
		r.Class, r.Detail = switchcore.ClassFault, family.DetailFault
		return r
	case s.unsent:
		r.Class = switchcore.ClassNotSent
		return r
	case s.answer == nil:
		return r
	case s.class == rail.Unknown:
		r.Detail = detailPending
		return r
	case s.keyTrouble(): // never settles a queue: people must see to the device first
		r.Detail = family.DetailRefused
		return r
	}
	if s.class == rail.Approved {
		r.Words.Code = "" // shown as the code of an error
	}
	switch s.op {
	case rail.ProcessAuthorisation:
		return c.readResolved(call, s, r)
	case rail.ProcessAdjustment:
		r.Class, r.Detail = readRefund(s)
	case rail.ReverseAdjustment:
		r.Class, r.Detail = readUndone(s)
		r.NotFound = s.code == rail.NothingToUndo
	case rail.SendReceipt:
		r.Class, r.Detail = readReceipt(s)
	default:
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	}
	return r
}

// readResolved reads what became of a sale that is to be taken back: refused, there is nothing to do; approved, it is
// refunded in full under the entry's own reference, which makes repeats harmless.
func (c *Connector) readResolved(call switchcore.Call, s said, r switchcore.Result) switchcore.Result {
	if s.class != rail.Approved {
		r.Class, r.Detail, r.Proved = switchcore.ClassDone, family.DetailDeclined, switchcore.ClassDeclined
		return r
	}
	r.Detail, r.Proved = family.DetailApproved, switchcore.ClassApproved
	if number := s.answer.Text(rail.PurchaseNumber); number != "" {
		r.Terms = []switchcore.Term{{Kind: transactions.TermPurchase, Value: number}}
	}
	m, err := c.refund(s.sent, s.answer.Text(rail.PurchaseNumber), call.EntryID)
	if err != nil { // the key cannot be read now: the entry asks again later
		return r
	}
	r.Follow = &switchcore.Follow{Step: refundStep, Kind: transactions.AttemptReverse, Message: m}
	return r
}

// readRefund reads the answer to the refund that takes a sale back.
func readRefund(s said) (switchcore.Class, string) {
	switch {
	case s.class == rail.Approved:
		return switchcore.ClassDone, family.DetailAck
	case s.code == rail.FullyRefunded:
		return switchcore.ClassDone, family.DetailAlreadyDone
	}
	return switchcore.ClassRefused, family.DetailRefused
}

// readUndone reads the answer to the reversal of a refund.
func readUndone(s said) (switchcore.Class, string) {
	switch {
	case s.class == rail.Approved:
		return switchcore.ClassDone, family.DetailAck
	case s.code == rail.NothingToUndo:
		return switchcore.ClassDone, family.DetailNothing
	case s.code == rail.UndoneBefore:
		return switchcore.ClassDone, family.DetailAlreadyDone
	}
	return switchcore.ClassRefused, family.DetailRefused
}

// readReceipt reads the answer to a receipt that the switch took over. One in use is in use by the message that went before.
func readReceipt(s said) (switchcore.Class, string) {
	switch {
	case s.class == rail.Approved:
		return switchcore.ClassDone, family.DetailAck
	case s.code == rail.ReceiptInUse:
		return switchcore.ClassDone, family.DetailAlreadyDone
	}
	return switchcore.ClassRefused, family.DetailRefused
}
