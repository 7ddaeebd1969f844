package jobs

import (
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Schedule says when a job is due.
type Schedule struct {
	every time.Duration
	cron  string
	zone  *time.Location
	words string
}

// Every is due each d, in steps counted from the Unix epoch so that all nodes mean the same tick.
func Every(d time.Duration) Schedule {
	return Schedule{every: d, words: "every " + d.String()}
}

// Cron is due by a five-field cron expression in zone.
func Cron(expr string, zone *time.Location) Schedule {
	return Schedule{cron: expr, zone: zone, words: expr + " " + zone.String()}
}

// Daily is due once a day at hour:minute in zone; on a day that skips that time, at the next moment cron gives.
func Daily(hour, minute int, zone *time.Location) Schedule {
	s := Cron(fmt.Sprintf("%d %d * * *", minute, hour), zone)
	s.words = fmt.Sprintf("daily %02d:%02d %s", hour, minute, zone)
	return s
}

// String says it for people.
func (s Schedule) String() string { return s.words }

func (s Schedule) location() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

func (s Schedule) validate() error {
	if s.cron != "" {
		return gocron.NewDefaultCron(false).IsValid(s.cron, s.location(), time.Unix(0, 0))
	}
	if s.every < 10*time.Millisecond {
		return apperr.Errorf(apperr.Invalid, "a tick of %s is too short", s.every)
	}
	return nil
}

// definition is the same in gocron's words.
func (s Schedule) definition() gocron.JobDefinition {
	if s.cron != "" {
		return gocron.CronJob("CRON_TZ="+s.location().String()+" "+s.cron, false)
	}
	return gocron.DurationJob(s.every)
}

// next gives the first tick after t; zero when there is none any more.
func (s Schedule) next(t time.Time) time.Time {
	if s.cron == "" {
		return t.Truncate(s.every).Add(s.every)
	}
	c := gocron.NewDefaultCron(false)
	if err := c.IsValid(s.cron, s.location(), t); err != nil {
		return time.Time{}
	}
	return c.Next(t)
}

// last gives the latest tick at or before t; zero when there was none in the year before.
func (s Schedule) last(t time.Time) time.Time {
	if s.cron == "" {
		return t.Truncate(s.every)
	}
	for _, back := range []time.Duration{2 * time.Minute, 2 * time.Hour, 50 * time.Hour, 32 * 24 * time.Hour, 367 * 24 * time.Hour} {
		tick := s.next(t.Add(-back))
		if tick.IsZero() || tick.After(t) {
			continue
		}
		for next := s.next(tick); !next.IsZero() && !next.After(t); next = s.next(tick) {
			tick = next
		}
		return tick
	}
	return time.Time{}
}
