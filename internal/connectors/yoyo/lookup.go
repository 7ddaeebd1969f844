package yoyo

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

type tokenInfo struct {
	Token token `json:"token"`
	Store store `json:"storeTrxDetails"`
}

// prepareLookup asks by code at the transaction engine, by serial number or by our reference at the issuer API. A look-up
// names no kind of item: gift cards come first, then coupons.
func (c *Connector) prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	k, known := kindOf(call.Product)
	if !known {
		k = giftcard
	}
	switch {
	case r.VoucherCode != "" && c.redemption != nil:
		m, err := c.post(c.terminal("/token-info"), tokenInfo{token{r.VoucherCode, "WICODE"}, c.basket(call.WireRef, call.WireRef)})
		m.Kind = transactions.AttemptLookup
		return m, err
	case r.VoucherCode != "":
		return switchcore.Message{}, unsupported(call)
	case r.VoucherSerial != "":
		return get(k.item(r.VoucherSerial)), nil
	case r.LookupRequestID != "" && c.options.UserRefMode == refRecord:
		return c.listOf(r.LookupRequestID, k), nil
	}
	return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "Yoyo cannot find it by this")
}

// readLookup reads what either API says about a voucher.
func (c *Connector) readLookup(call switchcore.Call, body *reply) switchcore.Result {
	if call.Request != nil && call.Request.VoucherCode != "" {
		return readToken(call, body)
	}
	list, listed := body.items()
	switch {
	case body.verdict == yes && listed && len(list) > 0:
		oldestFirst(list)
		return found(list[0])
	case body.verdict == yes && listed, body.verdict == no && body.coded && !issuerTrouble(body.code):
		return c.amongCoupons(call, body)
	}
	r := body.result(switchcore.ClassUnknown)
	r.StateUnknown = body.verdict == no && body.coded || body.status == 500
	return r
}

// amongCoupons goes on with the other kind where the first look was only a guess.
func (c *Connector) amongCoupons(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	r.Detail = detailNotFound
	if _, known := kindOf(call.Product); known || call.Step == stepCoupons || call.Request == nil {
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotLocated
		return r
	}
	m := get(coupon.item(call.Request.VoucherSerial))
	if call.Request.VoucherSerial == "" {
		m = c.listOf(call.Request.LookupRequestID, coupon)
	}
	r.Follow = &switchcore.Follow{Step: stepCoupons, Kind: transactions.AttemptLookup, Message: m}
	return r
}

// found reads an item by its state (6.1).
func found(it item) switchcore.Result {
	no := func(errorType string) switchcore.Result {
		return switchcore.Result{
			Class: switchcore.ClassDeclined, Detail: family.DetailDeclined, ErrorType: errorType, Words: switchcore.ProviderWords{Code: it.state, Ref: family.Showable(it.id, it.code)},
		}
	}
	switch it.state {
	case stateRedeemed:
		return no(switchcore.ErrAlreadyRedeemed)
	case stateExpired, stateInactive:
		return no(switchcore.ErrNotRedeemable)
	case stateActive:
	default: // a state that nobody listed proves nothing
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	}
	if it.id == "" || it.broken {
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	}
	left := it.balance
	if left == nil {
		left = it.value
	}
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved, BalanceAmount: left,
		Words: switchcore.ProviderWords{Ref: family.Showable(it.id, it.code)}, Members: []switchcore.Member{{Name: "voucher", Raw: it.member()}},
	}
	r.Members = family.AppendAmounts(r.Members, nil, left)
	return r
}

// readToken reads the transaction engine's word about a code.
func readToken(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	code := ruling{}
	if body.coded {
		code = terminalCode(body.code)
	}
	balance, readable := worth(body)
	switch {
	case body.verdict == denied:
		r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
	case body.verdict == no && code.class == switchcore.ClassDeclined:
		return ruled(r, code)
	case body.verdict != yes || !readable:
		r.StateUnknown = body.verdict == no && body.coded || body.status == 500
	case invalid(body.text(0, "validity")):
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotRedeemable
	default:
		r.Class, r.Detail, r.BalanceAmount = switchcore.ClassApproved, family.DetailApproved, balance
		r.Members = family.AppendVoucher(nil, switchcore.Issued{Code: call.Request.VoucherCode}, nil)
		r.Members = family.AppendAmounts(r.Members, nil, balance)
	}
	return r
}

// worth gives what a code can pay: the value of the whole, else of the one item behind it. nil: it is not told, or by
// several. ok is false when there is an amount that cannot be read.
func worth(body *reply) (amount *money.Amount, ok bool) {
	if amount, ok = body.cents(0, "value"); amount != nil || !ok {
		return amount, ok
	}
	for _, in := range []struct{ list, member string }{{"balances", "balance"}, {"coupons", "value"}} {
		i := body.find(0, "vsp", in.list)
		if i < 0 || body.doc.Nodes[i].Kind != jsonedit.Array || body.doc.First(i) < 0 {
			continue
		}
		first := body.doc.First(i)
		if body.doc.After(first) != body.doc.After(i) {
			return nil, true
		}
		return body.cents(first, in.member)
	}
	return nil, true
}

// invalid tells whether a token is said to be of no use; how is not published.
func invalid(text string) bool {
	text = strings.ToLower(text)
	return text == "false" || strings.HasPrefix(text, "invalid") || strings.HasPrefix(text, "expired")
}
