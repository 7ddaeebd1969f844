package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

func mustTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func TestScheduleTicks(t *testing.T) {
	t.Parallel()
	johannesburg, berlin := mustZone(t, "Africa/Johannesburg"), mustZone(t, "Europe/Berlin")
	cases := []struct {
		name           string
		s              Schedule
		at, last, next string
	}{
		{"every minute", Every(time.Minute), "2026-03-12T03:00:30Z", "2026-03-12T03:00:00Z", "2026-03-12T03:01:00Z"},
		{"on the tick", Every(time.Minute), "2026-03-12T03:00:00Z", "2026-03-12T03:00:00Z", "2026-03-12T03:01:00Z"},
		{"daily, after", Daily(3, 0, johannesburg), "2026-03-12T01:00:01Z", "2026-03-12T01:00:00Z", "2026-03-13T01:00:00Z"},
		{"daily, before", Daily(3, 0, johannesburg), "2026-03-12T00:59:59Z", "2026-03-11T01:00:00Z", "2026-03-12T01:00:00Z"},
		{"monthly", Cron("0 6 1 * *", time.UTC), "2026-03-12T00:00:00Z", "2026-03-01T06:00:00Z", "2026-04-01T06:00:00Z"},
		{"yearly", Cron("0 6 1 1 *", time.UTC), "2026-03-12T00:00:00Z", "2026-01-01T06:00:00Z", "2027-01-01T06:00:00Z"},
		// Clocks go forward on 29 March 2026 and back on 25 October: the day before and after keep their hour.
		{"spring", Daily(3, 30, berlin), "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T01:30:00Z"},
		{"autumn", Daily(3, 30, berlin), "2026-10-25T12:00:00Z", "2026-10-25T02:30:00Z", "2026-10-26T02:30:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := mustTime(t, c.at)
			require.Equal(t, mustTime(t, c.last), c.s.last(at).UTC())
			require.Equal(t, mustTime(t, c.next), c.s.next(at).UTC())
		})
	}
}

func TestOccasionOfADateIsTheDayThatEnded(t *testing.T) {
	t.Parallel()
	j := Job{Name: "recon.run", Once: PerDate, DayOffset: -1, Schedule: Daily(0, 15, mustZone(t, "Africa/Johannesburg"))}
	o := j.occasion(mustTime(t, "2026-03-11T22:15:00Z")) // 00:15 on 12 March over there
	require.Equal(t, "2026-03-11", o.Date)
	require.Equal(t, "2026-03-11", o.Key)
	tick := Job{Name: "tick", Once: PerTick, Schedule: Every(time.Minute)}.occasion(mustTime(t, "2026-03-11T22:15:00+02:00"))
	require.Equal(t, "2026-03-11T20:15:00Z", tick.Key)
	require.Empty(t, tick.Date)
}

func TestNewRefusesJobsThatCannotRun(t *testing.T) {
	t.Parallel()
	run := func(context.Context, Occasion) (Result, error) { return Result{}, nil }
	good := Job{Name: "a", Title: "A", Schedule: Every(time.Second), Once: PerTick, Run: run}
	change := func(f func(*Job)) []Job { j := good; f(&j); return []Job{j} }
	cases := map[string][]Job{
		"no name":           change(func(j *Job) { j.Name = "" }),
		"nothing to run":    change(func(j *Job) { j.Run = nil }),
		"no once":           change(func(j *Job) { j.Once = 0 }),
		"date without time": change(func(j *Job) { j.Once = PerDate }),
		"bad cron":          change(func(j *Job) { j.Schedule = Cron("61 3 * * *", time.UTC) }),
		"tick too short":    change(func(j *Job) { j.Schedule = Every(time.Microsecond) }),
		"two of one name":   {good, good},
	}
	for name, list := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(Config{}, list)
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
		})
	}
	_, err := New(Config{}, []Job{good})
	require.NoError(t, err)
}

func TestRunNowRefuses(t *testing.T) {
	t.Parallel()
	run := func(context.Context, Occasion) (Result, error) { return Result{}, nil }
	s, err := New(Config{}, []Job{
		{Name: "date", Title: "D", Schedule: Daily(3, 0, time.UTC), Once: PerDate, Run: run},
		{Name: "tick", Title: "T", Schedule: Every(time.Second), Once: PerTick, Run: run},
		{Name: "local", Title: "L", Schedule: Every(time.Second), Once: Local, Run: run},
	})
	require.NoError(t, err)
	cases := []struct {
		name, job, date, actor, reason string
		code                           apperr.Code
		field                          string
	}{
		{"unknown job", "none", "", "p", "long enough reason", apperr.NotFound, ""},
		{"local", "local", "", "p", "long enough reason", apperr.Invalid, ""},
		{"nobody", "date", "2026-03-11", "", "long enough reason", apperr.Invalid, "actor"},
		{"no reason", "date", "2026-03-11", "p", "short", apperr.Invalid, "reason"},
		{"no date", "date", "", "p", "long enough reason", apperr.Invalid, "date"},
		{"bad date", "date", "2026-02-30", "p", "long enough reason", apperr.Invalid, "date"},
		{"date for a tick", "tick", "2026-03-11", "p", "long enough reason", apperr.Invalid, "date"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := s.RunNow(t.Context(), Order{Job: c.job, Date: c.date, By: Actor{Name: c.actor}, Reason: c.reason})
			require.Equal(t, c.code, apperr.CodeOf(err))
			require.Equal(t, c.field, apperr.FieldOf(err))
		})
	}
}
