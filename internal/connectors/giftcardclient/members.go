package giftcardclient

import (
	"strconv"
	"sync"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// part says which members of an answer may reach a client. What it does not name is left out: issuers may repeat what
// nobody should see, and clients of this interface must not meet surprises.
type part struct {
	members map[string]*part
	element *part
	named   *part // members with names of their own
	integer bool  // written as a JSON number, whichever way it came
	text    bool  // written as a JSON text, whichever way it came
}

// texts is an object with members that are texts.
func texts(names ...string) *part {
	p := &part{members: map[string]*part{}}
	for _, name := range names {
		p.members[name] = &part{text: true}
	}
	return p
}

// scalars adds members that are written as they came.
func (p *part) scalars(names ...string) *part {
	for _, name := range names {
		p.members[name] = &part{}
	}
	return p
}

func (p *part) with(name string, sub *part) *part {
	p.members[name] = sub
	return p
}

//nolint:gochecknoglobals // a constant table
var answerParts = sync.OnceValue(buildParts)

// buildParts lists the members of success answers that are the issuer's to give (spec/giftcards.md 2, giftcard-rules.md 5.1).
func buildParts() map[string]*part {
	number := &part{integer: true}
	ledger := texts("currency", "ledgerIndicator").with("amount", number)
	amounts := texts().with("additionalAmounts", &part{named: ledger})
	for _, name := range []string{"requestAmount", "approvedAmount", "feeAmount", "balanceAmount", "availableBalance"} {
		amounts.with(name, ledger)
	}
	line := texts("text").scalars("fontWidthScaleFactor", "fontHeightScaleFactor", "line", "cut").with("barcode", texts("data", "encoding"))
	product := texts("id", "barcode", "type")
	count := texts("expiryDate").with("amount", number).with("pointsDueToExpire", number).with("currencyEquivalent", ledger)
	points := texts()
	for _, name := range []string{"requestAmount", "approvedAmount", "balanceAmount", "availableAmount"} {
		points.with(name, count)
	}
	marketing := func() *part { return texts("name", "description").scalars("member", "marketToCustomer") }
	return map[string]*part{
		"amounts": amounts, "product": product, "points": points,
		"slipData":            texts("issuerReference").with("slipWidth", number).with("messageLines", &part{element: line}),
		"marketingAttributes": {element: marketing()},
		"clubs":               {element: marketing().with("products", &part{element: product})},
		"card":                texts("pan", "expiryDate", "rank"),
	}
}

// members lists what a client may be given, in a fixed order. The card is given to who did not send it: the one that
// looked it up by its holder; never with a PIN.
func members(op transactions.Operation, body *family.Reply) []switchcore.Member {
	var all []switchcore.Member
	parts := answerParts()
	names := []string{"amounts", "product", "slipData", "points", "clubs", "marketingAttributes"}
	if op == transactions.Lookup {
		names = append(names, "card")
	}
	for _, name := range names {
		if i := body.Find(name); i >= 0 {
			if raw := appendPart(nil, body.Doc, i, parts[name]); raw != nil {
				all = append(all, switchcore.Member{Name: name, Raw: raw})
			}
		}
	}
	return all
}

// appendPart writes node i as far as p allows it; nil when it is of another kind. Nulls are left out (spec/common.md 1).
func appendPart(dst []byte, d *jsonedit.Doc, i int, p *part) []byte {
	k := d.Nodes[i].Kind
	switch {
	case (p.members != nil || p.named != nil) && k == jsonedit.Object:
		return appendObject(dst, d, i, p)
	case p.element != nil && k == jsonedit.Array:
		return appendList(dst, d, i, p.element)
	case p.members != nil || p.named != nil || p.element != nil, k == jsonedit.Object, k == jsonedit.Array, k == jsonedit.Null:
		return nil
	case p.integer:
		n, err := strconv.ParseInt(string(d.Text(i)), 10, 64)
		if err != nil {
			return nil
		}
		return strconv.AppendInt(dst, n, 10)
	case p.text:
		return jsonedit.AppendString(dst, d.Text(i))
	}
	return append(dst, d.Raw(i)...)
}

func appendObject(dst []byte, d *jsonedit.Doc, i int, p *part) []byte {
	dst = append(dst, '{')
	some := false
	for c := range d.Children(i) {
		name := string(d.Name(c))
		sub, known := p.members[name]
		if !known {
			sub = p.named
		}
		if sub == nil {
			continue
		}
		value := appendPart(nil, d, c, sub)
		if value == nil {
			continue
		}
		if some {
			dst = append(dst, ',')
		}
		some = true
		dst = append(append(jsonedit.AppendString(dst, name), ':'), value...)
	}
	return append(dst, '}')
}

func appendList(dst []byte, d *jsonedit.Doc, i int, p *part) []byte {
	dst = append(dst, '[')
	some := false
	for c := range d.Children(i) {
		value := appendPart(nil, d, c, p)
		if value == nil {
			continue
		}
		if some {
			dst = append(dst, ',')
		}
		some = true
		dst = append(dst, value...)
	}
	return append(dst, ']')
}
