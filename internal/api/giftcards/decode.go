package giftcards

import (
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// DecodeRequest reads a request or look-up. The result owns its memory; Key.ClientID, Client, In and Render are the
// caller's to fill. Body is the message to forward, in memory only: it holds the card's number and PINs as sent. The
// error is a *message.Failure.
func DecodeRequest(op transactions.Operation, body []byte) (req *switchcore.Request, err error) {
	nobody := false // a look-up names a card or a person
	err = message.Parse(body, messages().requests[op], dialect(), func(v message.View, canonical []byte) {
		nobody = op == transactions.Lookup && v.Find(message.Root, "card") < 0 && v.Find(message.Root, "cardHolder") < 0
		req = &switchcore.Request{
			Key:         transactions.Key{Service: transactions.GiftCard, Operation: op},
			Body:        canonical,
			Fingerprint: v.Fingerprint(),
		}
		fill(v, req)
	})
	if err == nil && nobody {
		return nil, &message.Failure{Violations: []message.Violation{{
			Field: "card", Leaf: "card", Msg: "card or cardHolder may not be null", Value: "null",
		}}}
	}
	return req, err
}

// fill takes over everything the switch needs from a request. An id is opaque text: it is kept as it was written.
func fill(v message.View, r *switchcore.Request) {
	v.Transaction(r)
	r.Key.RequestID = r.MessageID
	r.ProductID = v.Text(v.Find(message.Root, "product"), "id")
	r.CardNumber, r.OtherCardNumber = numbers(v)
	message.AddTerm(r, transactions.TermCard, r.CardNumber)
	message.AddTerm(r, transactions.TermCard, r.OtherCardNumber)
	message.AddTerm(r, transactions.TermMSISDN, v.Text(v.Find(message.Root, "cardHolder"), "msisdn"))
}

// numbers gives the numbers of the card that is acted on and of the one that takes over.
func numbers(v message.View) (first, second string) {
	pan := func(name string) string { return v.Text(v.Find(message.Root, name), "pan") }
	for _, pair := range [][2]string{{"card", ""}, {"sourceCard", "targetCard"}, {"oldCard", "newCard"}} {
		if first = pan(pair[0]); first != "" {
			return first, pan(pair[1])
		}
	}
	return "", ""
}

// adviceShape gives the shape of an advice: the confirmations of an activation and a load say how the customer paid.
func adviceShape(op transactions.Operation, kind transactions.Decision) *message.Shape {
	switch {
	case kind == transactions.Reverse:
		return messages().basicReversal
	case op == transactions.Activation || op == transactions.Load:
		return messages().tenderAdvice
	default:
		return messages().advice
	}
}

// DecodeAdvice reads a confirmation or reversal. The result owns its memory; Key.ClientID, Client, In and Render are the
// caller's to fill. The error is a *message.Failure.
func DecodeAdvice(op transactions.Operation, kind transactions.Decision, body []byte) (a *switchcore.AdviceRequest, err error) {
	err = message.Parse(body, adviceShape(op, kind), dialect(), func(v message.View, canonical []byte) {
		a = v.Advice(transactions.GiftCard, op, kind)
		a.Body = canonical
	})
	return a, err
}
