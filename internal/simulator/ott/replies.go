package ott

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// error codes of either API, as far as their meaning is public
const (
	codeSystem       = 1
	codeNoProduct    = 3
	codeNotUnique    = 8
	remitUnknown     = 4
	remitUsed        = 5
	remitTooMuch     = 7
	remitExpired     = 11
	remitInactive    = 12
	codeInNoListEver = 77
)

// reply is what a call leads to, before it is encoded.
type reply struct {
	status  int // default 200
	ok      bool
	code    int // 0: no errorCode in the answer
	text    string
	fields  map[string]any
	voucher map[string]any // goes out as JSON text inside a text
}

func refuse(code int, text string) reply { return reply{code: code, text: text} }

func badRequest(text string) *reply { return &reply{status: http.StatusBadRequest, text: text} }

// encode renders the reply. seq, the position in the books, varies what the interface leaves open: success as text or
// boolean, an errorCode of 0, further members.
func (r reply) encode(seq int64) stage.Answer {
	body := map[string]any{"success": strconv.FormatBool(r.ok), "message": r.text}
	for name, v := range r.fields {
		body[name] = v
	}
	if r.voucher != nil {
		body["voucher"] = strings.TrimSpace(string(stage.Encode(r.voucher)))
	}
	switch {
	case r.code != 0:
		body["errorCode"] = r.code
	case r.ok && seq%3 == 1:
		body["errorCode"] = "0"
	}
	if seq%4 == 2 {
		body["success"] = r.ok
	}
	if seq%5 == 3 {
		body["correlationId"] = "c-" + strconv.FormatInt(seq, 10)
	}
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	return stage.JSON(status, body)
}

// rand writes cents as OTT does: mostly with two decimals, at times with four, and with comma groups.
func rand(cents, seq int64) string {
	whole := strconv.FormatInt(cents/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	fraction := strconv.FormatInt(100+cents%100, 10)[1:]
	if seq%2 == 0 {
		fraction += "00"
	}
	return whole + "." + fraction
}

// instead is the answer of a fault that replaces the right one.
func instead(f stage.Fault) stage.Answer {
	status, header := f.Instead()
	switch {
	case f.Name == "soft-error":
		return refuse(codeSystem, "System error").encode(0)
	case f.Name == "unknown-code":
		return refuse(codeInNoListEver, "Unexpected").encode(0)
	case status == 0:
		return stage.Answer{Status: http.StatusOK}
	}
	a := stage.Answer{Status: status, Header: map[string]string{"Content-Type": "text/plain"}, Body: []byte("Please try again later\n")}
	for k, v := range header {
		a.Header[k] = v
	}
	return a
}
