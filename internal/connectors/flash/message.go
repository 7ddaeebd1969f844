package flash

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// headers are those of every call, as traced; the token is not among them.
const headers = `{"Accept":"application/json","Content-Type":"application/json"}`

// object writes one JSON object, member by member; the same calls give the same bytes.
type object struct{ out []byte }

func (o *object) raw(name string, value []byte) {
	if len(o.out) == 0 {
		o.out = append(o.out, '{')
	} else {
		o.out = append(o.out, ',')
	}
	o.out = append(jsonedit.AppendString(o.out, name), ':')
	o.out = append(o.out, value...)
}

func (o *object) text(name, value string) { o.raw(name, jsonedit.Quote(value)) }

// optional leaves an empty text out.
func (o *object) optional(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) number(name string, value int64) {
	o.raw(name, strconv.AppendInt(nil, value, 10))
}

// bytes gives the whole object, nil when it has no member.
func (o *object) bytes() []byte {
	if len(o.out) == 0 {
		return nil
	}
	return append(o.out, '}')
}

// write begins the body of a write: our reference and the account (4.3).
func (c *Connector) write(reference string) *object {
	o := &object{}
	o.text("reference", c.options.reference(reference))
	o.text("accountNumber", c.options.AccountNumber)
	return o
}

// post makes the message of a call of a product group.
func (c *Connector) post(group string, name action, body *object) switchcore.Message {
	text := body.bytes()
	return switchcore.Message{
		Method: http.MethodPost, Path: c.options.path(group, name), Body: text, Masked: string(masked(text)), Headers: headers,
	}
}

// shop names the till: store and terminal with everything but letters and digits taken out (4.3).
func (o *object) shop(r *switchcore.Request) {
	o.optional("storeId", alphanumeric(r.MerchantID))
	o.optional("terminalId", alphanumeric(r.TerminalID))
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
func (o *object) metadata(r *switchcore.Request) {
	m := &object{}
	m.optional("rrn", family.First(r.RRN, longestMetadata))
	m.optional("origId", family.First(strings.ToLower(r.MessageID), longestMetadata))
	if body := m.bytes(); body != nil {
		o.raw("metadata", body)
	}
}
