package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// exchange is a request and what came back for it on one leg, by the numbers the page gives its messages.
type exchange struct {
	group    uuid.UUID
	request  *transactions.Trace
	answers  []*transactions.Trace
	numbers  []int // of request and answers
	attempt  *transactions.Attempt
	provider bool // between switch and provider
	advice   bool
}

// exchanges pairs messages by what they belong to, in the order of their first one.
func exchanges(traces []transactions.Trace, attempts []transactions.Attempt) []*exchange {
	var list []*exchange
	byGroup := map[uuid.UUID]*exchange{}
	for i := range traces {
		t := &traces[i]
		group, provider := t.ExchangeID, false
		if t.Leg == transactions.SwitchToProvider || t.Leg == transactions.ProviderToSwitch {
			group, provider = t.AttemptID, true
		}
		x := byGroup[group]
		if x == nil {
			x = &exchange{group: group, provider: provider}
			byGroup[group] = x
			list = append(list, x)
		}
		if t.Leg == transactions.ClientToSwitch || t.Leg == transactions.SwitchToProvider {
			x.request = t
			x.advice = t.Kind == transactions.TraceConfirmation || t.Kind == transactions.TraceReversal
		} else {
			x.answers = append(x.answers, t)
		}
		x.numbers = append(x.numbers, i+1)
	}
	for i := range attempts {
		if x := byGroup[attempts[i].ID]; x != nil {
			x.attempt = &attempts[i]
			x.advice = !found(x.attempt) && stores(x.attempt.Kind)
		}
	}
	return list
}

// stores tells whether attempts of a kind deliver stored messages; questions on the way are drawn as questions.
func stores(k transactions.AttemptKind) bool {
	switch k {
	case transactions.AttemptConfirm, transactions.AttemptReverse, transactions.AttemptReceipt, transactions.AttemptCleanup:
		return true
	}
	return false
}

// word is what a message was: of a request to the provider what its attempt carried, where a trace knows only that it was
// one.
func (e *exchange) word(t *transactions.Trace) string {
	reads := t.Operation == transactions.Lookup || t.Operation == transactions.Products
	if t == e.request && e.attempt != nil && !reads {
		return e.attempt.Kind.Word()
	}
	return answerTitle(t, e)
}

// fillMessages adds the drawing, the messages, and the difference the switch made.
func fillMessages(props *pages.TransactionProps, x *monitoring.Case, gate monitoring.Gate, v components.Viewer) {
	if len(x.Traces) == 0 {
		return
	}
	list := exchanges(x.Traces, x.Attempts)
	props.Flow = messageFlow(x, list, gate)
	client, provider := x.Client.String(), x.Provider.String()
	for _, e := range list {
		props.Exchanges = append(props.Exchanges, exchangeBox(e, client, provider))
	}
	if n := len(props.Exchanges); n > 0 {
		props.Exchanges[n-1].Open = true
	}
	props.Compare = comparison(list, client, provider)
}

func messageFlow(x *monitoring.Case, list []*exchange, gate monitoring.Gate) *components.Flow {
	flow := &components.Flow{
		Originator: components.Party{Name: x.Client.String(), Role: join("originator", tillWords(&x.Transaction))},
		Switch:     components.Party{Name: "Signalbox", Role: "switch"}, Provider: components.Party{Name: orWord(x.Provider.String(), "no provider"), Role: "provider"},
	}
	of := map[int]*exchange{}
	for _, e := range list {
		for _, n := range e.numbers {
			of[n] = e
		}
	}
	for i := range x.Traces {
		flow.Traces = append(flow.Traces, flowTrace(&x.Traces[i], of[i+1], i+1))
	}
	for _, e := range x.Events {
		if e.Field == "decision" && len(x.Entries) > 0 {
			flow.Marks = append(flow.Marks, components.FlowMark{At: e.At, Text: strings.ToLower(x.Entries[0].Kind.Word()) + " stored"})
		}
	}
	if len(x.Entries) > 0 && gate.Open() && x.Entries[0].Outstanding() {
		flow.Marks = append(flow.Marks, components.FlowMark{At: x.Around.Now, Text: "breaker open", Caution: true})
	}
	flow.Sentence = fmt.Sprintf("%d messages between %s, the switch and %s, in the order of the table below.", len(x.Traces), flow.Originator.Name, flow.Provider.Name)
	if x.TracesCut {
		flow.Sentence += " Older messages are left out."
	}
	return flow
}

func flowTrace(t *transactions.Trace, e *exchange, no int) components.FlowTrace {
	f := components.FlowTrace{
		No: no, At: t.At, Leg: components.Leg(t.Leg), Group: e.group.String(), Kind: e.word(t), Status: t.HTTPStatus, Elapsed: t.Latency, Advice: e.advice, Late: t.Late, Refused: t.ErrorType != "",
	}
	if t == e.request {
		f.Status, f.Elapsed, f.Text = 0, 0, shortLine(t)
		if e.attempt != nil {
			f.Note = "try " + components.Number(e.attempt.No)
			if e.attempt.State == transactions.NoAnswer {
				f.NoAnswer, f.Elapsed = true, e.attempt.EndedAt.Sub(e.attempt.StartedAt)
			}
			if e.attempt.State == transactions.NotSent {
				f.Note += ", not sent"
			}
		}
		return f
	}
	f.Text = answerWord(t, e)
	if f.Elapsed == 0 && e.request != nil {
		f.Elapsed = max(t.At.Sub(e.request.At), 0)
	}
	return f
}

func answerWord(t *transactions.Trace, e *exchange) string {
	switch {
	case t.ErrorType != "":
		return t.ErrorType
	case t.HTTPStatus >= 300:
		return strings.ToLower(http.StatusText(t.HTTPStatus))
	case e.advice:
		return "accepted"
	case e.attempt != nil && e.attempt.Result == transactions.Unknown && found(e.attempt):
		return words(e.attempt.Detail)
	case t.Operation.Informational():
		return "answered"
	}
	return "approved"
}

func traceWord(k transactions.TraceKind) string {
	return map[transactions.TraceKind]string{
		transactions.TraceRequest: "Request", transactions.TraceResponse: "Response", transactions.TraceRetry: "Retry", transactions.TraceConfirmation: "Confirmation",
		transactions.TraceReversal: "Reversal", transactions.TraceAck: "Advice accepted", transactions.TraceError: "Error",
	}[k]
}

var idInPath = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}`)

// shortLine is the request line with ids cut out.
func shortLine(t *transactions.Trace) string {
	path := idInPath.ReplaceAllString(t.URLPath, "…")
	if i := strings.Index(path, "/v1/"); i >= 0 {
		path = path[i+3:]
	}
	return strings.TrimSpace(t.Method + " " + path)
}

// exchangeBox shows an exchange's messages side by side.
func exchangeBox(e *exchange, client, provider string) components.Exchange {
	box := components.Exchange{Anchor: fmt.Sprintf("m-%d", e.numbers[0]), Numbers: numbers(e.numbers)}
	sides := client + " ↔ switch"
	if e.provider {
		sides = "switch ↔ " + provider
	}
	kind := "message"
	if e.request != nil {
		word := e.word(e.request)
		kind = strings.ToLower(word)
		box.At = e.request.At
		box.Request = message(e.request, fmt.Sprintf("%d %s", e.numbers[0], word))
	}
	if e.attempt != nil && e.attempt.No > 1 {
		kind += ", attempt " + components.Number(e.attempt.No)
	}
	box.Title = sides + ", " + kind
	if len(e.answers) == 0 {
		box.Result, box.Tone, box.Elapsed, box.NoAnswer = withoutAnswer(e, provider)
		return box
	}
	a := e.answers[len(e.answers)-1]
	no := e.numbers[len(e.numbers)-1]
	box.Result, box.Tone = strings.TrimSpace(components.Number(a.HTTPStatus)+" "+a.ErrorType), toneOf(a.HTTPStatus)
	if a.Late {
		box.Result += ", late"
	}
	if box.At.IsZero() {
		box.At = a.At
	}
	if box.Elapsed = a.Latency; box.Elapsed == 0 && e.request != nil {
		box.Elapsed = max(a.At.Sub(e.request.At), 0)
	}
	box.Response = message(a, fmt.Sprintf("%d %s %d", no, answerTitle(a, e), a.HTTPStatus))
	box.Response.Line = strings.TrimSpace(fmt.Sprintf("HTTP %d %s", a.HTTPStatus, http.StatusText(a.HTTPStatus)))
	return box
}

// answerTitle is what an answer was: to a question it is no acknowledgement, whatever it belongs to.
func answerTitle(t *transactions.Trace, e *exchange) string {
	if t.Kind == transactions.TraceAck && !e.advice {
		return traceWord(transactions.TraceResponse)
	}
	return traceWord(t.Kind)
}

func withoutAnswer(e *exchange, provider string) (result string, tone components.Tone, elapsed time.Duration, why string) {
	switch {
	case e.attempt == nil:
		return "no answer", components.Caution, 0, ""
	case e.attempt.State == transactions.NotSent:
		return "not sent", components.Caution, 0, "No byte of this message left the switch."
	case e.attempt.State == transactions.Intent:
		return "running", "", 0, provider + " has not answered yet."
	}
	elapsed = e.attempt.EndedAt.Sub(e.attempt.StartedAt)
	return "no answer", components.Caution, elapsed, provider + " did not answer in " + components.MS(elapsed) + "."
}

func toneOf(status int) components.Tone {
	switch {
	case status >= 500:
		return components.Danger
	case status >= 400:
		return components.Caution
	}
	return ""
}

func numbers(list []int) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = components.Number(n)
	}
	return strings.Join(parts, ", ")
}

// message shows a trace as it was stored: masked, with the headers that were kept.
func message(t *transactions.Trace, title string) *components.Message {
	return &components.Message{Title: title, Line: strings.TrimSpace(t.Method + " " + t.URLPath), Bytes: t.Bytes, Headers: headers(t.Headers), Body: t.Body}
}

// headers reads the stored header object; a value may be a text or a list of texts.
func headers(stored string) []components.Header {
	var members map[string]any
	if json.Unmarshal([]byte(stored), &members) != nil {
		return nil
	}
	var out []components.Header
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch value := members[name].(type) {
		case string:
			out = append(out, components.Header{Name: name, Value: value})
		case []any:
			for _, v := range value {
				out = append(out, components.Header{Name: name, Value: fmt.Sprint(v)})
			}
		}
	}
	return out
}
