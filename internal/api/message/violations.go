package message

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// MaxViolations bounds the list in one answer; the first entry is what clients read.
const MaxViolations = 50

// maxQuoted bounds how much of a name or value is repeated to its sender, in bytes.
const maxQuoted = 200

// Violation is one reason for a FORMAT_ERROR.
type Violation struct {
	Field string // dotted path from the body root; empty: about the whole text
	Leaf  string // the last name of the path
	Msg   string
	// Value is the offending value as text, "null" for a missing one; empty for a secret one, an object or a list.
	Value string
}

// Failure is a message refused with FORMAT_ERROR, its entries in the order of spec/common.md 2.
type Failure struct{ Violations []Violation }

// Error gives the first entry for logs; it quotes no value.
func (f *Failure) Error() string {
	if len(f.Violations) == 0 {
		return "format error"
	}
	return "format error: " + f.Violations[0].Msg
}

// Entries gives the violations as the switch carries them, without values.
func (f *Failure) Entries() []switchcore.FormatError {
	all := make([]switchcore.FormatError, len(f.Violations))
	for i, v := range f.Violations {
		all[i] = switchcore.FormatError{Field: v.Field, Msg: v.Msg}
	}
	return all
}

// Refuse makes a failure with one entry about one member.
func Refuse(field, msg string) *Failure {
	return &Failure{Violations: []Violation{{Field: field, Leaf: field, Msg: msg}}}
}

// violations are what was found, by the group that decides their order.
type violations struct{ unknown, missing, wrong, ids, refs []Violation }

func (v *violations) count() int {
	return len(v.unknown) + len(v.missing) + len(v.wrong) + len(v.ids) + len(v.refs)
}

// inOrder gives the list that is answered.
func (v *violations) inOrder() []Violation {
	var all []Violation
	for _, group := range [][]Violation{v.unknown, v.missing, v.wrong, v.ids, v.refs} {
		all = append(all, group...)
	}
	return all[:min(len(all), MaxViolations)]
}

// step is one part of the path to the value being checked.
type step struct {
	name  string
	index int // of a list element; -1 for a member
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

// leaf gives the name of the value being checked; of a list element that of its list.
func (c *checker) leaf() string {
	for i := len(c.path) - 1; i >= 0; i-- {
		if c.path[i].index < 0 {
			return c.path[i].name
		}
	}
	return ""
}

// report adds an entry unless the list is already longer than will be answered.
func report(list *[]Violation, v Violation) {
	if len(*list) < MaxViolations {
		*list = append(*list, v)
	}
}

func (c *checker) missing(list *[]Violation, member string) {
	path, leaf := c.at(member), member
	if leaf == "" {
		leaf = c.leaf()
	}
	report(list, Violation{Field: path, Leaf: leaf, Msg: path + " may not be null", Value: "null"})
}

func (c *checker) unrecognized(name []byte) {
	quoted := string(name[:min(len(name), maxQuoted)])
	path := c.at(quoted)
	report(&c.found.unknown, Violation{Field: path, Leaf: quoted, Msg: fmt.Sprintf("Unrecognized field '%s'", strings.ToValidUTF8(quoted, ""))})
}

// refuse reports the value of node i, msg following its path.
func (c *checker) refuse(list *[]Violation, i int, s *Shape, msg string) {
	path := c.at("")
	report(list, Violation{Field: path, Leaf: c.leaf(), Msg: path + msg, Value: c.quote(i, s)})
}

func (c *checker) wrongType(i int, s *Shape) { c.refuse(&c.found.wrong, i, s, " has the wrong type") }

// quote gives the value of a scalar where the shape allows it; what could be a number of a card or a code in a value is
// hidden all the same, as its sender may have put it into the wrong member.
func (c *checker) quote(i int, s *Shape) string {
	if s.secret || s.kind >= kObject {
		return ""
	}
	if k := c.doc.Nodes[i].Kind; k == jsonedit.Object || k == jsonedit.Array {
		return ""
	}
	text := c.doc.Text(i)
	text = bytes.ToValidUTF8(text[:min(len(text), maxQuoted)], nil)
	return mask.MaskText(string(text))
}
