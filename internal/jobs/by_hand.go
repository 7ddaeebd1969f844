package jobs

import (
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// minReason is the shortest reason a person may give, in characters.
const minReason = 10

// Actor is the person who starts a run by hand, and from where, for the audit log.
type Actor struct {
	ID, Name, IP, SessionID, RequestID string
}

// Order asks for one run by hand.
type Order struct {
	Job    string
	Date   string // business date of a PerDate job, empty for others
	Reason string // 10 characters at least
	By     Actor
	// Key makes the order safe to send twice; empty: every order is another one.
	Key string
}

// check refuses an order that the job cannot take.
func (o Order) check(j Job) error {
	switch {
	case j.Once == Local:
		return apperr.Errorf(apperr.Invalid, "%s runs on every node all the time; it is not started by hand.", j.Title)
	case o.By.Name == "":
		return apperr.Field("actor", "a run by hand needs a person")
	case utf8.RuneCountInString(o.Reason) < minReason:
		return apperr.Field("reason", "write at least %d characters", minReason)
	case j.Once == PerTick && o.Date != "":
		return apperr.Field("date", "%s has no business date", j.Title)
	}
	if j.Once == PerDate {
		if _, err := time.Parse(time.DateOnly, o.Date); err != nil {
			return apperr.Field("date", "%q is not a date; write it like 2026-03-11", o.Date)
		}
	}
	return nil
}

func (o Order) occasion(now time.Time) Occasion {
	key := o.Key
	if key == "" {
		key = uuid.NewString()
	}
	return Occasion{Job: o.Job, Key: "manual:" + key, Date: o.Date, At: now, Manual: true, Actor: o.By.Name, Reason: o.Reason}
}
