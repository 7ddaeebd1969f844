package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// MaxBody bounds the memory, in bytes, that one request can take.
const MaxBody = 256 << 10

// ReadBody reads the whole request body into buf. When it cannot, status is the HTTP status to refuse it with,
// 413 or 400; otherwise status is 0.
func ReadBody(w http.ResponseWriter, r *http.Request, buf *bytes.Buffer) (status int) {
	buf.Reset()
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	}
	return 0
}

// ErrTrailing says that more than one JSON value was sent.
var ErrTrailing = errors.New("more than one JSON value")

// DecodeStrict reads one JSON value into v and refuses, at every level, members that v does not know.
func DecodeStrict(body []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrTrailing
	}
	return nil
}
