package jsonedit

import (
	"bytes"
	"errors"
	"math"
	"unicode/utf8"
)

// The reasons why a text is refused. They name no content, so that no secret reaches a log.
var (
	ErrSyntax    = errors.New("not valid JSON")
	ErrDepth     = errors.New("nested too deeply")
	ErrDuplicate = errors.New("a member occurs twice in one object")
	ErrEncoding  = errors.New("not valid UTF-8")
)

// mapFrom is the number of members from which duplicates are sought through a map instead of pairwise.
const mapFrom = 48

type parser struct {
	data       []byte
	nodes      []Node
	pos        int
	duplicates bool
}

// Parse indexes data; see Borrow for the version that reuses memory.
func Parse(data []byte) (*Doc, error) {
	d := &Doc{}
	if err := d.parse(data, false); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Doc) parse(data []byte, duplicates bool) error {
	if len(data) > math.MaxInt32 {
		return ErrSyntax
	}
	if !utf8.Valid(data) {
		return ErrEncoding
	}
	p := parser{data: data, nodes: d.Nodes[:0], duplicates: duplicates}
	err := p.value(Node{}, 0)
	d.Nodes, d.Data = p.nodes, data
	if err != nil {
		return err
	}
	p.space()
	if p.pos != len(data) {
		return ErrSyntax
	}
	return nil
}

// space moves behind white space and gives the byte found there, 0 at the end.
func (p *parser) space() byte {
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; c {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return c
		}
	}
	return 0
}

// value reads one value; n carries the name already read.
func (p *parser) value(n Node, depth int) error {
	c := p.space()
	n.Start = int32(p.pos)
	at := len(p.nodes)
	p.nodes = append(p.nodes, n)
	var err error
	kind := Kind(c)
	escaped := false
	switch {
	case c == '"':
		p.pos++
		escaped, err = p.text()
	case c == '{':
		err = p.object(at, depth+1)
	case c == '[':
		err = p.array(depth + 1)
	case c == '-' || c >= '0' && c <= '9':
		kind = Number
		err = p.number()
	case c == 't':
		err = p.word("true")
	case c == 'f':
		err = p.word("false")
	case c == 'n':
		err = p.word("null")
	default:
		err = ErrSyntax
	}
	if err != nil {
		return err
	}
	q := &p.nodes[at]
	q.Kind, q.Escaped, q.End, q.after = kind, escaped, int32(p.pos), int32(len(p.nodes))
	return nil
}

func (p *parser) object(at, depth int) error {
	if depth > MaxDepth {
		return ErrDepth
	}
	p.pos++
	if p.space() == '}' {
		p.pos++
		return nil
	}
	var seen map[string]struct{}
	for count := 0; ; count++ {
		if p.space() != '"' {
			return ErrSyntax
		}
		p.pos++
		start := p.pos
		escaped, err := p.text()
		if err != nil {
			return err
		}
		n := Node{nameStart: int32(start), nameEnd: int32(p.pos - 1), nameEscaped: escaped}
		if !p.duplicates {
			if count == mapFrom {
				seen = p.names(at)
			}
			if p.repeated(at, n, seen) {
				return ErrDuplicate
			}
		}
		if p.space() != ':' {
			return ErrSyntax
		}
		p.pos++
		if err := p.value(n, depth); err != nil {
			return err
		}
		switch p.space() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return nil
		default:
			return ErrSyntax
		}
	}
}

func (p *parser) array(depth int) error {
	if depth > MaxDepth {
		return ErrDepth
	}
	p.pos++
	if p.space() == ']' {
		p.pos++
		return nil
	}
	for {
		if err := p.value(Node{}, depth); err != nil {
			return err
		}
		switch p.space() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return nil
		default:
			return ErrSyntax
		}
	}
}

// name gives the decoded name of n.
func (p *parser) name(n *Node) []byte {
	raw := p.data[n.nameStart:n.nameEnd]
	if n.nameEscaped {
		return unescape(nil, raw)
	}
	return raw
}

// names collects the names read so far in the object at index at.
func (p *parser) names(at int) map[string]struct{} {
	seen := make(map[string]struct{}, 2*mapFrom)
	for i := at + 1; i < len(p.nodes); i = int(p.nodes[i].after) {
		seen[string(p.name(&p.nodes[i]))] = struct{}{}
	}
	return seen
}

// repeated tells whether the name of n was used before in the object at index at.
func (p *parser) repeated(at int, n Node, seen map[string]struct{}) bool {
	name := p.name(&n)
	if seen != nil {
		if _, known := seen[string(name)]; known {
			return true
		}
		seen[string(name)] = struct{}{}
		return false
	}
	for i := at + 1; i < len(p.nodes); i = int(p.nodes[i].after) {
		if bytes.Equal(name, p.name(&p.nodes[i])) {
			return true
		}
	}
	return false
}

// text reads a string whose opening quote was read, and tells whether it holds an escape.
func (p *parser) text() (escaped bool, err error) {
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return escaped, nil
		case c == '\\':
			escaped = true
			size := escapeSize(p.data[p.pos:])
			if size == 0 {
				return false, ErrSyntax
			}
			p.pos += size
		case c < 0x20:
			return false, ErrSyntax
		default:
			p.pos++
		}
	}
	return false, ErrSyntax
}

// number reads a number by the JSON grammar: no leading zero or plus, digits on both sides of the point.
func (p *parser) number() error {
	if p.data[p.pos] == '-' {
		p.pos++
	}
	if p.at('0') {
		p.pos++
	} else if p.digits() == 0 {
		return ErrSyntax
	}
	if p.at('.') {
		p.pos++
		if p.digits() == 0 {
			return ErrSyntax
		}
	}
	if p.at('e') || p.at('E') {
		p.pos++
		if p.at('+') || p.at('-') {
			p.pos++
		}
		if p.digits() == 0 {
			return ErrSyntax
		}
	}
	return nil
}

func (p *parser) at(c byte) bool { return p.pos < len(p.data) && p.data[p.pos] == c }

func (p *parser) digits() int {
	start := p.pos
	for p.pos < len(p.data) && p.data[p.pos] >= '0' && p.data[p.pos] <= '9' {
		p.pos++
	}
	return p.pos - start
}

func (p *parser) word(w string) error {
	if len(p.data)-p.pos < len(w) || string(p.data[p.pos:p.pos+len(w)]) != w {
		return ErrSyntax
	}
	p.pos += len(w)
	return nil
}
