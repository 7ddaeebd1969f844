package jsonedit

import "strconv"

// Builder writes one JSON object, member by member; the same calls give the same bytes.
type Builder struct{ out []byte }

// Raw adds a member as it is written; what is nil is left out.
func (b *Builder) Raw(name string, value []byte) {
	if value == nil {
		return
	}
	if len(b.out) == 0 {
		b.out = append(b.out, '{')
	} else {
		b.out = append(b.out, ',')
	}
	b.out = append(AppendString(b.out, name), ':')
	b.out = append(b.out, value...)
}

// Text adds a string.
func (b *Builder) Text(name, value string) { b.Raw(name, Quote(value)) }

// Optional is Text that leaves an empty one out.
func (b *Builder) Optional(name, value string) {
	if value != "" {
		b.Text(name, value)
	}
}

// Number adds a whole number.
func (b *Builder) Number(name string, value int64) { b.Raw(name, strconv.AppendInt(nil, value, 10)) }

// Bytes gives the whole object, nil when it has no member.
func (b *Builder) Bytes() []byte {
	if len(b.out) == 0 {
		return nil
	}
	return append(b.out, '}')
}
