package console

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Figures gives the numbers of the first page; postgres.Reader provides it.
type Figures interface {
	Overview(ctx context.Context, midnight time.Time, scope []string) (monitoring.Overview, error)
}

// showOverview shows what is so, what needs a person, how the providers are, and what runs today.
func (a *App) showOverview(c *fiber.Ctx) error {
	page := a.page(c)
	who := operator(c)
	o, err := a.Figures.Overview(c.UserContext(), startOfDay(page.Viewer), clientScope(who))
	if err != nil {
		return err
	}
	page.Now = o.Now
	props := pages.OverviewProps{
		Lede: overviewSentence(&o), Figures: overviewFigures(&o, who, page.Viewer), Tasks: overviewTasks(&o, who, page.Viewer),
		Traffic: trafficBars(&o, page.Viewer), TrafficNote: "transactions a minute over the last hour, by outcome",
	}
	due, err := a.dueTimes(c.UserContext())
	if err != nil {
		return err
	}
	props.Timetable = timetable(&o, due)
	if len(props.Tasks) > 0 {
		props.TasksNote = "most urgent first"
	}
	for i := range o.Providers {
		props.Providers = append(props.Providers, providerHealth(&o.Providers[i], a.gate(o.Providers[i].Provider.ID), who))
	}
	return render(c, pages.Overview(page, props))
}

// urgent counts what a person must look at.
func urgent(o *monitoring.Overview) int {
	return stuckEntries(o.Queues.Stuck) + len(o.Needs) + o.NeedsMore
}

func overviewSentence(o *monitoring.Overview) components.Sentence {
	loud := ""
	if o.InDoubt > 0 {
		loud = inDoubtWords(o) + ". "
	}
	n := urgent(o)
	if n > 0 {
		loud += components.Plural(n, "item needs a person.", "items need a person.")
	}
	lead := components.Plural(o.Today, "transaction", "transactions") + " today"
	if each := serviceCounts(o.Services); each != "" {
		lead += ": " + each
	}
	lead += ". "
	if loud == "" {
		return components.Say(lead+"Nothing is in doubt and ", "nothing needs a person", ".")
	}
	return components.Say(lead, loud)
}

func inDoubtWords(o *monitoring.Overview) string {
	many := components.Plural(o.InDoubt, "transaction", "transactions")
	if len(o.DoubtSums) == 0 {
		return many + " in doubt"
	}
	return worth(o.DoubtSums) + " in doubt in " + many
}

func overviewFigures(o *monitoring.Overview, who operators.Operator, v components.Viewer) []components.Figure {
	depth, heldNow := 0, 0
	for _, q := range o.Queues.Queues {
		depth, heldNow = depth+q.Depth, heldNow+q.Held
	}
	doubt := components.Figure{Label: "In doubt", Value: "none", Note: "0 transactions", Href: "/transactions?doubt=1&range=31d"}
	if o.InDoubt > 0 {
		doubt.Value, doubt.Note, doubt.Tone = orWord(worth(o.DoubtSums), components.Number(o.InDoubt)), components.Plural(o.InDoubt, "transaction", "transactions")+", up to "+v.Age(o.DoubtSince), components.Caution
	}
	queue := components.Figure{Label: "Advices to deliver", Value: components.Number(depth), Note: components.Number(heldNow) + " held"}
	person := components.Figure{Label: "Needs a person", Value: components.Number(urgent(o)), Note: components.Number(stuckEntries(o.Queues.Stuck)) + " parked or refused"}
	if who.Can(operators.SAFView) {
		queue.Href, person.Href = "/saf", "/transactions?status=action-needed&range=31d"
	}
	if urgent(o) > 0 {
		person.Tone = components.Danger
	}
	technical := components.Figure{Label: "Technical success, 15 min", Value: "no traffic", Note: "nothing was answered"}
	if n := o.Last15.Technical(); n >= 0 {
		technical.Value, technical.Note = components.Percent(n), components.Plural(o.Last15.All(), "answer", "answers")
		if n < 950 {
			technical.Tone = components.Caution
		}
		if n < 800 {
			technical.Tone = components.Danger
		}
	}
	todayNote := "nothing requested"
	if len(o.TodaySums) > 0 {
		todayNote = worth(o.TodaySums) + " requested"
	}
	return []components.Figure{doubt, queue, person, technical, {Label: "Transactions today", Value: components.Number(o.Today), Note: todayNote, Href: "/transactions"}}
}

// overviewTasks lists what needs a person: what is stuck, single transactions, then holds that were left behind.
func overviewTasks(o *monitoring.Overview, who operators.Operator, v components.Viewer) []components.Task {
	var list []components.Task
	link := func(href string) string {
		if strings.HasPrefix(href, "/saf") && !who.Can(operators.SAFView) {
			return ""
		}
		return href
	}
	for i := range o.Queues.Stuck {
		s := &o.Queues.Stuck[i]
		g := stuckGroup(s)
		task := components.Task{Icon: "park", Tone: components.Danger, Title: components.Plural(s.Entries, "advice", "advices") + " parked at " + g.Provider, Href: link(g.Href), Text: g.Reason + ". " + g.WayOut + ".", End: worth(s.Worth)}
		if s.State == saf.Refused {
			task.Icon, task.Title = "refuse", components.Plural(s.Entries, "advice", "advices")+" refused by "+g.Provider
		}
		list = append(list, task)
	}
	for i := range o.Needs {
		list = append(list, needTask(&o.Needs[i], v))
	}
	if o.NeedsMore > 0 {
		list = append(list, components.Task{Icon: "alert", Tone: components.Danger, Title: components.Number(o.NeedsMore) + " more transactions need a person", Href: "/transactions?status=action-needed&range=31d", Text: "Open breaks, and outcomes or decisions that are missing for too long."})
	}
	for i := range o.Queues.Holds {
		h := holdRow(&o.Queues.Holds[i])
		text := h.Reason + until(h.Until, v) + "."
		list = append(list, components.Task{Icon: "lock", Tone: components.Held, Title: h.Title + " is held", Href: link(h.Href), Text: text, End: worth(o.Queues.Holds[i].Worth)})
	}
	return list
}

func needTask(n *monitoring.Need, v components.Viewer) components.Task {
	t := components.Task{Icon: "alert", Tone: components.Danger, Href: "/transactions/" + n.ID.String(), End: amountOf(n.Amount).String(), Text: n.Client.String() + ", " + v.Clock(n.ReceivedAt) + "."}
	sale := n.Provider.String() + " " + saleWords(n.Service, n.Operation)
	switch {
	case n.Break:
		t.Title = sale + " has an open break"
		t.Text += " The provider may know something else: compare with its statement."
	case n.Outcome == transactions.Unknown:
		t.Title = sale + " is in doubt for " + v.Age(n.ReceivedAt)
		t.Text += " Nobody knows the outcome yet."
	default:
		t.Title = sale + " approved, never confirmed"
		t.Text += " Ask the till."
	}
	return t
}

func trafficBars(o *monitoring.Overview, v components.Viewer) components.Bars {
	b := components.Bars{ID: "traffic-chart", Title: "Transactions a minute", Layers: components.OutcomeLayers()}
	var all monitoring.Counts
	for _, m := range o.Minutes {
		counts := m.Counts
		for i := range counts {
			all[i] += counts[i]
		}
		b.Buckets = append(b.Buckets, components.Bucket{Label: v.Minute(m.At), Counts: counts[:]})
	}
	b.Desc = components.Plural(all.All(), "answer", "answers") + " in the last hour, " + components.Number(all[3]+all[4]) + " of them technical failures or time-outs."
	if all.All() == 0 {
		b.Buckets = nil
	}
	return b
}

func providerHealth(p *monitoring.ProviderHealth, gate monitoring.Gate, who operators.Operator) pages.ProviderHealth {
	id := url.QueryEscape(p.Provider.ID)
	state := p.Health(gate)
	last5 := 0
	for _, n := range p.PerMinute[max(len(p.PerMinute)-5, 0):] {
		last5 += n
	}
	h := pages.ProviderHealth{
		Name: p.Provider.String(), Service: p.Service.Word(), Href: "/transactions?receiver=" + id, Status: components.StatusOf(state), RequestsPerMinute: perMinute(last5),
		TechnicalSuccess: p.Last5.Technical(), Approved: p.Last5.Approved(), P95: p.P95, InDoubt: p.InDoubt, InDoubtHref: "/transactions?doubt=1&range=31d&receiver=" + id,
		Queue: p.Queue, NoQueue: p.Consumes && p.Queue == 0,
		Spark: components.Series{Label: p.Provider.String() + ", requests a minute over the last hour, now " + perMinute(last5), Values: p.PerMinute},
	}
	if who.Can(operators.SAFView) {
		h.QueueHref = "/saf/queues/" + url.PathEscape(p.Provider.ID)
	}
	if n := h.TechnicalSuccess; n >= 0 && n < 800 {
		h.TechnicalTone = components.Danger
	} else if n >= 0 && n < 950 {
		h.TechnicalTone = components.Caution
	}
	if state == monitoring.Unhealthy {
		h.Spark.Tone = components.Danger
	}
	return h
}

// dueTimes gives when each job runs next, by its name; a node without schedules knows of none.
func (a *App) dueTimes(ctx context.Context) (map[string]time.Time, error) {
	if a.Schedules == nil {
		return nil, nil
	}
	list, err := a.Schedules.Overview(ctx)
	due := make(map[string]time.Time, len(list))
	for i := range list {
		due[list[i].Name] = list[i].Next
	}
	return due, err
}

// timetable lists today's runs in their order, the present, and what has not run yet in the order it is due.
func timetable(o *monitoring.Overview, due map[string]time.Time) []pages.TimetableRow {
	var rows []pages.TimetableRow
	now := false
	list := slices.Clone(o.Timetable)
	if i := slices.IndexFunc(list, func(w monitoring.Work) bool { return w.At.IsZero() }); i >= 0 { // what ran comes first, in its order
		slices.SortStableFunc(list[i:], func(x, y monitoring.Work) int { return due[x.Job].Compare(due[y.Job]) })
	}
	for _, w := range list {
		if w.At.IsZero() && !now {
			now = true
			rows = append(rows, pages.TimetableRow{At: o.Now, Now: true})
		}
		row := pages.TimetableRow{At: w.At, Work: w.Title, Href: "/schedules", Status: workStatus(w.State), Detail: join(w.Note, w.Error)}
		if w.At.IsZero() {
			row.At, row.Detail = due[w.Job], scheduleWords(w.Schedule)
		}
		rows = append(rows, row)
	}
	if !now && len(rows) > 0 {
		rows = append(rows, pages.TimetableRow{At: o.Now, Now: true})
	}
	return rows
}

func workStatus(state string) components.Status {
	switch state {
	case "RUNNING":
		return components.StatusOf("Running now")
	case "DONE":
		return components.StatusOf("Done")
	case "FAILED", "LOST":
		return components.StatusOf("Failed")
	}
	return components.StatusOf("Not yet")
}
