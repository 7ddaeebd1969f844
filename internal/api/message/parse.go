package message

import (
	"errors"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// malformed is the refusal of a text that is no message at all; it has no field.
func malformed(err error) error {
	msg := "The body is not valid JSON"
	switch {
	case errors.Is(err, jsonedit.ErrDepth):
		msg = "The body is nested more than " + strconv.Itoa(jsonedit.MaxDepth) + " levels deep"
	case errors.Is(err, jsonedit.ErrDuplicate):
		msg = "The body holds a member twice in one object"
	case errors.Is(err, jsonedit.ErrEncoding):
		msg = "The body is not UTF-8"
	case errors.Is(err, jsonedit.ErrNotObject):
		msg = "The body is not a JSON object"
	}
	return Refuse("", msg)
}

// Parse reads and checks body against s and hands a view of it to use, together with the canonical text, which is the
// receiver's to keep; the view is not. The error is a *Failure.
func Parse(body []byte, s *Shape, dialect Dialect, use func(v View, canonical []byte)) error {
	d, err := jsonedit.Borrow(body, false)
	if err != nil {
		return malformed(err)
	}
	defer d.Release()
	if d.Nodes[0].Kind != jsonedit.Object {
		return malformed(jsonedit.ErrNotObject)
	}
	canonical, refused := check(d, s, dialect)
	if len(refused) > 0 {
		return &Failure{Violations: refused}
	}
	use(View{doc: d, shape: s}, canonical)
	return nil
}
