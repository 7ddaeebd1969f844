package ott

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	statusInternal = http.StatusInternalServerError
	longestField   = 50 // of branch, cashier and till, in characters
)

// issue writes GetVoucher under a reference.
func (c *Connector) issue(call switchcore.Call, ref string) (switchcore.Message, error) {
	r := call.Request
	amount, err := priceOf(call)
	switch {
	case err != nil:
		return switchcore.Message{}, err
	case r.VoucherCode != "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "OTT chooses the code itself")
	}
	return form(issuingPath+callGet, map[string]string{
		"branch":          field(r.MerchantID, c.options.BranchDefault),
		"cashier":         field(r.CashierID, r.TerminalID),
		"till":            field(r.TerminalID, ""),
		"uniqueReference": ref,
		"value":           value(amount),
		"vendorCode":      c.options.VendorCode.String(),
	}), nil
}

// priceOf gives what a provision costs: the amount asked for, else the fixed price of the product.
func priceOf(call switchcore.Call) (money.Amount, error) {
	switch p := call.Product; {
	case call.Request.Amount != nil:
		return payable(call.Request.Amount)
	case p != nil && p.Amount != nil:
		return payable(&money.Amount{Minor: *p.Amount, Currency: p.Currency})
	}
	return money.Amount{}, native.Refuse(switchcore.ErrAmount, "An amount is needed")
}

func payable(a *money.Amount) (money.Amount, error) {
	switch {
	case a.Currency != native.Rand:
		return money.Amount{}, native.Refuse(switchcore.ErrAmount, "OTT takes rand only")
	case a.Minor <= 0:
		return money.Amount{}, native.Refuse(switchcore.ErrAmount, "An amount above zero is needed")
	}
	return *a, nil
}

// field gives the first text there is, cut to what OTT takes.
func field(text, otherwise string) string {
	if text == "" {
		text = otherwise
	}
	return family.First(text, longestField)
}

// check writes the question what was issued under a reference; it has no effect.
func check(ref string) switchcore.Message {
	m := form(issuingPath+callCheck, map[string]string{"uniqueReference": ref})
	m.Kind = transactions.AttemptLookup
	return m
}

// readIssue reads the answer to GetVoucher, or to the check that settles one.
func readIssue(call switchcore.Call, body *reply) switchcore.Result {
	switch {
	case body.verdict == yes:
		r := issued(body)
		if r.Class == switchcore.ClassUnknown && !r.Alarm {
			r.Follow = settle(call)
		}
		return r
	case call.Step == stepCheck:
		return unproved(body)
	}
	return byTable(call, body, issuingCodes)
}

// unproved reads a check that did not find the voucher: it may still be on its way, so that nothing is proved either way.
func unproved(body *reply) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	if absent(body) {
		r.Detail = detailNotFound
	}
	return r
}

// absent tells whether a check of the issuing API found nothing so far (5.4).
func absent(body *reply) bool { return body.verdict == no && !systemCode(issuingCodes, body.code) }

// issued reads a success of GetVoucher or its check: it counts only with a code and an amount that can be read.
func issued(body *reply) switchcore.Result {
	v := body.voucher()
	if v == nil || v.pin == "" {
		return body.result(switchcore.ClassUnknown)
	}
	minor, state := cents(v.amount)
	if state == garbled || state == finer {
		r := body.result(switchcore.ClassUnknown)
		r.Detail, r.Alarm = detailBadAmount, true
		return r
	}
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved,
		Words:   switchcore.ProviderWords{Ref: v.sale},
		Voucher: &switchcore.Issued{Code: v.pin, Serial: v.serial},
		Members: []switchcore.Member{{Name: "voucher", Raw: v.member()}},
		Terms:   []switchcore.Term{{Kind: transactions.TermCode, Value: v.pin}},
	}
	if v.serial != "" {
		r.Terms = append(r.Terms, switchcore.Term{Kind: transactions.TermSerial, Value: v.serial})
	}
	if v.sale != "" {
		r.Terms = append(r.Terms, switchcore.Term{Kind: transactions.TermProviderRef, Value: v.sale})
	}
	if state == readable {
		r.ApprovedAmount = inRand(minor)
		r.Members = family.AppendAmounts(r.Members, r.ApprovedAmount, nil)
	}
	return r
}

// voucher is what the text `voucher` of an answer holds (5.2).
type voucher struct {
	pin, serial, batch, sale, amount string
	instructions                     []string
}

// voucher reads the JSON inside the text; nil when there is none that can be read.
func (r *reply) voucher() *voucher {
	inner, err := jsonedit.Parse([]byte(r.text("voucher")))
	if err != nil {
		return nil
	}
	text := func(name string) string { return scalar(inner, inner.Find(0, name)) }
	v := &voucher{
		pin: text("pin"), serial: family.Showable(text("serialNumber"), text("pin")), batch: family.Showable(text("batch"), text("pin")),
		sale: family.Showable(text("saleID"), text("pin")), amount: text("amount"),
	}
	for line := range strings.Lines(text("instructions")) {
		if line = strings.TrimSpace(line); line != "" {
			v.instructions = append(v.instructions, line)
		}
	}
	return v
}

// member writes the voucher as the client gets it (vouchers.md 2).
func (v *voucher) member() []byte {
	out := jsonedit.AppendString([]byte(`{"code":`), v.pin)
	if len(v.instructions) > 0 {
		out = append(out, `,"redeemInstructions":[`...)
		for i, line := range v.instructions {
			if i > 0 {
				out = append(out, ',')
			}
			out = jsonedit.AppendString(out, line)
		}
		out = append(out, ']')
	}
	if v.serial != "" {
		out = jsonedit.AppendString(append(out, `,"serialNumber":`...), v.serial)
	}
	if v.batch != "" {
		out = jsonedit.AppendString(append(out, `,"batchNumber":`...), v.batch)
	}
	return append(out, '}')
}
