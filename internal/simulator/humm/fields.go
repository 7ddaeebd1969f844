package humm

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field is one member that a message must have. Lengths count characters.
type field struct {
	name  string
	most  int
	shape func(string) bool // nil: any text
}

func text(name string, most int) field   { return field{name, most, nil} }
func amount(name string) field           { return field{name, 12, isDigits} }
func printable(name string) field        { return field{name, 64, isPrintable} }
func isDigits(s string) bool             { return strings.Trim(s, "0123456789") == "" }
func isPrintable(s string) bool          { return strings.IndexFunc(s, unprintable) < 0 }
func unprintable(r rune) bool            { return !unicode.IsPrint(r) }
func (m *message) amount(n string) int64 { v, _ := strconv.ParseInt(m.text[n], 10, 64); return v } // checked before

// common are the members of every message.
func common() []field {
	return []field{
		text("x_merchant_id", 10), text("x_device_id", 64), text("x_operator_id", 64), text("x_firmware_version", 64),
		text("signature", 200),
	}
}

// check finds the first member that breaks the rules.
func (m *message) check(own []field) error {
	for _, f := range append(common(), own...) {
		v := m.text[f.name]
		switch {
		case v == "":
			return fmt.Errorf("%s is missing", f.name)
		case utf8.RuneCountInString(v) > f.most:
			return fmt.Errorf("%s is longer than %d", f.name, f.most)
		case f.shape != nil && !f.shape(v):
			return fmt.Errorf("%s has characters that it must not have", f.name)
		}
	}
	return m.checkUnsigned()
}

// checkUnsigned looks at what no signature covers; it decides nothing else.
func (m *message) checkUnsigned() error {
	if m.tracking != nil && json.Unmarshal(m.tracking, new(map[string]*string)) != nil {
		return fmt.Errorf("tracking_data must be an object of texts")
	}
	if raw, sent := m.raw["purchase_items"]; sent {
		if items, isText := scalar(raw); !isText || raw[0] != '"' && items != "" || utf8.RuneCountInString(items) > 200 {
			return fmt.Errorf("purchase_items must be text of up to 200 characters")
		}
	}
	switch raw := strings.Trim(strings.ToLower(string(m.raw["buyer_confirms"])), `"`); raw {
	case "", "null", "true", "false":
		return nil
	}
	return fmt.Errorf("buyer_confirms must be true or false")
}
