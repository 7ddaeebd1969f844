package giftcards

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// kind is the JSON shape of a member.
type kind uint8

const (
	text     kind = iota // a number is read as its digits
	integer              // also as quoted digits
	instant              // RFC 3339, kept as UTC with three fraction digits
	part                 // object with its own schema
	list                 // of objects with that schema
	anything             // known, neither checked nor used
)

// rule says what one member must be.
type rule struct {
	kind     kind
	need     bool
	low, top int // characters of a text; top 0 is no limit
	match    *regexp.Regexp
	oneOf    []string
	schema   schema
	secret   bool                                    // its value never shows in an answer
	also     func(c *checker, path string, v object) // a rule across members
}

// schema lists the members an object may have; all others are left out.
type schema map[string]rule

func (r rule) must() rule       { r.need = true; return r }
func between(low, top int) rule { return rule{low: low, top: top} }
func upTo(top int) rule         { return rule{top: top} }
func pattern(p string) rule     { return rule{match: regexp.MustCompile("^(" + p + ")$")} }
func choice(v ...string) rule   { return rule{oneOf: v} }
func of(s schema) rule          { return rule{kind: part, schema: s} }
func listOf(s schema) rule      { return rule{kind: list, schema: s} }

// formatError is one violation; Field is the leaf name, Value the offending
// value as text.
type formatError struct {
	Field string `json:"field,omitempty"`
	Msg   string `json:"msg"`
	Value string `json:"value,omitempty"`
}

// checker gathers every violation of one body.
type checker struct{ faults []formatError }

func (c *checker) say(path, what string, v any, secret bool) {
	f := formatError{Field: path[strings.LastIndexByte(path, '.')+1:], Msg: path + " " + what}
	switch {
	case v == nil:
		f.Value = "null"
	case !secret:
		if f.Value = fmt.Sprint(v); len(f.Value) > 100 {
			f.Value = f.Value[:100]
		}
	}
	c.faults = append(c.faults, f)
}

// read checks an object against its schema and returns the known members with
// their values in canonical form.
func (c *checker) read(s schema, path string, in object) object {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	sort.Strings(names)
	out := object{}
	for _, name := range names {
		r, at := s[name], name
		if path != "" {
			at = path + "." + name
		}
		v, present := in[name]
		if v == nil {
			if r.need || present && r.kind == list {
				c.say(at, "may not be null", nil, false)
			}
			continue
		}
		if v, ok := c.value(r, at, v); ok {
			out[name] = v
		}
	}
	return out
}

func (c *checker) value(r rule, path string, v any) (any, bool) {
	wrong := func() (any, bool) {
		c.say(path, "has the wrong type", v, r.secret || r.kind >= part)
		return nil, false
	}
	switch r.kind {
	case anything:
		return v, true
	case integer:
		n, err := strconv.ParseInt(scalar(v), 10, 64)
		if err != nil {
			return wrong()
		}
		return n, true
	case instant:
		at, err := time.Parse(time.RFC3339Nano, scalar(v))
		if err != nil {
			return wrong()
		}
		return at.UTC().Format(wireTime), true
	case part:
		o, ok := v.(object)
		if !ok {
			return wrong()
		}
		read := c.read(r.schema, path, o)
		if r.also != nil {
			r.also(c, path, o)
		}
		return read, true
	case list:
		return c.list(r, path, v)
	}
	return c.text(r, path, v)
}

func (c *checker) list(r rule, path string, v any) (any, bool) {
	items, ok := v.([]any)
	if !ok {
		c.say(path, "has the wrong type", v, true)
		return nil, false
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		at := path + "[" + strconv.Itoa(i) + "]"
		o, ok := item.(object)
		if !ok {
			c.say(at, "may not be null", nil, false)
			continue
		}
		out = append(out, c.read(r.schema, at, o))
	}
	return out, true
}

func (c *checker) text(r rule, path string, v any) (any, bool) {
	s, n := scalar(v), 0
	if s == "" && v != "" {
		c.say(path, "has the wrong type", v, true)
		return nil, false
	}
	n = utf8.RuneCountInString(s)
	switch {
	case n < r.low || r.top > 0 && n > r.top:
		c.say(path, fmt.Sprintf("length must be between %d and %d", r.low, r.top), s, r.secret)
	case r.match != nil && !r.match.MatchString(s):
		c.say(path, fmt.Sprintf("must match %q", r.match), s, r.secret)
	case r.oneOf != nil && !slices.Contains(r.oneOf, s):
		c.say(path, "must be one of "+strings.Join(r.oneOf, ", "), s, r.secret)
	default:
		return s, true
	}
	return nil, false
}

// scalar is the text of a string or number, empty for anything else.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// printable is the only demand on ids.
func printable(c *checker, path, id string) {
	for _, r := range id {
		if !unicode.IsPrint(r) {
			c.say(path, "must be printable", "", true)
			return
		}
	}
}
