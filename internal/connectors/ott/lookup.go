package ott

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareLookup asks by the voucher's code, or by the reference it was issued under; OTT knows no other way in.
func (c *Connector) prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	switch {
	case call.Operation != transactions.Lookup || r == nil:
	case r.VoucherCode != "" && c.redemption != nil:
		return form(redemptionPath+callCheck, map[string]string{
			"vendorID": c.options.VendorID.String(), "voucherPIN": r.VoucherCode,
		}), nil
	case r.VoucherCode == "" && r.LookupRequestID != "":
		return check(r.LookupRequestID), nil
	case r.VoucherCode == "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "OTT finds no serial numbers")
	}
	return switchcore.Message{}, unsupported(call)
}

// readLookup reads what either API says about a voucher. Which one was asked is told by the request.
func readLookup(call switchcore.Call, body *reply) switchcore.Result {
	byCode := call.Request != nil && call.Request.VoucherCode != ""
	switch {
	case body.verdict == yes && byCode:
		return found(call, body)
	case body.verdict == yes:
		return issued(body)
	case !byCode && absent(body):
		return missed(body, switchcore.ErrNotLocated)
	case byCode && untouched(body):
		return missed(body, lookupRefusal(body.text("message")))
	}
	r := body.result(switchcore.ClassUnknown)
	r.StateUnknown = body.verdict == no || body.status == statusInternal
	return r
}

func missed(body *reply, errorType string) switchcore.Result {
	r := body.result(switchcore.ClassDeclined)
	r.Detail, r.ErrorType = family.DetailDeclined, errorType
	return r
}

// lookupRefusal tells by its text why a voucher is of no use; the codes do not tell.
func lookupRefusal(text string) string {
	switch text = strings.ToLower(text); {
	case spent(text):
		return switchcore.ErrAlreadyRedeemed
	case strings.Contains(text, "expired"):
		return switchcore.ErrNotRedeemable
	}
	return switchcore.ErrNotLocated
}

// found reads the redemption API's word about a code.
func found(call switchcore.Call, body *reply) switchcore.Result {
	balance, state := cents(body.text("value"))
	if state != readable {
		r := body.result(switchcore.ClassUnknown)
		if state != missing {
			r.Detail, r.Alarm = detailBadAmount, true
		}
		return r
	}
	code := call.Request.VoucherCode
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved, BalanceAmount: inRand(balance),
		Words: switchcore.ProviderWords{Ref: family.Showable(body.text("voucherID"), code)},
	}
	r.Members = family.AppendVoucher(nil, switchcore.Issued{Code: code, Serial: family.Showable(body.text("serial"), code)}, nil)
	r.Members = family.AppendAmounts(r.Members, nil, r.BalanceAmount)
	return r
}
