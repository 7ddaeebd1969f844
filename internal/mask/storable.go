package mask

import (
	"bytes"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Storable gives the form of a canonical voucher message that may be kept, sealed: card numbers, PINs and
// their like are replaced as spec/common.md 4.2 and 6 say. Everything else stays as it is; a message
// without payment members is returned unchanged.
func Storable(body []byte) []byte { return replaced(body, false) }

// Echoable is Storable without the PIN members, which no answer ever carries.
func Echoable(body []byte) []byte { return replaced(body, true) }

func replaced(body []byte, dropPins bool) []byte {
	if !bytes.Contains(body, []byte(`"paymentMethods"`)) && !bytes.Contains(body, []byte(`"cardNumber"`)) {
		return body
	}
	d, err := jsonedit.Borrow(body, true)
	if err != nil {
		return nil // nothing of an unreadable text may be kept
	}
	defer d.Release()
	r := replacer{doc: d, out: make([]byte, 0, len(body)), dropPins: dropPins}
	r.value(0, false)
	return r.out
}

type replacer struct {
	doc      *jsonedit.Doc
	out      []byte
	dropPins bool
}

// value copies node i; paying tells that it lies inside a payment method or tender.
func (r *replacer) value(i int, paying bool) {
	switch r.doc.Nodes[i].Kind {
	case jsonedit.Object:
		r.object(i, paying)
	case jsonedit.Array:
		r.out = append(r.out, '[')
		for c := range r.doc.Children(i) {
			if c > i+1 {
				r.out = append(r.out, ',')
			}
			r.value(c, paying)
		}
		r.out = append(r.out, ']')
	default:
		r.out = append(r.out, r.doc.Raw(i)...)
	}
}

func (r *replacer) object(i int, paying bool) {
	r.out = append(r.out, '{')
	start := len(r.out)
	for c := range r.doc.Children(i) {
		name := string(r.doc.Name(c))
		if paying && r.dropPins && (name == "encryptedPin" || name == "pin") {
			continue
		}
		if len(r.out) > start {
			r.out = append(r.out, ',')
		}
		r.out = append(append(r.out, r.doc.RawName(c)...), ':')
		text, secret := instead(name, r.doc.Text(c))
		if k := r.doc.Nodes[c].Kind; paying && secret && k != jsonedit.Object && k != jsonedit.Array && k != jsonedit.Null {
			r.out = jsonedit.AppendString(r.out, text)
			continue
		}
		r.value(c, paying || i == 0 && (name == "paymentMethods" || name == "tenders"))
	}
	r.out = append(r.out, '}')
}

// instead gives what is kept in place of a secret member.
func instead(name string, value []byte) (string, bool) {
	switch name {
	case "pan", "accountNumber":
		return "000000000000", true
	case "cardNumber": // meant to arrive masked: then it stays as it is
		if countDigits(value) <= 10 {
			return "", false
		}
		return string(Pan.Append(nil, value)), true
	case "pin", "hash":
		return "****", true
	case "pinBlock":
		return "0000000000000000", true
	default:
		return "", false
	}
}

func countDigits(text []byte) int {
	n := 0
	for _, c := range text {
		if digit(c) {
			n++
		}
	}
	return n
}
