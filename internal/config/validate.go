package config

import (
	"errors"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// clientPatience is how long clients wait at most (guarantees A5); an answer after it meets nobody.
const clientPatience = 60 * time.Second

// sendMargin is what must be left of a lease when a message is sent (guarantees A6).
const sendMargin = 5 * time.Second

// Validate lists everything that is wrong with the settings and how to mend it, one problem to a line.
func (s Switch) Validate() error {
	var problems []error
	need := func(ok bool, name, mend string, args ...any) {
		if !ok {
			problems = append(problems, apperr.Field(name, name+": "+mend, args...))
		}
	}
	need(s.DialTimeout > 0, "dial-timeout", "must be longer than 0")
	need(s.ProviderTimeout > s.DialTimeout, "provider-timeout", "must be longer than dial-timeout (%s)", s.DialTimeout)
	need(s.ClientBudget > s.ProviderTimeout, "client-budget", "must be longer than provider-timeout (%s), or an answer comes too late to be passed on", s.ProviderTimeout)
	need(s.ClientBudget < clientPatience, "client-budget", "must be shorter than the %s that clients wait", clientPatience)
	need(s.LateWindow >= 0, "late-window", "must not be negative")
	need(s.LeaseMargin > sendMargin, "lease-margin", "must be longer than %s, or nothing may be sent near the end of a lease", sendMargin)
	need(s.AdviceWait >= 0 && s.AdviceWait < s.ClientBudget, "advice-wait", "must be between 0 and client-budget (%s)", s.ClientBudget)
	need(s.UnknownMaxAge > 0, "unknown-max-age", "must be longer than 0")
	need(s.DecisionMaxAge > s.UnknownMaxAge, "decision-max-age", "must be longer than unknown-max-age (%s)", s.UnknownMaxAge)
	need(s.BackoffMin > 0, "backoff-min", "must be longer than 0")
	need(s.BackoffMax >= s.BackoffMin, "backoff-max", "must not be shorter than backoff-min (%s)", s.BackoffMin)
	need(s.ParkAfter > s.BackoffMax, "park-after", "must be longer than backoff-max (%s)", s.BackoffMax)
	need(s.SweepEvery > 0, "sweep-every", "must be longer than 0")
	need(s.SAFParallel >= 1, "saf-parallel", "must be at least 1")
	need(s.Bulkhead >= 1, "bulkhead", "must be at least 1")
	_, zoneErr := s.Location()
	need(zoneErr == nil && s.Zone != "" && s.Zone != "Local", "zone", "%q is no time zone; write a name such as Africa/Johannesburg", s.Zone)
	_, cutErr := s.CutOffTime()
	need(cutErr == nil, "cut-off", "%q is no time of day; write it as HH:MM, such as 00:00", s.CutOff)
	return errors.Join(problems...)
}
