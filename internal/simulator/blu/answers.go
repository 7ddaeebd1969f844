package blu

import (
	"net/http"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// call is one message while it is played.
type call struct {
	path  string
	role  string // what the API key must be for; empty for either
	kind  string // for faults
	book  string // operation in the books
	user  string
	now   time.Time
	print uint64 // path and content, to know a repeat
}

// refuse is an error answer.
func (c call) refuse(status int, text string) stage.Answer {
	return stage.JSON(status, map[string]any{
		"timestamp": c.now.UTC().Format(time.RFC3339Nano), "status": status, "error": http.StatusText(status),
		"message": text, "path": c.path,
	})
}

// instead is the answer of a fault that replaces the right one.
func (c call) instead(f stage.Fault) stage.Answer {
	status, header := f.Instead()
	switch {
	case f.Name == "unknown-code":
		return c.refuse(http.StatusUnprocessableEntity, "Unexpected")
	case status == 0:
		return stage.Answer{Status: http.StatusOK}
	}
	a := c.refuse(status, "Fault of the provider")
	a.Header = header
	return a
}

// deliver sends the right answer a as the fault wants it.
func (c call) deliver(x *stage.Exchange, f stage.Fault, a stage.Answer) {
	status, _ := f.Instead()
	switch {
	case f.Name == "unknown-code", status != 0:
		a = c.instead(f)
	case f.Name == "no-code":
		a = a.Edit(func(m map[string]any) {
			delete(m, "token")
			delete(m, "reference")
		})
	case f.Name == "other-id":
		a = a.Edit(func(m map[string]any) { m["requestId"] = "someone-elses" })
	}
	x.Deliver(f, a)
}

// declined is the message of a decline; the argument of the fault picks one.
func declined(f stage.Fault) string {
	if f.Arg == "" {
		return "Transaction declined"
	}
	return strings.ReplaceAll(f.Arg, "-", " ")
}
