package ott

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

const (
	formType    = "application/x-www-form-urlencoded"
	headersForm = `{"Accept":"application/json","Content-Type":"application/x-www-form-urlencoded"}`
)

var errForm = errors.New("the form cannot be read")

// form gives the message of a call; the names are those of 5.2. It carries no hash yet.
func form(path string, parameters map[string]string) switchcore.Message {
	values := url.Values{}
	for name, value := range parameters {
		if value != "" {
			values.Set(name, value)
		}
	}
	return switchcore.Message{
		Method: http.MethodPost, Path: path, Body: []byte(values.Encode()), Masked: maskForm(values), Headers: headersForm,
	}
}

// signed appends the hash to a form.
func signed(body []byte, key, field string) ([]byte, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errForm // err would quote the form
	}
	out := append(slices.Clone(body), '&')
	return append(out, field+"="+hash(key, values)...), nil
}

// hash is the lower-case hex SHA-256 of the key and then the values in the order of their names, nothing between them.
func hash(key string, values url.Values) string {
	h := sha256.New()
	_, _ = io.WriteString(h, key) // a hash takes everything
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			_, _ = io.WriteString(h, value)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// referenceOf gives the reference that a message went out under: a call may use several, one after the other (I9).
func referenceOf(call switchcore.Call) string {
	values, err := url.ParseQuery(string(call.Sent.Body))
	if ref := values.Get("uniqueReference"); err == nil && ref != "" {
		return ref
	}
	return call.WireRef
}
