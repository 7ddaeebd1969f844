package console

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
)

type fakeSchedules struct {
	runNow func(o jobs.Order) (jobs.Run, error)
	runs   func(w jobs.RunFilter) []jobs.Run
	orders []jobs.Order
}

func (f *fakeSchedules) Overview(context.Context) ([]jobs.Status, error) {
	at := time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC)
	status := func(name string, perDate, local bool, state jobs.State, failure string) jobs.Status {
		return jobs.Status{
			Definition: jobs.Definition{Name: name, Title: "Title of " + name, Schedule: "daily", Local: local}, PerDate: perDate, Next: at.AddDate(0, 0, 1),
			Last: jobs.Run{ID: uuid.New(), Job: name, State: state, Started: at, Ended: at.Add(time.Second), Error: failure, Result: jobs.Result{Counts: map[string]int64{"items": 1200}}},
		}
	}
	return []jobs.Status{
		status("audit.verify", true, false, jobs.Done, ""), status("recon.run", true, false, jobs.Failed, "FLASH-ZAR: no statement"),
		status("saf.tick", false, true, jobs.Done, ""), status("settle.cutoff", true, false, jobs.Done, ""),
	}, nil
}

func (f *fakeSchedules) RunNow(_ context.Context, o jobs.Order) (jobs.Run, error) {
	f.orders = append(f.orders, o)
	return f.runNow(o)
}

func (f *fakeSchedules) SearchRuns(_ context.Context, w jobs.RunFilter) ([]jobs.Run, error) {
	return f.runs(w), nil
}

func newSchedulesDesk(t *testing.T, role operators.Role) (*browser, *fakeSchedules) {
	t.Helper()
	f := &fakeSchedules{
		runNow: func(o jobs.Order) (jobs.Run, error) { return jobs.Run{Job: o.Job, Date: o.Date}, nil },
		runs:   func(jobs.RunFilter) []jobs.Run { return nil },
	}
	app, people := newConsole(t, func(d *Deps) { d.Schedules, d.JobRuns = f, f })
	return newBrowser(t, app).as(people, operators.Grant{Role: role, Half: operators.Request}), f
}

func TestSchedulesPage(t *testing.T) {
	t.Parallel()
	b, f := newSchedulesDesk(t, operators.Finance)
	before := uuid.New()
	var asked jobs.RunFilter
	f.runs = func(w jobs.RunFilter) []jobs.Run {
		asked = w
		list := make([]jobs.Run, w.Limit)
		for i := range list {
			list[i] = jobs.Run{ID: uuid.New(), Job: "recon.run", Date: "2026-03-11", State: jobs.Done, Trigger: jobs.ByHand, Actor: "Ayesha Patel", Reason: "statement was corrected"}
		}
		return list
	}
	require.Equal(t, 200, b.get("/schedules?job=recon.run&result=DONE&date=2026-03-11&before="+before.String()).StatusCode)
	assert.Equal(t, jobs.RunFilter{Job: "recon.run", State: jobs.Done, Date: "2026-03-11", Before: before, Limit: runsShown + 1}, asked)
	for _, part := range []string{"Title of recon.run failed when it last ran", "FLASH-ZAR: no statement", "1\u00a0200 items", "Ayesha Patel", "statement was corrected", "before="} {
		assert.Contains(t, b.last, part)
	}
	assert.Contains(t, b.last, `href="/schedules?run=recon.run#run"`)
	assert.NotContains(t, b.last, `run=audit.verify`, "not a job of finance")
	assert.NotContains(t, b.last, `run=saf.tick`, "runs on every node all the time")
	assert.NotContains(t, b.last, `name="reason"`)

	require.Equal(t, 200, b.get("/schedules?job=none&result=none&before=x").StatusCode)
	assert.Equal(t, jobs.RunFilter{Limit: runsShown + 1}, asked)
	assert.Equal(t, 400, b.get("/schedules?date=x").StatusCode)
	b.get("/schedules?run=audit.verify")
	assert.NotContains(t, b.last, `name="reason"`)
	b.get("/schedules?run=recon.run")
	assert.Contains(t, b.last, `action="/schedules/recon.run/run"`)
	assert.Contains(t, b.last, `value="2026-03-11"`, "the day that ended last")
}

func TestAJobIsRunByHand(t *testing.T) {
	t.Parallel()
	b, f := newSchedulesDesk(t, operators.Finance)
	b.get("/schedules?run=recon.run")
	form := url.Values{"reason": {" statement was corrected "}, "date": {"2026-03-10"}, "idempotency_key": {"k-1"}}
	res := b.post("/schedules/recon.run/run", form)
	require.Equal(t, 303, res.StatusCode)
	require.Len(t, f.orders, 1)
	o := f.orders[0]
	assert.Equal(t, []string{"recon.run", "2026-03-10", "statement was corrected", "k-1", "Thandi Mokoena"}, []string{o.Job, o.Date, o.Reason, o.Key, o.By.Name})
	assert.NotEmpty(t, o.By.ID)
	assert.NotEmpty(t, o.By.SessionID)
	b.get("/schedules?run=recon.run")
	assert.Contains(t, b.last, "Started recon.run for 2026-03-10.")

	delete(form, "idempotency_key")
	assert.Equal(t, 400, b.post("/schedules/recon.run/run", form).StatusCode)
	require.Len(t, f.orders, 1)
}

func TestARefusedRunShowsTheFormAgain(t *testing.T) {
	t.Parallel()
	b, f := newSchedulesDesk(t, operators.Finance)
	form := func() url.Values {
		b.get("/schedules?run=recon.run")
		return url.Values{"reason": {"corrected <file>"}, "date": {"2026-03-10"}, "idempotency_key": {"k-1"}}
	}
	for _, c := range []struct {
		err    error
		status int
	}{
		{apperr.Errorf(apperr.Conflict, "recon.run is running already"), 409},
		{apperr.Field("reason", "write at least 10 characters"), 400},
		{apperr.Field("date", "that is not a date"), 400},
	} {
		f.runNow = func(jobs.Order) (jobs.Run, error) { return jobs.Run{}, c.err }
		require.Equal(t, c.status, b.post("/schedules/recon.run/run", form()).StatusCode)
		assert.Contains(t, b.last, apperr.MessageOf(c.err))
		assert.Contains(t, b.last, "corrected &lt;file&gt;")
		assert.Contains(t, b.last, `value="k-1"`)
	}
	f.runNow = func(jobs.Order) (jobs.Run, error) {
		return jobs.Run{}, apperr.Errorf(apperr.Unavailable, "This node is stopping; nothing was run.")
	}
	assert.Equal(t, 503, b.post("/schedules/recon.run/run", form()).StatusCode)
}

func TestWhoMayRunWhat(t *testing.T) {
	t.Parallel()
	for role, may := range map[operators.Role][]string{
		operators.Finance: {"recon.run", "settle.cutoff"}, operators.OperatorRole: {"audit.verify"}, operators.Admin: nil, operators.Auditor: nil,
	} {
		b, f := newSchedulesDesk(t, role)
		var ran []string
		f.runNow = func(o jobs.Order) (jobs.Run, error) {
			list, err := f.Overview(t.Context())
			if !slices.ContainsFunc(list, func(s jobs.Status) bool { return s.Name == o.Job }) {
				return jobs.Run{}, apperr.Errorf(apperr.NotFound, "There is no job named %s.", o.Job)
			}
			ran = append(ran, o.Job)
			return jobs.Run{}, err
		}
		for _, name := range []string{"recon.run", "settle.cutoff", "audit.verify", "RECON.run", "recon%2Erun", "no.job"} {
			b.get("/schedules")
			res := b.post("/schedules/"+name+"/run", url.Values{"reason": {"statement was corrected"}, "idempotency_key": {"k-1"}})
			assert.Equal(t, slices.Contains(may, name), res.StatusCode == 303, "%s %s", role, name)
		}
		assert.Equal(t, may, ran, role)
	}
}
