package humm

import (
	"net/http"
	"strconv"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// render writes the answer to this call from what the switch says. It is pure and safe to call several times.
func (k *call) render(r switchcore.Reply) switchcore.Outbound {
	switch r.Kind {
	case switchcore.ReplyApproved:
		return k.approved(r.Approval)
	case switchcore.ReplyEcho: // accepted by the switch, which sees to it
		return k.answer(successCode(k.op), "")
	case switchcore.ReplyStored:
		return k.repeated(r.Body)
	default:
		return k.refused(r)
	}
}

// approved passes on what the provider granted.
func (k *call) approved(a *switchcore.Approval) switchcore.Outbound {
	said := rail.Message{}
	if a != nil {
		said = messageOf(a.Members)
	}
	return k.say(&said)
}

// messageOf reads members as a message; a member that is no JSON is left out by the reader as a whole.
func messageOf(members []switchcore.Member) rail.Message {
	raw := make([]rail.Field, 0, len(members))
	for _, m := range members {
		raw = append(raw, rail.Field{Name: m.Name, Raw: m.Raw})
	}
	said, err := rail.Parse(rail.Compose("", raw...))
	if err != nil {
		return rail.Message{}
	}
	return *said
}

// repeated gives a stored answer again: the same words, with what this call wants echoed and the key of today.
func (k *call) repeated(body []byte) switchcore.Outbound {
	said, err := rail.Parse(body)
	if err != nil {
		return k.answer(rail.InternalFailure, "")
	}
	return k.say(said)
}

// say writes the members that an answer may hold: more than these five must not be signed, or tills refuse it.
func (k *call) say(said *rail.Message) switchcore.Outbound {
	code, status := said.Text(rail.Code), said.Text(rail.Status)
	if code == "" {
		code = successCode(k.op)
	}
	m, listed := rail.MeaningOf(k.op, code)
	if listed {
		status = m.Status
	}
	text := said.Text(rail.Text)
	if text == "" {
		text = m.Text
	}
	return k.write(status, code, text,
		rail.Field{Name: rail.PurchaseNumber, Value: said.Text(rail.PurchaseNumber)}, rail.Field{Name: rail.Key, Value: said.Text(rail.Key)})
}

// answer gives a code of our own; an empty text is the table's.
func (k *call) answer(code, text string) switchcore.Outbound {
	m, _ := rail.MeaningOf(k.op, code)
	if m.Status == "" {
		m.Status = rail.Failed
	}
	if text == "" {
		text = m.Text
	}
	if code == rail.AwaitingBuyer {
		seconds := strconv.AppendInt(nil, int64(k.wait.Seconds()), 10)
		return k.write(m.Status, code, text, rail.Field{Name: rail.RetryDuration, Raw: seconds})
	}
	return k.write(m.Status, code, text)
}

// write signs an answer and adds what this call wants echoed, unaltered.
func (k *call) write(status, code, text string, more ...rail.Field) switchcore.Outbound {
	all := append([]rail.Field{{Name: rail.Status, Value: status}, {Name: rail.Code, Value: code}, {Name: rail.Text, Value: text}}, more...)
	body := rail.Compose(k.key, append(all, rail.Field{Name: rail.TrackingData, Raw: k.msg.Raw(rail.TrackingData)})...)
	return switchcore.Outbound{Status: http.StatusOK, Body: body, Masked: string(mask.Humm(body))}
}

// refused writes a refusal, or that there is no result yet.
func (k *call) refused(r switchcore.Reply) switchcore.Outbound {
	switch {
	case r.Status >= http.StatusInternalServerError && r.Provider.Code == rail.AwaitingBuyer && k.msg.Text(rail.BuyerConfirms) == "true":
		return k.answer(rail.AwaitingBuyer, r.Provider.Message)
	case r.Status >= http.StatusInternalServerError:
		return k.answer(rail.InternalFailure, "")
	case r.Provider.Code != "": // the provider's own word
		return k.answer(rail.ListedCode(k.op, r.Provider.Code), r.Provider.Message)
	}
	code := refusalCode(k.op, r.ErrorType)
	if code == rail.Invalid {
		return k.answer(code, r.ErrorMessage)
	}
	return k.answer(code, "")
}

// refusalCode gives the code of a definite refusal of the switch itself. What no code fits (no route, not offered) is told
// as a mistake of the set-up: asking again would not help, and nothing was sent.
func refusalCode(op rail.Operation, errorType string) string {
	type refusals = map[string]string
	code := map[rail.Operation]refusals{
		rail.ProcessAuthorisation: {switchcore.ErrDuplicate: rail.CodeUsed, switchcore.ErrVoucherReversed: rail.CodeCancelled},
		rail.ProcessAdjustment:    {switchcore.ErrDuplicate: rail.AdjustDuplicate, switchcore.ErrVoucherReversed: rail.AdjustDuplicate},
		rail.SendReceipt:          {switchcore.ErrDuplicate: rail.ReceiptInUse},
		rail.ReverseAdjustment: {
			switchcore.ErrDuplicate: rail.UndoneBefore, switchcore.ErrVoucherReversed: rail.UndoneBefore, switchcore.ErrNotLocated: rail.NothingToUndo,
		},
	}[op][errorType]
	if code == "" {
		return rail.Invalid
	}
	return code
}

// successCode is the code of an operation that went well.
func successCode(op rail.Operation) string {
	for _, m := range rail.Codes() {
		if m.Operation == op && m.Class == rail.Approved {
			return m.Code
		}
	}
	return rail.InternalFailure
}
