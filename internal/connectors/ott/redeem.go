package ott

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// toReturn is the reason of the break that a reversal of a redemption leaves behind.
const toReturn = "money to return by hand"

// remit writes RemitVoucher. Without an amount the whole voucher is taken, which OTT writes as zero; of a part of it the
// customer hears by telephone, so that a number is needed (5.2).
func (c *Connector) remit(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	if c.redemption == nil || r.VoucherCode == "" {
		return switchcore.Message{}, unsupported(call)
	}
	mobile := c.mobile(r)
	amount := money.Amount{Currency: native.Rand}
	if r.Amount != nil {
		var err error
		if amount, err = payable(r.Amount); err != nil {
			return switchcore.Message{}, err
		}
		if mobile == "" {
			return switchcore.Message{}, native.Refuse(switchcore.ErrFormat, "recipient.msisdn may not be null")
		}
	}
	return form(redemptionPath+callRemit, map[string]string{
		"pin":             r.VoucherCode,
		"amount":          value(amount),
		"mobile":          mobile,
		"uniqueReference": call.WireRef,
		"vendorID":        c.options.VendorID.String(),
	}), nil
}

// mobile gives the recipient's number in OTT's form, without a plus.
func (c *Connector) mobile(r *switchcore.Request) string {
	number := strings.Trim(string(jsonedit.Member(r.Body, "recipient", "msisdn")), `"`)
	if number == "" {
		number = c.options.MobileDefault
	}
	return strings.TrimPrefix(number, "+")
}

// checkRemit writes the question what was taken under a reference; it has no effect.
func checkRemit(ref string) switchcore.Message {
	m := form(redemptionPath+callRemits, map[string]string{"uniqueReference": ref})
	m.Kind = transactions.AttemptLookup
	return m
}

// readRemit reads the answer to RemitVoucher, or to the check that settles one.
func readRemit(call switchcore.Call, body *reply) switchcore.Result {
	switch {
	case body.verdict == yes:
		r := taken(body)
		if r.Class == switchcore.ClassUnknown && !r.Alarm {
			r.Follow = settle(call)
		}
		return r
	case call.Step == stepCheck:
		r := body.result(switchcore.ClassUnknown)
		if untouched(body) {
			r.Detail = detailNotFound
		}
		return r
	}
	r := byTable(call, body, redemptionCodes)
	if r.ErrorType == switchcore.ErrNotRedeemable && spent(body.text("message")) {
		r.ErrorType = switchcore.ErrAlreadyRedeemed
	}
	return r
}

// untouched tells whether a check of the redemption API found nothing so far.
func untouched(body *reply) bool {
	return body.verdict == no && !systemCode(redemptionCodes, body.code)
}

// taken reads a success: what was taken must be readable, for it may be less than what was asked.
func taken(body *reply) switchcore.Result {
	approved, state := cents(body.text("voucherAmount"))
	balance, left := cents(body.text("voucherBalance"))
	if state != readable || left == garbled || left == finer {
		r := body.result(switchcore.ClassUnknown)
		if state != missing || left != missing {
			r.Detail, r.Alarm = detailBadAmount, true
		}
		return r
	}
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved, ApprovedAmount: inRand(approved),
		Words: switchcore.ProviderWords{Ref: family.Showable(body.text("voucherID"), ""), Message: family.Sentence(body.text("message"))},
	}
	if left == readable {
		r.BalanceAmount = inRand(balance)
	}
	r.Members = family.AppendAmounts(nil, r.ApprovedAmount, r.BalanceAmount)
	if r.Words.Ref != "" {
		r.Terms = []switchcore.Term{{Kind: transactions.TermProviderRef, Value: r.Words.Ref}}
	}
	return r
}

// readUndo reads the check that stands for the reversal of a redemption: OTT gives nothing back, people do (5.5).
func readUndo(body *reply) switchcore.Result {
	r := body.result(switchcore.ClassRepeat)
	switch {
	case body.verdict == yes:
		r.Class, r.Detail, r.Break, r.Proved = switchcore.ClassConsumed, detailTaken, toReturn, switchcore.ClassApproved
	case untouched(body):
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	}
	return r
}
