package simulation

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// paper is a message of consumer finance: signed by the till, and passed on as it is.
type paper struct {
	op        humm.Operation
	request   switchcore.Request
	body      []byte
	signature string
}

// authorisation writes the payment of the sale.
func (t *till) authorisation(amount int64) paper {
	code := approvalCode(t.sale.No)
	m := t.write(humm.ProcessAuthorisation, firstCashier, humm.Field{Name: humm.Reference, Value: saleReference(t.sale.No)}, humm.Field{Name: humm.ApprovalCode, Value: code},
		whole(humm.PurchaseAmount, amount), whole(humm.FinanceAmount, amount))
	r := &m.request
	r.Key.RequestID, r.Fingerprint, r.Amount = codeHashText(code), []byte(m.signature), dollars(amount)
	r.References = []switchcore.Reference{
		{Scope: "*", Kind: switchcore.RefApprovalCode, Value: code},
		{Scope: t.sale.Client.ID, Kind: switchcore.RefSale, Value: saleReference(t.sale.No)},
	}
	return m
}

// receipt writes the second reference of the sale.
func (t *till) receipt() paper {
	m := t.write(humm.SendReceipt, firstCashier, humm.Field{Name: humm.Reference, Value: saleReference(t.sale.No)}, humm.Field{Name: humm.ReceiptNumber, Value: receiptNumber(t.sale.No)})
	m.request.Key.RequestID, m.request.Fingerprint = receiptNumber(t.sale.No), []byte(saleReference(t.sale.No)+receiptNumber(t.sale.No))
	return m
}

// adjustment writes a refund of a sale; a cashier's name is signed, so another cashier's repeat has another signature.
func (t *till) adjustment(reference, of, cashier string, amount int64) paper {
	m := t.write(humm.ProcessAdjustment, cashier, humm.Field{Name: humm.Reference, Value: reference}, humm.Field{Name: humm.PurchaseRef, Value: of},
		whole(humm.Amount, amount))
	r := &m.request
	r.Key.RequestID, r.Amount, r.Fingerprint = reference, dollars(amount), fmt.Appendf(nil, "%d %s", amount, of)
	r.References = []switchcore.Reference{{Scope: t.sale.Client.ID, Kind: switchcore.RefSignature, Value: m.signature}}
	return m
}

// firstCashier is who sends what is not another cashier's repeat.
const firstCashier = "op-1"

// write writes and signs a message with what every one has in it.
func (t *till) write(op humm.Operation, cashier string, own ...humm.Field) paper {
	merchant := merchantOf(t.sale.Client.ID)
	fields := append([]humm.Field{
		{Name: humm.MerchantID, Value: merchant},
		{Name: humm.DeviceID, Value: fmt.Sprintf("%s-lane%d", canary, t.sale.No)},
		{Name: humm.OperatorID, Value: cashier},
		{Name: humm.Firmware, Value: "till-1.0"},
	}, own...)
	body := humm.Compose(t.key, fields...)
	m, err := humm.Parse(body)
	if err != nil {
		panic(err) // just written
	}
	operation := map[humm.Operation]transactions.Operation{
		humm.CreateKey: transactions.CreateKey, humm.Invite: transactions.Invite, humm.ProcessAuthorisation: transactions.Authorisation,
		humm.SendReceipt: transactions.Receipt, humm.ProcessAdjustment: transactions.Adjustment, humm.ReverseAdjustment: transactions.Adjustment,
	}[op]
	return paper{op: op, body: body, signature: m.Signature(), request: switchcore.Request{
		Key:       transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.Humm, Operation: operation},
		MessageID: m.Text(humm.Reference), Client: t.sale.Client, Body: body, Exact: true, MerchantID: merchant, Render: render,
	}}
}

// turnsAway refuses a message whose signature the switch cannot prove (humm.md 4). Nothing is kept of it.
func (l *life) turnsAway(m paper) (switchcore.Outbound, bool) {
	said, err := humm.Parse(m.body)
	if err != nil {
		panic(err) // tills write messages
	}
	key := said.Text(humm.DeviceToken)
	if m.op != humm.CreateKey {
		if key, err = (deviceKeys{l}).DeviceKey(context.Background(), said.Text(humm.MerchantID), said.Text(humm.DeviceID)); err != nil {
			return render(switchcore.Reply{Status: 503, ErrorType: humm.InternalFailure}), true
		}
	}
	if !said.Verify(key) {
		return render(switchcore.Reply{Status: 401, ErrorType: humm.BadSignature}), true
	}
	return switchcore.Outbound{}, false
}

func whole(name string, amount int64) humm.Field {
	return humm.Field{Name: name, Raw: strconv.AppendInt(nil, amount, 10)}
}

func dollars(amount int64) *money.Amount { return &money.Amount{Minor: amount, Currency: "710"} }

func approvalCode(sale int) string { return fmt.Sprintf("c%d-%s", sale, canary) }

// codeHashText is the id that a payment goes by: nobody is shown the code.
func codeHashText(code string) string {
	return hex.EncodeToString(openVault{}.Hash(string(transactions.TermApproval), code))
}

func saleReference(sale int) string { return fmt.Sprintf("s%d", sale) }

func receiptNumber(sale int) string { return fmt.Sprintf("INV%d", sale) }

func merchantOf(clientID string) string { return "m-" + clientID }

// hand gives a message to the switch, as the service in internal/api/humm does.
func (t *till) hand(m paper, who string) answer {
	amount := int64(0)
	if m.request.Amount != nil {
		amount = m.request.Amount.Minor
	}
	x := told{key: m.request.Key, kind: transactions.TraceRequest, amount: amount}
	return t.call(x, who, func(l *life, in switchcore.Inbound) switchcore.Outbound {
		if out, ok := l.turnsAway(m); ok {
			return out
		}
		in.SHA256, in.Body = transactions.Digest(m.body), string(mask.Humm(m.body))
		req := m.request
		req.In = in
		if req.Key.Operation.Informational() { // never repeated
			return l.processor.Process(&req)
		}
		return l.processor.Retry(&req)
	})
}
