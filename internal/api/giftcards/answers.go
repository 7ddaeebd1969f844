package giftcards

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Statuses of success answers: look-ups are created like every request (spec/giftcards.md 1).
const (
	statusCreated  = 201
	statusAccepted = 202
)

// RequestRenderer writes the answers of a request or look-up. It is pure and safe to call several times. A success body
// holds the card's number, as the client sent it: it may be kept through mask.Storable only.
func RequestRenderer(req *switchcore.Request) func(switchcore.Reply) switchcore.Outbound {
	r := resourceOf(req.Key.Operation)
	return func(reply switchcore.Reply) switchcore.Outbound {
		refusal := Refusal{ID: req.MessageID, RequestType: r.requestType(transactions.TraceRequest)}
		switch reply.Kind {
		case switchcore.ReplyApproved:
			body, err := approved(req, reply.Approval)
			if err != nil {
				refusal.ErrorType, refusal.Message = switchcore.ErrGeneral, "Server Error"
				return outbound(500, refusal.Body(), "")
			}
			return outbound(statusCreated, body, locationHeader(r, req.MessageID))
		case switchcore.ReplyStored:
			headers := ""
			if reply.Status == statusCreated {
				headers = locationHeader(r, req.MessageID)
			}
			return outbound(reply.Status, reply.Body, headers)
		default:
			refusal.take(reply)
			return outbound(reply.Status, refusal.Body(), "")
		}
	}
}

// AdviceRenderer writes the answers of a confirmation or reversal: its echo, or an error that names the advice and the
// request it was about. It is pure.
func AdviceRenderer(a *switchcore.AdviceRequest) func(switchcore.Reply) switchcore.Outbound {
	r, kind := resourceOf(a.Key.Operation), transactions.TraceConfirmation
	if a.Kind == transactions.Reverse {
		kind = transactions.TraceReversal
	}
	return func(reply switchcore.Reply) switchcore.Outbound {
		switch reply.Kind {
		case switchcore.ReplyEcho, switchcore.ReplyApproved:
			return outbound(statusAccepted, echo(a), "")
		case switchcore.ReplyStored:
			return outbound(reply.Status, reply.Body, "")
		default:
			refusal := Refusal{ID: a.AdviceID, RequestType: r.requestType(kind)}
			refusal.take(reply)
			refusal.OriginalID = a.RequestRef
			return outbound(reply.Status, refusal.Body(), "")
		}
	}
}

func resourceOf(op transactions.Operation) resource {
	for _, r := range resources() {
		if r.op == op {
			return r
		}
	}
	return resource{op: op}
}

// outbound adds the masked form to an answer.
func outbound(status int, body []byte, headers string) switchcore.Outbound {
	return switchcore.Outbound{Status: status, Body: body, Masked: string(mask.GiftCard().Body(body)), Headers: headers}
}

func locationHeader(r resource, id string) string {
	return string(append(jsonedit.AppendString([]byte(`{"Location":`), r.location(id)), '}'))
}

// echo repeats exactly four members of an advice (spec/giftcard-rules.md 5.2).
func echo(a *switchcore.AdviceRequest) []byte {
	w := message.ObjectWriter{}
	w.Text("id", a.AdviceID)
	w.Text("requestId", a.RequestRef)
	w.Text("time", canonicalTime(a.Time))
	list := jsonedit.Member(a.Body, "thirdPartyIdentifiers")
	if list == nil {
		list = []byte("[]")
	}
	w.Raw("thirdPartyIdentifiers", list)
	return w.Bytes()
}

// canonicalTime gives a moment in UTC with three digits (spec/common.md 1); one in that form stays as it is.
func canonicalTime(text string) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// approved builds a success body: the request, then what the switch and the issuer add (spec/giftcard-rules.md 5.1). A PIN
// never comes back, whoever sent it.
func approved(req *switchcore.Request, a *switchcore.Approval) ([]byte, error) {
	if a == nil {
		a = &switchcore.Approval{}
	}
	edits := []jsonedit.Edit{}
	if at := jsonedit.Member(req.Body, "time"); at != nil {
		edits = append(edits, jsonedit.Set("time", jsonedit.Quote(canonicalTime(string(at[1:len(at)-1])))))
	}
	members, err := memberEdits(req, a.Members)
	if err != nil {
		return nil, err
	}
	edits = append(append(edits, members...), message.PartyEdits(req.SettlementEntity, req.Receiver, a)...)
	body, err := jsonedit.Apply(req.Body, edits...)
	return mask.WithoutPins(body), err
}

// memberEdits decides which members of the issuer's answer reach the client: never one that the client sent and the
// switch must echo.
func memberEdits(req *switchcore.Request, members []switchcore.Member) ([]jsonedit.Edit, error) {
	edits := make([]jsonedit.Edit, 0, len(members)+4)
	var given []byte
	for _, m := range members {
		switch m.Name {
		case "id", "time", "originator", "client", "thirdPartyIdentifiers", "settlementEntity", "receiver":
		case "card": // found by its holder
			edits = append(edits, jsonedit.Fill(m.Name, m.Raw))
		case "amounts":
			given = m.Raw
		case "slipData", "points", "clubs", "marketingAttributes":
			edits = append(edits, jsonedit.Set(m.Name, m.Raw))
		case "product":
			edits = append(edits, productEdit(req.Key.Operation, m.Raw))
		default:
			edits = append(edits, jsonedit.Fill(m.Name, m.Raw))
		}
	}
	amounts, err := amountsOf(req, given)
	if err != nil || amounts == nil {
		return edits, err
	}
	return append(edits, jsonedit.Set("amounts", amounts)), nil
}

// productEdit: a void answers with the article the card was activated with, the others repeat the client's own.
func productEdit(op transactions.Operation, raw []byte) jsonedit.Edit {
	if op == transactions.Void || op == transactions.Lookup {
		return jsonedit.Set("product", raw)
	}
	return jsonedit.Fill("product", raw)
}

// amountsOf gives the amounts of the answer: what the client asked for, and everything else in the issuer's words only.
func amountsOf(req *switchcore.Request, given []byte) ([]byte, error) {
	var asked []byte
	if v := jsonedit.Member(req.Body, "amounts", "requestAmount"); v != nil {
		asked = append(append([]byte(`{"requestAmount":`), v...), '}')
	}
	if given == nil {
		return asked, nil
	}
	return message.MergeAmounts(asked, given, "approvedAmount", "feeAmount", "balanceAmount", "availableBalance", "additionalAmounts")
}
