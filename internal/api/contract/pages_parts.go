package contract

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// prose turns paragraphs parted by empty lines into HTML; see inline.
func prose(text string) template.HTML {
	var b strings.Builder
	for _, p := range strings.Split(text, "\n\n") {
		if p != "" {
			b.WriteString("<p>" + string(inline(p)) + "</p>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // inline escapes
}

// inline escapes a text and shows what stands in back quotes as code.
func inline(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if escaped := template.HTMLEscapeString(part); i%2 == 1 {
			b.WriteString("<code>" + escaped + "</code>")
		} else {
			b.WriteString(escaped)
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// anchor makes an id of a page from a text.
func anchor(text string) string { return strings.ReplaceAll(strings.ToLower(text), " ", "-") }

// value is how a table describes what a member may be.
type value struct {
	Before string // "list of "
	Link   string // a component
	Text   string
	Code   string   // a pattern
	Values []string // of an enumeration
}

func valueOf(s *Schema) value {
	if s.name != "" {
		return value{Link: s.name}
	}
	switch s.kind {
	case kList, kMap:
		v := valueOf(s.item)
		if v.Before = "list of "; s.kind == kMap {
			v.Before = "by name: "
		}
		return v
	case kText:
		return textValue(s)
	case kInteger:
		return value{Text: integerText(s)}
	}
	return value{Text: [...]string{"", "", "number", "true or false", "object", "", "", "", "anything"}[s.kind]}
}

func textValue(s *Schema) value {
	switch {
	case len(s.enum) > 0:
		return value{Values: s.enum}
	case s.format == "uuid":
		return value{Text: "UUID"}
	case s.format == "date-time":
		return value{Text: "RFC 3339 time with offset"}
	case s.format == "email":
		return value{Text: "e-mail address"}
	case s.pattern != "":
		return value{Code: strings.TrimSuffix(strings.TrimPrefix(s.pattern, "^"), "$")}
	case s.hi == 0:
		return value{Text: "text"}
	case s.lo == s.hi:
		return value{Text: "text of " + strconv.Itoa(s.lo)}
	case s.lo > 0:
		return value{Text: "text, " + strconv.Itoa(s.lo) + " to " + strconv.Itoa(s.hi)}
	}
	return value{Text: "text, up to " + strconv.Itoa(s.hi)}
}

func integerText(s *Schema) string {
	if *s.min >= 0 {
		return "whole number, " + digits(*s.min) + " to " + digits(*s.max)
	}
	return "whole number"
}

// shellOf is an operation's example as a command. Its quotes hold, as no example has a single quote in it.
func shellOf(s *Service, o Operation) string {
	var b strings.Builder
	b.WriteString("curl ")
	if s.Signing == byCredentials {
		b.WriteString(`-u "$CLIENT:$PASSWORD" `)
	}
	base := strings.TrimSuffix(s.Bases[0], "/")
	path, query := o.Path, []string{}
	for _, p := range o.Parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Sample)
		} else if p.Sample != "" {
			query = append(query, p.Name+"="+p.Sample)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	b.WriteString(`"$API` + base + path + `"`)
	if o.Request != nil {
		if o.Request.Media != formType {
			b.WriteString(" \\\n  -H 'Content-Type: " + o.Request.Media + "'")
		}
		b.WriteString(" \\\n  -d '" + pretty(o.Request.Examples[0].Text) + "'")
	}
	return b.String()
}

// Own are the members that an operation's message adds to those it shares.
func (o Operation) Own() []Member {
	if o.Request == nil {
		return nil
	}
	s := o.Request.Schema
	if s.common == "" {
		return s.members
	}
	return s.members[s.shared:]
}

// Common names the messages that this one shares members with; empty: none.
func (o Operation) Common() string {
	if o.Request == nil {
		return ""
	}
	return o.Request.Schema.common
}

// Particular are the answers that only this operation gives.
func (o Operation) Particular() []Answer {
	return slices.DeleteFunc(slices.Clone(o.Answers), func(a Answer) bool { return a.Name != "" })
}

// Shared are the answers that it has in common with others.
func (o Operation) Shared() []Answer {
	return slices.DeleteFunc(slices.Clone(o.Answers), func(a Answer) bool { return a.Name == "" })
}

// More are the examples of an operation's message beyond the one in the command.
func (o Operation) More() []Example {
	if o.Request == nil {
		return nil
	}
	return o.Request.Examples[1:]
}

// Name is the member's name, Needed that it must be there, Says what is said about it, Schema what it may be.
func (m Member) Name() string { return m.name }

// Needed tells whether the member must be there.
func (m Member) Needed() bool { return m.need == required }

// Says is what a reader is told about the member: about this use, else about the kind of object.
func (m Member) Says() string {
	if m.about != "" || m.need == lenient {
		return m.says()
	}
	if m.schema.item != nil {
		return m.schema.item.about
	}
	return m.schema.about
}

// Schema is what the member may be.
func (m Member) Schema() *Schema { return m.schema }

// Name is the name of a component.
func (s *Schema) Name() string { return s.name }

// About is what a component is.
func (s *Schema) About() string { return s.about }

// Members are the members of an object.
func (s *Schema) Members() []Member { return s.members }

// Variants are the objects that a member "type" chooses among.
func (s *Schema) Variants() []*Schema { return s.variants }

// Type is the word that chooses a variant.
func (s *Schema) Type() string { return s.members[0].schema.enum[0] }

// Enum are the words of an enumeration.
func (s *Schema) Enum() []string { return s.enum }
