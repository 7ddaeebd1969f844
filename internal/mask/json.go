package mask

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Rules says what may be shown of one kind of value: how a scalar is masked, which members an object
// may have, what its list elements or free-named members look like. What no rule reaches becomes one star.
type Rules struct {
	members map[string]*Rules
	element *Rules
	named   *Rules // members whose names are free
	scalar  Algorithm
	leaf    bool
}

// JSON appends the masked form of body to dst: compact valid JSON with the members in their order.
// It fails when body is not acceptable JSON (spec/common.md 2); nothing of it may be stored then.
func (r *Rules) JSON(dst, body []byte) ([]byte, error) {
	d, err := jsonedit.Borrow(body, true)
	if err != nil {
		return dst, err
	}
	defer d.Release()
	m := masker{doc: d, out: dst}
	m.value(0, r)
	return m.out, nil
}

// Body gives what may be stored of a message: its masked JSON, the empty text for an empty body, or
// length and SHA-256 of anything that cannot be parsed.
func (r *Rules) Body(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	out, err := r.JSON(make([]byte, 0, len(body)+len(body)/8), body)
	if err != nil {
		return Digest(body)
	}
	return out
}

// Digest stands for a body that cannot be shown: a JSON object with its length in bytes and SHA-256.
func Digest(body []byte) []byte {
	sum := sha256.Sum256(body)
	out := append([]byte(`{"unparsed":{"length":`), strconv.Itoa(len(body))...)
	out = append(out, `,"sha256":"`...)
	out = hex.AppendEncode(out, sum[:])
	return append(out, `"}}`...)
}

type masker struct {
	doc *jsonedit.Doc
	out []byte
	tmp []byte
}

func (m *masker) value(i int, r *Rules) {
	n := &m.doc.Nodes[i]
	switch {
	case n.Kind == jsonedit.Null:
		m.out = append(m.out, "null"...)
	case r == nil:
		m.out = append(m.out, `"*"`...)
	case n.Kind == jsonedit.Object && (r.members != nil || r.named != nil):
		m.object(i, r)
	case n.Kind == jsonedit.Array && r.element != nil:
		m.array(i, r.element)
	case n.Kind == jsonedit.Object || n.Kind == jsonedit.Array || !r.leaf:
		m.out = append(m.out, `"*"`...)
	default:
		m.leaf(i, r.scalar)
	}
}

func (m *masker) object(i int, r *Rules) {
	m.out = append(m.out, '{')
	end := m.doc.After(i)
	for c := i + 1; c < end; c = m.doc.After(c) {
		if c > i+1 {
			m.out = append(m.out, ',')
		}
		rule, known := r.members[string(m.doc.Name(c))]
		switch {
		case known:
			m.out = append(m.out, m.doc.RawName(c)...)
		default:
			rule = r.named
			m.name(m.doc.Name(c))
		}
		m.out = append(m.out, ':')
		m.value(c, rule)
	}
	m.out = append(m.out, '}')
}

func (m *masker) array(i int, r *Rules) {
	m.out = append(m.out, '[')
	end := m.doc.After(i)
	for c := i + 1; c < end; c = m.doc.After(c) {
		if c > i+1 {
			m.out = append(m.out, ',')
		}
		m.value(c, r)
	}
	m.out = append(m.out, ']')
}

// leaf writes a scalar; a masked number or truth value becomes a string.
func (m *masker) leaf(i int, a Algorithm) {
	k := m.doc.Nodes[i].Kind
	if a == None || a.fits(m.doc.Text(i)) {
		m.out = append(m.out, m.doc.Raw(i)...)
		return
	}
	if k != jsonedit.String && k != jsonedit.Number {
		a = Full
	}
	m.tmp = a.Append(m.tmp[:0], m.doc.Text(i))
	m.out = jsonedit.AppendString(m.out, m.tmp)
}

// name writes a member name that no rule knows: kept when it reads like a name, hidden when it could be a value.
func (m *masker) name(name []byte) {
	if plainName(name) {
		m.out = jsonedit.AppendString(m.out, name)
		return
	}
	m.out = append(m.out, `"*"`...)
}

// plainName accepts up to 40 letters, digits, _ . and -, first a letter, with at most three digits.
func plainName(name []byte) bool {
	if len(name) == 0 || len(name) > 40 || !wordByte(name[0]) || digit(name[0]) {
		return false
	}
	digits := 0
	for _, c := range name {
		if digit(c) {
			digits++
		} else if !wordByte(c) && c != '.' && c != '-' {
			return false
		}
	}
	return digits <= 3
}
