package vouchers

import (
	"hash/fnv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// kind is what the schema expects of a value.
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

// shape describes one kind of value of the wire model (spec/common.md 3 and 4).
type shape struct {
	kind kind
	// lo and hi bound the length of a text in characters; hi 0 means the general bound maxText.
	lo, hi int
	// pattern is the expression named in the refusal; match implements it. Both empty: anything.
	pattern string
	match   func([]byte) bool

	fields   []field        // of an object, in the order missing ones are reported
	index    map[string]int // name -> position in fields
	item     *shape         // of a list or map
	variants map[string]*shape
}

type field struct {
	name     string
	shape    *shape
	required need
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
)

// maxText bounds texts for which the interface states no length, in characters. References are
// indexed for search, and an index entry must fit its page.
const maxText = 512

// maxPrinted bounds texts that are only printed or shown.
const maxPrinted = 4096

func text(lo, hi int) *shape { return &shape{kind: kText, lo: lo, hi: hi} }

func pattern(expr string, match func([]byte) bool) *shape {
	return &shape{kind: kText, hi: maxText, pattern: expr, match: match}
}

func list(item *shape) *shape { return &shape{kind: kList, item: item} }

func objectOf(fields ...field) *shape {
	s := &shape{kind: kObject, fields: fields, index: make(map[string]int, len(fields))}
	for i := range fields {
		s.index[fields[i].name] = i
		fields[i].mark = nameMark(fields[i].name)
		fields[i].quoted = jsonedit.Quote(fields[i].name)
	}
	return s
}

// nameMark folds a name into two bytes; a test holds them unique within each object.
func nameMark(name string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	v := h.Sum32()
	return uint16(v ^ v>>16)
}

func must(name string, s *shape) field { return field{name: name, shape: s, required: required} }

func may(name string, s *shape) field { return field{name: name, shape: s} }

// mayAll makes optional members that share a shape.
func mayAll(s *shape, names ...string) []field {
	fields := make([]field, 0, len(names))
	for _, name := range names {
		fields = append(fields, may(name, s))
	}
	return fields
}

// join lays lists of members end to end.
func join(groups ...[]field) []field {
	var all []field
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}
