package family

import (
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// switchsName is how the switch calls itself as a client.
const switchsName = "Signalbox"

// HeadersWrite are the headers of a message with a body, as traced.
const HeadersWrite = `{"Accept":"application/json","Content-Type":"application/json"}`

// Unsupported is the error of a call that the interface or the provider's profile has no words for (I12).
func Unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "provider %s takes no %s of a %s", call.Provider.ID, call.Kind, call.Operation)
}

// Forward writes the client's message with the id that the provider shall know it by, our party, the route's settlement
// entity, and our reference behind all received ones; every other byte stays.
func Forward(call switchcore.Call, id string) ([]byte, error) {
	edits := []jsonedit.Edit{
		jsonedit.Set("id", jsonedit.Quote(id)),
		jsonedit.Set("client", institution(switchcore.Institution{ID: call.Provider.UserOf(call.ClientID), Name: switchsName})),
		jsonedit.Push("thirdPartyIdentifiers", ourIdentifier(call)),
	}
	if s := call.Provider.Settlement; s.ID != "" {
		edits = append(edits, jsonedit.Set("settlementEntity", institution(s)))
	}
	body, err := jsonedit.Apply(call.Request.Body, edits...)
	if err != nil {
		return nil, apperr.Errorf(apperr.Invalid, "the request cannot be forwarded: %v", err)
	}
	return body, nil
}

// AdviceBody writes a confirmation or reversal (common.md 3.2) about the request the provider knows by id. It is written
// once and stored; every repeat sends the same bytes, the advice id included (I18). tenders makes it a TenderAdvice.
func AdviceBody(call switchcore.Call, id string, tenders bool) []byte {
	a := call.Advice
	w := &jsonedit.Builder{}
	w.Text("id", a.ID)
	w.Text("requestId", id)
	w.Text("time", a.Time)
	w.Raw("thirdPartyIdentifiers", identifiersOf(call))
	if transactions.Decision(call.Kind) == transactions.Reverse {
		w.Text("reversalReason", reasonOf(a))
	}
	if jsonedit.Member(a.Body, "amounts") == nil && a.Amount != nil {
		w.Raw("amounts", finalAmount(a))
	}
	for _, name := range []string{"amounts", "stan", "rrn"} {
		w.Raw(name, jsonedit.Member(a.Body, name))
	}
	if tenders { // a full card number may be in no stored message (common.md 6)
		w.Raw("tenders", jsonedit.Member(mask.Storable(a.Body), "tenders"))
	}
	return w.Bytes()
}

// reasonOf gives the client's reason; a reversal the switch decided without one ended in silence.
func reasonOf(a *switchcore.Advice) string {
	if a.Reason == "" {
		return "TIMEOUT"
	}
	return a.Reason
}

func finalAmount(a *switchcore.Advice) []byte {
	o := &jsonedit.Builder{}
	o.Raw("approvedAmount", ledgerAmount(a.Amount))
	return o.Bytes()
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

func list(elements []byte) []byte { return append(append([]byte{'['}, elements...), ']') }

func institution(p switchcore.Institution) []byte {
	if p.Name == "" {
		p.Name = p.ID // a name is required on the wire
	}
	out := jsonedit.AppendString([]byte(`{"id":`), p.ID)
	out = jsonedit.AppendString(append(out, `,"name":`...), p.Name)
	return append(out, '}')
}

// ourIdentifier is our own entry of the third party identifiers.
func ourIdentifier(call switchcore.Call) []byte {
	out := jsonedit.AppendString([]byte(`{"institutionId":`), call.Provider.UserOf(call.ClientID))
	out = jsonedit.AppendString(append(out, `,"transactionIdentifier":`...), call.WireRef)
	return append(out, '}')
}
