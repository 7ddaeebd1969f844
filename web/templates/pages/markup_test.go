package pages_test

import (
	"html"
	"regexp"
	"strings"
)

// element is a start tag as it was written.
type element struct {
	Name  string
	Attrs map[string]string
	Text  string // up to the next tag
	Depth int    // of enclosing labels
}

// elements reads the start tags of a page. The pages are written by templates that quote every value, so a pattern is
// enough and the test needs no parser that would forgive mistakes.
func elements(page string) []element {
	tag := regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^\s=>/]+(?:="[^"]*")?)*)\s*/?>([^<]*)`)
	attr := regexp.MustCompile(`([^\s=>/]+)(?:="([^"]*)")?`)
	var out []element
	depth := 0
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		if m[2] == "label" {
			if m[1] == "" {
				depth++
			} else {
				depth--
			}
		}
		if m[1] == "/" {
			continue
		}
		e := element{Name: m[2], Attrs: map[string]string{}, Text: strings.TrimSpace(html.UnescapeString(m[4])), Depth: depth}
		for _, a := range attr.FindAllStringSubmatch(m[3], -1) {
			e.Attrs[a[1]] = html.UnescapeString(a[2])
		}
		out = append(out, e)
	}
	return out
}

// forms cuts the forms out of a page, each with its start tag.
func forms(page string) []string {
	return regexp.MustCompile(`(?s)<form .*?</form>`).FindAllString(page, -1)
}
