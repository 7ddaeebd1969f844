package console

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showQueue shows the stored advices of one provider in the order in which they are sent.
func (a *App) showQueue(c *fiber.Ctx) error { return a.queuePage(c, nil) }

// queuePage shows a queue, with what was wrong with an action that was just tried.
func (a *App) queuePage(c *fiber.Ctx, wrong error) error {
	provider, err := ownIDParam(c, "provider", "queue")
	if err != nil {
		return err
	}
	scope := clientScope(operator(c))
	all, err := a.Advices.Queues(c.UserContext(), scope)
	if err != nil {
		return err
	}
	q := findQueue(&all, provider)
	if q == nil {
		return apperr.Errorf(apperr.NotFound, "There is no such queue.")
	}
	page := a.page(c)
	page.Now = all.Now
	path := "/saf/queues/" + url.PathEscape(provider)
	page.Path = path
	gate := a.gate(provider)
	filter, query := entryFilter(c)
	filter.ProviderID, filter.Scope = provider, scope
	found, err := a.Advices.QueueEntries(c.UserContext(), filter)
	if err != nil {
		return err
	}
	props := pages.QueueProps{
		Provider: q.Provider.String(), Lede: queueSentence(q, gate, page.Viewer), Figures: queueFigures(q, gate, page.Viewer), Notices: queueNotices(q, gate, page.Viewer),
		Filters: entryFilters(path, query), Note: entriesNote(&found), Pager: entryPager(path, query, filter, &found),
		Empty: components.Blank{Title: "No entry", Text: "No stored advice of this queue fits.", Primary: components.Link{Text: "Show what waits", Href: path}},
	}
	for i := range found.Entries {
		props.Rows = append(props.Rows, entryRow(&found.Entries[i], gate, page.Viewer))
	}
	props.FormTitle, props.Form = queueForm(q, path, operator(c))
	if wrong != nil {
		c.Status(formStatus(wrong))
		refill(&props.Form, c, wrong)
	}
	return render(c, pages.Queue(page, props))
}

func findQueue(all *monitoring.Queues, provider string) *monitoring.Queue {
	for i := range all.Queues {
		if all.Queues[i].Provider.ID == provider {
			return &all.Queues[i]
		}
	}
	return nil
}

func queueSentence(q *monitoring.Queue, gate monitoring.Gate, v components.Viewer) components.Sentence {
	if q.Depth == 0 {
		return components.Say("", "Nothing waits", ": every advice to "+q.Provider.String()+" reached its end or needs a person.")
	}
	waits := " wait or are on the wire"
	if q.Depth == 1 {
		waits = " waits or is on the wire"
	}
	switch {
	case q.Hold.On(q.Now):
		waits += ", held" + until(q.Hold.Until, v)
	case gate.Open():
		waits += ", behind the breaker" + until(gate.AdvicesUntil, v)
	}
	text := ", worth " + worth(q.Worth)
	if len(q.Worth) == 0 {
		text = ""
	}
	return components.Say("", components.Plural(q.Depth, "advice", "advices")+waits, text+"; the oldest for "+v.Age(q.Oldest)+". Nothing is lost.")
}

func queueFigures(q *monitoring.Queue, gate monitoring.Gate, v components.Viewer) []components.Figure {
	oldest := "none"
	if !q.Oldest.IsZero() {
		oldest = v.Age(q.Oldest)
	}
	stuck := components.Figure{Label: "Parked, refused", Value: components.Number(q.Parked + q.Refused), Note: "nothing needs a person"}
	if q.Parked+q.Refused > 0 {
		stuck.Note, stuck.Tone = "need a person", components.Danger
	}
	slots := "on the wire"
	if gate.Parallel > 0 {
		slots = "of " + components.Plural(gate.Parallel, "slot", "slots")
	}
	return []components.Figure{
		{Label: "Depth", Value: components.Number(q.Depth), Note: components.Number(q.Due) + " due, " + components.Number(q.Held) + " held"},
		{Label: "Oldest", Value: oldest, Note: "since it was stored", Tone: ageTone(q)},
		{Label: "Sending", Value: components.Number(q.Sending), Note: slots},
		stuck,
		{Label: "Sent in the last hour", Value: components.Number(q.Attempts), Note: components.Number(q.Answered) + " with a final answer"},
		{Label: "Drained in", Value: drain(q, gate), Note: "at " + perMinute(q.Acks) + " acknowledgements a minute"},
	}
}

func queueNotices(q *monitoring.Queue, gate monitoring.Gate, v components.Viewer) []components.Notice {
	var list []components.Notice
	if q.Hold.On(q.Now) {
		list = append(list, components.Notice{Tone: components.Moving, Title: "The queue is held" + until(q.Hold.Until, v) + ".", Text: q.Hold.Reason + " " + q.Hold.By + ", " + v.Minute(q.Hold.At) + "."})
	}
	if gate.Open() {
		list = append(list, components.Notice{Tone: components.Caution, Title: "The breaker is open" + until(gate.AdvicesUntil, v) + ".", Text: "Then one advice goes as a probe. No attempt is spent while it is open."})
	}
	if !q.Enabled {
		list = append(list, components.Notice{Tone: components.Caution, Title: "The provider is out of service.", Text: "Advices are stored and wait until it is put into service."})
	}
	return list
}

// queueForm holds or releases the whole queue.
func queueForm(q *monitoring.Queue, path string, who operators.Operator) (string, components.ActionForm) {
	f := components.ActionForm{
		ID: "q", Action: path + "/hold", IdempotencyKey: uuid.NewString(), Buttons: []components.Button{{Text: "Hold " + components.Plural(q.Depth, "advice", "advices")}},
		Hint:   "Nothing is sent while the queue is held. New advices are still accepted and stored, and their age keeps counting.",
		Fields: []components.Field{{Name: "until", Label: "Release by itself at", Kind: components.KindDateTime, Hint: "Empty: until a person releases it."}},
	}
	title := "Hold this queue"
	if q.Depth == 0 {
		f.Buttons[0].Text = "Hold the empty queue"
	}
	if q.Hold.On(q.Now) {
		title, f.Action, f.Fields = "Release this queue", path+"/release", nil
		f.Buttons[0].Text = "Release " + components.Plural(q.Depth, "advice", "advices")
		f.Hint = "What is due leaves at once, at the provider's own pace."
	}
	if !who.Can(operators.SAFHold) {
		f.Buttons, f.Fields = nil, nil
		f.Refused = []string{"Hold and release need permission saf.hold. Role " + who.Grants.String() + " does not have it; a person with role operator does."}
	}
	return title, f
}
