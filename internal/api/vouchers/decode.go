package vouchers

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// requestShape gives the shape of an operation's request.
func requestShape(op transactions.Operation) *message.Shape {
	switch op {
	case transactions.Redemption:
		return messages().redemption
	case transactions.Refund:
		return messages().refund
	default:
		return messages().provision
	}
}

// DecodeRequest reads a provision, redemption or refund. The result owns its memory; Key.ClientID, Client,
// In and Render are the caller's to fill. clientID is the id inside the message's client member.
// The error is a *message.Failure.
func DecodeRequest(op transactions.Operation, body []byte) (req *switchcore.Request, clientID string, err error) {
	err = message.Parse(body, requestShape(op), message.Dialect{}, func(v message.View, canonical []byte) {
		req = &switchcore.Request{
			Key:         transactions.Key{Service: transactions.Voucher, Operation: op},
			Body:        canonical,
			Fingerprint: v.Fingerprint(),
		}
		fill(v, req)
		clientID = v.Institution(message.Root, "client").ID
	})
	return req, clientID, err
}

// adviceShape gives the shape of an advice: only the confirmation of a provision has tenders.
func adviceShape(op transactions.Operation, kind transactions.Decision) *message.Shape {
	switch {
	case kind == transactions.Reverse:
		return messages().basicReversal
	case op == transactions.Provision:
		return messages().tenderAdvice
	default:
		return messages().basicAdvice
	}
}

// DecodeAdvice reads a confirmation or reversal. The result owns its memory; Key.ClientID, Client, In and
// Render are the caller's to fill. The error is a *message.Failure.
func DecodeAdvice(op transactions.Operation, kind transactions.Decision, body []byte) (a *switchcore.AdviceRequest, err error) {
	err = message.Parse(body, adviceShape(op, kind), message.Dialect{}, func(v message.View, canonical []byte) {
		a = v.Advice(transactions.Voucher, op, kind)
		a.Key.RequestID = strings.ToLower(a.RequestRef)
		a.Body = canonical
	})
	return a, err
}

// resetConfirmed tells whether a reset message says TRUE twice; the error is a *message.Failure.
func resetConfirmed(body []byte) (sure bool, err error) {
	err = message.Parse(body, messages().reset, message.Dialect{}, func(v message.View, _ []byte) {
		sure = v.Text(message.Root, "userDataWillBeLost") == "TRUE" && v.Text(message.Root, "resetUserData") == "TRUE"
	})
	return sure, err
}

// fill takes over everything the switch needs from a request.
func fill(v message.View, r *switchcore.Request) {
	product := v.Find(message.Root, "product")
	voucher := v.Find(message.Root, "voucher")
	v.Transaction(r)
	r.Key.RequestID = strings.ToLower(r.MessageID) // one id, however its hexadecimal digits are written
	r.ProductID = v.Text(product, "productId")
	r.ProductReceiver = v.Institution(product, "receiver").ID
	r.VoucherCode = v.Text(voucher, "code")
	r.VoucherSerial = v.Text(voucher, "serialNumber")
	r.Tendered = v.Filled("tenders") || v.Filled("paymentMethods")
	message.AddTerm(r, transactions.TermCode, r.VoucherCode)
	message.AddTerm(r, transactions.TermSerial, r.VoucherSerial)
	message.AddTerm(r, transactions.TermMSISDN, v.Text(v.Find(message.Root, "recipient"), "msisdn"))
}
