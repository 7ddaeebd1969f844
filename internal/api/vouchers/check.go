package vouchers

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// maxFormatErrors bounds the list in one answer; the first entry is what clients read.
const maxFormatErrors = 50

// maxQuoted bounds how much of an unknown member's name is repeated to its sender, in bytes.
const maxQuoted = 200

// step is one part of the path to the value being checked.
type step struct {
	name  string
	index int // of a list element; -1 for a member
}

// checker walks a message once: it sorts what is wrong by the order of spec/common.md 2 and writes the
// canonical text: compact, names without escapes, null members left out, numbers in place of texts quoted.
type checker struct {
	doc  *jsonedit.Doc
	out  []byte
	path []step

	unknown, missing, wrong, ids, refs []switchcore.FormatError
}

// check gives the canonical text of the message, or the refusals in the order clients rely on.
func check(d *jsonedit.Doc, s *shape) ([]byte, []switchcore.FormatError) {
	c := checker{doc: d, out: make([]byte, 0, len(d.Data)+16), path: make([]step, 0, 16)}
	c.object(0, s)
	var all []switchcore.FormatError
	for _, group := range [][]switchcore.FormatError{c.unknown, c.missing, c.wrong, c.ids, c.refs} {
		all = append(all, group...)
	}
	if len(all) > maxFormatErrors {
		all = all[:maxFormatErrors]
	}
	return c.out, all
}

// at gives the dotted path of the value being checked, or of one of its members.
func (c *checker) at(member string) string {
	var b strings.Builder
	for _, s := range c.path {
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
	}
	if member != "" {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(member)
	}
	return b.String()
}

// report adds an entry unless the list is already longer than will be answered.
func report(list *[]switchcore.FormatError, field, format string, args ...any) {
	if len(*list) < maxFormatErrors {
		*list = append(*list, switchcore.FormatError{Field: field, Msg: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) null(list *[]switchcore.FormatError, member string) {
	path := c.at(member)
	report(list, path, "%s may not be null", path)
}

func (c *checker) wrongType() {
	path := c.at("")
	report(&c.wrong, path, "%s has the wrong type", path)
}

func (c *checker) value(i int, s *shape) {
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
		if k == jsonedit.Number && c.fits(i, s.kind) {
			c.out = append(c.out, c.doc.Raw(i)...)
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
	c.wrongType()
}

func (c *checker) fits(i int, k kind) bool {
	bits := 64
	if k == kSmall {
		bits = 32
	}
	n, err := strconv.ParseInt(string(c.doc.Raw(i)), 10, bits)
	return err == nil && -largest <= n && n <= largest
}

// largest bounds an amount, in minor units: a hundred thousand million of a currency with two decimals. Sums over a day of
// such amounts still fit 64 bits, so that one absurd amount cannot stop a settlement.
const largest = 10_000_000_000_000

// text checks a string, or a number where a string is declared, and writes it as a string.
func (c *checker) text(i int, s *shape) {
	n := &c.doc.Nodes[i]
	if n.Kind != jsonedit.String && n.Kind != jsonedit.Number {
		c.wrongType()
		return
	}
	t := c.doc.Text(i)
	if n.Escaped && bytes.IndexByte(t, 0) >= 0 { // no database text can hold it
		c.wrongType()
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
			report(&c.ids, c.at(""), uuidMessage)
		}
	case s.kind == kDate:
		if !isDate(t) {
			c.wrongType()
		}
	default:
		c.limits(t, s)
	}
}

func (c *checker) limits(t []byte, s *shape) {
	hi := s.hi
	if hi == 0 {
		hi = maxText
	}
	if n := utf8.RuneCount(t); n < s.lo || n > hi {
		path := c.at("")
		report(&c.wrong, path, "%s length must be between %d and %d", path, s.lo, hi)
		return
	}
	if s.match != nil && !s.match(t) {
		path := c.at("")
		report(&c.wrong, path, "%s", path+` must match "`+s.pattern+`"`)
	}
}

func (c *checker) list(i int, s *shape) {
	c.out = append(c.out, '[')
	end, at := c.doc.After(i), 0
	for k := i + 1; k < end; k = c.doc.After(k) {
		if at > 0 {
			c.out = append(c.out, ',')
		}
		c.path = append(c.path, step{index: at})
		if c.doc.Nodes[k].Kind == jsonedit.Null {
			c.null(&c.missing, "")
		} else {
			c.value(k, s.item)
		}
		c.path = c.path[:len(c.path)-1]
		at++
	}
	c.out = append(c.out, ']')
}

// structure checks an object, whatever decides its members.
func (c *checker) structure(i int, s *shape) {
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
func (c *checker) variant(i int, s *shape) {
	k := c.doc.Find(i, "type")
	if k < 0 {
		c.null(&c.missing, "type")
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
func (c *checker) free(i int, item *shape) {
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

func (c *checker) object(i int, s *shape) {
	c.out = append(c.out, '{')
	start, end := len(c.out), c.doc.After(i)
	var present, nulls uint64
	for k := i + 1; k < end; k = c.doc.After(k) {
		name := c.doc.Name(k)
		f, known := s.index[string(name)]
		if !known {
			quoted := string(name[:min(len(name), maxQuoted)])
			report(&c.unknown, c.at(quoted), "Unrecognized field '%s'", strings.ToValidUTF8(quoted, ""))
			continue
		}
		c.doc.Nodes[k].Tag = int16(f) + 1
		if c.doc.Nodes[k].Kind == jsonedit.Null {
			nulls |= 1 << f
			continue
		}
		present |= 1 << f
		c.member(k, s.fields[f].shape, s.fields[f].name, s.fields[f].quoted, len(c.out) > start)
	}
	c.out = append(c.out, '}')
	c.absent(s, present, nulls)
}

// member writes one member under its quoted name and checks its value.
func (c *checker) member(k int, s *shape, name string, quoted []byte, comma bool) {
	if comma {
		c.out = append(c.out, ',')
	}
	c.out = append(append(c.out, quoted...), ':')
	c.path = append(c.path, step{name: name, index: -1})
	c.value(k, s)
	c.path = c.path[:len(c.path)-1]
}

// absent reports the required members that are not there.
func (c *checker) absent(s *shape, present, nulls uint64) {
	for f := range s.fields {
		if present&(1<<f) != 0 {
			continue
		}
		switch s.fields[f].required {
		case required:
			c.null(&c.missing, s.fields[f].name)
		case listThere:
			if nulls&(1<<f) != 0 {
				c.null(&c.missing, s.fields[f].name)
			}
		case reference:
			c.null(&c.refs, s.fields[f].name)
		case optional:
		}
	}
}
