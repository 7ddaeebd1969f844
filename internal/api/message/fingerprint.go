package message

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// fingerprint gives the SHA-256 of the business fields of a checked message (I8). It does not depend on
// the order of members, on white space, on escapes or on a number in place of a text, and an absent
// member equals a null one. Only the message's own time is left out: a till stamps a repetition with the
// moment it repeats, while everything else of "the original request" is the same.
func fingerprint(d *jsonedit.Doc, s *Shape) []byte {
	p := printer{doc: d, out: make([]byte, 0, len(d.Data)+len(d.Data)/4)}
	p.object(0, s, "time")
	sum := sha256.Sum256(p.out)
	return sum[:]
}

// printer lays out names and values, each with its length so that no two messages run together.
type printer struct {
	doc *jsonedit.Doc
	out []byte
}

func (p *printer) put(b []byte) {
	p.out = binary.AppendUvarint(p.out, uint64(len(b)))
	p.out = append(p.out, b...)
}

func (p *printer) value(i int, s *Shape) {
	switch s.kind {
	case kObject:
		p.object(i, s, "")
	case kVariant:
		p.object(i, s.variants[string(p.doc.Text(p.doc.Find(i, "type")))], "")
	case kMap:
		p.free(i, s.item)
	case kList:
		p.list(i, s.item)
	case kInteger, kSmall:
		n, _ := strconv.ParseInt(string(p.doc.Text(i)), 10, 64)
		p.put(strconv.AppendInt(nil, n, 10))
	default:
		p.put(p.doc.Text(i))
	}
}

// list lays out the number of elements and each of them.
func (p *printer) list(i int, item *Shape) {
	n := 0
	for range p.doc.Children(i) {
		n++
	}
	p.out = binary.AppendUvarint(p.out, uint64(n))
	for c := range p.doc.Children(i) {
		p.value(c, item)
	}
}

// object lays out the number of members and each of them in the order of the schema, except one.
// An empty list counts as absent.
func (p *printer) object(i int, s *Shape, except string) {
	var at [maxFields]int32
	n := 0
	for c := range p.doc.Children(i) {
		t := p.doc.Nodes[c].Tag
		if t == 0 || p.doc.Nodes[c].Kind == jsonedit.Null || s.fields[t-1].name == except ||
			s.fields[t-1].shape.kind == kList && p.doc.First(c) < 0 {
			continue
		}
		at[t-1] = int32(c)
		n++
	}
	p.out = binary.AppendUvarint(p.out, uint64(n))
	for f := range s.fields {
		if at[f] > 0 {
			p.out = binary.BigEndian.AppendUint16(p.out, s.fields[f].mark)
			p.value(int(at[f]), s.fields[f].shape)
		}
	}
}

// free lays out members with free names in the order of their names.
func (p *printer) free(i int, item *Shape) {
	type member struct {
		name string
		at   int
	}
	var all []member
	for c := range p.doc.Children(i) {
		if p.doc.Nodes[c].Kind != jsonedit.Null {
			all = append(all, member{string(p.doc.Name(c)), c})
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	p.out = binary.AppendUvarint(p.out, uint64(len(all)))
	for _, m := range all {
		p.put([]byte(m.name))
		p.value(m.at, item)
	}
}
