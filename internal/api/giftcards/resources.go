package giftcards

import (
	"net/url"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// resource is one operation and the path segment its messages are sent to (spec/giftcards.md 1).
type resource struct {
	path string
	op   transactions.Operation
}

func resources() []resource {
	return []resource{
		{"activations", transactions.Activation},
		{"loads", transactions.Load},
		{"redemptions", transactions.Redemption},
		{"voids", transactions.Void},
		{"transfers", transactions.Transfer},
		{"replaces", transactions.Replace},
		{"lookupGiftcard", transactions.Lookup},
	}
}

// advised tells whether requests of the operation are ended by a confirmation or reversal.
func (r resource) advised() bool { return r.op != transactions.Lookup }

// location is the address of a request.
func (r resource) location(id string) string { return Base + "/" + r.path + "/" + url.PathEscape(id) }

// requestType names a message in error answers (spec/giftcards.md 3).
func (r resource) requestType(kind transactions.TraceKind) string {
	switch kind {
	case transactions.TraceConfirmation:
		return string(r.op) + "_CONFIRMATION"
	case transactions.TraceReversal:
		return string(r.op) + "_REVERSAL"
	}
	return string(r.op) + "_REQUEST"
}
