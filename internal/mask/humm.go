package mask

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Humm gives the form of a consumer finance message, request or answer, that may be stored, shown and logged
// (spec/humm.md 2): its members in their order, what no rule names hidden. An empty body stays empty, one that is no JSON
// object becomes length and digest.
func Humm(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	doc, err := jsonedit.Borrow(body, true)
	if err != nil {
		return Digest(body)
	}
	defer doc.Release()
	if doc.Nodes[0].Kind != jsonedit.Object {
		return Digest(body)
	}
	m := masker{doc: doc, out: make([]byte, 0, min(len(body), 4096))}
	m.out = append(m.out, '{')
	for i := range doc.Children(0) {
		m.hummMember(i)
	}
	return append(m.out, '}')
}

func (m *masker) hummMember(i int) {
	name := string(m.doc.Name(i))
	if name == "purchase_items" {
		return // what was bought is nobody's business
	}
	if len(m.out) > 1 {
		m.out = append(m.out, ',')
	}
	rule, known := hummRules(name)
	m.name([]byte(name))
	m.out = append(m.out, ':')
	kind := m.doc.Nodes[i].Kind
	switch {
	case kind == jsonedit.Null:
		m.out = append(m.out, "null"...)
	case name == "tracking_data":
		m.tracking(i)
	case !known || kind == jsonedit.Object || kind == jsonedit.Array:
		m.out = append(m.out, `"*"`...)
	case rule == nil || kind == jsonedit.True || kind == jsonedit.False:
		m.out = append(m.out, m.doc.Raw(i)...)
	default:
		m.out = jsonedit.AppendString(m.out, rule(m.doc.Text(i)))
	}
}

// tracking tells how much a merchant's own data is, and nothing of what it says.
func (m *masker) tracking(i int) {
	n := 0
	for range m.doc.Children(i) {
		n++
	}
	m.out = strconv.AppendInt(append(m.out, `{"keys":`...), int64(n), 10)
	m.out = strconv.AppendInt(append(m.out, `,"bytes":`...), int64(len(m.doc.Raw(i))), 10)
	m.out = append(m.out, '}')
}

// hummRules says how a member is shown: nil is as it is, a member that is not known is hidden.
func hummRules(name string) (rule func([]byte) []byte, known bool) {
	switch name {
	case "x_merchant_id", "x_operator_id", "x_firmware_version", "x_pos_vendor", "x_pos_transaction_ref", "x_receipt_number",
		"x_purchase_ref", "x_purchase_number", "x_purchase_amount", "x_finance_amount", "x_amount", "x_status", "x_code",
		"buyer_confirms", "retry_duration":
		return nil, true
	case "x_pre_approval_code":
		return maskApproval, true
	case "x_mobile":
		return func(text []byte) []byte { return Tail3.Append(nil, text) }, true
	case "x_message":
		return func(text []byte) []byte { return Text.Append(nil, text) }, true
	case "signature", "x_adjustment_signature":
		return maskSignature, true
	}
	return nil, false // tokens, keys and device ids, which embed a token, among them
}

// maskApproval keeps what tells a scanned code from a typed one, and the last two characters.
func maskApproval(code []byte) []byte {
	rest, scanned := bytes.CutPrefix(code, []byte("6199"))
	if !scanned || len(rest) < 4 {
		return appendTail(nil, code, 4, 2)
	}
	return appendTail([]byte("6199"), rest, 4, 2)
}

// signatureShown is how much of a signature is kept: the whole one of an adjustment takes it back.
const signatureShown = 8

func maskSignature(text []byte) []byte {
	if utf8.RuneCount(text) < 4*signatureShown { // no digest of ours, so perhaps something else
		return stars(nil, utf8.RuneCount(text))
	}
	return append(bytes.Clone(firstRunes(text, signatureShown)), "…"...)
}
