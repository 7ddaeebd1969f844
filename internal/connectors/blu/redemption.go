package blu

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareRedemption redeems a code. The provider wants an amount: where the request has none, or only a whole voucher may
// be redeemed, the call begins with a look-up (7).
func (c *Connector) prepareRedemption(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	switch {
	case r.VoucherCode == "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrFormat, "Voucher code needed")
	case r.Amount != nil && r.Amount.Currency != native.Rand:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Rand only")
	case r.Amount != nil && r.Amount.Minor <= 0:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Amount must be positive")
	case r.Amount == nil || c.fullOnly(call):
		return c.look(r.VoucherCode, ""), nil
	}
	return c.redemption(call, r.Amount.Minor), nil
}

func (c *Connector) fullOnly(call switchcore.Call) bool {
	return c.options.FullRedeemOnly || call.Provider.Profile.FullRedeemOnly
}

func (c *Connector) redemption(call switchcore.Call, amount int64) switchcore.Message {
	body := &jsonedit.Builder{}
	body.Text("requestId", c.options.reference(call.WireRef))
	body.Text("token", call.Request.VoucherCode)
	body.Number("amount", amount)
	meta(body, call.Request)
	return c.post(pathRedemptions, body)
}

// readWorth reads the look-up that a redemption begins with. Nothing of the redemption itself has left yet: without a
// usable answer it is not sent at all.
func (c *Connector) readWorth(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	r, worth := c.readState(call, a)
	switch {
	case r.Class == switchcore.ClassUnknown:
		r.Class = switchcore.ClassNotSent
		return r
	case r.Class != switchcore.ClassApproved:
		return r
	case worth == nil || worth.Minor == 0 || call.Request == nil:
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: family.DetailBadResponse, Words: r.Words}
	}
	if asked := call.Request.Amount; asked != nil && asked.Minor != worth.Minor {
		return switchcore.Result{Class: switchcore.ClassDeclined, Detail: family.DetailDeclined, ErrorType: switchcore.ErrAmount, Words: r.Words}
	}
	return switchcore.Result{
		Class: switchcore.ClassUnknown, Detail: detailFound, Words: r.Words,
		Follow: &switchcore.Follow{Step: stepRedeem, Kind: transactions.AttemptRequest, Message: c.redemption(call, worth.Minor)},
	}
}

// redeemed reads the success answer to a redemption: it counts with the provider's reference. What is left comes back as a
// new voucher, which is money: without its code the answer is not usable.
func (c *Connector) redeemed(body *reply, r switchcore.Result) switchcore.Result {
	amount, readable := body.Cents("amount")
	rest, restReadable := body.Cents("replacementVoucher", "amount")
	if rest == nil && restReadable {
		rest, restReadable = body.Cents("replacementVoucher", "balance")
	}
	v := body.voucher(body.Find("replacementVoucher", "token"), body.Find("replacementVoucher", "serialNumber"), body.Find("replacementVoucher", "expiryDateTime"))
	switch {
	case body.Text("reference") == "" || !readable || !restReadable:
		r.Detail = family.DetailBadResponse
		return r
	case v == nil && rest != nil && rest.Minor > 0:
		r.Detail = detailNoCode
		return r
	}
	r.Class, r.Detail, r.ApprovedAmount, r.Voucher = switchcore.ClassApproved, family.DetailApproved, amount, v
	r.Terms = family.AppendTerm(r.Terms, transactions.TermProviderRef, r.Words.Ref)
	r.Terms = family.AppendTerm(r.Terms, transactions.TermProviderRef, body.Text("redeemedVoucherReference"))
	r.Terms = family.AppendTerm(r.Terms, transactions.TermSerial, body.Text("redeemedVoucherSerialNumber"))
	if v != nil {
		r.BalanceAmount = rest
		r.Terms = family.AppendTerm(family.AppendTerm(r.Terms, transactions.TermCode, v.Code), transactions.TermSerial, v.Serial)
		r.Members = family.AppendVoucher(r.Members, *v, nil)
	}
	r.Members = family.AppendAmounts(r.Members, r.ApprovedAmount, r.BalanceAmount)
	r.Members = family.AppendSlip(r.Members, family.ChangeLines("Replacement voucher", v, rest))
	return r
}

// repeatRedemption sends an unknown redemption once more under the same request id, where the provider has certified that it
// then answers as it did first. A look-up cannot settle it in time: that needs two of them 60 s apart.
func (c *Connector) repeatRedemption(call switchcore.Call, r switchcore.Result) switchcore.Result {
	m := call.Sent
	if call.Operation != transactions.Redemption || !c.options.resends() || mayBeDone(call) || m.Method != http.MethodPost {
		return r
	}
	r.Follow = &switchcore.Follow{Step: stepRepeat, Kind: transactions.AttemptRetry, Message: m}
	return r
}
