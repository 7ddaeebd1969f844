// Package connectortest is the conformance suite of provider connectors: every connector runs it against a provider, real
// or played, before it may carry money (spec/guarantees.md I2, I16).
package connectortest

import (
	"net/http"
	"testing"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Scenario is one way in which the provider behaves towards a provision.
type Scenario string

// The scenarios of a provision.
const (
	Approve         Scenario = "approve"
	Decline         Scenario = "decline"
	UnknownCode     Scenario = "unknown code"     // a refusal in a word that no table lists
	Silence         Scenario = "time-out"         // processed, never answered
	Late            Scenario = "late"             // approved, answered some 100 ms later
	DuplicateAnswer Scenario = "duplicate answer" // the same approval twice on the wire
	Malformed       Scenario = "malformed"        // success status, unreadable body
	OtherReference  Scenario = "other reference"  // success that names another message
	NoVoucher       Scenario = "no voucher"       // success without a voucher code
	ServerError     Scenario = "server error"     // the provider's own trouble
	Reset           Scenario = "reset"            // processed, connection reset instead of an answer
)

// Fixture is a connector and a provider to try it against.
type Fixture struct {
	// Provider plays the provider; it must serve several calls at once.
	Provider http.Handler
	// Base is the path below which the provider serves.
	Base string
	// Connect makes a connector that speaks to an address; it must clean up after itself.
	Connect func(t testing.TB, baseURL string) switchcore.Connector
	// Provision makes a provision, with the given wire ref, to which the provider will behave as the scenario says.
	Provision func(t testing.TB, wireRef string, s Scenario) switchcore.Call
	// Want overrides the class expected of a scenario, where a provider's own code table says so.
	Want map[Scenario]switchcore.Class
	// Skip names scenarios that the protocol cannot show, with the reason.
	Skip map[Scenario]string
}

// expected gives the class of each scenario by I16.
func (f Fixture) expected(s Scenario) switchcore.Class {
	if class, own := f.Want[s]; own {
		return class
	}
	switch s {
	case Approve, Late, DuplicateAnswer:
		return switchcore.ClassApproved
	case Decline:
		return switchcore.ClassDeclined
	}
	return switchcore.ClassUnknown // a word nobody listed proves nothing, nor does silence or noise
}
