package yoyo

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Actions of /advise.
const (
	finalise = "FINALISE"
	undo     = "REVERSE"
)

// States of a transaction in the history (6.2).
const (
	trxSuccess  = "S"
	trxFailed   = "F"
	trxReversed = "R"
)

type advise struct {
	Action   string   `json:"action"`
	Original original `json:"originalTrx"`
}

type original struct {
	ID    json.RawMessage `json:"wiTrxId"`
	Type  string          `json:"type"`
	Store store           `json:"storeTrxDetails"`
}

type historyQuery struct {
	Store store `json:"storeTrxDetails"`
}

// prepareAdvise writes the confirmation or reversal of a redemption. Without the provider's transaction id, which a lost
// answer would have told, it begins with the history.
func (c *Connector) prepareAdvise(call switchcore.Call) (switchcore.Message, error) {
	if call.ProviderRef != "" {
		action := undo
		if call.Kind == transactions.AttemptConfirm {
			action = finalise
		}
		trx := identifier(call.Advice.Identifiers, idOfTrx)
		if trx == "" && call.Request != nil {
			trx = call.Request.RRN
		}
		return c.advise(action, call.ProviderRef, c.basket(call.WireRef, or(trx, call.WireRef)))
	}
	if call.Kind == transactions.AttemptConfirm {
		return switchcore.Message{}, unsupported(call) // what has no id was never approved
	}
	return c.history(call.WireRef)
}

func (c *Connector) advise(action, id string, s store) (switchcore.Message, error) {
	return c.post("/"+c.options.AdvisePath+"/advise", advise{Action: action, Original: original{ID: number(id), Type: payment, Store: s}})
}

// history asks for the transactions of our store and reference; it has no effect.
func (c *Connector) history(ref string) (switchcore.Message, error) {
	m, err := c.post(c.terminal("/transaction-history"), historyQuery{c.basket(ref, "")})
	m.Kind = transactions.AttemptLookup
	return m, err
}

// lookBack asks what became of a redemption.
func (c *Connector) lookBack(call switchcore.Call, step string) *switchcore.Follow {
	m, err := c.history(call.WireRef)
	if err != nil {
		return nil
	}
	return &switchcore.Follow{Step: step, Kind: transactions.AttemptLookup, Message: m}
}

// ours finds our transaction in the history. known is false when the answer does not tell whether there is one.
func ours(call switchcore.Call, body *reply) (node int, known bool) {
	list := body.find(0, "transactions")
	if body.verdict != yes {
		return -1, body.verdict == no && body.coded && terminalCode(body.code).errorType == switchcore.ErrNotLocated
	}
	if list < 0 {
		return -1, false
	}
	node = -1
	for c := range body.doc.Children(list) {
		basket := body.first(c, "basketId")
		if basket == "" {
			basket = body.text(c, "storeTrxDetails", "basketId")
		}
		if kind := body.text(c, "type"); basket != "" && basket != call.WireRef || kind != "" && kind != payment {
			continue
		}
		if node < 0 || body.text(c, "state") == trxSuccess { // of several the one that took the money
			node = c
		}
	}
	return node, true
}

// readHistory reads what became of a redemption. An empty history proves nothing yet, unless the code was locked: then it
// is another's transaction that holds it.
func readHistory(call switchcore.Call, body *reply, said string) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	node, known := ours(call, body)
	switch {
	case !known:
	case node < 0 && stepOf(call) == stepLocked:
		r.Class, r.Detail, r.ErrorType, r.Words.Code = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotRedeemable, said
	case node < 0:
		r.Detail = detailNotFound
	case body.text(node, "state") == trxSuccess:
		return paidBefore(call, body, node)
	case body.text(node, "state") == trxFailed:
		return failedBefore(r, body, node)
	default:
		r.Detail = detailFound
	}
	return r
}

func paidBefore(call switchcore.Call, body *reply, node int) switchcore.Result {
	idMember := "id"
	if body.text(node, "wiTrxId") != "" {
		idMember = "wiTrxId"
	}
	for _, amount := range []string{"totalAmountProcessed", "amount"} {
		if body.text(node, amount) != "" {
			return paid(call, body, node, idMember, amount)
		}
	}
	return body.result(switchcore.ClassUnknown)
}

// failedBefore reads the code under which a redemption failed; one that nobody listed still says that it failed.
func failedBefore(r switchcore.Result, body *reply, node int) switchcore.Result {
	past := &reply{doc: body.doc, status: body.status}
	code := ruling{errorType: switchcore.ErrDoNotHonor}
	if n, ok := past.codeAt(node); ok {
		if listed := terminalCode(n); listed.class == switchcore.ClassDeclined {
			code = listed
		}
		r.Words.Code = past.text(node, "responseCode")
	}
	return ruled(r, code)
}

// readUndo reads the messages of a stored confirmation or reversal: the history, where it begins with it, and the advise.
func (c *Connector) readUndo(call switchcore.Call, body *reply) switchcore.Result {
	if call.Step == "" && call.Sent.Path == c.terminal("/transaction-history") {
		return c.readPast(call, body)
	}
	r := body.result(switchcore.ClassRepeat)
	code := ruling{}
	if body.coded {
		code = terminalCode(body.code)
	}
	switch {
	case body.verdict == yes:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAck
	case body.verdict == denied || body.coded && slices.Contains(credentialCodes, body.code):
		r.Detail, r.Alarm = family.DetailAuthFail, true // never settles a queue (I16)
	case body.verdict == no && body.coded && body.code == codeUnknownOriginal && call.Kind == transactions.AttemptReverse:
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	case body.verdict == no && body.coded && code.class == switchcore.ClassDeclined:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRefused, family.DetailRefused, code.alarm || body.code == codeUnknownOriginal
	case body.status == http.StatusNotFound:
		r.Alarm = true // without a word of Yoyo's it may be a wrong address
	}
	return r
}

// readPast reads the history of a redemption that is to be reversed.
func (c *Connector) readPast(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassRepeat)
	node, known := ours(call, body)
	if !known {
		return r
	}
	if node < 0 {
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
		return r
	}
	switch body.text(node, "state") {
	case trxFailed:
		r.Class, r.Detail, r.Proved = switchcore.ClassDone, family.DetailNothing, switchcore.ClassDeclined
	case trxReversed:
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	case trxSuccess:
		id := body.first(node, "wiTrxId", "id")
		trx := or(body.first(node, "trxId"), body.text(node, "storeTrxDetails", "trxId"))
		m, err := c.advise(undo, id, c.basket(call.WireRef, or(trx, call.WireRef)))
		if id == "" || err != nil {
			return r
		}
		r.Detail, r.Proved, r.Words.Ref = detailFound, switchcore.ClassApproved, id
		r.Follow = &switchcore.Follow{Step: stepAdvise, Kind: transactions.AttemptReverse, Message: m}
	}
	return r
}
