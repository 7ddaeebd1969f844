// Package jsonedit reads a JSON text into a flat index and edits it without touching the bytes that
// stay: what a client sent is forwarded and echoed character by character. The reader is strict
// (spec/common.md 1): UTF-8 only, no lone surrogates, nothing after the value, at most MaxDepth levels,
// and, unless told otherwise, no member twice in one object.
package jsonedit

import (
	"iter"
	"sync"
)

// MaxDepth is the number of nested objects and arrays that is still accepted (spec/common.md 2).
const MaxDepth = 32

// Kind is the type of a JSON value, named by its first byte; every number is Number.
type Kind byte

// The kinds of JSON values.
const (
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	True   Kind = 't'
	False  Kind = 'f'
	Null   Kind = 'n'
)

// Node is one value of a Doc, in document order: the children of an object or array follow it directly.
type Node struct {
	// Start and End delimit the value in Doc.Data, quotes and brackets included.
	Start, End int32
	// nameStart and nameEnd delimit the member name without quotes; both 0 for elements and the root.
	nameStart, nameEnd int32
	// after is the index of the first node behind this one's subtree.
	after int32
	// Tag is free for the caller; the reader leaves it 0.
	Tag int16
	// Kind is the type of the value.
	Kind Kind
	// Escaped tells that the string holds at least one backslash.
	Escaped     bool
	nameEscaped bool
}

// Doc is a parsed text. Nodes[0] is the root. Data is not copied: it must not change while the Doc is in use.
type Doc struct {
	Data  []byte
	Nodes []Node
}

// Children gives the indexes of the values directly inside node i, in order.
func (d *Doc) Children(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		end := int(d.Nodes[i].after)
		for c := i + 1; c < end; c = int(d.Nodes[c].after) {
			if !yield(c) {
				return
			}
		}
	}
}

// First gives the first value inside node i, or -1 when it holds none.
func (d *Doc) First(i int) int {
	if int(d.Nodes[i].after) == i+1 {
		return -1
	}
	return i + 1
}

// After gives the index of the first node behind node i and everything inside it: the next sibling
// when there is one.
func (d *Doc) After(i int) int { return int(d.Nodes[i].after) }

// Find gives the node reached from node i by member names, or -1 when one is missing or null.
func (d *Doc) Find(i int, path ...string) int {
	for _, name := range path {
		i = d.member(i, name)
		if i < 0 {
			return -1
		}
	}
	return i
}

func (d *Doc) member(i int, name string) int {
	if d.Nodes[i].Kind != Object {
		return -1
	}
	end := int(d.Nodes[i].after)
	for c := i + 1; c < end; c = int(d.Nodes[c].after) {
		if string(d.Name(c)) == name {
			if d.Nodes[c].Kind == Null {
				return -1
			}
			return c
		}
	}
	return -1
}

// Name gives the decoded member name of node i; it may alias Data.
func (d *Doc) Name(i int) []byte {
	n := &d.Nodes[i]
	raw := d.Data[n.nameStart:n.nameEnd]
	if n.nameEscaped {
		return unescape(nil, raw)
	}
	return raw
}

// RawName gives the member name of node i as written, quotes included; nil for the root and elements.
func (d *Doc) RawName(i int) []byte {
	n := &d.Nodes[i]
	if n.nameEnd == 0 {
		return nil
	}
	return d.Data[n.nameStart-1 : n.nameEnd+1]
}

// Raw gives the bytes of node i as written.
func (d *Doc) Raw(i int) []byte { return d.Data[d.Nodes[i].Start:d.Nodes[i].End] }

// Text gives the decoded text of a string, or the literal of any other scalar; it may alias Data.
func (d *Doc) Text(i int) []byte {
	n := &d.Nodes[i]
	if n.Kind != String {
		return d.Data[n.Start:n.End]
	}
	raw := d.Data[n.Start+1 : n.End-1]
	if n.Escaped {
		return unescape(nil, raw)
	}
	return raw
}

// maxKept bounds the memory of an index that goes back to the pool, in nodes.
const maxKept = 4096

//nolint:gochecknoglobals // a free list, not state: its content never changes a result
var docs = sync.Pool{New: func() any { return &Doc{Nodes: make([]Node, 0, 256)} }}

// Borrow parses data into an index taken from a free list. Give it back with Release when no slice of
// it is needed any more. allowDuplicates admits a member name twice in one object.
func Borrow(data []byte, allowDuplicates bool) (*Doc, error) {
	d := docs.Get().(*Doc)
	if err := d.parse(data, allowDuplicates); err != nil {
		d.Release()
		return nil, err
	}
	return d, nil
}

// Release gives a borrowed index back.
func (d *Doc) Release() {
	d.Data = nil
	if cap(d.Nodes) > maxKept {
		return
	}
	d.Nodes = d.Nodes[:0]
	docs.Put(d)
}
