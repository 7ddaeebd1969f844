package simulator

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// voucherFaults are what the voucher service can show.
func voucherFaults() stage.Catalogue { return stage.Faults() }

// messageKinds are what a script step of the voucher service may name.
func messageKinds() []string {
	return []string{"provision", "retry", "redeem", "refund", "confirm", "reverse", "lookup", "products"}
}

// refusalBy is the decline a fault puts in place of an approval; nil for others.
func refusalBy(f stage.Fault) *refusal {
	if f.Name != "decline" {
		return nil
	}
	if f.Arg != "" {
		return declineOf(f.Arg)
	}
	return declineOf(errDoNotHonor)
}

// errorBy is the error a fault puts in place of the right answer; nil for the
// faults that only disturb its delivery.
func errorBy(f stage.Fault, id, original string) *stage.Answer {
	status, header := f.Instead()
	if status == 0 {
		return nil
	}
	errorType, text := errGeneral, "provider fault"
	switch f.Name {
	case "unavailable":
		errorType, text = errUpstream, "provider is not available"
	case "error-504":
		errorType, text = errUpstream, "no answer behind the provider"
	case "unknown-state":
		errorType, text = errStatusUnknown, "state of voucher unknown"
	}
	if code, cut := strings.CutPrefix(f.Name, "http-"); cut {
		text = "provider answers " + code
	}
	a := stage.JSON(status, refuse(status, errorType, text).about(id, original))
	a.Header = header
	return &a
}
