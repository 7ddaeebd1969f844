package yoyo

import (
	"cmp"
	"slices"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
)

// shown are the members of messages that are scalars and how each is shown; any other becomes one star. Where a name
// means two things, its parent's name stands before it.
//
//nolint:gochecknoglobals // a constant table
var shown = map[string]mask.Algorithm{
	"responseCode": mask.None, "responseDesc": mask.Text, "adviceResponseCode": mask.None,
	"id": mask.None, "campaignId": mask.None, "campaignType": mask.None, "userRef": mask.None, "stateId": mask.None,
	"balance": mask.None, "issuedAmount": mask.None, "redeemedAmount": mask.None, "voucherAmount": mask.None,
	"expiryDate": mask.None, "redeemFromDate": mask.None, "redeemToDate": mask.None, "numExpiryDays": mask.None,
	"minValue": mask.None, "maxValue": mask.None, "expiryDays": mask.None, "name": mask.None, "description": mask.Text,
	"wiCode": mask.Code, "wicode": mask.Code,
	"token.id": mask.Code, "type": mask.None, "action": mask.None, "state": mask.None,
	"totalAmount": mask.None, "basketAmount": mask.None, "totalAmountProcessed": mask.None, "amountToSettle": mask.None, "amount": mask.None,
	"value": mask.None, "validity": mask.None, "hasVoucher": mask.None, "hasCoupon": mask.None, "hasWallet": mask.None, "hasGiftCard": mask.None,
	"storeId": mask.None, "remoteStoreId": mask.None, "retailerId": mask.None, "basketId": mask.None, "trxId": mask.None, "posId": mask.None,
	"cashierId": mask.All, "switchTrxId": mask.None, "wiTrxId": mask.None,
	"mobileNumber": mask.Tail3,
}

// opened are the members that hold others.
//
//nolint:gochecknoglobals // a constant table
var opened = map[string]bool{
	"giftcard": true, "coupon": true, "giftcards": true, "coupons": true, "giftcardcampaigns": true, "couponcampaigns": true,
	"token": true, "storeTrxDetails": true, "originalTrx": true, "vsp": true, "transactions": true, "balances": true,
}

// maskBody gives a message as traced.
func (c *Connector) maskBody(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	doc, err := jsonedit.Parse(body)
	if err != nil {
		return mask.Digest(body)
	}
	m := masker{doc: doc, customer: c.options.UserRefMode == refCustomer}
	m.collect(0, "")
	return m.value(nil, 0, "")
}

type masker struct {
	doc      *jsonedit.Doc
	customer bool     // userRef names a person
	codes    []string // of the message: a member that is shown, but repeats one, is hidden too (S12)
}

// collect finds the codes below node i.
func (m *masker) collect(i int, parent string) {
	for c := range m.doc.Children(i) {
		name := string(m.doc.Name(c))
		switch kind := m.doc.Nodes[c].Kind; {
		case kind == jsonedit.Object, kind == jsonedit.Array:
			m.collect(c, cmp.Or(name, parent))
		case shown[parent+"."+name] == mask.Code, shown[name] == mask.Code:
			m.codes = append(m.codes, string(m.doc.Text(c)))
		}
	}
}

// value appends the masked form of a container that may be opened.
func (m masker) value(out []byte, i int, parent string) []byte {
	switch m.doc.Nodes[i].Kind {
	case jsonedit.Object:
		return m.object(out, i, parent)
	case jsonedit.Array:
		out = append(out, '[')
		first := true
		for c := range m.doc.Children(i) {
			if !first {
				out = append(out, ',')
			}
			first = false
			out = m.value(out, c, parent)
		}
		return append(out, ']')
	}
	return append(out, `"*"`...)
}

func (m masker) object(out []byte, i int, parent string) []byte {
	out = append(out, '{')
	first := true
	for c := range m.doc.Children(i) {
		if !first {
			out = append(out, ',')
		}
		first = false
		name, kind := string(m.doc.Name(c)), m.doc.Nodes[c].Kind
		rule, known := shown[parent+"."+name]
		if !known {
			rule, known = shown[name]
		}
		switch container := kind == jsonedit.Object || kind == jsonedit.Array; {
		case container && opened[name]:
			out = m.value(append(jsonedit.AppendString(out, name), ':'), c, name)
		case !known: // a name that nobody listed could be a value itself
			out = append(out, `"*":"*"`...)
		case container:
			out = append(jsonedit.AppendString(out, name), `:"*"`...)
		default:
			if name == "userRef" && m.customer {
				rule = mask.All
			}
			out = m.scalar(append(jsonedit.AppendString(out, name), ':'), c, rule)
		}
	}
	return append(out, '}')
}

func (m masker) scalar(out []byte, i int, rule mask.Algorithm) []byte {
	reveals := func(code string) bool { return mask.Reveals(string(m.doc.Text(i)), code) }
	if rule == mask.None && slices.ContainsFunc(m.codes, reveals) {
		return append(out, `"*"`...)
	}
	if kind := m.doc.Nodes[i].Kind; rule == mask.None || kind == jsonedit.Null {
		return append(out, m.doc.Raw(i)...)
	}
	return jsonedit.AppendString(out, rule.Append(nil, m.doc.Text(i)))
}
