package family

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// IsAdvice tells whether a call is a confirmation or reversal.
func IsAdvice(kind transactions.AttemptKind) bool {
	return kind == transactions.AttemptConfirm || kind == transactions.AttemptReverse
}

// IDOf gives the id under which the provider knows the request of a call: our own, or the originator's where
// newUpstreamIds is off (providers.md 3). It is empty when the latter is on record nowhere: an advice that the switch
// decided by itself after the request was answered.
func (c *Client) IDOf(call switchcore.Call) string {
	if c.ownIDs {
		return call.WireRef
	}
	member := "id"
	if IsAdvice(call.Kind) {
		member = "requestId"
	}
	if id := textOf(call.Sent.Body, member); id != "" { // what was said is what must be answered
		return id
	}
	if call.Request != nil {
		if call.Request.MessageID != "" {
			return call.Request.MessageID
		}
		if id := textOf(call.Request.Body, "id"); id != "" {
			return id
		}
	}
	if call.Advice != nil {
		return textOf(call.Advice.Body, "requestId")
	}
	return ""
}

// textOf gives a string member of a message of ours; empty when there is none.
func textOf(body []byte, member string) string {
	doc, err := jsonedit.Parse(body)
	if err != nil || doc.Nodes[0].Kind != jsonedit.Object {
		return ""
	}
	if i := doc.Find(0, member); i >= 0 && doc.Nodes[i].Kind == jsonedit.String {
		return string(doc.Text(i))
	}
	return ""
}
