package giftcards

import (
	"strings"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Refusal is an ErrorDetail of this service (spec/giftcard-rules.md 6) before it is written; empty parts leave no key
// behind.
type Refusal struct {
	ErrorType   string
	Message     string // at most 20 characters, or the type's own words stand in
	RequestType string
	ID          string // of the message that failed
	OriginalID  string

	Violations     []message.Violation
	PathID         string
	RequestID      string
	ReversalID     string
	ConfirmationID string
	Provider       switchcore.ProviderWords
}

// take takes over what the switch says.
func (r *Refusal) take(reply switchcore.Reply) {
	r.ErrorType, r.Message, r.OriginalID = errorType(reply.ErrorType), words(reply), reply.OriginalID
	r.ReversalID, r.ConfirmationID, r.Provider = reply.Detail.ReversalID, reply.Detail.ConfirmationID, reply.Provider
	for _, e := range reply.FormatErrors {
		r.Violations = append(r.Violations, message.Violation{Field: e.Field, Leaf: e.Field, Msg: e.Msg})
	}
}

// words gives the message for people: the issuer's own where it was the one to refuse.
func words(reply switchcore.Reply) string {
	switch {
	case reply.ErrorType == switchcore.ErrStatusUnknown:
		return "State unknown"
	case reply.Provider.Code == "":
		return reply.ErrorMessage
	case reply.Provider.Code != reply.ErrorType, // it spoke of our message, not of the client's
		strings.Contains(reply.Provider.Message, "*"): // something of it was hidden
		return ""
	}
	return reply.Provider.Message
}

// maxMessage bounds errorMessage, in characters.
const maxMessage = 20

// Body writes the refusal as JSON.
func (r Refusal) Body() []byte {
	if r.ErrorType == "" {
		r.ErrorType = switchcore.ErrGeneral
	}
	if r.Message == "" || utf8.RuneCountInString(r.Message) > maxMessage {
		r.Message = label(r.ErrorType)
	}
	w := message.ObjectWriter{}
	w.Text("errorType", r.ErrorType)
	w.Text("errorMessage", r.Message)
	w.Text("requestType", r.RequestType)
	w.Text("id", r.ID)
	w.Text("originalId", r.OriginalID)
	w.Raw("detailMessage", r.detail())
	return w.Bytes()
}

// detail writes detailMessage, nil when there is nothing to say. The issuer's words stand in it because the interface has
// no members of its own for them.
func (r Refusal) detail() []byte {
	w := message.ObjectWriter{}
	w.Text("pathId", r.PathID)
	w.Text("requestId", r.RequestID)
	w.Text("reversalId", r.ReversalID)
	w.Text("confirmationId", r.ConfirmationID)
	w.Raw("formatErrors", formatErrors(r.Violations))
	w.Text("providerErrorCode", r.Provider.Code)
	w.Text("providerErrorMsg", r.Provider.Message)
	w.Text("providerRef", r.Provider.Ref)
	return w.Bytes()
}

// formatErrors lists violations by the last name of their path; msg says the whole.
func formatErrors(list []message.Violation) []byte {
	if len(list) == 0 {
		return nil
	}
	out := []byte{'['}
	for i, v := range list {
		if i > 0 {
			out = append(out, ',')
		}
		w := message.ObjectWriter{}
		w.Text("field", v.Leaf)
		w.Text("msg", v.Msg)
		w.Text("value", v.Value)
		out = append(out, w.Bytes()...)
	}
	return append(out, ']')
}
