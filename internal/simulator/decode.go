package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// readBody reads the whole request body into buf, or says why not.
func readBody(w http.ResponseWriter, r *http.Request, buf *bytes.Buffer) *refusal {
	switch status := stage.ReadBody(w, r, buf); status {
	case 0:
		return nil
	case http.StatusRequestEntityTooLarge:
		return refuse(status, errFormat, "body too large")
	default:
		return refuse(status, errFormat, "body could not be read")
	}
}

// decodeStrict reads one JSON object into v and refuses members it does not
// know, at every level.
func decodeStrict(body []byte, v any) *refusal {
	err := stage.DecodeStrict(body, v)
	if err == nil {
		return nil
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return badFormat(formatError{Field: wrongType.Field, Msg: wrongType.Field + " has the wrong type"})
	}
	if errors.Is(err, stage.ErrTrailing) {
		return badFormat(formatError{Msg: err.Error()})
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return badFormat(formatError{Field: name, Msg: "Unrecognized field '" + name + "'"})
	}
	return badFormat(formatError{Msg: "not a JSON object"})
}
