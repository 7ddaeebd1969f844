package yoyo

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	headersWrite = `{"Accept":"application/json","Content-Type":"application/json"}`
	headersRead  = `{"Accept":"application/json"}`
)

// The further messages of a call, as Call.Step names them. Behind a slash stands the provider's code that led there.
const (
	stepOther       = "other spelling" // of the first message's path
	stepList        = "list"           // what became of a provision that got no usable answer
	stepDeclined    = "list declined"  // is what was refused really not there?
	stepListAgain   = "list again"     // the second look of a retry
	stepIssueAgain  = "issue again"    // it being proved that nothing was issued
	stepDrop        = "drop double"    // of several items the oldest stays
	stepListDropped = "list dropped"   // what is left after that
	stepHistory     = "history"        // what became of a redemption that got no usable answer
	stepLocked      = "history locked" // is it our own transaction that holds the code?
	stepCoupons     = "coupons"        // a look-up goes on among the coupons
	stepDelete      = "delete"         // of a reversal: the item found
	stepDeleteMore  = "delete one"     // of a reversal: one of several
	stepListRest    = "list rest"      // of a reversal: what is left after that
	stepAdvise      = "advise"         // of a reversal: the transaction found
)

// kind is a kind of item; the two live apart in the issuer API.
type kind struct{ name, path, campaigns string }

//nolint:gochecknoglobals // constants
var (
	giftcard = kind{"giftcard", "giftcards", "giftcardcampaigns"}
	coupon   = kind{"coupon", "coupons", "couponcampaigns"}
)

// kindNamed reads the group of a product; false: no kind we know.
func kindNamed(name string) (kind, bool) {
	switch strings.ToLower(name) {
	case giftcard.name:
		return giftcard, true
	case coupon.name, "voucher":
		return coupon, true
	}
	return kind{}, false
}

// kindOf tells what a product is made as.
func kindOf(p *switchcore.Product) (kind, bool) {
	if p == nil {
		return kind{}, false
	}
	return kindNamed(p.ProviderGroup)
}

// Prepare writes the message of a call (6.4). It fails with apperr.Invalid, or a switchcore.Refusal, for what Yoyo has no
// words for; nothing is sent then.
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	switch {
	case call.Kind == transactions.AttemptRequest && call.Operation == transactions.Provision && call.Request != nil:
		return c.issue(call)
	case call.Kind == transactions.AttemptRetry && call.Operation == transactions.Provision:
		return c.listForRetry(call)
	case call.Kind == transactions.AttemptRequest && call.Operation == transactions.Redemption && call.Request != nil:
		return c.pay(call)
	case call.Kind == transactions.AttemptLookup && call.Operation == transactions.Lookup && call.Request != nil:
		return c.prepareLookup(call)
	case call.Kind == transactions.AttemptConfirm || call.Kind == transactions.AttemptReverse:
		return c.prepareAdvice(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "provider %s takes no %s of a %s", call.Provider.ID, call.Kind, call.Operation)
}

// Read maps an answer by 6.3. It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if call.Step == stepOther {
		call.Step = ""
	}
	r, over := family.Silent(a, stored(call))
	if over {
		if a.Sent {
			r.Follow = c.settle(call)
		}
		return r
	}
	body := parse(a)
	if f := otherSpelling(call, body); f != nil {
		r = body.result(open(call))
		r.Follow = f
		return r
	}
	return c.read(call, body)
}

func (c *Connector) read(call switchcore.Call, body *reply) switchcore.Result {
	step, code, _ := strings.Cut(call.Step, "/")
	redemption := call.Operation == transactions.Redemption
	switch {
	case stored(call) && redemption:
		return c.readUndo(call, body)
	case stored(call):
		return c.readReversal(call, body)
	case call.Operation == transactions.Lookup:
		return c.readLookup(call, body)
	case redemption && step != "":
		return readHistory(call, body, code)
	case redemption:
		return c.readPayment(call, body)
	case step == stepDrop:
		return c.readDrop(call, body)
	case step == "" && call.Kind != transactions.AttemptRequest, step != "" && step != stepIssueAgain:
		return c.readList(call, body, code)
	}
	return c.readIssue(call, body)
}

// settle gives the look that settles a request without a usable answer: the request itself is never sent again here.
func (c *Connector) settle(call switchcore.Call) *switchcore.Follow {
	first := call.Step == "" && call.Kind == transactions.AttemptRequest
	switch {
	case call.Operation == transactions.Provision && (first || call.Step == stepIssueAgain):
		return c.look(call, stepList)
	case call.Operation == transactions.Redemption && first:
		return c.lookBack(call, stepHistory)
	}
	return nil
}

// otherSpelling asks again where the provider spells its users the other way: the documents print both (6.1). The answer
// is read as that of the message it stands for.
func otherSpelling(call switchcore.Call, body *reply) *switchcore.Follow {
	const here, there = "/" + defaultUsers + "/", "/user/"
	if body.status != http.StatusNotFound || body.coded || !strings.HasPrefix(call.Sent.Path, here) {
		return nil
	}
	m := get(there + strings.TrimPrefix(call.Sent.Path, here))
	return &switchcore.Follow{Step: or(call.Step, stepOther), Kind: transactions.AttemptLookup, Message: m}
}

func get(path string) switchcore.Message {
	return switchcore.Message{Method: http.MethodGet, Path: path, Headers: headersRead, Kind: transactions.AttemptLookup}
}

// post writes a message with a body.
func (c *Connector) post(path string, body any) (switchcore.Message, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return switchcore.Message{}, apperr.Wrap(err, apperr.Invalid, "the message cannot be written")
	}
	return switchcore.Message{
		Method: http.MethodPost, Path: path, Body: raw, Masked: string(c.maskBody(raw)), Headers: headersWrite,
	}, nil
}

func (k kind) item(id string) string { return "/" + k.path + "/" + url.PathEscape(id) }

// payable checks an amount of a request.
func payable(a *money.Amount) (int64, error) {
	switch {
	case a == nil:
		return 0, native.Refuse(switchcore.ErrAmount, "An amount is needed")
	case a.Currency != native.Rand:
		return 0, native.Refuse(switchcore.ErrAmount, "Yoyo takes rand only")
	case a.Minor <= 0:
		return 0, native.Refuse(switchcore.ErrAmount, "An amount above zero is needed")
	}
	return a.Minor, nil
}

// entry writes the provider's own identifiers, of which our reversal needs one: its kind and its id.
func entry(name, id string) string {
	out := jsonedit.AppendString([]byte(`[{"institutionId":`), name)
	out = jsonedit.AppendString(append(out, `,"transactionIdentifier":`...), id)
	return string(append(out, "}]"...))
}

// identifier reads such an entry by its name.
func identifier(list, name string) string {
	doc, err := jsonedit.Parse([]byte(list))
	if err != nil || doc.Nodes[0].Kind != jsonedit.Array {
		return ""
	}
	r := &reply{doc: doc}
	for c := range doc.Children(0) {
		if r.text(c, "institutionId") == name {
			return r.text(c, "transactionIdentifier")
		}
	}
	return ""
}
