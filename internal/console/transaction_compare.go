package console

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// alike tells whether two bodies have any line in common beyond brackets: a provider with a protocol of its own is no
// changed form of the client's message, and the messages themselves say more.
func alike(lines []components.DiffLine) bool {
	return slices.ContainsFunc(lines, func(l components.DiffLine) bool {
		return l.Kind == components.DiffSkipped || l.Kind == components.DiffEqual && strings.Trim(l.Left, " {}[],") != ""
	})
}

// comparison shows what the switch changed between the client's request and its own.
func comparison(list []*exchange, client, provider string) *pages.Comparison {
	var in, out *exchange
	for _, e := range list {
		switch {
		case e.request == nil || e.advice || e.request.Body == "":
		case !e.provider && in == nil:
			in = e
		case e.provider && out == nil:
			out = e
		}
	}
	if in == nil || out == nil || !json.Valid([]byte(in.request.Body)) || !json.Valid([]byte(out.request.Body)) {
		return nil
	}
	lines := components.Diff(in.request.Body, out.request.Body)
	if !alike(lines) {
		return nil
	}
	return &pages.Comparison{
		Note: fmt.Sprintf("what the switch changed between message %d and message %d", in.numbers[0], out.numbers[0]),
		Left: fmt.Sprintf("%d %s → switch", in.numbers[0], client), Right: fmt.Sprintf("%d switch → %s", out.numbers[0], provider),
		Lines: lines,
	}
}
