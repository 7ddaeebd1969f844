package humm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// message is a request taken apart: text members by name, numbers with their digits as received, null as no text.
type message struct {
	text     map[string]string
	raw      map[string]json.RawMessage // members that do not begin with x_
	signed   []pair
	tracking json.RawMessage // as received; nil when absent or null
}

// parse reads one flat JSON object. A name that comes twice, or a member of the interface that is neither text nor
// number, makes it unreadable.
func parse(body []byte) (*message, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the body must be one JSON object")
	}
	m := &message{text: map[string]string{}, raw: map[string]json.RawMessage{}}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, errors.New("the body must be one JSON object")
		}
		name, _ := t.(string) // a member begins with its name, or Token fails
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, errors.New("the body must be one JSON object")
		}
		if seen[name] {
			return nil, fmt.Errorf("%.64s comes twice", name)
		}
		seen[name] = true
		if err := m.take(name, raw); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("the body must be one JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body must be one JSON object")
	}
	if t := m.raw["tracking_data"]; t != nil && string(t) != "null" {
		m.tracking = t
	}
	return m, nil
}

func (m *message) take(name string, raw json.RawMessage) error {
	isOurs := strings.HasPrefix(name, "x_")
	text, isText := scalar(raw)
	switch {
	case !isOurs && name != "signature":
		m.raw[name] = raw
		return nil
	case !isText:
		return fmt.Errorf("%.64s must be text or a number", name)
	}
	m.text[name] = text
	if isOurs {
		m.signed = append(m.signed, pair{name, text})
	}
	return nil
}

// scalar is the text of a string, a number or null.
func scalar(raw json.RawMessage) (string, bool) {
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return string(raw), true
	}
	return "", string(raw) == "null"
}

// confirms tells whether the till lets the buyer confirm a large purchase.
func (m *message) confirms() bool {
	raw := string(m.raw["buyer_confirms"])
	return raw == "true" || strings.EqualFold(raw, `"true"`)
}
