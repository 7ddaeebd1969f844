package serviceinterface

import (
	"bytes"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareAdvice writes a confirmation or reversal (common.md 3.2). It is written once and stored; every repeat sends the
// same bytes, the advice id included (I18).
func prepareAdvice(call switchcore.Call) (switchcore.Message, error) {
	kind := transactions.Decision(call.Kind)
	path := collection(call.Operation)
	if path == "" || call.Advice == nil || !call.Provider.Profile.Takes(call.Operation, kind) {
		return switchcore.Message{}, unsupported(call)
	}
	a := call.Advice
	if kind == transactions.Confirm {
		path += "/confirmations"
	} else {
		path += "/reversals"
	}
	w := objectWriter{out: []byte{'{'}}
	w.text("id", a.ID)
	w.text("requestId", call.WireRef)
	w.text("time", a.Time)
	w.raw("thirdPartyIdentifiers", identifiersOf(call))
	if kind == transactions.Reverse {
		w.text("reversalReason", reasonOf(a))
	}
	if jsonedit.Member(a.Body, "amounts") == nil && a.Amount != nil {
		w.raw("amounts", finalAmount(a))
	}
	for _, name := range []string{"amounts", "stan", "rrn"} {
		w.raw(name, jsonedit.Member(a.Body, name))
	}
	if kind == transactions.Confirm && call.Operation == transactions.Provision { // the only TenderAdvice
		w.raw("tenders", storable(jsonedit.Member(a.Body, "tenders")))
	}
	return post(path, append(w.out, '}')), nil
}

// shortestCard is the length from which a clear number may be a card's; a shorter one is the leading digits only.
const shortestCard = 12

// storable hides card numbers in a list of tenders: an advice is stored until it is delivered, and a full number may be
// in no stored message (common.md 6). Tenders should come with masked numbers; those stay as they are.
func storable(tenders []byte) []byte {
	doc, err := jsonedit.Parse(tenders)
	if err != nil || doc.Nodes[0].Kind != jsonedit.Array {
		return tenders
	}
	var out []byte
	for c := range doc.Children(0) {
		tender := doc.Raw(c)
		number := bytes.Trim(jsonedit.Member(tender, "cardNumber"), `"`)
		if len(number) >= shortestCard && !bytes.ContainsRune(number, '*') {
			masked := mask.MaskPan(string(number))
			if tender, err = jsonedit.Apply(tender, jsonedit.Set("cardNumber", jsonedit.Quote(masked))); err != nil {
				return nil
			}
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = append(out, tender...)
	}
	return list(out)
}

// reasonOf gives the client's reason; a reversal the switch decided without one ended in silence.
func reasonOf(a *switchcore.Advice) string {
	if a.Reason == "" {
		return "TIMEOUT"
	}
	return a.Reason
}

func finalAmount(a *switchcore.Advice) []byte {
	out := strconv.AppendInt([]byte(`{"approvedAmount":{"amount":`), a.Amount.Minor, 10)
	out = jsonedit.AppendString(append(out, `,"currency":`...), a.Amount.Currency)
	return append(out, "}}"...)
}

// identifiersOf copies the provider's own list; without one it repeats the list that the request carried (common.md 3.2).
func identifiersOf(call switchcore.Call) []byte {
	if own := jsonedit.Elements([]byte(call.Advice.Identifiers)); own != nil {
		return list(own)
	}
	ours := ourIdentifier(call)
	if call.Request != nil {
		if sent := jsonedit.Elements(jsonedit.Member(call.Request.Body, "thirdPartyIdentifiers")); sent != nil {
			return list(append(append(sent, ','), ours...))
		}
	}
	return list(ours)
}

func list(elements []byte) []byte {
	return append(append([]byte{'['}, elements...), ']')
}

// objectWriter writes the members of one JSON object in order; what is nil is left out.
type objectWriter struct{ out []byte }

func (w *objectWriter) raw(name string, value []byte) {
	if value == nil {
		return
	}
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(jsonedit.AppendString(w.out, name), ':')
	w.out = append(w.out, value...)
}

func (w *objectWriter) text(name, value string) { w.raw(name, jsonedit.Quote(value)) }
