// Package saf owns stored advices: what is stored, how it moves (state.go), when it is tried again (policy.go), how it
// is worked (engine.go) and what people may do with it (desk.go). Nothing here drops a message (I15).
package saf

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Kind tells what an entry carries.
type Kind string

// The kinds of entries. A transaction has at most one of the first two, equal to its decision.
const (
	Confirm Kind = "CONFIRM"
	Reverse Kind = "REVERSE"
	Receipt Kind = "RECEIPT" // attaches a till's receipt number to a sale (humm)
	Cleanup Kind = "CLEANUP" // rejects a wire reference that counts no more (I9)
)

// Entry is one stored message and its way to the provider.
type Entry struct {
	ID            uuid.UUID
	ProviderID    string
	ClientID      string
	Service       transactions.Service
	Operation     transactions.Operation
	TransactionID uuid.UUID
	VoucherID     uuid.UUID
	CardHash      []byte // of the gift cards, so that later requests on them wait (I11)
	OtherCardHash []byte
	AdviceID      string // the client's advice; empty when the switch decided
	Kind          Kind
	// Opening is the kind of the message that a delivery begins with, where it is not the entry's own: a question that
	// must be answered before the advice can go.
	Opening transactions.AttemptKind
	WireRef string

	// The message exactly as it goes out, every time (I18); empty when there is nothing to send.
	Method        string
	Path          string
	PayloadSealed []byte
	PayloadMasked string
	PayloadDigest []byte

	State          State
	Attempts       int
	FirstAttemptAt time.Time
	LastAttemptAt  time.Time
	NextAt         time.Time // Never: waits for the end of the request attempt (I11)
	NotFoundCount  int
	Faults         int // internal faults in a row
	LastHTTPStatus int
	LastErrorType  string
	LastErrorText  string

	LeaseOwner string
	LeaseUntil time.Time
	Fence      int64
	AttemptID  uuid.UUID // the attempt that holds the lease

	HeldAt      time.Time
	HeldUntil   time.Time // zero with HeldAt set: until released
	HoldReason  string
	ManualAt    time.Time
	ManualActor string // who asked for the next attempt by hand
	ManualKey   string

	ParkedAt       time.Time
	ParkedReason   string
	ResolvedBy     uuid.UUID
	ResolvedReason string

	Amount    *int64 // minor units, for people
	Currency  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Opens gives the kind of the message that a delivery begins with.
func (e *Entry) Opens() transactions.AttemptKind {
	if e.Opening != "" {
		return e.Opening
	}
	return transactions.AttemptKind(e.Kind)
}

// Never is the next_at of an entry that waits for its request attempt to end; PostgreSQL's infinity.
var Never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Waits tells whether the entry waits for the end of its request attempt (I11).
func (e *Entry) Waits() bool { return !e.NextAt.Before(Never) }

// Held tells whether the entry itself is held at the moment now.
func (e *Entry) Held(now time.Time) bool {
	return !e.HeldAt.IsZero() && (e.HeldUntil.IsZero() || now.Before(e.HeldUntil))
}

// Sum gives the amount of the entry, false when none is known.
func (e *Entry) Sum() (money.Amount, bool) {
	if e.Amount == nil {
		return money.Amount{}, false
	}
	return money.Amount{Minor: *e.Amount, Currency: e.Currency}, true
}
