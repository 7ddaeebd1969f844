package flash

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// success reads code 0 with our reference: it counts only with readable amounts and, where a voucher is bought or given
// back, its code (4.6).
func success(call switchcore.Call, body *reply, r switchcore.Result) switchcore.Result {
	amount, readable := body.Cents("amount")
	worth, worthReadable := body.Cents("voucher", "amount")
	issued := voucherOf(call, body)
	switch {
	case !readable || !worthReadable:
		r.Detail = family.DetailBadResponse
		return repeat(call, r, 0)
	case issued == nil && call.Operation != transactions.Redemption:
		r.Detail = detailNoCode
		return repeat(call, r, 0)
	}
	r.Class, r.Detail, r.ApprovedAmount = switchcore.ClassApproved, family.DetailApproved, amount
	if amount == nil && call.Operation != transactions.Redemption {
		r.ApprovedAmount = worth
	}
	r.Terms = family.AppendTerm(r.Terms, transactions.TermProviderRef, r.Words.Ref)
	if issued != nil {
		r.Voucher = issued
		r.Terms = family.AppendTerm(family.AppendTerm(r.Terms, transactions.TermCode, issued.Code), transactions.TermSerial, issued.Serial)
		instructions := lines(body.Text("voucher", "content", "redemptionInstructions"))
		r.Members = family.AppendVoucher(r.Members, *issued, instructions)
	}
	if issued != nil && call.Operation == transactions.Redemption {
		r.BalanceAmount = worth // of the change voucher; without one nothing is said about what is left
	}
	r.Members = family.AppendAmounts(r.Members, r.ApprovedAmount, r.BalanceAmount)
	r.Members = family.AppendSlip(r.Members, slipLines(call, body, issued, worth))
	return r
}

// voucherOf gives the voucher of an answer: the one bought, the new one of a refund, or the change of a redemption. The
// redeemed voucher itself, should Flash name it, is none.
func voucherOf(call switchcore.Call, body *reply) *switchcore.Issued {
	pin := body.Text("voucher", "pin")
	if pin == "" || call.Operation == transactions.Redemption && pin == spent(call) {
		return nil
	}
	return &switchcore.Issued{
		Code: pin, Serial: family.Showable(body.Text("voucher", "serialNumber"), pin), Expiry: moment(body.Text("voucher", "expiryDate")),
	}
}

// spent is the code that a redemption took.
func spent(call switchcore.Call) string {
	if call.Request != nil {
		return call.Request.VoucherCode
	}
	sent := parse(call.Sent.Body)
	defer sent.Release()
	return sent.Text("pin")
}

// slipLines is what the till prints: the change of a redemption, which is money, and the conditions of the voucher.
func slipLines(call switchcore.Call, body *reply, issued *switchcore.Issued, worth *money.Amount) []string {
	var list []string
	if call.Operation == transactions.Redemption {
		list = family.ChangeLines("Change voucher", issued, worth)
	}
	return append(list, lines(body.Text("voucher", "content", "termsAndConditions"))...)
}

// lines splits a text at its line breaks, however they are written, and drops empty ones.
func lines(text string) []string {
	var list []string
	for _, line := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "<br>", "\n", "<br/>", "\n").Replace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
