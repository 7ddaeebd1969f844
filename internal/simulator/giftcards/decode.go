package giftcards

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

type object = map[string]any

const deepest = 32 // levels of nesting a body may have

// decode reads one JSON object; numbers keep their digits. A member that comes
// twice makes the body unreadable, since senders and receivers would differ on
// which one counts.
func decode(body []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := decodeValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	o, ok := v.(object)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	return o, nil
}

func decodeValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, errors.New("not a JSON object")
	}
	if depth > deepest {
		return nil, errors.New("nested too deeply")
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(dec, depth)
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := decodeValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token() // the closing bracket
		return list, err
	}
	return token, nil
}

func decodeObject(dec *json.Decoder, depth int) (object, error) {
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, errors.New("not a JSON object")
		}
		key, _ := name.(string)
		if _, twice := o[key]; twice {
			return nil, errors.New("a member comes twice")
		}
		if o[key], err = decodeValue(dec, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token() // the closing brace
	return o, err
}
