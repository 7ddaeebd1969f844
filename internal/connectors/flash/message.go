package flash

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// headers are those of every call, as traced; the token is not among them.
const headers = `{"Accept":"application/json","Content-Type":"application/json"}`

// write begins the body of a write: our reference and the account (4.3).
func (c *Connector) write(reference string) *jsonedit.Builder {
	o := &jsonedit.Builder{}
	o.Text("reference", c.options.reference(reference))
	o.Text("accountNumber", c.options.AccountNumber)
	return o
}

// post makes the message of a call of a product group.
func (c *Connector) post(group string, name action, body *jsonedit.Builder) switchcore.Message {
	text := body.Bytes()
	return switchcore.Message{
		Method: http.MethodPost, Path: c.options.path(group, name), Body: text, Masked: string(masked(text)), Headers: headers,
	}
}

// shop names the till: store and terminal with everything but letters and digits taken out (4.3).
func shop(o *jsonedit.Builder, r *switchcore.Request) {
	o.Optional("storeId", alphanumeric(r.MerchantID))
	o.Optional("terminalId", alphanumeric(r.TerminalID))
}

func alphanumeric(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, text)
}

// longestMetadata bounds a value of the metadata, in characters.
const longestMetadata = 43

// metadata carries the references by which people at both ends find a sale. The id is written in lower case: a repeat that
// writes its digits otherwise must have the same bytes.
func metadata(o *jsonedit.Builder, r *switchcore.Request) {
	m := &jsonedit.Builder{}
	m.Optional("rrn", family.First(r.RRN, longestMetadata))
	m.Optional("origId", family.First(strings.ToLower(r.MessageID), longestMetadata))
	o.Raw("metadata", m.Bytes())
}
