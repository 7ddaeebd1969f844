package flash

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// instant is how the service writes dates (common.md 1).
const instant = "2006-01-02T15:04:05.000Z"

// success reads code 0 with our reference: it counts only with readable amounts and, where a voucher is bought or given
// back, its code (4.6).
func success(call switchcore.Call, body *reply, r switchcore.Result) switchcore.Result {
	amount, readable := body.cents("amount")
	worth, worthReadable := body.cents("voucher", "amount")
	issued := voucherOf(call, body)
	switch {
	case !readable || !worthReadable:
		r.Detail = detailBadResponse
		return repeat(call, r, 0)
	case issued == nil && call.Operation != transactions.Redemption:
		r.Detail = detailNoCode
		return repeat(call, r, 0)
	}
	r.Class, r.Detail, r.ApprovedAmount = switchcore.ClassApproved, detailApproved, amount
	if amount == nil && call.Operation != transactions.Redemption {
		r.ApprovedAmount = worth
	}
	r.Terms = term(r.Terms, transactions.TermProviderRef, r.Words.Ref)
	if issued != nil {
		r.Voucher = issued
		r.Terms = term(term(r.Terms, transactions.TermCode, issued.Code), transactions.TermSerial, issued.Serial)
		instructions := lines(body.text("voucher", "content", "redemptionInstructions"))
		r.Members = member(r.Members, "voucher", voucherJSON(issued, instructions))
	}
	if issued != nil && call.Operation == transactions.Redemption {
		r.BalanceAmount = worth // of the change voucher; without one nothing is said about what is left
	}
	r.Members = family.AppendAmounts(r.Members, r.ApprovedAmount, r.BalanceAmount)
	r.Members = member(r.Members, "slipData", slipJSON(slipLines(call, body, issued, worth)))
	return r
}

// member adds a member for the client's answer, unless there is nothing to say.
func member(list []switchcore.Member, name string, raw []byte) []switchcore.Member {
	if raw == nil {
		return list
	}
	return append(list, switchcore.Member{Name: name, Raw: raw})
}

// voucherOf gives the voucher of an answer: the one bought, the new one of a refund, or the change of a redemption. The
// redeemed voucher itself, should Flash name it, is none.
func voucherOf(call switchcore.Call, body *reply) *switchcore.Issued {
	pin := body.text("voucher", "pin")
	if pin == "" || call.Operation == transactions.Redemption && pin == spent(call) {
		return nil
	}
	v := &switchcore.Issued{Code: pin, Expiry: moment(body.text("voucher", "expiryDate"))}
	if serial := body.text("voucher", "serialNumber"); !mask.Reveals(serial, pin) && len(serial) <= longestTerm {
		v.Serial = serial
	}
	return v
}

// spent is the code that a redemption took.
func spent(call switchcore.Call) string {
	if call.Request != nil {
		return call.Request.VoucherCode
	}
	sent := parse(call.Sent.Body)
	defer sent.release()
	return sent.text("pin")
}

func term(terms []switchcore.Term, kind transactions.TermKind, value string) []switchcore.Term {
	if value == "" || len(value) > longestTerm {
		return terms
	}
	return append(terms, switchcore.Term{Kind: kind, Value: value})
}

// voucherJSON writes the voucher member of an answer to a client (vouchers.md 2).
func voucherJSON(v *switchcore.Issued, instructions []string) []byte {
	o := &object{}
	o.optional("code", v.Code)
	if !v.Expiry.IsZero() {
		o.text("expiryDate", v.Expiry.UTC().Truncate(time.Millisecond).Format(instant))
	}
	o.optional("serialNumber", v.Serial)
	if len(instructions) > 0 {
		o.raw("redeemInstructions", texts(instructions))
	}
	return o.bytes()
}

func texts(list []string) []byte {
	out := []byte{'['}
	for i, line := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsonedit.AppendString(out, line)
	}
	return append(out, ']')
}

// slipLines is what the till prints: the change of a redemption, which is money, and the conditions of the voucher.
func slipLines(call switchcore.Call, body *reply, issued *switchcore.Issued, worth *money.Amount) []string {
	var list []string
	if issued != nil && call.Operation == transactions.Redemption {
		list = append(list, "Change voucher", issued.Code)
		if worth != nil {
			list = append(list, "Value R "+worth.Decimal())
		}
		if issued.Serial != "" {
			list = append(list, "Serial "+issued.Serial)
		}
	}
	return append(list, lines(body.text("voucher", "content", "termsAndConditions"))...)
}

func slipJSON(list []string) []byte {
	if len(list) == 0 {
		return nil
	}
	out := []byte(`{"messageLines":[`)
	for i, line := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(jsonedit.AppendString(append(out, `{"text":`...), line), '}')
	}
	return append(out, "]}"...)
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
