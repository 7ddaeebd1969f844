package vouchers

import (
	"errors"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// FormatFailure is a message refused with FORMAT_ERROR; Errors holds the entries of the answer in the
// order of spec/common.md 2. It never quotes a value.
type FormatFailure struct {
	Errors []switchcore.FormatError
}

// Error gives the first entry for logs.
func (f *FormatFailure) Error() string {
	if len(f.Errors) == 0 {
		return "format error"
	}
	return "format error: " + f.Errors[0].Msg
}

// malformed is the refusal of a text that is no message at all; it has no field.
func malformed(err error) error {
	msg := "The body is not valid JSON"
	switch {
	case errors.Is(err, jsonedit.ErrDepth):
		msg = "The body is nested more than " + strconv.Itoa(jsonedit.MaxDepth) + " levels deep"
	case errors.Is(err, jsonedit.ErrDuplicate):
		msg = "The body holds a member twice in one object"
	case errors.Is(err, jsonedit.ErrEncoding):
		msg = "The body is not UTF-8"
	case errors.Is(err, jsonedit.ErrNotObject):
		msg = "The body is not a JSON object"
	}
	return &FormatFailure{Errors: []switchcore.FormatError{{Msg: msg}}}
}

// parse reads and checks body against s and hands the index to use, together with the canonical text.
func parse(body []byte, s *shape, use func(d *jsonedit.Doc, canonical []byte)) error {
	d, err := jsonedit.Borrow(body, false)
	if err != nil {
		return malformed(err)
	}
	defer d.Release()
	if d.Nodes[0].Kind != jsonedit.Object {
		return malformed(jsonedit.ErrNotObject)
	}
	canonical, refused := check(d, s)
	if len(refused) > 0 {
		return &FormatFailure{Errors: refused}
	}
	use(d, canonical)
	return nil
}

// requestShape gives the shape of an operation's request.
func requestShape(op transactions.Operation) *shape {
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
// The error is a *FormatFailure.
func DecodeRequest(op transactions.Operation, body []byte) (req *switchcore.Request, clientID string, err error) {
	s := requestShape(op)
	err = parse(body, s, func(d *jsonedit.Doc, canonical []byte) {
		req = &switchcore.Request{
			Key:         transactions.Key{Service: transactions.Voucher, Operation: op},
			Body:        canonical,
			Fingerprint: fingerprint(d, s),
		}
		v := view{d}
		v.fill(req)
		clientID = v.text(v.find(0, "client"), "id")
	})
	return req, clientID, err
}

// adviceShape gives the shape of an advice: only the confirmation of a provision has tenders.
func adviceShape(op transactions.Operation, kind transactions.Decision) *shape {
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
// Render are the caller's to fill. The error is a *FormatFailure.
func DecodeAdvice(op transactions.Operation, kind transactions.Decision, body []byte) (a *switchcore.AdviceRequest, err error) {
	err = parse(body, adviceShape(op, kind), func(d *jsonedit.Doc, canonical []byte) {
		v := view{d}
		a = &switchcore.AdviceRequest{
			Key:        transactions.Key{Service: transactions.Voucher, Operation: op, RequestID: strings.ToLower(v.text(0, "requestId"))},
			RequestRef: v.text(0, "requestId"),
			Kind:       kind,
			AdviceID:   v.text(0, "id"),
			Time:       v.text(0, "time"),
			Reason:     v.text(0, "reversalReason"),
			Amount:     v.amount(v.find(0, "amounts"), "approvedAmount"),
			Body:       canonical,
		}
	})
	return a, err
}

// resetConfirmed tells whether a reset message says TRUE twice; the error is a *FormatFailure.
func resetConfirmed(body []byte) (sure bool, err error) {
	err = parse(body, messages().reset, func(d *jsonedit.Doc, _ []byte) {
		v := view{d}
		sure = v.text(0, "userDataWillBeLost") == "TRUE" && v.text(0, "resetUserData") == "TRUE"
	})
	return sure, err
}

// view reads values of a checked message; a missing parent (-1) has missing children.
type view struct{ doc *jsonedit.Doc }

func (v view) find(i int, name string) int {
	if i < 0 {
		return -1
	}
	return v.doc.Find(i, name)
}

// text gives a copy of the member's text, empty when it is absent.
func (v view) text(i int, name string) string {
	k := v.find(i, name)
	if k < 0 {
		return ""
	}
	return string(v.doc.Text(k))
}

func (v view) institution(i int, name string) switchcore.Institution {
	k := v.find(i, name)
	return switchcore.Institution{ID: v.text(k, "id"), Name: v.text(k, "name")}
}

// amount gives a ledger amount, nil when it is absent; a debit or credit mark does not change its sign.
func (v view) amount(i int, name string) *money.Amount {
	k := v.find(i, name)
	if k < 0 {
		return nil
	}
	minor, _ := strconv.ParseInt(v.text(k, "amount"), 10, 64)
	return &money.Amount{Minor: minor, Currency: v.text(k, "currency")}
}

// fill takes over everything the switch needs from a request.
func (v view) fill(r *switchcore.Request) {
	originator := v.find(0, "originator")
	merchant := v.find(originator, "merchant")
	product := v.find(0, "product")
	voucher := v.find(0, "voucher")

	r.MessageID = v.text(0, "id")
	r.Key.RequestID = strings.ToLower(r.MessageID) // one id, however its hexadecimal digits are written
	r.OriginatorID = v.institution(originator, "institution").ID
	r.TerminalID = v.text(originator, "terminalId")
	r.CashierID = v.text(originator, "operatorId")
	r.ChannelID = v.text(originator, "channelId")
	r.MerchantID = v.text(merchant, "merchantId")
	r.Receiver = v.institution(0, "receiver")
	r.SettlementEntity = v.institution(0, "settlementEntity")
	r.ProductID = v.text(product, "productId")
	r.ProductReceiver = v.institution(product, "receiver").ID
	r.Amount = v.amount(v.find(0, "amounts"), "requestAmount")
	r.VoucherCode = v.text(voucher, "code")
	r.VoucherSerial = v.text(voucher, "serialNumber")
	r.Tendered = v.filled("tenders") || v.filled("paymentMethods")
	r.RRN, r.STAN = v.text(0, "rrn"), v.text(0, "stan")
	r.BasketRef = v.text(0, "basketRef")
	r.Terms = v.terms(r)
}

// filled tells whether a top-level list holds something.
func (v view) filled(name string) bool {
	k := v.find(0, name)
	return k >= 0 && v.doc.First(k) >= 0
}

// terms lists the references under which people look for a transaction.
func (v view) terms(r *switchcore.Request) []switchcore.Term {
	var all []switchcore.Term
	add := func(kind transactions.TermKind, value string) {
		if value != "" {
			all = append(all, switchcore.Term{Kind: kind, Value: value})
		}
	}
	if list := v.find(0, "thirdPartyIdentifiers"); list >= 0 {
		for k := range v.doc.Children(list) {
			add(transactions.TermThirdParty, v.text(k, "transactionIdentifier"))
		}
	}
	add(transactions.TermRRN, r.RRN)
	add(transactions.TermBasket, r.BasketRef)
	add(transactions.TermCode, r.VoucherCode)
	add(transactions.TermSerial, r.VoucherSerial)
	add(transactions.TermMSISDN, v.text(v.find(0, "recipient"), "msisdn"))
	return all
}
