package humm

import (
	"bytes"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Field is a member to write: Value as a JSON string, or Raw as it is. A field with neither is left out.
type Field struct {
	Name  string
	Value string
	Raw   []byte
}

// Compose writes a message in the order of its fields and signs the x_ members among them; an x_ member without a value is
// never written. Without a key, when both sides share none, the signature is the empty string. Raw may hold a whole number;
// its digits are signed as they stand.
func Compose(key string, fields ...Field) []byte {
	out := []byte{'{'}
	for _, f := range fields {
		value := f.Raw
		if value == nil && f.Value != "" {
			value = jsonedit.Quote(f.Value)
		}
		if value != nil {
			out = append(append(jsonedit.AppendString(out, f.Name), ':'), value...)
			out = append(out, ',')
		}
	}
	out = append(jsonedit.AppendString(out, Signature), ':')
	return append(jsonedit.AppendString(out, signatureOf(key, fields)), '}')
}

func signatureOf(key string, fields []Field) string {
	if key == "" {
		return ""
	}
	signed := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
		return !strings.HasPrefix(f.Name, signedPrefix) || f.text() == ""
	})
	slices.SortFunc(signed, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, f := range signed {
		b.WriteString(f.Name)
		b.WriteString(f.text())
	}
	return Sign(key, b.String())
}

func (f Field) text() string {
	if f.Raw == nil {
		return f.Value
	}
	if bytes.HasPrefix(f.Raw, []byte{'"'}) {
		if doc, err := jsonedit.Parse(f.Raw); err == nil {
			return string(doc.Text(0))
		}
	}
	return string(f.Raw)
}
