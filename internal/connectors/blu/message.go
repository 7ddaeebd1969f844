package blu

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Addresses below the base (7).
const (
	pathSales       = "/voucher/variable/sales"
	pathVouchers    = "/voucher/variable/vouchers"
	pathRedemptions = "/voucher/variable/redemptions"
)

// asks tells whether a message is a look-up.
func asks(m switchcore.Message) bool { return m.Method == http.MethodGet && m.Path == pathVouchers }

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

func (o *object) number(name string, value int64) { o.raw(name, strconv.AppendInt(nil, value, 10)) }

// bytes gives the whole object, nil when it has no member.
func (o *object) bytes() []byte {
	if len(o.out) == 0 {
		return nil
	}
	return append(o.out, '}')
}

// post makes the message of a write.
func (c *Connector) post(path string, body *object) switchcore.Message {
	text := body.bytes()
	return switchcore.Message{Method: http.MethodPost, Path: path, Body: text, Masked: string(masked(text)), Headers: c.headers(true)}
}

// headers are those of a message, as traced; credentials are not among them.
func (c *Connector) headers(body bool) string {
	o := &object{}
	o.text("Accept", "application/json")
	if body {
		o.text("Content-Type", "application/json")
	}
	o.text("Trade-Vend-Channel", c.options.channel())
	return string(o.bytes())
}

// look makes a look-up by serial number, which wins, or by code. The query is the message's body (see Send).
func (c *Connector) look(code, serial string) switchcore.Message {
	name, value, shown := "token", code, mask.MaskCode(code)
	if serial != "" {
		name, value, shown = "serialNumber", serial, serial
	}
	trace := &object{}
	trace.text(name, shown)
	return switchcore.Message{
		Method: http.MethodGet, Path: pathVouchers, TracedPath: pathVouchers + "?" + name + "=" + traced(shown),
		Body: []byte(name + "=" + url.QueryEscape(value)), Masked: string(trace.bytes()), Headers: c.headers(false), Kind: transactions.AttemptLookup,
	}
}

// traced writes a value into a traced address; the stars of a masked one stay readable.
func traced(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "%2A", "*") }

// meta tells when the till asked and under which id (7: these two only).
func (o *object) meta(r *switchcore.Request) {
	m := &object{}
	at := strings.Trim(string(jsonedit.Member(r.Body, "time")), `"`)
	m.optional("transactionRequestDateTime", at)
	m.optional("transactionReference", strings.ToLower(r.MessageID))
	if text := m.bytes(); text != nil {
		o.raw("vendMetaData", text)
	}
}
