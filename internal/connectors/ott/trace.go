package ott

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
)

// shownParameters are the parameters of a form and how each is shown; any other becomes one star. A cashier is a person.
//
//nolint:gochecknoglobals // a constant table
var shownParameters = map[string]mask.Algorithm{
	"branch": mask.None, "cashier": mask.All, "till": mask.None, "uniqueReference": mask.None, "value": mask.None,
	"vendorCode": mask.None, "amount": mask.None, "vendorID": mask.None,
	"pin": mask.Code, "voucherPIN": mask.Code, "mobile": mask.Tail3,
}

// shownMembers are the members of an answer, those of the text `voucher` included.
//
//nolint:gochecknoglobals // a constant table
var shownMembers = map[string]mask.Algorithm{
	"success": mask.None, "errorCode": mask.None, "message": mask.Text,
	"voucherID": mask.None, "saleID": mask.None, "serialNumber": mask.None, "serial": mask.None, "batch": mask.None,
	"amount": mask.None, "value": mask.None, "voucherAmount": mask.None, "voucherBalance": mask.None,
	"balance": mask.None, "availableBalance": mask.None,
	"pin": mask.Code, "instructions": mask.All,
}

// maskForm gives the form as traced. The hash is not part of it: it is added when the form is sent.
func maskForm(values url.Values) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(name) + "=")
		switch rule := shownParameters[name]; rule {
		case mask.None:
			b.WriteString(url.QueryEscape(values.Get(name)))
		default:
			b.Write(rule.Append(nil, []byte(values.Get(name))))
		}
	}
	return b.String()
}

// maskAnswer gives an answer as traced: a flat object, of which one member is a text that holds another.
func maskAnswer(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	doc, err := jsonedit.Parse(body)
	if err != nil || doc.Nodes[0].Kind != jsonedit.Object {
		return mask.Digest(body)
	}
	codes := pinsOf(doc, nil)
	if i := doc.Find(0, "voucher"); i >= 0 {
		if inner := innerOf(doc.Text(i)); inner != nil {
			codes = pinsOf(inner, codes)
		}
	}
	return maskObject(doc, true, codes)
}

// pinsOf adds the PIN of an object: a member that is shown, but repeats it, is hidden too (S12).
func pinsOf(doc *jsonedit.Doc, codes []string) []string {
	if i := doc.Find(0, "pin"); i >= 0 {
		codes = append(codes, string(doc.Text(i)))
	}
	return codes
}

func maskObject(doc *jsonedit.Doc, outer bool, codes []string) []byte {
	out := []byte{'{'}
	for c := range doc.Children(0) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		name := string(doc.Name(c))
		rule, known := shownMembers[name]
		kind := doc.Nodes[c].Kind
		switch {
		case known:
			out = append(jsonedit.AppendString(out, name), ':')
			out = maskScalar(out, doc, c, rule, codes)
		case name == "voucher" && outer && kind == jsonedit.String:
			out = append(out, `"voucher":`...)
			out = jsonedit.AppendString(out, maskInner(doc.Text(c), codes))
		default: // a name that nobody listed could be a value itself
			out = append(out, `"*":"*"`...)
		}
	}
	return append(out, '}')
}

func maskScalar(out []byte, doc *jsonedit.Doc, c int, rule mask.Algorithm, codes []string) []byte {
	reveals := func(code string) bool { return mask.Reveals(string(doc.Text(c)), code) }
	switch kind := doc.Nodes[c].Kind; {
	case kind == jsonedit.Object || kind == jsonedit.Array, rule == mask.None && slices.ContainsFunc(codes, reveals):
		return append(out, `"*"`...)
	case rule == mask.None || kind == jsonedit.Null:
		return append(out, doc.Raw(c)...)
	}
	return jsonedit.AppendString(out, rule.Append(nil, doc.Text(c)))
}

func maskInner(text []byte, codes []string) []byte {
	doc := innerOf(text)
	if doc == nil {
		return []byte("*")
	}
	return maskObject(doc, false, codes)
}

// innerOf reads the object that a text holds; nil when it holds none.
func innerOf(text []byte) *jsonedit.Doc {
	doc, err := jsonedit.Parse(text)
	if err != nil || doc.Nodes[0].Kind != jsonedit.Object {
		return nil
	}
	return doc
}
