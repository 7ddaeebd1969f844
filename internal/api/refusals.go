package api

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Why callers are refused, as counted.
const (
	reasonMissing     = "missing"     // no credentials, or none that can be read
	reasonCredentials = "credentials" // unknown user, wrong password, or a disabled client's
	reasonToken       = "token"       // forged or unreadable
	reasonStale       = "stale_token" // expired, or of a credential that has changed
	reasonUnknown     = "unknown"
	reasonDisabled    = "disabled"
	reasonMethod      = "method"
	reasonCertificate = "certificate"
	reasonAddress     = "address"
	reasonLimit       = "limit"
)

// refusals counts the callers who did not get in.
type refusals struct{ total *prometheus.CounterVec }

func newRefusals() refusals {
	r := refusals{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "signalbox_api_refusals_total", Help: "Callers of the channel API that were refused, by reason.",
	}, []string{"reason"})}
	for _, reason := range []string{
		reasonMissing, reasonCredentials, reasonToken, reasonStale, reasonUnknown, reasonDisabled, reasonMethod, reasonCertificate, reasonAddress, reasonLimit,
	} {
		r.total.WithLabelValues(reason)
	}
	return r
}

func (r refusals) count(reason string) { r.total.WithLabelValues(reason).Inc() }

// Register shows the counts of refused callers.
func (a *Auth) Register(registry prometheus.Registerer) error {
	return registry.Register(a.refusals.total)
}

// refused counts and logs a refusal, and gives it back. The user is named by its first letters only.
func (a *Auth) refused(reason, user, source string, e *Error) *Error {
	a.refusals.count(reason)
	a.log.Warn("a client's call was refused", "reason", reason, "user", shown(user), "address", source)
	return e
}

// missing refuses a caller that shows no credentials. Nobody guessed anything, so it delays nobody and stands in the access
// log only.
func (a *Auth) missing() *Error {
	a.refusals.count(reasonMissing)
	return unauthorized("credentials are missing")
}

// slowed is refused for what was judged without the slow hash: the address waits as after a wrong password.
func (a *Auth) slowed(reason, user, source string, e *Error) *Error {
	if full := a.wait(source, user); full != nil {
		return full
	}
	a.throttle.leave(source, user, a.now(), true)
	return a.refused(reason, user, source, e)
}

// wait lets an attempt of an address in after the delay that its failures have earned; a leave of the throttle ends it. Too
// many that wait already are refused.
func (a *Auth) wait(source, user string) *Error {
	delay, ok := a.throttle.enter(source, user, a.now())
	if !ok {
		return a.tooManyFailures()
	}
	if delay > 0 {
		a.sleep(delay)
	}
	return nil
}

// shown is a user name as logged: people type a password into the wrong field now and then.
func shown(user string) string {
	if len(user) <= 4 {
		return user
	}
	return user[:4] + "…"
}
