package blu

import (
	"net/http"
	"net/url"
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

// post makes the message of a write.
func (c *Connector) post(path string, body *jsonedit.Builder) switchcore.Message {
	text := body.Bytes()
	return switchcore.Message{Method: http.MethodPost, Path: path, Body: text, Masked: string(masked(text)), Headers: c.headers(true)}
}

// headers are those of a message, as traced; credentials are not among them.
func (c *Connector) headers(body bool) string {
	o := &jsonedit.Builder{}
	o.Text("Accept", "application/json")
	if body {
		o.Text("Content-Type", "application/json")
	}
	o.Text("Trade-Vend-Channel", c.options.channel())
	return string(o.Bytes())
}

// look makes a look-up by serial number, which wins, or by code. The query is the message's body (see Send).
func (c *Connector) look(code, serial string) switchcore.Message {
	name, value, shown := "token", code, mask.MaskCode(code)
	if serial != "" {
		name, value, shown = "serialNumber", serial, serial
	}
	trace := &jsonedit.Builder{}
	trace.Text(name, shown)
	return switchcore.Message{
		Method: http.MethodGet, Path: pathVouchers, TracedPath: pathVouchers + "?" + name + "=" + traced(shown),
		Body: []byte(name + "=" + url.QueryEscape(value)), Masked: string(trace.Bytes()), Headers: c.headers(false), Kind: transactions.AttemptLookup,
	}
}

// traced writes a value into a traced address; the stars of a masked one stay readable.
func traced(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "%2A", "*") }

// meta tells when the till asked and under which id (7: these two only).
func meta(o *jsonedit.Builder, r *switchcore.Request) {
	m := &jsonedit.Builder{}
	at := strings.Trim(string(jsonedit.Member(r.Body, "time")), `"`)
	m.Optional("transactionRequestDateTime", at)
	m.Optional("transactionReference", strings.ToLower(r.MessageID))
	o.Raw("vendMetaData", m.Bytes())
}
