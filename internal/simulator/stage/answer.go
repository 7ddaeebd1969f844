package stage

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

const jsonType = "application/json; charset=utf-8"

// Answer is a whole answer in hand, before a fault bends it on its way out.
type Answer struct {
	Status int
	Header map[string]string // beside Content-Type (default JSON) and Content-Length
	Body   []byte
}

// JSON makes an answer of v, which must be encodable.
func JSON(status int, v any) Answer { return Answer{Status: status, Body: Encode(v)} }

// Edit changes the members of a JSON answer, numbers being json.Number; any other answer stays.
func (a Answer) Edit(change func(map[string]any)) Answer {
	dec := json.NewDecoder(bytes.NewReader(a.Body))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return a
	}
	change(m)
	a.Body = Encode(m)
	return a
}

// Encode renders v without escaping HTML signs and with a line end. A value that cannot be encoded, which is a mistake
// of the caller, comes out as an empty object.
func Encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("{}\n")
	}
	return buf.Bytes()
}

// WriteJSON answers with v.
func WriteJSON(w http.ResponseWriter, status int, v any) { WriteBody(w, status, Encode(v)) }

// WriteBody answers with an encoded JSON body.
func WriteBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{jsonType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone; nothing is left to do then
}

// Problem answers a failed call of the control side.
func Problem(w http.ResponseWriter, status int, text string) {
	WriteJSON(w, status, map[string]string{"error": text})
}
