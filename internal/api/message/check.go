package message

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
)

// Dialect says what a service forgives.
type Dialect struct {
	// IgnoreUnknown leaves unknown members out; otherwise they are refused.
	IgnoreUnknown bool
	// QuotedIntegers takes a text of digits for an integer, and writes the number.
	QuotedIntegers bool
}

// checker walks a message once: it sorts what is wrong by the order of spec/common.md 2 and writes the
// canonical text: compact, names without escapes, null members left out, numbers in place of texts quoted.
type checker struct {
	doc     *jsonedit.Doc
	dialect Dialect
	out     []byte
	path    []step
	found   violations
}

// check gives the canonical text of the message, or the refusals in the order clients rely on.
func check(d *jsonedit.Doc, s *Shape, dialect Dialect) ([]byte, []Violation) {
	c := checker{doc: d, dialect: dialect, out: make([]byte, 0, len(d.Data)+16), path: make([]step, 0, 16)}
	c.object(0, s)
	return c.out, c.found.inOrder()
}

func (c *checker) value(i int, s *Shape) {
	k := c.doc.Nodes[i].Kind
	switch s.kind {
	case kText, kUUID, kDate:
		c.text(i, s)
		return
	case kObject, kVariant, kMap:
		if k == jsonedit.Object {
			c.structure(i, s)
			return
		}
	case kList:
		if k == jsonedit.Array {
			c.list(i, s)
			return
		}
	case kInteger, kSmall:
		if c.integer(i, s.kind) {
			return
		}
	case kNumber:
		if k == jsonedit.Number {
			c.out = append(c.out, c.doc.Raw(i)...)
			return
		}
	case kTruth:
		if k == jsonedit.True || k == jsonedit.False {
			c.out = append(c.out, c.doc.Raw(i)...)
			return
		}
	}
	c.wrongType(i, s)
}

// integer writes a whole number within its bounds; false when node i is none.
func (c *checker) integer(i int, k kind) bool {
	text := c.doc.Text(i)
	switch c.doc.Nodes[i].Kind {
	case jsonedit.Number:
	case jsonedit.String:
		if !c.dialect.QuotedIntegers || !Every(1, 20, IsDigit)(bytes.TrimPrefix(text, []byte("-"))) {
			return false
		}
	default:
		return false
	}
	bits := 64
	if k == kSmall {
		bits = 32
	}
	n, err := strconv.ParseInt(string(text), 10, bits)
	if err != nil || n < -money.Largest || n > money.Largest {
		return false
	}
	c.out = strconv.AppendInt(c.out, n, 10)
	return true
}

// text checks a string, or a number where a string is declared, and writes it as a string.
func (c *checker) text(i int, s *Shape) {
	n := &c.doc.Nodes[i]
	if n.Kind != jsonedit.String && n.Kind != jsonedit.Number {
		c.wrongType(i, s)
		return
	}
	t := c.doc.Text(i)
	if n.Escaped && bytes.IndexByte(t, 0) >= 0 { // no database text can hold it
		c.wrongType(i, s)
		return
	}
	if n.Kind == jsonedit.String {
		c.out = append(c.out, c.doc.Raw(i)...)
	} else {
		c.out = append(append(append(c.out, '"'), t...), '"')
	}
	switch {
	case s.kind == kUUID:
		if !isUUID(t) {
			report(&c.found.ids, Violation{Field: c.at(""), Leaf: c.leaf(), Msg: UUIDMessage, Value: c.quote(i, s)})
		}
	case s.kind == kDate:
		if !isDate(t) {
			c.wrongType(i, s)
		}
	default:
		c.limits(i, t, s)
	}
}

func (c *checker) limits(i int, t []byte, s *Shape) {
	hi := s.hi
	if hi == 0 {
		hi = MaxText
	}
	if n := utf8.RuneCount(t); n < s.lo || n > hi {
		c.refuse(&c.found.wrong, i, s, fmt.Sprintf(" length must be between %d and %d", s.lo, hi))
		return
	}
	if s.match != nil && !s.match(t) {
		c.refuse(&c.found.wrong, i, s, ` must match "`+s.pattern+`"`)
	}
}

func (c *checker) list(i int, s *Shape) {
	c.out = append(c.out, '[')
	end, at := c.doc.After(i), 0
	for k := i + 1; k < end; k = c.doc.After(k) {
		if at > 0 {
			c.out = append(c.out, ',')
		}
		c.path = append(c.path, step{index: at})
		if c.doc.Nodes[k].Kind == jsonedit.Null {
			c.missing(&c.found.missing, "")
		} else {
			c.value(k, s.item)
		}
		c.path = c.path[:len(c.path)-1]
		at++
	}
	c.out = append(c.out, ']')
}

// structure checks an object, whatever decides its members.
func (c *checker) structure(i int, s *Shape) {
	switch s.kind {
	case kMap:
		c.free(i, s.item)
	case kVariant:
		c.variant(i, s)
	default:
		c.object(i, s)
	}
}

// variant checks an object whose member "type" names its shape; without a known type only that is reported.
func (c *checker) variant(i int, s *Shape) {
	k := c.doc.Find(i, "type")
	if k < 0 {
		c.missing(&c.found.missing, "type")
		return
	}
	if v, known := s.variants[string(c.doc.Text(k))]; known && c.doc.Nodes[k].Kind == jsonedit.String {
		c.object(i, v)
		return
	}
	c.path = append(c.path, step{name: "type", index: -1})
	c.value(k, s.fields[0].shape)
	c.path = c.path[:len(c.path)-1]
}

// free checks an object whose member names are the sender's own.
func (c *checker) free(i int, item *Shape) {
	c.out = append(c.out, '{')
	start, end := len(c.out), c.doc.After(i)
	for k := i + 1; k < end; k = c.doc.After(k) {
		if c.doc.Nodes[k].Kind == jsonedit.Null {
			continue
		}
		c.member(k, item, string(c.doc.Name(k)), c.doc.RawName(k), len(c.out) > start)
	}
	c.out = append(c.out, '}')
}

func (c *checker) object(i int, s *Shape) {
	c.out = append(c.out, '{')
	start, end := len(c.out), c.doc.After(i)
	var present, nulls uint64
	for k := i + 1; k < end; k = c.doc.After(k) {
		name := c.doc.Name(k)
		f, known := s.index[string(name)]
		if !known {
			if !c.dialect.IgnoreUnknown {
				c.unrecognized(name)
			}
			continue
		}
		c.doc.Nodes[k].Tag = int16(f) + 1
		if c.doc.Nodes[k].Kind == jsonedit.Null {
			nulls |= 1 << f
			continue
		}
		if c.fitting(k, &s.fields[f], len(c.out) > start) {
			present |= 1 << f
		}
	}
	c.out = append(c.out, '}')
	c.absent(s, present, nulls)
}

// fitting writes and checks a known member. A forgiven one that does not fit is as if it had not been sent.
func (c *checker) fitting(k int, f *Field, comma bool) bool {
	before, length := c.found, len(c.out)
	c.member(k, f.shape, f.name, f.quoted, comma)
	if f.need != forgiven || c.found.count() == before.count() {
		return true
	}
	c.found, c.out = before, c.out[:length]
	c.doc.Nodes[k].Tag = 0
	return false
}

// member writes one member under its quoted name and checks its value.
func (c *checker) member(k int, s *Shape, name string, quoted []byte, comma bool) {
	if comma {
		c.out = append(c.out, ',')
	}
	c.out = append(append(c.out, quoted...), ':')
	c.path = append(c.path, step{name: name, index: -1})
	c.value(k, s)
	c.path = c.path[:len(c.path)-1]
}

// absent reports the required members that are not there.
func (c *checker) absent(s *Shape, present, nulls uint64) {
	for f := range s.fields {
		if present&(1<<f) != 0 {
			continue
		}
		switch s.fields[f].need {
		case required:
			c.missing(&c.found.missing, s.fields[f].name)
		case listThere:
			if nulls&(1<<f) != 0 {
				c.missing(&c.found.missing, s.fields[f].name)
			}
		case reference:
			c.missing(&c.found.refs, s.fields[f].name)
		case optional, forgiven:
		}
	}
}
