package yoyo

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// order is the message that makes an item. It never asks for an SMS.
type order struct {
	CampaignID json.RawMessage `json:"campaignId"`
	Balance    *int64          `json:"balance,omitempty"` // of a gift card; a coupon's value is its campaign's
	UserRef    string          `json:"userRef"`
}

// issue writes the message that makes an item of the product's campaign.
func (c *Connector) issue(call switchcore.Call) (switchcore.Message, error) {
	k, known := kindOf(call.Product)
	switch {
	case !known || call.Product.ProviderCode == "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrProduct, "No campaign stands for this product")
	case call.Request.VoucherCode != "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "Yoyo chooses the code itself")
	case call.Request.Amount != nil && call.Request.Amount.Currency != native.Rand:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Yoyo takes rand only")
	}
	ref, err := c.userRef(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	o := order{CampaignID: number(call.Product.ProviderCode), UserRef: ref}
	if k == giftcard {
		cents, err := payable(priceOf(call))
		if err != nil {
			return switchcore.Message{}, err
		}
		o.Balance = &cents
	}
	return c.post("/"+k.path+"?issueWiCode=true", o)
}

// priceOf gives what a provision costs: the amount asked for, else the fixed price of the product.
func priceOf(call switchcore.Call) *money.Amount {
	if p := call.Product; call.Request.Amount == nil && p.Amount != nil {
		return &money.Amount{Minor: *p.Amount, Currency: p.Currency}
	}
	return call.Request.Amount
}

// number writes an id as a number where it is one.
func number(id string) json.RawMessage {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
		return json.RawMessage(id)
	}
	return json.RawMessage(jsonedit.Quote(id))
}

// userRef gives what the item is known by: our own reference, or the customer.
func (c *Connector) userRef(call switchcore.Call) (string, error) {
	if c.options.UserRefMode == refRecord {
		return call.WireRef, nil
	}
	for _, name := range []string{"profileId", "msisdn"} {
		if text := strings.Trim(string(jsonedit.Member(call.Request.Body, "recipient", name)), `"`); text != "" {
			return text, nil
		}
	}
	return "", native.Refuse(switchcore.ErrFormat, "recipient may not be null")
}

// listOf asks for the items of a reference; it has no effect.
func (c *Connector) listOf(ref string, k kind) switchcore.Message {
	return get("/" + c.options.UsersPath + "/" + url.PathEscape(ref) + "/" + k.path)
}

// look asks what was issued under our reference; nil where the reference is the customer's, which proves nothing.
func (c *Connector) look(call switchcore.Call, step string) *switchcore.Follow {
	k, known := kindOf(call.Product)
	if !known {
		k, known = kindOfPath(call.Sent.Path)
	}
	if !known || c.options.UserRefMode != refRecord {
		return nil
	}
	return &switchcore.Follow{Step: step, Kind: transactions.AttemptLookup, Message: c.listOf(call.WireRef, k)}
}

// kindOfPath tells by the message itself what kind it is about.
func kindOfPath(path string) (kind, bool) {
	switch {
	case strings.Contains(path, "/"+giftcard.path):
		return giftcard, true
	case strings.Contains(path, "/"+coupon.path):
		return coupon, true
	}
	return kind{}, false
}

// readIssue reads the answer to the message that makes an item.
func (c *Connector) readIssue(call switchcore.Call, body *reply) switchcore.Result {
	if body.verdict == yes {
		if list, ok := body.items(); ok && len(list) == 1 && fits(call, list[0]) {
			if r := approved(list[0]); r.Class == switchcore.ClassApproved {
				return r
			}
		}
		r := body.result(switchcore.ClassUnknown)
		r.Follow = c.settle(call)
		return r
	}
	r := body.result(switchcore.ClassUnknown)
	trouble := body.coded && issuerTrouble(body.code)
	if body.verdict == unclear || trouble {
		r.StateUnknown = trouble || body.status == 500
		r.Follow = c.settle(call)
		return r
	}
	// a refusal in a word that nobody published: one look whether it is true comes first (6.3)
	said := "auth"
	if body.verdict == no {
		said = strconv.Itoa(body.code)
	}
	if r.Follow = c.look(call, stepDeclined+"/"+said); r.Follow == nil {
		return declined(r, said)
	}
	return r
}

// declined makes a refusal of the issuer API final.
func declined(r switchcore.Result, said string) switchcore.Result {
	r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrDoNotHonor
	switch said {
	case "auth":
		r.ErrorType, r.Alarm = switchcore.ErrGeneral, true
	case "0", "":
	default:
		r.Words.Code = said
	}
	return r
}

// fits tells whether an item is what was asked for, as far as it says.
func fits(call switchcore.Call, it item) bool {
	if it.userRef != "" && !strings.EqualFold(it.userRef, call.WireRef) && !strings.EqualFold(it.userRef, sentRef(call)) {
		return false
	}
	return it.campaign == "" || call.Product == nil || call.Product.ProviderCode == "" || it.campaign == call.Product.ProviderCode
}

// sentRef gives the userRef of the message as it went out.
func sentRef(call switchcore.Call) string {
	return strings.Trim(string(jsonedit.Member(call.Sent.Body, "userRef")), `"`)
}

// approved reads an item: it counts only with a code, an id and amounts that can be read.
func approved(it item) switchcore.Result {
	if it.code == "" || it.id == "" || it.broken {
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	}
	serial := family.Showable(it.id, it.code)
	if serial == "" { // an id that tells the code could be shown nowhere
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	}
	r := switchcore.Result{
		Class: switchcore.ClassApproved, Detail: family.DetailApproved, ApprovedAmount: it.value,
		Words:   switchcore.ProviderWords{Ref: it.id},
		Voucher: &switchcore.Issued{Code: it.code, Serial: serial, Expiry: it.expiry},
		Members: []switchcore.Member{{Name: "voucher", Raw: it.member()}},
		Terms: []switchcore.Term{
			{Kind: transactions.TermCode, Value: it.code},
			{Kind: transactions.TermSerial, Value: serial},
			{Kind: transactions.TermProviderRef, Value: serial},
		},
		Identifiers: entry(it.kind.name, it.id),
	}
	r.Members = family.AppendAmounts(r.Members, it.value, nil)
	return r
}

// member writes the voucher as the client gets it (vouchers.md 2).
func (i item) member() []byte {
	var out jsonedit.Builder
	out.Optional("code", i.code) // a look-up by id may meet an item that shows none
	if !i.expiry.IsZero() {
		out.Text("expiryDate", i.expiry.Format("2006-01-02T15:04:05.000Z"))
	}
	out.Optional("serialNumber", family.Showable(i.id, i.code))
	return out.Bytes()
}
