package console

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Schedules is the timetable; jobs.Scheduler provides it.
type Schedules interface {
	Overview(ctx context.Context) ([]jobs.Status, error)
	RunNow(ctx context.Context, order jobs.Order) (jobs.Run, error)
}

// JobRuns is the history of runs; postgres.Jobs provides it.
type JobRuns interface {
	SearchRuns(ctx context.Context, w jobs.RunFilter) ([]jobs.Run, error)
}

// runsShown is how many runs one page of the history holds.
const runsShown = 50

// listSchedules shows every job and the history of runs; ?run= opens the form for one job.
func (a *App) listSchedules(c *fiber.Ctx) error { return a.schedulesPage(c, c.Query("run"), nil) }

// schedulesPage shows the page; wrong is why the form for the chosen job was not accepted, if it was not.
func (a *App) schedulesPage(c *fiber.Ctx, chosen string, wrong error) error {
	page := a.page(c)
	list, err := a.Schedules.Overview(c.UserContext())
	if err != nil {
		return err
	}
	filter, query, err := runFilter(c, list)
	if err != nil {
		return err
	}
	filter.Limit = runsShown + 1
	runs, err := a.JobRuns.SearchRuns(c.UserContext(), filter)
	if err != nil {
		return err
	}
	who := operator(c)
	props := pages.SchedulesProps{
		Lede: schedulesSentence(list, page.Viewer), Filters: runFilters(query, list),
		Empty: components.Blank{
			Kind: components.BlankEmpty, Title: "No runs", Text: "No run fits these filters. Jobs that run on every node keep no history, only their last run above.",
			Primary: components.Link{Text: "Clear the filters", Href: "/schedules"},
		},
	}
	for i := range list {
		props.Jobs = append(props.Jobs, jobRow(&list[i], who))
		if list[i].Name == chosen && mayBeRun(&list[i]) && who.Can(rightToRun(chosen)) {
			props.RunNow = a.runForm(&list[i])
		}
	}
	if len(query) == 0 {
		props.Empty.Title, props.Empty.Text, props.Empty.Primary = "No runs yet", "A job for the whole system writes each run here. Jobs that run on every node keep no history, only their last run above.", components.Link{}
	}
	if props.RunNow != nil && wrong != nil {
		refill(&props.RunNow.Form, c, wrong)
		c.Status(formStatus(wrong))
	}
	if len(runs) > runsShown {
		runs = runs[:runsShown]
		next := maps.Clone(query)
		next.Set("before", runs[runsShown-1].ID.String())
		props.Pager.OlderHref = withQuery("/schedules", next)
	}
	for i := range runs {
		props.Runs = append(props.Runs, jobRun(&runs[i]))
	}
	props.Pager.Note, props.Pager.Newer = components.Plural(len(runs), "run", "runs")+" on this page, newest first", "Newest"
	if filter.Before != uuid.Nil {
		props.Pager.NewerHref = withQuery("/schedules", query)
	}
	return render(c, pages.Schedules(page, props))
}

// schedulesSentence names what failed last, or says that nothing did, and what comes next.
func schedulesSentence(list []jobs.Status, v components.Viewer) components.Sentence {
	if len(list) == 0 {
		return components.Say("", "No job is known", ": no node has started its timetable yet.")
	}
	var failed []string
	var next *jobs.Status
	waiting := 0
	for i := range list {
		s := &list[i]
		if s.Last.State == jobs.Failed || s.Last.State == jobs.Lost {
			failed = append(failed, s.Title)
		}
		if s.Last.State == "" {
			waiting++
		}
		if !s.Local && !s.Next.IsZero() && (next == nil || s.Next.Before(next.Next)) {
			next = s
		}
	}
	then := ""
	if next != nil {
		then = " Next is " + next.Title + " at " + v.Minute(next.Next) + "."
	}
	switch len(failed) {
	case 0:
		if waiting > 0 {
			return components.Say("", "No job failed", ", and "+components.Plural(waiting, "job has", "jobs have")+" not run yet; nobody has to act."+then)
		}
		return components.Say("", "Every job ended well when it last ran", "; nobody has to act."+then)
	case 1:
		return components.Say("", failed[0]+" failed when it last ran", ": its line says why. Work for a business date is tried again by itself a few times; then somebody has to run it."+then)
	}
	return components.Say("", components.Number(len(failed))+" jobs failed when they last ran", ": "+strings.Join(failed, "; ")+
		". Work for a business date is tried again by itself a few times; then somebody has to run it."+then)
}

func jobRow(s *jobs.Status, who operators.Operator) pages.JobRow {
	row := pages.JobRow{
		Name: s.Name, Title: s.Title, Schedule: scheduleWords(s.Schedule), LastStart: s.Last.Started, LastTook: s.Last.Duration(),
		Status: runState(s.Last.State), Detail: runDetail(&s.Last), Next: s.Next,
		RunsHref: withQuery("/schedules", url.Values{"job": {s.Name}}) + "#history",
	}
	if mayBeRun(s) && who.Can(rightToRun(s.Name)) {
		row.RunHref = withQuery("/schedules", url.Values{"run": {s.Name}}) + "#run"
	}
	return row
}

// mayBeRun tells whether a job can be started by hand at all: not what runs everywhere all the time, nor what this
// node does not know any more.
func mayBeRun(s *jobs.Status) bool { return !s.Local && !s.Next.IsZero() }

func jobRun(r *jobs.Run) pages.JobRun {
	row := pages.JobRun{
		Job: r.Job, Started: r.Started, Took: r.Duration(), Node: r.Node, Status: runState(r.State), Detail: runDetail(r),
		BusinessDate: dayTime(finance.Date(r.Date)),
	}
	switch r.Trigger {
	case jobs.BySchedule:
		row.Trigger = "schedule"
	case jobs.ByCatchUp:
		row.Trigger = "catching up"
	case jobs.ByHand:
		row.Trigger = r.Actor
		row.Detail = join(row.Detail, "reason: "+r.Reason)
	}
	return row
}

func runState(s jobs.State) components.Status {
	switch s {
	case jobs.Running:
		return components.StatusOf("Running now")
	case jobs.Done:
		return components.StatusOf("Done")
	case jobs.Failed:
		return components.StatusOf("Failed")
	case jobs.Lost:
		return components.Status{Icon: "alert", Word: "Node stopped", Tone: components.Caution}
	}
	return components.StatusOf("Not yet")
}

// runDetail is the error, or else what was counted.
func runDetail(r *jobs.Run) string {
	if r.Error != "" {
		return r.Error
	}
	if r.Result.Note != "" {
		return r.Result.Note
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Result.Counts)) {
		parts = append(parts, components.Number(r.Result.Counts[name])+" "+name)
	}
	return strings.Join(parts, ", ")
}

// runFilter reads the filters of the history; unknown values are no filter.
func runFilter(c *fiber.Ctx, list []jobs.Status) (jobs.RunFilter, url.Values, error) {
	query := url.Values{}
	var w jobs.RunFilter
	date, err := dateParam(c, "date")
	if err != nil {
		return w, query, err
	}
	if date != "" {
		w.Date = string(date)
		query.Set("date", w.Date)
	}
	for i := range list {
		if list[i].Name == c.Query("job") {
			w.Job = list[i].Name
			query.Set("job", w.Job)
		}
	}
	for _, s := range runStates() {
		if string(s) == c.Query("result") {
			w.State = s
			query.Set("result", string(s))
		}
	}
	if id, err := uuid.Parse(c.Query("before")); err == nil {
		w.Before = id
	}
	return w, query, nil
}

func runStates() []jobs.State { return []jobs.State{jobs.Running, jobs.Done, jobs.Failed, jobs.Lost} }

func runFilters(query url.Values, list []jobs.Status) components.FilterBar {
	names, results := []components.Option{{Text: "All"}}, []components.Option{{Text: "All"}}
	for i := range list {
		if !list[i].Local {
			names = append(names, components.Option{Value: list[i].Name, Text: list[i].Name})
		}
	}
	for _, s := range runStates() {
		results = append(results, components.Option{Value: string(s), Text: runState(s).Word})
	}
	bar := components.FilterBar{Action: "/schedules", Fields: []components.Field{
		{Name: "job", Label: "Job", Kind: components.KindSelect, Value: query.Get("job"), Options: names},
		{Name: "result", Label: "Result", Kind: components.KindSelect, Value: query.Get("result"), Options: results},
		{Name: "date", Label: "Business date", Kind: components.KindDate, Value: query.Get("date")},
	}}
	for _, f := range bar.Fields {
		if f.Value == "" {
			continue
		}
		rest := maps.Clone(query)
		rest.Del(f.Name)
		bar.Chips = append(bar.Chips, components.Chip{Label: f.Label, Value: f.Value, RemoveHref: withQuery("/schedules", rest)})
		bar.ClearHref = "/schedules"
	}
	return bar
}
