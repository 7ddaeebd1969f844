package giftcards

import (
	"fmt"
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// settlementParty and receiverParty stand in where a request names no party.
func settlementParty() object { return object{"id": "90000040", "name": "Sandbox Settlement"} }
func receiverParty() object   { return object{"id": "90000050", "name": "Gift Card Issuer"} }

// References derive from the position in the books.
func providerRef(seq int64) string   { return fmt.Sprintf("GFT-%012d", seq) }
func settlementRef(seq int64) string { return fmt.Sprintf("SGFT-%012d", seq) }
func slipRef(seq int64) string       { return fmt.Sprintf("GFT%012d", seq) }

// outcome is what a success answer shows, copied while the books are locked.
type outcome struct {
	seq               int64
	product           *Product // of the card, when it has one
	ledger, available int64
}

// outcomeOf shows the balances of the one card, of the source after a transfer,
// of the new card after a replacement.
func outcomeOf(s *dataSet, r *request) outcome {
	c := r.card
	if r.op == replace {
		c = r.target
	}
	o := outcome{seq: r.seq, ledger: c.ledger, available: c.available}
	if p, known := s.products[c.product]; known {
		o.product = &p
	}
	return o
}

// success is the 201 of a request (giftcard-rules.md 5.1). No PIN goes back.
func (c *call) success(m *message, o outcome) stage.Answer {
	out := object{}
	for _, name := range []string{"id", "time", "originator", "client", "posInfo", "product"} {
		if v, present := m.known[name]; present {
			out[name] = v
		}
	}
	for _, name := range append(c.to.op.cards(), "card") {
		if v, present := m.known[name]; present {
			out[name] = withoutPINs(v)
		}
	}
	settle, receiver := party(m, "settlementEntity", settlementParty()), party(m, "receiver", receiverParty())
	out["settlementEntity"], out["receiver"] = settle, receiver
	ids, _ := m.known["thirdPartyIdentifiers"].([]any)
	out["thirdPartyIdentifiers"] = append(ids,
		object{"institutionId": settle["id"], "transactionIdentifier": settlementRef(o.seq)},
		object{"institutionId": receiver["id"], "transactionIdentifier": providerRef(o.seq)})
	if p := o.product; p != nil && (c.to.op == void || c.to.op == lookup) {
		out["product"] = productItem{p.ID, p.Barcode, p.Type}
	}
	out["amounts"] = amountsOf(m, o)
	out["slipData"] = slip(c.to.op, o)
	return stage.Answer{
		Status: http.StatusCreated, Body: stage.Encode(out),
		Header: map[string]string{"Location": c.R.URL.EscapedPath()},
	}
}

func party(m *message, name string, otherwise object) object {
	if p, present := m.known[name].(object); present {
		return p
	}
	return otherwise
}

// amountsOf approves in full or not at all.
func amountsOf(m *message, o outcome) object {
	out := object{"balanceAmount": in710(o.ledger), "availableBalance": in710(o.available)}
	if a, present := m.amount(); present {
		out["requestAmount"], out["approvedAmount"] = a, a
	}
	return out
}

func slip(op operation, o outcome) object {
	line := func(text string) object {
		return object{"text": text, "fontWidthScaleFactor": 1, "fontHeightScaleFactor": 1, "line": false, "cut": false}
	}
	return object{
		"messageLines": []object{
			line("Gift card " + string(op)),
			line(fmt.Sprintf("Balance %d.%02d", o.ledger/100, o.ledger%100)),
		},
		"slipWidth": 0, "issuerReference": slipRef(o.seq),
	}
}

// deliver sends the answer the way the fault wants it.
func (c *call) deliver(f stage.Fault, a stage.Answer, m *message) {
	if status, header := f.Instead(); status != 0 {
		errorType, label := errGeneral, "Issuer fault"
		if status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout {
			errorType, label = errUpstream, "Issuer unavailable"
		}
		a = refuse(status, errorType, label).about(requestTypeOf(c.to.op, c.to.do), m.ID, m.RequestID).answer()
		a.Header = header
	}
	if f.Name == "other-id" {
		a.Body = withOtherID(a.Body)
	}
	c.Deliver(f, a)
}

// withOtherID answers as if to another message.
func withOtherID(body []byte) []byte {
	o, err := decode(body)
	if err != nil {
		return body
	}
	o["id"] = "00000000-0000-4000-8000-000000000bad"
	return stage.Encode(o)
}
