package jsonedit

import "errors"

// ErrNotObject says that an edit was asked of something that is not a JSON object.
var ErrNotObject = errors.New("not a JSON object")

type action byte

const (
	set action = iota
	fill
	push
	remove
)

// Edit is one change of a member of an object.
type Edit struct {
	name   string
	value  []byte
	action action
}

// Set replaces the member where it stands, or adds it at the end. value is a JSON text.
func Set(name string, value []byte) Edit { return Edit{name: name, value: value, action: set} }

// Fill adds the member at the end when it is absent or null, and leaves it alone otherwise.
func Fill(name string, value []byte) Edit { return Edit{name: name, value: value, action: fill} }

// Push adds elements (JSON texts joined by commas) to the end of the member's array; an absent or null
// member becomes an array of just them.
func Push(name string, elements []byte) Edit { return Edit{name: name, value: elements, action: push} }

// Remove takes the member out.
func Remove(name string) Edit { return Edit{name: name, action: remove} }

// Apply makes the edits to the object in raw and gives a new text; every other byte between the
// members' first and last character stays as it is, and so does the order. Each name may be edited once.
func Apply(raw []byte, edits ...Edit) ([]byte, error) {
	d, err := Borrow(raw, true)
	if err != nil {
		return nil, err
	}
	defer d.Release()
	if d.Nodes[0].Kind != Object {
		return nil, ErrNotObject
	}
	size := len(raw) + 2
	for _, e := range edits {
		size += len(e.name) + len(e.value) + 6
	}
	w := writer{out: append(make([]byte, 0, size), '{')}
	var done uint64
	for c := range d.Children(0) {
		k := find(edits, d.Name(c))
		if k < 0 {
			w.member(d.RawName(c), d.Raw(c))
			continue
		}
		done |= 1 << k
		if err := w.edit(d, c, edits[k]); err != nil {
			return nil, err
		}
	}
	for k, e := range edits {
		if done&(1<<k) == 0 && e.action != remove {
			w.add(e)
		}
	}
	return append(w.out, '}'), nil
}

func find(edits []Edit, name []byte) int {
	for k := range edits {
		if edits[k].name == string(name) {
			return k
		}
	}
	return -1
}

type writer struct{ out []byte }

func (w *writer) name(raw []byte) {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(append(w.out, raw...), ':')
}

func (w *writer) member(name, value []byte) {
	w.name(name)
	w.out = append(w.out, value...)
}

// add writes a member that the object did not hold.
func (w *writer) add(e Edit) {
	w.name(Quote(e.name))
	if e.action == push {
		w.out = append(w.out, '[')
	}
	w.out = append(w.out, e.value...)
	if e.action == push {
		w.out = append(w.out, ']')
	}
}

// edit writes the member c as changed by e.
func (w *writer) edit(d *Doc, c int, e Edit) error {
	null := d.Nodes[c].Kind == Null
	switch e.action {
	case remove:
	case set:
		w.member(d.RawName(c), e.value)
	case fill:
		if null {
			w.member(d.RawName(c), e.value)
		} else {
			w.member(d.RawName(c), d.Raw(c))
		}
	case push:
		if !null && d.Nodes[c].Kind != Array {
			return errors.New("member " + e.name + " is not a list")
		}
		w.push(d, c, e.value)
	}
	return nil
}

// push writes the array c (or null) with elements behind its own.
func (w *writer) push(d *Doc, c int, elements []byte) {
	w.name(d.RawName(c))
	if d.First(c) < 0 || d.Nodes[c].Kind == Null {
		w.out = append(append(append(w.out, '['), elements...), ']')
		return
	}
	raw := d.Raw(c)
	w.out = append(w.out, raw[:len(raw)-1]...)
	if len(elements) > 0 {
		w.out = append(append(w.out, ','), elements...)
	}
	w.out = append(w.out, ']')
}

// Member gives the raw bytes of a member reached by names, or nil when it is missing or null or raw is
// not valid JSON. The bytes are a copy.
func Member(raw []byte, path ...string) []byte {
	d, err := Borrow(raw, true)
	if err != nil {
		return nil
	}
	defer d.Release()
	i := d.Find(0, path...)
	if i < 0 {
		return nil
	}
	return append([]byte(nil), d.Raw(i)...)
}

// Elements gives the elements of the array in raw joined by commas, ready for Push; nil when raw is no
// array or an empty one.
func Elements(raw []byte) []byte {
	d, err := Borrow(raw, true)
	if err != nil {
		return nil
	}
	defer d.Release()
	if d.Nodes[0].Kind != Array || d.First(0) < 0 {
		return nil
	}
	v := d.Raw(0)
	return append([]byte(nil), v[1:len(v)-1]...)
}
