package humm

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// request makes what every operation has in common, under a request id.
func (s *Service) request(k *call, id string) *switchcore.Request {
	return &switchcore.Request{
		Key:       transactions.Key{ClientID: k.client.ID, Service: transactions.Humm, Operation: switchOperation(k.op), RequestID: id},
		MessageID: k.msg.Text(rail.Reference), Client: k.client, In: k.in, Body: k.body, Exact: true,
		MerchantID: k.merchant.ID, TerminalID: s.terminal(k), CashierID: k.msg.Text(rail.OperatorID), Render: k.render,
	}
}

// terminal is how a device is shown: its id embeds a secret with some tills, so a part of its keyed hash stands for it.
func (s *Service) terminal(k *call) string {
	hash := s.Hash(rail.DeviceHash, rail.DeviceName(k.merchant.ID, k.msg.Text(rail.DeviceID)))
	return "device-" + hex.EncodeToString(hash[:4])
}

func (s *Service) amount(k *call, name string) *money.Amount {
	return &money.Amount{Minor: cents(k.msg, name), Currency: s.country(k.merchant).Currency}
}

// purchase makes the references of a message, under which a sale may be found later, searchable.
func (k *call) purchase(names ...string) []switchcore.Term {
	var terms []switchcore.Term
	for _, name := range names {
		terms = append(terms, switchcore.Term{Kind: transactions.TermPurchase, Value: k.msg.Text(name)})
	}
	return terms
}

// createKey asks for a device's signing key. The message holds a one-time token, so nothing of it is kept.
func (s *Service) createKey(k *call) switchcore.Outbound {
	req := s.request(k, s.NewID().String())
	req.Transient = true
	return s.Switch.Process(req)
}

// invite has a link sent to a customer's telephone. Each one is a message to a person: never repeated by us.
func (s *Service) invite(k *call) switchcore.Outbound {
	req := s.request(k, s.NewID().String())
	req.Amount = s.amount(k, rail.PurchaseAmount)
	req.Terms = []switchcore.Term{{Kind: transactions.TermMSISDN, Value: k.msg.Text(rail.Mobile)}}
	return s.Switch.Process(req)
}

// authorise takes a payment. A code serves one signature, whoever sends it: the same signature is the same payment, any
// other is refused (spec/humm.md 6.1).
func (s *Service) authorise(k *call) switchcore.Outbound {
	code := rail.NormalCode(k.msg.Text(rail.ApprovalCode))
	req := s.request(k, hex.EncodeToString(s.Hash(string(transactions.TermApproval), code)))
	req.Fingerprint = []byte(k.msg.Signature())
	req.Amount = s.amount(k, rail.FinanceAmount)
	req.References = []switchcore.Reference{
		{Scope: "*", Kind: switchcore.RefApprovalCode, Value: code},
		{Scope: k.client.ID, Kind: switchcore.RefSale, Value: k.msg.Text(rail.Reference)},
	}
	req.Terms = append(k.purchase(rail.Reference), switchcore.Term{Kind: transactions.TermApproval, Value: code})
	return s.Switch.Retry(req)
}

// attachReceipt gives a sale one more reference. The same pair again is the same message, whoever signs it (6.2).
func (s *Service) attachReceipt(k *call) switchcore.Outbound {
	req := s.request(k, k.msg.Text(rail.ReceiptNumber))
	req.Fingerprint = fingerprint(k.msg.Text(rail.Reference), k.msg.Text(rail.ReceiptNumber))
	req.Terms = k.purchase(rail.Reference, rail.ReceiptNumber)
	return s.Switch.Retry(req)
}

// adjust gives money back. Its reference is its identity, the signature is not: a repeat may come from another cashier (6.3).
func (s *Service) adjust(k *call) switchcore.Outbound {
	req := s.request(k, k.msg.Text(rail.Reference))
	req.Amount = s.amount(k, rail.Amount)
	req.Fingerprint = fingerprint(strconv.FormatInt(req.Amount.Minor, 10), k.msg.Text(rail.PurchaseRef))
	req.References = []switchcore.Reference{{Scope: k.client.ID, Kind: switchcore.RefSignature, Value: k.msg.Signature()}}
	req.Terms = k.purchase(rail.Reference, rail.PurchaseRef)
	return s.Switch.Retry(req)
}

// reverseAdjustment takes an adjustment back, found by the signature it was sent with (6.6).
func (s *Service) reverseAdjustment(k *call) switchcore.Outbound {
	return s.Switch.Advise(&switchcore.AdviceRequest{
		Key:       transactions.Key{ClientID: k.client.ID, Service: transactions.Humm, Operation: transactions.Adjustment},
		Signature: strings.ToLower(k.msg.Text(rail.AdjustmentSign)), Client: k.client, In: k.in, Kind: transactions.Reverse,
		AdviceID: k.msg.Text(rail.Reference), Body: k.body, Render: k.render,
	})
}

// fingerprint stands for the business fields of a message (I8).
func fingerprint(values ...string) []byte {
	h := sha256.New()
	for _, v := range values {
		h.Write(strconv.AppendInt(nil, int64(len(v)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(v))
	}
	return h.Sum(nil)
}
