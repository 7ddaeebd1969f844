package message

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Root is the node of the message itself.
const Root = 0

// View reads values of a checked message; a missing parent (-1) has missing children. Everything it gives is a copy.
type View struct {
	doc   *jsonedit.Doc
	shape *Shape
}

// Fingerprint gives the SHA-256 of the message's business fields; see fingerprint.
func (v View) Fingerprint() []byte { return fingerprint(v.doc, v.shape) }

// Find gives the node of a member, -1 when it is absent, null, unknown or forgiven.
func (v View) Find(i int, name string) int {
	if i < 0 {
		return -1
	}
	k := v.doc.Find(i, name)
	if k >= 0 && v.doc.Nodes[k].Tag == 0 {
		return -1
	}
	return k
}

// Text gives the member's text, empty when it is absent.
func (v View) Text(i int, name string) string {
	k := v.Find(i, name)
	if k < 0 {
		return ""
	}
	return string(v.doc.Text(k))
}

// Institution gives a party, zero when it is absent.
func (v View) Institution(i int, name string) switchcore.Institution {
	k := v.Find(i, name)
	return switchcore.Institution{ID: v.Text(k, "id"), Name: v.Text(k, "name")}
}

// Amount gives a ledger amount, nil when it is absent; a debit or credit mark does not change its sign.
func (v View) Amount(i int, name string) *money.Amount {
	k := v.Find(i, name)
	if k < 0 {
		return nil
	}
	minor, _ := strconv.ParseInt(v.Text(k, "amount"), 10, 64)
	return &money.Amount{Minor: minor, Currency: v.Text(k, "currency")}
}

// Filled tells whether a top-level list holds something.
func (v View) Filled(name string) bool {
	k := v.Find(Root, name)
	return k >= 0 && v.doc.First(k) >= 0
}

// Transaction takes over what the messages of every service begin with (spec/common.md 3.1).
func (v View) Transaction(r *switchcore.Request) {
	originator := v.Find(Root, "originator")
	r.MessageID = v.Text(Root, "id")
	r.OriginatorID = v.Institution(originator, "institution").ID
	r.TerminalID = v.Text(originator, "terminalId")
	r.CashierID = v.Text(originator, "operatorId")
	r.ChannelID = v.Text(originator, "channelId")
	r.MerchantID = v.Text(v.Find(originator, "merchant"), "merchantId")
	r.Receiver = v.Institution(Root, "receiver")
	r.SettlementEntity = v.Institution(Root, "settlementEntity")
	r.Amount = v.Amount(v.Find(Root, "amounts"), "requestAmount")
	r.RRN, r.STAN = v.Text(Root, "rrn"), v.Text(Root, "stan")
	r.BasketRef = v.Text(Root, "basketRef")
	if list := v.Find(Root, "thirdPartyIdentifiers"); list >= 0 {
		for k := range v.doc.Children(list) {
			AddTerm(r, transactions.TermThirdParty, v.Text(k, "transactionIdentifier"))
		}
	}
	AddTerm(r, transactions.TermRRN, r.RRN)
	AddTerm(r, transactions.TermBasket, r.BasketRef)
}

// AddTerm adds a reference under which people look for a transaction; an empty one is none.
func AddTerm(r *switchcore.Request, kind transactions.TermKind, value string) {
	if value != "" {
		r.Terms = append(r.Terms, switchcore.Term{Kind: kind, Value: value})
	}
}

// Advice reads a confirmation or reversal; ids are as the client wrote them (spec/common.md 3.2).
func (v View) Advice(service transactions.Service, op transactions.Operation, kind transactions.Decision) *switchcore.AdviceRequest {
	ref := v.Text(Root, "requestId")
	return &switchcore.AdviceRequest{
		Key:        transactions.Key{Service: service, Operation: op, RequestID: ref},
		RequestRef: ref,
		Kind:       kind,
		AdviceID:   v.Text(Root, "id"),
		Time:       v.Text(Root, "time"),
		Reason:     v.Text(Root, "reversalReason"),
		Amount:     v.Amount(v.Find(Root, "amounts"), "approvedAmount"),
	}
}
