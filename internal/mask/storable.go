package mask

import (
	"bytes"
	"slices"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Storable gives the form of a canonical message of the voucher or gift card service that may be kept, sealed: card
// numbers, PINs and their like are replaced as spec/common.md 4.2 and 6 say. Everything else stays as it is; a message
// without payment members and cards is returned unchanged.
func Storable(body []byte) []byte { return replaced(body, keep) }

// Echoable is Storable without the PIN members, which no answer ever carries.
func Echoable(body []byte) []byte { return replaced(body, drop) }

// WithoutPins leaves the PIN members out and keeps everything else, card numbers too: the form in which a gift card
// request is answered to the client that sent it. It may not be stored.
func WithoutPins(body []byte) []byte { return replaced(body, dropPinsOnly) }

// treatment says what becomes of secrets.
type treatment byte

const (
	keep         treatment = iota // replaced
	drop                          // replaced, PIN members left out
	dropPinsOnly                  // PIN members left out, the rest as it is
)

// holders are the members at the top of a message, or of its error detail, below which secrets may stand.
//
//nolint:gochecknoglobals // a constant table
var holders = append([]string{"paymentMethods", "tenders"}, cardMembers()...)

func replaced(body []byte, t treatment) []byte {
	if !slices.ContainsFunc(holders, func(name string) bool { return bytes.Contains(body, []byte(`"`+name+`"`)) }) {
		return body
	}
	d, err := jsonedit.Borrow(body, true)
	if err != nil {
		return nil // nothing of an unreadable text may be kept
	}
	defer d.Release()
	r := replacer{doc: d, out: make([]byte, 0, len(body)), treatment: t}
	r.value(0, 0, false)
	return r.out
}

type replacer struct {
	doc       *jsonedit.Doc
	out       []byte
	treatment treatment
}

// value copies node i; paying tells that it lies inside a payment method, tender or card.
func (r *replacer) value(i, depth int, paying bool) {
	switch r.doc.Nodes[i].Kind {
	case jsonedit.Object:
		r.object(i, depth, paying)
	case jsonedit.Array:
		r.out = append(r.out, '[')
		for c := range r.doc.Children(i) {
			if c > i+1 {
				r.out = append(r.out, ',')
			}
			r.value(c, depth+1, paying)
		}
		r.out = append(r.out, ']')
	default:
		r.out = append(r.out, r.doc.Raw(i)...)
	}
}

func (r *replacer) object(i, depth int, paying bool) {
	r.out = append(r.out, '{')
	start := len(r.out)
	for c := range r.doc.Children(i) {
		name := string(r.doc.Name(c))
		if paying && r.treatment != keep && (name == "encryptedPin" || name == "pin" || name == "clearPin") {
			continue
		}
		if len(r.out) > start {
			r.out = append(r.out, ',')
		}
		r.out = append(append(r.out, r.doc.RawName(c)...), ':')
		if paying && r.instead(name, c) {
			continue
		}
		r.value(c, depth+1, paying || depth <= 1 && slices.Contains(holders, name))
	}
	r.out = append(r.out, '}')
}

// instead writes what is kept in place of a secret scalar; false when node i is none.
func (r *replacer) instead(name string, i int) bool {
	k := r.doc.Nodes[i].Kind
	if r.treatment == dropPinsOnly || k == jsonedit.Object || k == jsonedit.Array || k == jsonedit.Null {
		return false
	}
	text, secret := instead(name, r.doc.Text(i))
	if secret {
		r.out = jsonedit.AppendString(r.out, text)
	}
	return secret
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
	case "clearPin":
		return "00000", true
	case "pin", "hash":
		return "****", true
	case "pinBlock", "encryptedPin":
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
