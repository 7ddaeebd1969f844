package blu

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareLookup asks about a voucher by its serial number or code. The provider has no question by request.
func (c *Connector) prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	if r.VoucherSerial == "" && r.VoucherCode == "" {
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "Code or serial needed")
	}
	return c.look(r.VoucherCode, r.VoucherSerial), nil
}

// readLookup reads the answer to a look-up.
func (c *Connector) readLookup(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	r, _ := c.readState(call, a)
	return r
}

// readState reads the state of a voucher and what it is worth (7). A look-up without a word on the voucher is unknown.
func (c *Connector) readState(call switchcore.Call, a switchcore.Answer) (switchcore.Result, *money.Amount) {
	if r, silent := unanswered(a); silent {
		return r, nil
	}
	body := parse(a.Body)
	defer body.Release()
	r := switchcore.Result{Detail: family.StatusDetail(a.Status), Words: body.words()}
	verdict := judge(a.Status, body.message())
	switch {
	case verdict.class == switchcore.ClassDeclined:
		r.Class, r.Detail, r.ErrorType, r.Alarm = verdict.class, family.DetailDeclined, verdict.errorType, verdict.ours
		if r.ErrorType == switchcore.ErrDoNotHonor && a.Status == http.StatusNotFound {
			r.ErrorType = switchcore.ErrNotLocated
		}
		return r, nil
	case verdict.class != switchcore.ClassApproved:
		r.StateUnknown = a.Status == http.StatusInternalServerError
		return r, nil
	}
	worth, readable := body.Cents("amount")
	if !readable || !inRand(body.Text("currency")) {
		r.Detail = family.DetailBadResponse
		return r, nil
	}
	return stated(call, body, r, worth), worth
}

// stated reads the word for the state. A code is given only to who asked with it: a serial number must not turn into one.
func stated(call switchcore.Call, body *reply, r switchcore.Result, worth *money.Amount) switchcore.Result {
	switch stateOf(body.Text("status")) {
	case stateActive:
		r.Class, r.Detail, r.BalanceAmount = switchcore.ClassApproved, family.DetailApproved, worth
		v := switchcore.Issued{Serial: body.Text("serialNumber"), Expiry: moment(body.Text("expiryDate"))}
		if call.Request != nil {
			v.Code = call.Request.VoucherCode
		}
		r.Members = family.AppendVoucher(r.Members, v, nil)
		r.Members = family.AppendAmounts(r.Members, nil, worth)
	case stateUsed:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrAlreadyRedeemed
	case stateExpired:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotRedeemable
	default:
		r.Detail, r.StateUnknown = family.DetailBadResponse, true
	}
	return r
}

func inRand(currency string) bool {
	return currency == "" || currency == native.Rand || strings.EqualFold(currency, "ZAR")
}
