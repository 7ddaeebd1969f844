package contract

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object whose members stay in the order of their writing, so that a document reads as it was meant
// and never changes by itself.
type object []entry

type entry struct {
	name  string
	value any
}

// add puts a member at the end.
func (o *object) add(name string, value any) { *o = append(*o, entry{name, value}) }

// text adds a member unless its text is empty.
func (o *object) text(name, value string) {
	if value != "" {
		o.add(name, value)
	}
}

// has tells whether there is a member of the name.
func (o object) has(name string) bool {
	for _, e := range o {
		if e.name == name {
			return true
		}
	}
	return false
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for k, part := range []any{e.name, e.value} {
			if k > 0 {
				b.WriteByte(':')
			}
			raw, err := plain(part)
			if err != nil {
				return nil, err
			}
			b.Write(raw)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain is JSON without the escapes that only web pages need.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
