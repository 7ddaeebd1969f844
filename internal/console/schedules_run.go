package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// The jobs whose results are finance's own work (guarantees.md C2): a person of finance runs them.
const (
	reconJob  = "recon.run"
	settleJob = "settle.cutoff"
)

// rightToRun is the permission that starting a job by hand takes. The work of the desk and of the database belongs to
// the role that may make the switch try again one thing at a time; the policy table says the same.
func rightToRun(job string) operators.Permission {
	if job == reconJob || job == settleJob {
		return operators.FinanceResolve
	}
	return operators.SAFReplay
}

// runNamedJob starts the job that its route names.
func (a *App) runNamedJob(name string) fiber.Handler {
	return func(c *fiber.Ctx) error { return a.runJob(c, name) }
}

// runAnyJob starts the job in the address. Jobs with a right of their own have a route of their own; another way to
// spell them leads nowhere.
func (a *App) runAnyJob(c *fiber.Ctx) error {
	name := strings.Clone(c.Params("job"))
	if rightToRun(name) != operators.SAFReplay {
		return apperr.Errorf(apperr.NotFound, "There is no job named %s.", name)
	}
	return a.runJob(c, name)
}

// runJob starts a job once and returns to the list, where the run is at the top of the history. The order outlives the
// request, so nothing in it may point into the request's buffers.
func (a *App) runJob(c *fiber.Ctx, name string) error {
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	reason := strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(c.FormValue("reason")), "\x00", ""), "")
	order := jobs.Order{
		Job: name, Date: strings.Clone(strings.TrimSpace(c.FormValue("date"))), Reason: strings.Clone(reason), Key: strings.Clone(key),
		By: jobs.Actor(actor(c)),
	}
	run, err := a.Schedules.RunNow(c.UserContext(), order)
	switch {
	case err != nil && formError(err):
		return a.schedulesPage(c, name, err)
	case err != nil:
		return err
	}
	what := name
	if run.Date != "" {
		what += " for " + run.Date
	}
	a.flash(c, done("Started "+what+".", "The run is at the top of the history; load the page again to see how it ends."))
	return back(c, "/schedules")
}

// runForm asks for the reason, and for the business date when the job has one.
func (a *App) runForm(s *jobs.Status) *pages.RunNow {
	form := components.ActionForm{
		ID: "run-form", Action: "/schedules/" + s.Name + "/run", IdempotencyKey: uuid.NewString(),
		Hint:    "One run more, written into the history and the audit log under your name. The timetable stays as it is.",
		Buttons: []components.Button{{Text: "Run " + s.Name + " once"}},
	}
	if s.PerDate {
		form.Hint = "The work of one business date is done again. A date that was done before ends with the same result."
		form.Fields = []components.Field{{Name: "date", Label: "Business date", Kind: components.KindDate, Value: a.yesterday(), Required: true}}
	}
	return &pages.RunNow{Title: s.Title, Form: form}
}

// yesterday is the business date that ended last, in the zone of the page.
func (a *App) yesterday() string {
	now := zoned(components.Viewer{Zone: a.Zone, Now: a.Now()})
	return string(finance.Date(now.Format("2006-01-02")).AddDays(-1))
}
