package contract

import (
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/money"
)

// kind is what a value is in JSON.
type kind int

const (
	kText kind = iota
	kInteger
	kNumber
	kTruth
	kObject
	kList
	kMap   // an object whose member names are the sender's own
	kOneOf // an object whose member "type" chooses its members
	kAny
)

// Schema describes one kind of value: JSON Schema 2020-12 as far as the interfaces need it.
type Schema struct {
	name  string // of the component; empty: written in place
	about string
	kind  kind

	lo, hi   int // length of a text in characters; hi 0: no limit is stated
	pattern  string
	format   string
	enum     []string
	min, max *int64 // of an integer
	// quoted integers may come as a text of digits.
	quoted bool

	members  []Member
	closed   bool      // members that are not listed are refused
	either   []string  // one of these members is needed
	common   string    // which messages share the members of the first group; empty: none
	shared   int       // how many members those are
	item     *Schema   // of a list or map
	variants []*Schema // of kOneOf: objects, the first member of each its type
	sample   any       // a value as clients send it
}

// Member is one member of an object.
type Member struct {
	name   string
	about  string
	schema *Schema
	need   need
}

// need says whether a member must be there.
type need int

const (
	optional need = iota
	required
	// lenient members are optional, and left out instead of refused when their value does not fit.
	lenient
)

// text is a text without a stated limit: what is indexed has one all the same.
func text() *Schema { return sized(0, message.MaxText) }

// sized is a text of lo to hi characters.
func sized(lo, hi int) *Schema { return &Schema{kind: kText, lo: lo, hi: hi, sample: ""} }

// printed is a text for people.
func printed() *Schema { return sized(0, message.MaxPrinted) }

// words is a text in an answer, where no limit is promised.
func words() *Schema { return &Schema{kind: kText} }

// matching is a text that an expression describes from end to end.
func matching(expr string) *Schema { return &Schema{kind: kText, pattern: "^" + expr + "$"} }

// oneOf is a text that must be one of the values.
func oneOf(values ...string) *Schema { return &Schema{kind: kText, enum: values, sample: values[0]} }

// moment is an RFC 3339 date and time with an offset.
func moment() *Schema {
	return &Schema{kind: kText, format: "date-time", sample: "2031-02-03T04:05:06.007Z"}
}

// uuid is an id of 8-4-4-4-12 hexadecimal digits.
func uuid() *Schema {
	s := matching("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
	s.format = "uuid"
	return s.like("0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b")
}

// whole is an integer from lo to hi.
func whole(lo, hi int64) *Schema {
	return &Schema{kind: kInteger, min: &lo, max: &hi, sample: int64(100)}
}

// minor is an amount in minor units; quoted digits are taken too where the service says so.
func minor(quoted bool) *Schema {
	return whole(-money.Largest, money.Largest).inQuotes(quoted)
}

// small is an integer of 32 bits.
func small(quoted bool) *Schema {
	return whole(-1<<31, 1<<31-1).inQuotes(quoted)
}

// inQuotes lets digits in quotes stand for the number.
func (s *Schema) inQuotes(quoted bool) *Schema {
	if s.quoted = quoted; quoted {
		s.pattern = "^-?[0-9]{1,20}$"
	}
	return s
}

func number() *Schema { return &Schema{kind: kNumber, sample: 1.5} }

func truth() *Schema { return &Schema{kind: kTruth, sample: true} }

// list is an array.
func list(item *Schema) *Schema { return &Schema{kind: kList, item: item} }

// byName is an object with free member names.
func byName(item *Schema) *Schema { return &Schema{kind: kMap, item: item} }

// anything is any JSON value.
func anything() *Schema { return &Schema{kind: kAny} }

// record is an object.
func record(groups ...[]Member) *Schema {
	s := &Schema{kind: kObject, shared: len(groups[0])}
	for _, g := range groups {
		s.members = append(s.members, g...)
	}
	return s
}

// choice is an object whose member "type" chooses among the variants.
func choice(variants ...*Schema) *Schema { return &Schema{kind: kOneOf, variants: variants} }

// named makes the schema a component of the document.
func (s *Schema) named(name, about string) *Schema {
	s.name, s.about = name, about
	return s
}

// like gives the value that stands for the schema in a complete message.
func (s *Schema) like(sample any) *Schema {
	s.sample = sample
	return s
}

// on says which messages have the members of the first group in common, so that a page lists them once.
func (s *Schema) on(common string) *Schema {
	s.common = common
	return s
}

// only closes an object: what it does not list is refused.
func (s *Schema) only() *Schema {
	s.closed = true
	return s
}

func must(name string, s *Schema, about string) Member { return Member{name, about, s, required} }

func may(name string, s *Schema, about string) Member { return Member{name, about, s, optional} }

func forgiven(name string, s *Schema, about string) Member { return Member{name, about, s, lenient} }

// members makes a group for record.
func members(list ...Member) []Member { return list }

// member finds a member of an object; nil when there is none.
func (s *Schema) member(name string) *Member {
	for i := range s.members {
		if s.members[i].name == name {
			return &s.members[i]
		}
	}
	return nil
}
