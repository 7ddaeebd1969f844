package flash

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareLookup asks about a Cash Out PIN by its serial number. Flash has no look-up for anything else, and a trial
// redemption is no look-up (4.7).
func (c *Connector) prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	if call.Request == nil {
		return switchcore.Message{}, unsupported(call)
	}
	group, err := groupFor(call, actLookup)
	if err != nil || call.Request.VoucherSerial == "" {
		return switchcore.Message{}, switchcore.ErrOwnRecord
	}
	code, err := strconv.ParseInt(call.Product.ProviderCode, 10, 64)
	if err != nil {
		return switchcore.Message{}, native.Refuse(switchcore.ErrProduct, "Product has no code")
	}
	body := c.write(call.WireRef)
	body.Number("productCode", code)
	body.Text("serialNumber", call.Request.VoucherSerial)
	return c.post(group, actLookup, body), nil
}

// readLookup reads what Flash knows of a voucher. Nothing depends on it but the answer: there is no second message.
func (c *Connector) readLookup(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if !a.Sent {
		return notSent(a)
	}
	if r, silent := family.Silent(a, false); silent {
		return r
	}
	body := parse(a.Body)
	defer body.Release()
	code, coded := body.code()
	r := switchcore.Result{Detail: detailOf(a, code, coded), Words: body.words()}
	switch {
	case a.Status == http.StatusUnauthorized, coded && aboutToken(code):
		return renewed(call, r)
	case body.another(c.options.reference(call.WireRef), false):
		r.Detail, r.Alarm = detailReference, true
	case !coded:
		r.StateUnknown = a.Status == http.StatusInternalServerError
	case code == 0 && a.Status == http.StatusOK:
		return found(call, body, r)
	case code != 0:
		m := meaningOf(code)
		r.Class, r.ErrorType, r.Alarm, r.StateUnknown = m.class, m.errorType, m.ours, m.class == switchcore.ClassUnknown
	}
	return r
}

// found reads the state of a voucher. Flash publishes no list of its words, so that one we do not know says nothing.
func found(call switchcore.Call, body *reply, r switchcore.Result) switchcore.Result {
	worth, readable := body.Cents("voucher", "amount")
	if !readable || body.Find("voucher") < 0 {
		r.Detail = family.DetailBadResponse
		return r
	}
	switch strings.ToLower(body.Text("voucher", "status")) {
	case "redeemed", "used", "spent", "paid":
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrAlreadyRedeemed
	case "reversed", "cancelled", "canceled", "expired", "inactive", "blocked":
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotRedeemable
	case "", "active", "available", "valid", "issued", "sold":
		r.Class, r.Detail, r.BalanceAmount = switchcore.ClassApproved, family.DetailApproved, worth
		v := switchcore.Issued{Serial: body.Text("voucher", "serialNumber"), Expiry: moment(body.Text("voucher", "expiryDate"))}
		if call.Request != nil { // only who asked with a code is given it
			v.Code = call.Request.VoucherCode
		}
		r.Members = family.AppendAmounts(family.AppendVoucher(r.Members, v, nil), nil, worth)
	default:
		r.StateUnknown = true
	}
	return r
}
