// Package native is what connectors of providers with a protocol of their own share: the JSON reply, the price and the dates
// of South African interfaces. What the words mean is each connector's.
package native

import (
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
)

// Reply is a parsed answer; one that is no acceptable JSON has no members at all.
type Reply struct {
	Doc *jsonedit.Doc // nil: nothing could be read
}

// Parse is strict: a member that occurs twice could be read in two ways. Give the reply back with Release.
func Parse(data []byte) Reply {
	doc, err := jsonedit.Borrow(data, false)
	if err != nil {
		return Reply{}
	}
	return Reply{doc}
}

// Release gives the memory of the index back.
func (r Reply) Release() {
	if r.Doc != nil {
		r.Doc.Release()
	}
}

// Find gives the node of a member reached by names, or -1.
func (r Reply) Find(path ...string) int {
	if r.Doc == nil {
		return -1
	}
	return r.Doc.Find(0, path...)
}

// Text gives a string or number as text, without the space around it; empty for anything else (providers.md 1.1: numbers
// come either way).
func (r Reply) Text(path ...string) string { return r.Scalar(r.Find(path...)) }

// Scalar is Text of a node; empty for -1.
func (r Reply) Scalar(i int) string {
	if i < 0 || r.Doc.Nodes[i].Kind != jsonedit.String && r.Doc.Nodes[i].Kind != jsonedit.Number {
		return ""
	}
	return strings.TrimSpace(string(r.Doc.Text(i)))
}

// Cents reads an amount. ok is false when there is one that cannot be read; an absent one is nil and ok.
func (r Reply) Cents(path ...string) (amount *money.Amount, ok bool) {
	if r.Find(path...) < 0 {
		return nil, true
	}
	minor, err := strconv.ParseInt(r.Text(path...), 10, 64)
	if err != nil || minor < 0 {
		return nil, false
	}
	return &money.Amount{Minor: minor, Currency: Rand}, true
}
