package console

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Advices reads queues and stored advices; postgres.Reader provides it.
type Advices interface {
	Queues(ctx context.Context, scope []string) (monitoring.Queues, error)
	QueueEntries(ctx context.Context, f monitoring.EntryFilter) (monitoring.EntryPage, error)
	FindEntry(ctx context.Context, id uuid.UUID, scope []string) (monitoring.EntryCase, error)
}

// Desk is what people may do with stored advices; saf.Desk provides it.
type Desk interface {
	Replay(ctx context.Context, who saf.Actor, id uuid.UUID, reason, key string) error
	Hold(ctx context.Context, who saf.Actor, id uuid.UUID, reason string, until time.Time) error
	Release(ctx context.Context, who saf.Actor, id uuid.UUID, reason string) error
	Unpark(ctx context.Context, who saf.Actor, id uuid.UUID, reason string) error
	HoldQueue(ctx context.Context, who saf.Actor, providerID, reason string, until time.Time) error
	ReleaseQueue(ctx context.Context, who saf.Actor, providerID, reason string) error
}

// showEntry shows one stored advice.
func (a *App) showEntry(c *fiber.Ctx) error { return a.entryPage(c, nil) }

// entryPage shows a stored advice, with what was wrong with an action that was just tried.
func (a *App) entryPage(c *fiber.Ctx, wrong error) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	x, err := a.Advices.FindEntry(c.UserContext(), id, clientScope(operator(c)))
	if err != nil {
		return err
	}
	page := a.page(c)
	page.Now = x.Entry.Now
	page.Path = "/saf/entries/" + id.String()
	props := entryProps(&x, a.gate(x.Entry.ProviderID), operator(c), page.Viewer)
	if wrong != nil {
		c.Status(formStatus(wrong))
		refill(&props.Panel.Form, c, wrong)
	}
	return render(c, pages.Entry(page, props))
}

func entryProps(x *monitoring.EntryCase, gate monitoring.Gate, who operators.Operator, v components.Viewer) pages.EntryProps {
	e := &x.Entry
	props := pages.EntryProps{
		Crumb: components.Short(e.ID.String()), Queue: components.Link{Text: e.Provider.String(), Href: "/saf/queues/" + url.PathEscape(e.ProviderID)},
		Title: e.Kind.Word() + " to " + e.Provider.String(), Lede: entrySentence(e, x.Attempts, gate, v), Facts: entryFacts(e),
		Route: []components.Stage{{Title: "Stored", Note: v.Clock(e.CreatedAt), State: components.StageDone}, deliveredStage(e)},
		Panel: entryPanel(e, x.Attempts, gate, who, v), Actors: entryActors(e, gate, who, v), Events: entryEvents(x),
		Related: []components.Actor{
			{Who: "The transaction", What: saleWords(e.Service, e.Operation) + " of " + e.Client.String(), Href: "/transactions/" + e.TransactionID.String()},
			{Who: e.Provider.String() + " queue", What: queueWords(x.Queue, v), Href: "/saf/queues/" + url.PathEscape(e.ProviderID)},
		},
	}
	if sum, ok := e.Sum(); ok {
		props.Title += ", " + sum.String()
	}
	if !who.Can(operators.TraceView) {
		props.Refused = "Messages need permission trace.view. Role " + who.Grants.String() + " does not have it."
		return props
	}
	for _, m := range exchanges(x.Traces, x.Attempts) {
		props.Messages = append(props.Messages, exchangeBox(m, e.Client.String(), e.Provider.String()))
	}
	slices.Reverse(props.Messages)
	if len(props.Messages) > 0 {
		props.Messages[0].Open = true
	}
	return props
}

func queueWords(q monitoring.QueueDepth, v components.Viewer) string {
	if q.Depth == 0 {
		return "empty"
	}
	return components.Plural(q.Depth, "advice", "advices") + ", oldest " + v.Age(q.Oldest)
}

func entrySentence(e *monitoring.Entry, attempts []transactions.Attempt, gate monitoring.Gate, v components.Viewer) components.Sentence {
	first := "Stored " + v.Clock(e.CreatedAt)
	switch {
	case e.Attempts == 0:
		first += " and not sent yet"
	case e.Attempts == 1:
		first += " and sent once"
	default:
		first += " and sent " + components.Number(e.Attempts) + " times"
	}
	if e.LastHTTPStatus > 0 && e.Outstanding() {
		first += "; the last answer was " + components.Number(e.LastHTTPStatus)
	}
	rest := deliveryPart(e, attempts, gate, v)
	return components.Say(first+". ", strings.ToUpper(rest[:1])+rest[1:]+".")
}

func entryFacts(e *monitoring.Entry) []components.Fact {
	amount, _ := e.Sum()
	facts := []components.Fact{
		{Label: "Label", Status: components.StatusOf(string(e.Label()))},
		{Label: "Entry id", ID: e.ID.String(), What: "entry id"},
		{Label: "Amount", Amount: amount},
		{Label: "Kind", Text: e.Kind.Word(), Note: "of " + withArticle(saleWords(e.Service, e.Operation))},
		{Label: "Advice id", ID: e.AdviceID, What: "advice id"},
		{Label: "Client", Text: e.Client.String()},
		{Label: "Provider", Text: e.Provider.String()},
		{Label: "Wire ref", ID: e.WireRef, What: "wire reference"},
		{Label: "Created", Time: e.CreatedAt},
	}
	if e.AdviceID == "" {
		facts[4] = components.Fact{Label: "Advice id", Text: "none: " + ownReason(e.Kind)}
	}
	if e.Opening != "" {
		facts = append(facts, components.Fact{Label: "Begins with", Text: withArticle(strings.ToLower(e.Opening.Word())), Note: "what it finds decides what is sent next"})
	}
	if e.LastErrorType != "" {
		facts = append(facts, components.Fact{Label: "Last error", Text: e.LastErrorType, Mono: true, Note: e.LastErrorText})
	}
	return facts
}

// ownReason says why the switch sends a message that no client asked for.
func ownReason(k saf.Kind) string {
	switch k {
	case saf.Receipt:
		return "the switch took the receipt over"
	case saf.Cleanup:
		return "the switch gives up a reference of its own"
	}
	return "the switch decided"
}

func entryEvents(x *monitoring.EntryCase) []components.Event {
	events := []components.Event{{At: x.Entry.CreatedAt, Title: "Stored", Note: x.Entry.Kind.Word()}}
	for i := range x.Events {
		events = append(events, changeEvent(&x.Events[i]))
	}
	for i := range x.Attempts {
		if e, ok := attemptEvent(&x.Attempts[i], x.Entry.Provider.String()); ok {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b components.Event) int { return b.At.Compare(a.At) })
	return events[:min(len(events), mostEvents)]
}

// safActor is the person for actions on stored advices.
func safActor(c *fiber.Ctx) saf.Actor {
	who := actor(c)
	return saf.Actor{ID: who.ID, Name: who.Name, IP: who.IP, SessionID: who.SessionID, RequestID: who.RequestID}
}

// formStatus is the HTTP status of a form that is shown again.
func formStatus(err error) int {
	switch apperr.CodeOf(err) {
	case apperr.Conflict:
		return fiber.StatusConflict
	case apperr.TooMany:
		return fiber.StatusTooManyRequests
	}
	return fiber.StatusBadRequest
}

// formError tells whether an error belongs beside a field of the form rather than on a page of its own.
func formError(err error) bool {
	switch apperr.CodeOf(err) {
	case apperr.Invalid, apperr.Conflict, apperr.TooMany:
		return true
	}
	return false
}

// refill gives a form back what was written, and the reason why it was not accepted.
func refill(f *components.ActionForm, c *fiber.Ctx, wrong error) {
	f.Reason = strings.ToValidUTF8(strings.ReplaceAll(c.FormValue("reason"), "\x00", ""), "")
	if key := c.FormValue("idempotency_key"); isKey(key) {
		f.IdempotencyKey = key
	}
	for i := range f.Fields {
		f.Fields[i].Value = c.FormValue(f.Fields[i].Name)
		if f.Fields[i].Name == apperr.FieldOf(wrong) {
			f.Fields[i].Error = apperr.MessageOf(wrong)
			return
		}
	}
	f.Error = apperr.MessageOf(wrong)
	if len(f.Buttons) == 0 { // the state has moved on: there is no field left to stand beside
		f.Refused = append([]string{f.Error}, f.Refused...)
	}
}

// idempotencyKey reads the key that makes a double click one action.
func idempotencyKey(c *fiber.Ctx) (string, error) {
	key := c.FormValue("idempotency_key")
	if !isKey(key) {
		return "", apperr.Errorf(apperr.Invalid, "This form carries no key of its own. Open the page again and repeat.")
	}
	return key, nil
}

// untilField reads the optional end of a hold in the console's zone; zero: until released.
func (a *App) untilField(c *fiber.Ctx) (time.Time, error) {
	text := strings.TrimSpace(c.FormValue("until"))
	if text == "" {
		return time.Time{}, nil
	}
	zone := a.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, apperr.Field("until", "This is not a date and time. Write it like 2026-03-12T15:00.")
}
