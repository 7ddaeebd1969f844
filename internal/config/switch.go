// Package config holds the settings that several parts of the switch share. One struct is the only place
// where a setting, its name, its default and its explanation are written: the command line reads the same
// tags, and so do the environment and the help text.
package config

import (
	"time"
	_ "time/tzdata" // business days must not depend on what zone files a machine happens to have
)

// Switch is how long things may take, how much may happen at once, and when a business day ends
// (guarantees A5 to A7). The zero value is not usable: the command line fills in the defaults.
type Switch struct {
	// ClientBudget is how long a client waits for us before it is answered with the state then true.
	ClientBudget time.Duration `name:"client-budget" env:"SIGNALBOX_CLIENT_BUDGET" default:"55s" help:"Answer a client within this time, whatever is known by then."`
	// ProviderTimeout bounds one exchange with a provider, from dialling to the last byte of its answer.
	ProviderTimeout time.Duration `name:"provider-timeout" env:"SIGNALBOX_PROVIDER_TIMEOUT" default:"45s" help:"Give one exchange with a provider this long, the whole answer included."`
	// DialTimeout bounds connecting to a provider. Until it is over nothing has been sent.
	DialTimeout time.Duration `name:"dial-timeout" env:"SIGNALBOX_DIAL_TIMEOUT" default:"3s" help:"Give up connecting to a provider after this time."`
	// LateWindow is how long an exchange still listens after its timeout, only to record a late answer (I14).
	LateWindow time.Duration `name:"late-window" env:"SIGNALBOX_LATE_WINDOW" default:"60s" help:"Go on listening for a late answer this long after the provider timeout."`
	// LeaseMargin is what a lease lasts beyond ProviderTimeout.
	LeaseMargin time.Duration `name:"lease-margin" env:"SIGNALBOX_LEASE_MARGIN" default:"15s" help:"A claim on a piece of work lasts the provider timeout and this much more."`
	// UnknownMaxAge is when the switch itself reverses a request whose outcome nobody learnt (I4).
	UnknownMaxAge time.Duration `name:"unknown-max-age" env:"SIGNALBOX_UNKNOWN_MAX_AGE" default:"15m" help:"Reverse a request of unknown outcome after this time without a word from the client."`
	// DecisionMaxAge is when an approval that nobody confirmed or reversed raises an alert (I4).
	DecisionMaxAge time.Duration `name:"decision-max-age" env:"SIGNALBOX_DECISION_MAX_AGE" default:"24h" help:"Alert about an approval that is neither confirmed nor reversed after this time."`
	// AdviceWait is how long a request waits for due advices on the same voucher or card (I11).
	AdviceWait time.Duration `name:"advice-wait" env:"SIGNALBOX_ADVICE_WAIT" default:"5s" help:"Let a request wait this long for advices that are due on the same voucher or card."`

	// BackoffMin is the first pause of a stored message after a failed delivery; it doubles each time.
	BackoffMin time.Duration `name:"backoff-min" env:"SIGNALBOX_BACKOFF_MIN" default:"1s" help:"First pause of a stored message; it doubles with each failed delivery."`
	// BackoffMax is the longest such pause.
	BackoffMax time.Duration `name:"backoff-max" env:"SIGNALBOX_BACKOFF_MAX" default:"5m" help:"Longest pause of a stored message between deliveries."`
	// ParkAfter is the age at which a stored message stops being sent and waits for a person (I15).
	ParkAfter time.Duration `name:"park-after" env:"SIGNALBOX_PARK_AFTER" default:"72h" help:"Park a stored message for a person to look at after this age; it is never dropped."`
	// SweepEvery is the pause between two looks for work that lost its worker.
	SweepEvery time.Duration `name:"sweep-every" env:"SIGNALBOX_SWEEP_EVERY" default:"5s" help:"Look for work without a worker this often."`
	// SAFParallel is how many stored messages go to one provider at once.
	SAFParallel int `name:"saf-parallel" env:"SIGNALBOX_SAF_PARALLEL" default:"8" help:"Deliver this many stored messages to one provider at once."`
	// Bulkhead is how many exchanges one provider may have in flight; more are refused unsent.
	Bulkhead int `name:"bulkhead" env:"SIGNALBOX_BULKHEAD" default:"64" help:"Have at most this many exchanges with one provider in flight."`

	// Zone is the time zone of the business day, by its IANA name.
	Zone string `name:"zone" env:"SIGNALBOX_ZONE" default:"Africa/Johannesburg" help:"Time zone of the business day."`
	// CutOff is when the business day ends in Zone, as HH:MM; 00:00 makes it the calendar day.
	CutOff string `name:"cut-off" env:"SIGNALBOX_CUT_OFF" default:"00:00" help:"Time at which the business day ends, as HH:MM."`
}

// Location gives the zone of the business day. It fails for a Switch that Validate refuses.
func (s Switch) Location() (*time.Location, error) { return time.LoadLocation(s.Zone) }

// CutOffTime gives the end of the business day as the time since midnight in Location.
func (s Switch) CutOffTime() (time.Duration, error) {
	t, err := time.Parse("15:04", s.CutOff)
	if err != nil {
		return 0, err
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}
