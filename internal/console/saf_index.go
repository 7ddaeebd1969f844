package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listQueues shows every queue of advices, what needs a person, and the holds in force.
func (a *App) listQueues(c *fiber.Ctx) error {
	all, err := a.Advices.Queues(c.UserContext(), clientScope(operator(c)))
	if err != nil {
		return err
	}
	page := a.page(c)
	page.Now = all.Now
	props := pages.QueuesProps{Lede: queuesSentence(&all), Total: pages.QueueRow{}}
	acks := 0
	for i := range all.Queues {
		q := &all.Queues[i]
		props.Queues = append(props.Queues, a.queueRow(q))
		addQueue(&props.Total, q)
		acks += q.Acks
	}
	props.Total.AcksPerMinute = perMinute(acks)
	for i := range all.Stuck {
		props.Parked = append(props.Parked, stuckGroup(&all.Stuck[i]))
	}
	if n := stuckEntries(all.Stuck); n > 0 {
		props.ParkedNote = components.Plural(n, "entry", "entries") + ", by reason"
	}
	for i := range all.Holds {
		props.Holds = append(props.Holds, holdRow(&all.Holds[i]))
	}
	if len(all.Holds) > 0 {
		props.HoldsNote = components.Number(len(all.Holds)) + " in force"
	}
	return render(c, pages.Queues(page, props))
}

func stuckEntries(list []monitoring.Stuck) (n int) {
	for _, s := range list {
		n += s.Entries
	}
	return n
}

func queuesSentence(all *monitoring.Queues) components.Sentence {
	depth := 0
	for _, q := range all.Queues {
		depth += q.Depth
	}
	lead := []string{"", "No advice", " is on its way to a provider. "}
	if depth > 0 {
		lead = []string{"", components.Plural(depth, "advice", "advices"), " wait for a provider or are on the wire; nothing is lost. "}
	}
	if depth == 1 {
		lead[2] = " waits for a provider or is on the wire; nothing is lost. "
	}
	if n := stuckEntries(all.Stuck); n > 0 {
		return components.Say(append(lead, components.Plural(n, "entry needs a person.", "entries need a person."))...)
	}
	return components.Say(append(lead[:2], lead[2]+"Nothing needs a person.")...)
}

func (a *App) queueRow(q *monitoring.Queue) pages.QueueRow {
	gate := a.gate(q.Provider.ID)
	label := q.Label(gate)
	row := pages.QueueRow{
		Provider: q.Provider.String(), Service: q.Service.Word(), Href: "/saf/queues/" + url.PathEscape(q.Provider.ID), Status: components.StatusOf(label),
		Depth: q.Depth, Due: q.Due, Sending: q.Sending, Held: q.Held, Parked: q.Parked, Refused: q.Refused, Oldest: q.Oldest, OldestTone: ageTone(q),
		Spark:            components.Series{Label: q.Provider.String() + ", depth over 24 hours", Values: q.DepthByHalf, Tone: ageTone(q)},
		AttemptsLastHour: q.Attempts, AcksPerMinute: perMinute(q.Acks), LastAnswer: q.LastAck, LastError: q.LastError, Breaker: breakerStatus(gate), Drain: drain(q, gate),
	}
	if label == monitoring.QueueConsumes && q.Parked+q.Refused == 0 {
		row.Consumed = "stored and consumed: " + components.Number(q.Consumed) + " in 24 hours"
	}
	return row
}

func ageTone(q *monitoring.Queue) components.Tone {
	switch age := q.Now.Sub(q.Oldest); {
	case q.Oldest.IsZero():
		return ""
	case age >= saf.PageAge:
		return components.Danger
	case age >= saf.WarnAge:
		return components.Caution
	}
	return ""
}

func breakerStatus(gate monitoring.Gate) components.Status {
	return components.StatusOf(sentenceCase(gate.Advices))
}

// perMinute turns the acknowledgements of five minutes into a rate with one decimal.
func perMinute(in5 int) string {
	tenths := in5 * 2
	return components.Number(tenths/10) + "." + components.Number(tenths%10)
}

func drain(q *monitoring.Queue, gate monitoring.Gate) string {
	left, known := q.Drain()
	switch {
	case q.Depth == 0:
		return "–"
	case q.Hold.On(q.Now):
		return "held"
	case !known || gate.Open():
		return "unknown"
	}
	return components.Duration(max(left, time.Second))
}

func addQueue(sum *pages.QueueRow, q *monitoring.Queue) {
	sum.Depth += q.Depth
	sum.Due += q.Due
	sum.Sending += q.Sending
	sum.Held += q.Held
	sum.Parked += q.Parked
	sum.Refused += q.Refused
	sum.AttemptsLastHour += q.Attempts
	if !q.Oldest.IsZero() && (sum.Oldest.IsZero() || q.Oldest.Before(sum.Oldest)) {
		sum.Oldest = q.Oldest
	}
}

func stuckGroup(s *monitoring.Stuck) pages.ParkedGroup {
	label, wayOut := saf.LabelParked, "Replay or put back, role operator"
	if s.State == saf.Refused {
		label, wayOut = saf.LabelRefused, "Two people: saf.resend and operator:approve"
	}
	return pages.ParkedGroup{
		Status: components.StatusOf(string(label)), Provider: s.Provider.String(), Reason: orWord(s.Reason, "no reason was kept"), Entries: s.Entries, Value: firstSum(s.Worth), WayOut: wayOut,
		Href: "/saf/queues/" + url.PathEscape(s.Provider.ID) + "?label=" + label.Slug(),
	}
}

func holdRow(h *monitoring.HeldGroup) pages.HoldRow {
	row := pages.HoldRow{Entries: h.Entries, Value: firstSum(h.Worth), Reason: h.Hold.Reason, Until: h.Hold.Until, By: orWord(h.Hold.By, "An operator"), At: h.Hold.At}
	switch h.Kind {
	case "entry":
		row.Title, row.Href = h.Subject.String()+", entry "+components.Short(h.EntryID.String()), "/saf/entries/"+h.EntryID.String()
	case "client":
		row.Title, row.Href = "Client "+h.Subject.String(), "/transactions?advice=outstanding&client="+url.QueryEscape(h.Subject.ID)
	default:
		row.Title, row.Href = h.Subject.String()+" queue", "/saf/queues/"+url.PathEscape(h.Subject.ID)
	}
	return row
}
