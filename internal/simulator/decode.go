package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxBody bounds the memory one request can take.
const maxBody = 256 << 10

// readBody reads the whole request body into buf, or says why not.
func readBody(w http.ResponseWriter, r *http.Request, buf *bytes.Buffer) *refusal {
	buf.Reset()
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, errFormat, "body too large")
	case err != nil:
		return refuse(http.StatusBadRequest, errFormat, "body could not be read")
	}
	return nil
}

// decodeStrict reads one JSON object into v and refuses members it does not
// know, at every level.
func decodeStrict(body []byte, v any) *refusal {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return decodeRefusal(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badFormat(formatError{Msg: "more than one JSON value"})
	}
	return nil
}

func decodeRefusal(err error) *refusal {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return badFormat(formatError{Field: wrongType.Field, Msg: wrongType.Field + " has the wrong type"})
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return badFormat(formatError{Field: name, Msg: "Unrecognized field '" + name + "'"})
	}
	return badFormat(formatError{Msg: "not a JSON object"})
}
