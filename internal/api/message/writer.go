package message

import "github.com/signalboxhq/signalbox/internal/jsonedit"

// ObjectWriter writes a JSON object and leaves out members without content. The zero value is an object without members.
type ObjectWriter struct {
	out  []byte
	some bool
}

// Raw adds a member with a JSON value; an empty one is left out.
func (w *ObjectWriter) Raw(name string, value []byte) {
	if len(value) == 0 {
		return
	}
	if w.some {
		w.out = append(w.out, ',')
	} else {
		w.out = append(w.out, '{')
	}
	w.some = true
	w.out = append(append(jsonedit.AppendString(w.out, name), ':'), value...)
}

// Text adds a member with a text; an empty one is left out.
func (w *ObjectWriter) Text(name, value string) {
	if value != "" {
		w.Raw(name, jsonedit.Quote(value))
	}
}

// Bytes gives the object, nil when it has no members.
func (w *ObjectWriter) Bytes() []byte {
	if !w.some {
		return nil
	}
	return append(w.out, '}')
}
