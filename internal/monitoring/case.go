package monitoring

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Case is everything there is on one transaction.
type Case struct {
	Transaction transactions.Transaction
	Around      transactions.Around
	Client      Named
	Provider    Named
	Product     Named
	Voucher     *Voucher
	Change      *Voucher               // stands for what a redemption left, or for what a refund gave back
	Attempts    []transactions.Attempt // request attempts and sends of advices, oldest first
	Traces      []transactions.Trace   // both legs, in the order they were stored
	TracesCut   bool                   // older traces were left out
	Entries     []Entry                // oldest first; the confirmation or reversal stands last
	Events      []transactions.Change  // oldest first
	Advices     []transactions.Advice
	Related     []Related
	Finance     Finance
}

// Status is the display status of the case.
func (c *Case) Status() transactions.Status { return c.Transaction.Status(c.Around) }

// Voucher is what may be shown of a voucher.
type Voucher struct {
	ID         uuid.UUID
	CodeMasked string
	Serial     string
	State      string
	Expiry     time.Time
	Balance    Sum // what it is worth now; no currency: not known
}

// Relation says why another transaction belongs to a case.
type Relation string

// The relations.
const (
	SameID      Relation = "same message id"
	SameVoucher Relation = "same voucher"
	VoucherFrom Relation = "where the voucher came from" // the redemption or refund that it is the change of
	ChangeSpent Relation = "what became of the change"
	SameCard    Relation = "same gift card"
	SameSale    Relation = "same sale" // of consumer finance, by its reference or receipt
)

// Related is another transaction that belongs to a case.
type Related struct {
	ID         uuid.UUID
	Relation   Relation
	Service    transactions.Service
	Operation  transactions.Operation
	Generation int
	Status     transactions.Status
	ReceivedAt time.Time
}

// Finance is what reconciliation and settlement know of a transaction.
type Finance struct {
	Process string // code of the process that compares it; empty: none does
	Items   []ReconItem
	Lines   []SettlementLine
}

// ReconItem is the last comparison of a transaction with the provider's file of one day.
type ReconItem struct {
	Process      string
	BusinessDate time.Time
	Status       string // MATCHED, PARTIALLY_MATCHED, UNMATCHED
	Reasons      []string
	Resolution   string
	Settlement   string // READY, HELD, PENDING, ...
	HoldReason   string
}

// SettlementLine is the place of a transaction in a settlement cycle.
type SettlementLine struct {
	Process    string
	Cycle      int
	State      string // of the cycle
	Currency   string
	Minor, Fee int64
}

// Entry is a stored advice with what decides when it is sent.
type Entry struct {
	saf.Entry
	Client       Named
	Provider     Named
	Enabled      bool // the provider is in service
	ProviderHold Hold
	ClientHold   Hold
	// RequestRunning says that the request attempt which the entry waits for is still open.
	RequestRunning bool
	Position       int // place in the line of its queue, from 1; 0: not in line
	Now            time.Time
}

// Label is the entry's label, holds of provider and client included.
func (e *Entry) Label() saf.Label {
	return e.Entry.Label(e.Now, e.ProviderHold.On(e.Now) || e.ClientHold.On(e.Now))
}

// Hold is a person's pause.
type Hold struct {
	At, Until time.Time // Until zero: until it is released
	Reason    string
	By        string
}

// On tells whether the hold is in force.
func (h Hold) On(now time.Time) bool {
	return !h.At.IsZero() && (h.Until.IsZero() || now.Before(h.Until))
}

// EntryCase is everything there is on one stored advice.
type EntryCase struct {
	Entry    Entry
	Attempts []transactions.Attempt
	Traces   []transactions.Trace
	Events   []transactions.Change
	Queue    QueueDepth
}

// QueueDepth says how long a queue is.
type QueueDepth struct {
	Depth  int
	Oldest time.Time
}
