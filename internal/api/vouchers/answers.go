package vouchers

import (
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Statuses of success answers (spec/common.md 7).
const (
	statusFound    = 200
	statusCreated  = 201
	statusAccepted = 202
)

// RequestRenderer writes the answers of a provision, redemption, refund or look-up. It is pure and safe
// to call several times.
func RequestRenderer(req *switchcore.Request) func(switchcore.Reply) switchcore.Outbound {
	return func(r switchcore.Reply) switchcore.Outbound {
		switch r.Kind {
		case switchcore.ReplyApproved:
			body, err := approved(req, r.Approval)
			if err != nil {
				return outbound(500, Refusal{
					ErrorType: switchcore.ErrGeneral, Message: "internal fault", ID: req.MessageID,
				}.Body(), "")
			}
			if req.Key.Operation.Informational() {
				return outbound(or(r.Status, statusFound), body, "")
			}
			return outbound(or(r.Status, statusCreated), body, location(req.In.Path))
		case switchcore.ReplyStored:
			headers := ""
			if r.Status == statusCreated {
				headers = location(req.In.Path)
			}
			return outbound(r.Status, r.Body, headers)
		default:
			refusal := refusalOf(r, req.MessageID)
			if r.Detail.Client {
				refusal.Client = jsonedit.Member(req.Body, "client")
			}
			return outbound(r.Status, refusal.Body(), "")
		}
	}
}

// AdviceRenderer writes the answers of a confirmation or reversal: its echo, or an error that names the
// advice and the request it was about. It is pure.
func AdviceRenderer(a *switchcore.AdviceRequest) func(switchcore.Reply) switchcore.Outbound {
	return func(r switchcore.Reply) switchcore.Outbound {
		switch r.Kind {
		case switchcore.ReplyEcho, switchcore.ReplyApproved:
			return outbound(or(r.Status, statusAccepted), mask.Echoable(a.Body), "")
		case switchcore.ReplyStored:
			return outbound(r.Status, r.Body, "")
		default:
			refusal := refusalOf(r, a.AdviceID)
			if refusal.OriginalID == "" {
				refusal.OriginalID = a.RequestRef
			}
			return outbound(r.Status, refusal.Body(), "")
		}
	}
}

func or(status, otherwise int) int {
	if status == 0 {
		return otherwise
	}
	return status
}

// outbound adds the masked form to an answer.
func outbound(status int, body []byte, headers string) switchcore.Outbound {
	return switchcore.Outbound{Status: status, Body: body, Masked: string(mask.Voucher().Body(body)), Headers: headers}
}

func location(path string) string {
	return string(append(jsonedit.AppendString([]byte(`{"Location":`), path), '}'))
}

// approved builds a success body: the request as received, then what the switch and the provider add
// (spec/vouchers.md 2.1).
func approved(req *switchcore.Request, a *switchcore.Approval) ([]byte, error) {
	if a == nil {
		a = &switchcore.Approval{}
	}
	edits, err := memberEdits(req, a)
	if err != nil {
		return nil, err
	}
	if req.Key.Operation != transactions.Products {
		edits = append(edits, partyEdits(req, a)...)
	}
	body := mask.Echoable(req.Body) // the answer is stored, and repeated exactly
	if len(body) == 0 {
		body = []byte("{}")
	}
	return jsonedit.Apply(body, edits...)
}

// partyEdits fills in the parties of the route and appends one fresh reference of each.
func partyEdits(req *switchcore.Request, a *switchcore.Approval) []jsonedit.Edit {
	settlement, receiver := req.SettlementEntity, req.Receiver
	if req.Key.Operation == transactions.Lookup { // it names parties by id alone
		settlement, receiver = routed(settlement, a.SettlementEntity), routed(receiver, a.Receiver)
	}
	return message.PartyEdits(settlement, receiver, a)
}

// routed prefers the party of the route.
func routed(named, route switchcore.Institution) switchcore.Institution {
	if route.ID != "" {
		return route
	}
	return named
}

// memberEdits decides which members of the provider's answer reach the client: never one that the client
// sent and the switch must echo.
func memberEdits(req *switchcore.Request, a *switchcore.Approval) ([]jsonedit.Edit, error) {
	edits := make([]jsonedit.Edit, 0, len(a.Members)+3)
	for _, m := range a.Members {
		switch m.Name {
		case "id", "time", "originator", "client", "thirdPartyIdentifiers", "settlementEntity", "receiver":
		case "voucher":
			if req.VoucherCode == "" || req.Key.Operation == transactions.Lookup || a.NewVoucher {
				edits = append(edits, jsonedit.Set(m.Name, m.Raw))
			}
		case "slipData":
			edits = append(edits, jsonedit.Set(m.Name, m.Raw))
		case "amounts":
			merged, err := message.MergeAmounts(jsonedit.Member(req.Body, "amounts"), m.Raw,
				"approvedAmount", "feeAmount", "balanceAmount", "additionalAmounts")
			if err != nil {
				return nil, err
			}
			edits = append(edits, jsonedit.Set(m.Name, merged))
		default:
			edits = append(edits, jsonedit.Fill(m.Name, m.Raw))
		}
	}
	return edits, nil
}
