package setup

import (
	"fmt"
	"strconv"
	"strings"
)

// Problem is one mistake in a data file. Message says how to mend it and never quotes what may be a secret.
type Problem struct {
	Path    string // "providers[3].baseUrl"; empty: the file as a whole
	Message string
}

// Problems are all mistakes of one file, in its order.
type Problems []Problem

// Error lists one problem a line.
func (p Problems) Error() string {
	var b strings.Builder
	for _, one := range p {
		b.WriteString("\n  ")
		if one.Path != "" {
			b.WriteString(one.Path + ": ")
		}
		b.WriteString(one.Message)
	}
	return b.String()
}

// list gathers problems; a second one at, above or below a place that has one already is its consequence and left out.
type list struct{ found Problems }

func (l *list) add(path, format string, args ...any) {
	for _, p := range l.found {
		if p.Path == path || below(p.Path, path) || below(path, p.Path) {
			return
		}
	}
	l.found = append(l.found, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// below tells whether a path leads on from another.
func below(path, from string) bool {
	rest, ok := strings.CutPrefix(path, from)
	return ok && from != "" && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "["))
}

// at gives the path of an element of a list.
func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// member gives the path of a member of an object.
func member(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
