package message

import (
	"fmt"
	"hash/fnv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// kind is what a schema expects of a value.
type kind byte

const (
	kText kind = iota
	kUUID
	kDate
	kInteger // 64 bit
	kSmall   // 32 bit
	kNumber
	kTruth
	kObject
	kList
	kMap
	kVariant // object whose member "type" chooses the members
)

// Shape describes one kind of value of the wire model (spec/common.md 3 and 4). Built once, never changed.
type Shape struct {
	kind kind
	// lo and hi bound the length of a text in characters; hi 0 means the general bound MaxText.
	lo, hi int
	// pattern is the expression named in the refusal; match implements it. Both empty: anything.
	pattern string
	match   func([]byte) bool
	// secret values are never quoted in a refusal.
	secret bool

	fields   []Field        // of an object, in the order missing ones are reported
	index    map[string]int // name -> position in fields
	item     *Shape         // of a list or map
	variants map[string]*Shape
}

// Field is a member of an object.
type Field struct {
	name  string
	shape *Shape
	need  need
	// mark stands for the name in the fingerprint; it depends on nothing but the name.
	mark   uint16
	quoted []byte // the name as JSON
}

// need says when a member must be present.
type need byte

const (
	optional  need = iota
	required       // missing and null are both refused
	listThere      // an absent list is an empty list, an explicit null is refused
	reference      // like required, checked after everything else (spec/common.md 2, order of checks)
	forgiven       // optional, and left out instead of refused when its value does not fit
)

// MaxText bounds texts for which the interface states no length, in characters. References are indexed for search, and
// an index entry must fit its page.
const MaxText = 512

// MaxPrinted bounds texts that are only printed or shown.
const MaxPrinted = 4096

// Text is a text of lo to hi characters; hi 0 means MaxText.
func Text(lo, hi int) *Shape { return &Shape{kind: kText, lo: lo, hi: hi} }

// Pattern is a text that match accepts; the refusal names expr.
func Pattern(expr string, match func([]byte) bool) *Shape {
	return &Shape{kind: kText, hi: MaxText, pattern: expr, match: match}
}

// Sized is a Pattern whose length is refused by itself.
func Sized(lo, hi int, expr string, match func([]byte) bool) *Shape {
	return &Shape{kind: kText, lo: lo, hi: hi, pattern: expr, match: match}
}

// UUID is an id of 8-4-4-4-12 hexadecimal digits.
func UUID() *Shape { return &Shape{kind: kUUID} }

// Date is an RFC 3339 moment with an offset.
func Date() *Shape { return &Shape{kind: kDate} }

// Integer is a whole number of 64 bits, bounded so that a day's sums fit as well.
func Integer() *Shape { return &Shape{kind: kInteger} }

// Small is a whole number of 32 bits.
func Small() *Shape { return &Shape{kind: kSmall} }

// Number is any JSON number.
func Number() *Shape { return &Shape{kind: kNumber} }

// Truth is true or false.
func Truth() *Shape { return &Shape{kind: kTruth} }

// List is an array of items.
func List(item *Shape) *Shape { return &Shape{kind: kList, item: item} }

// Map is an object whose member names are the sender's own.
func Map(item *Shape) *Shape { return &Shape{kind: kMap, item: item} }

// Variant is an object whose member typed chooses its members.
func Variant(typed Field, variants map[string]*Shape) *Shape {
	return &Shape{kind: kVariant, fields: []Field{typed}, variants: variants}
}

// Secret gives the shape for values that a refusal never quotes.
func Secret(s *Shape) *Shape {
	hidden := *s
	hidden.secret = true
	return &hidden
}

// Object is an object of the fields.
func Object(fields ...Field) *Shape {
	s := &Shape{kind: kObject, fields: fields, index: make(map[string]int, len(fields))}
	for i := range fields {
		s.index[fields[i].name] = i
		fields[i].mark = nameMark(fields[i].name)
		fields[i].quoted = jsonedit.Quote(fields[i].name)
	}
	return s
}

// nameMark folds a name into two bytes; Conflict tells whether they are unique.
func nameMark(name string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	v := h.Sum32()
	return uint16(v ^ v>>16)
}

// maxFields is how many members one object may have: the checker keeps them in a word.
const maxFields = 64

// Conflict names an object below s with too many members, or with two that the fingerprint cannot tell apart; empty
// when there is none. A test of each service asks.
func (s *Shape) Conflict() string { return conflict("", s, map[*Shape]bool{}) }

func conflict(path string, s *Shape, seen map[*Shape]bool) string {
	if s == nil || seen[s] {
		return ""
	}
	seen[s] = true
	if len(s.fields) > maxFields {
		return path + " has too many members"
	}
	marks := map[uint16]string{}
	for _, f := range s.fields {
		if other, taken := marks[f.mark]; taken && s.kind == kObject {
			return fmt.Sprintf("%s: %s and %s share a mark", path, f.name, other)
		}
		marks[f.mark] = f.name
		if found := conflict(path+"."+f.name, f.shape, seen); found != "" {
			return found
		}
	}
	for name, v := range s.variants {
		if found := conflict(path+"<"+name+">", v, seen); found != "" {
			return found
		}
	}
	return conflict(path+"[]", s.item, seen)
}

// Must is a required member.
func Must(name string, s *Shape) Field { return Field{name: name, shape: s, need: required} }

// May is an optional member.
func May(name string, s *Shape) Field { return Field{name: name, shape: s} }

// Forgive is an optional member that is left out, as if it were unknown, when its value does not fit.
func Forgive(name string, s *Shape) Field { return Field{name: name, shape: s, need: forgiven} }

// ListThere is a list that may be absent but not null.
func ListThere(name string, s *Shape) Field { return Field{name: name, shape: s, need: listThere} }

// MayAll makes optional members that share a shape.
func MayAll(s *Shape, names ...string) []Field {
	fields := make([]Field, 0, len(names))
	for _, name := range names {
		fields = append(fields, May(name, s))
	}
	return fields
}

// Join lays lists of members end to end.
func Join(groups ...[]Field) []Field {
	var all []Field
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// Expression gives the pattern that a refusal names; empty for a shape without one.
func (s *Shape) Expression() string { return s.pattern }
