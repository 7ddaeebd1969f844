package setup

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// maxBytes bounds a data file: it is read into memory.
const maxBytes = 16 << 20

// Read reads a data file strictly: an unknown, repeated or misspelt member, a value of the wrong kind, a reference to
// nothing and a value that looks like a secret are refused, all of them at once, as an apperr.Invalid that wraps
// Problems. connectors are the names that a provider may give; none: any.
func Read(r io.Reader, connectors ...string) (File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return File{}, apperr.Wrap(err, apperr.Unavailable, "the data file cannot be read")
	}
	if len(text) > maxBytes {
		return File{}, refused(Problems{{Message: "the file is larger than 16 MiB; split it, and add the rest on the configuration pages"}})
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return File{}, refused(Problems{syntax(text, err)})
	}
	var l list
	pruned := l.shape(tree)
	l.secrets("", tree)
	f, err := decode(text, pruned, len(l.found) > 0)
	if err != nil {
		l.add("", "the file cannot be read: %s", err)
		return File{}, refused(l.found)
	}
	l.check(f, connectors)
	if len(l.found) > 0 {
		return File{}, refused(l.found)
	}
	return f.complete(), nil
}

// decode fills the struct: from the text itself, or, where that has mistakes, from what is left without them.
func decode(text []byte, pruned any, mistakes bool) (f File, err error) {
	if mistakes {
		if text, err = json.Marshal(pruned, json.Deterministic(true)); err != nil {
			return File{}, err
		}
	}
	err = json.Unmarshal(text, &f, json.RejectUnknownMembers(true))
	return f, err
}

// refused makes the one error of all problems, in the order of their places.
func refused(p Problems) error {
	slices.SortStableFunc(p, func(a, b Problem) int { return byPlace(a.Path, b.Path) })
	what := "the data file has a problem"
	if len(p) > 1 {
		what = "the data file has problems"
	}
	return apperr.Wrap(p, apperr.Invalid, what)
}

// byPlace orders paths as a reader meets them: lists by number.
func byPlace(a, b string) int {
	x, y := strings.FieldsFunc(a, isSeparator), strings.FieldsFunc(b, isSeparator)
	return slices.CompareFunc(x, y, func(p, q string) int {
		if isDigits(p) && isDigits(q) && len(p) != len(q) {
			return len(p) - len(q)
		}
		return strings.Compare(p, q)
	})
}

func isSeparator(r rune) bool { return r == '.' || r == '[' || r == ']' }

// syntax says where a text stops being JSON. The parser's own words may quote the text and are not passed on.
func syntax(text []byte, err error) Problem {
	var wrong *jsontext.SyntacticError
	if !errors.As(err, &wrong) {
		return Problem{Message: "this is not one JSON object; see docs/providers.md for its members"}
	}
	before := text[:min(int(wrong.ByteOffset), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	p := Problem{Path: pathOf(wrong.JSONPointer)}
	what := "this is not JSON; look for a missing comma, quote or bracket, and write no comments"
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		what = "this member stands here twice; keep one"
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		what = "the file ends too early; a bracket or quote is not closed"
	}
	p.Message = "line " + strconv.Itoa(line) + ": " + what
	return p
}

// pathOf writes a JSON pointer as our paths are written.
func pathOf(p jsontext.Pointer) string {
	path := ""
	for token := range p.Tokens() {
		if isDigits(token) {
			path += "[" + token + "]"
		} else {
			path = member(path, token)
		}
	}
	return path
}
