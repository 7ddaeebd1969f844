package yoyo

import (
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// payment is the only type of transaction we make; idOfTrx names the till's own transaction id among the identifiers.
const (
	payment = "PAYMENT"
	idOfTrx = "trxId"
)

// store names our store and a basket in it: our reference (6.4).
type store struct {
	StoreID       string `json:"storeId,omitempty"`
	RemoteStoreID string `json:"remoteStoreId,omitempty"`
	RetailerID    string `json:"retailerId,omitempty"`
	BasketID      string `json:"basketId"`
	TrxID         string `json:"trxId,omitempty"`
	PosID         string `json:"posId,omitempty"`
	CashierID     string `json:"cashierId,omitempty"`
}

type token struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type transaction struct {
	Type         string `json:"type"`
	TotalAmount  int64  `json:"totalAmount"`
	BasketAmount int64  `json:"basketAmount"`
	Token        token  `json:"token"`
	Store        store  `json:"storeTrxDetails"`
	SwitchTrxID  string `json:"switchTrxId"`
}

// basket gives our store and reference.
func (c *Connector) basket(ref, trx string) store {
	s := store{BasketID: ref, TrxID: trx}
	if c.options.StoreID != "" {
		s.StoreID = c.options.StoreID.String()
		return s
	}
	s.RemoteStoreID, s.RetailerID = c.options.RemoteStoreID, c.options.RetailerID.String()
	return s
}

func (c *Connector) terminal(call string) string { return "/" + c.options.PosPath + call }

// pay writes the redemption of a wiCode.
func (c *Connector) pay(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	if c.redemption == nil || r.VoucherCode == "" {
		return switchcore.Message{}, unsupported(call)
	}
	cents, err := payable(r.Amount)
	if err != nil {
		return switchcore.Message{}, err
	}
	s := c.basket(call.WireRef, or(r.RRN, call.WireRef))
	s.PosID, s.CashierID = r.TerminalID, r.CashierID
	return c.post(c.terminal("/transaction"), transaction{
		Type: payment, TotalAmount: cents, BasketAmount: cents, Token: token{r.VoucherCode, "WICODE"}, Store: s, SwitchTrxID: call.WireRef,
	})
}

// readPayment reads the answer to a redemption (6.3).
func (c *Connector) readPayment(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	code := ruling{}
	if body.coded {
		code = terminalCode(body.code)
	}
	switch {
	case body.verdict == yes:
		if done := paid(call, body, 0, "wiTrxId", "totalAmountProcessed"); done.Class == switchcore.ClassApproved {
			return done
		}
	case body.verdict == denied:
		r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
		return r
	case body.verdict == no && code.class == switchcore.ClassDeclined:
		return ruled(r, code)
	case body.verdict == no && code.locked:
		r.Detail, r.Follow = detailLocked, c.lookBack(call, stepLocked+"/"+strconv.Itoa(body.code))
		return r
	}
	r.StateUnknown = body.verdict == no && body.coded || body.status == 500
	r.Follow = c.settle(call)
	return r
}

func ruled(r switchcore.Result, code ruling) switchcore.Result {
	r.Class, r.Detail, r.ErrorType, r.Alarm = switchcore.ClassDeclined, family.DetailDeclined, code.errorType, code.alarm
	return r
}

// paid reads a transaction that took place: how much was taken must be readable, for it may be less than was asked.
func paid(call switchcore.Call, body *reply, i int, idMember, amountMember string) switchcore.Result {
	id, basketID := body.text(i, idMember), body.text(i, "storeTrxDetails", "basketId")
	amount, ok := body.cents(i, amountMember)
	if id == "" || len(id) > family.LongestTerm || !ok || amount == nil || basketID != "" && basketID != call.WireRef {
		return body.result(switchcore.ClassUnknown)
	}
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved, ApprovedAmount: amount,
		Words: switchcore.ProviderWords{Ref: id}, Members: family.AppendAmounts(nil, amount, nil),
		Terms: []switchcore.Term{{Kind: transactions.TermProviderRef, Value: id}},
	}
	if trx := sentTrx(call); trx != "" {
		r.Identifiers = entry(idOfTrx, trx)
	}
	return r
}

// sentTrx gives the till's transaction id of the redemption: the message as it went out holds it, else the request.
func sentTrx(call switchcore.Call) string {
	if trx := strings.Trim(string(jsonedit.Member(call.Sent.Body, "storeTrxDetails", "trxId")), `"`); trx != "" {
		return trx
	}
	if call.Request != nil {
		return or(call.Request.RRN, call.WireRef)
	}
	return ""
}
