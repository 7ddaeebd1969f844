package finance

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Operation is what a transaction did.
type Operation string

// The operations that reach this package; look-ups and the like never do.
const (
	Provision  Operation = "PROVISION"
	Redemption Operation = "REDEMPTION" // of a voucher or a gift card
	Refund     Operation = "REFUND"     // gives a redemption back

	Activation Operation = "ACTIVATION"
	Load       Operation = "LOAD"
	Void       Operation = "VOID"
	Transfer   Operation = "TRANSFER"
	Replace    Operation = "REPLACE"

	Authorisation Operation = "AUTHORISATION"
	Adjustment    Operation = "ADJUSTMENT" // gives an authorisation back
)

// operations lists them with what each is in money (9.2): a sale's price was taken by the originator, a redemption's
// or payment's goods were given by it, a refund turns one of those round; the rest moves nothing between the parties.
var operations = map[Operation]movement{
	Provision: sale, Activation: sale, Load: sale,
	Redemption: redemption, Authorisation: redemption,
	Refund: refund, Adjustment: refund,
	Void: nothing, Transfer: nothing, Replace: nothing,
}

type movement int

const (
	nothing movement = iota
	sale
	redemption
	refund
)

// Operations lists the operations that are reconciled, as text and sorted.
func Operations() []string {
	var list []string
	for o := range operations {
		list = append(list, string(o))
	}
	slices.Sort(list)
	return list
}

// Settling lists the operations that settle, as text and sorted.
func Settling() []string {
	return slices.DeleteFunc(Operations(), func(o string) bool { return !Operation(o).Settles() })
}

// Settles tells whether the operation moves money between originator and provider, so that it has a principal line (I17).
func (o Operation) Settles() bool { return operations[o] != nothing }

// Direction tells who owes: D the originator owes the provider, C the provider owes the originator.
type Direction string

// The directions of spec/console-and-finance.md 10.3 field 16.
const (
	OriginatorOwes Direction = "D"
	ProviderOwes   Direction = "C"
)

// Direction gives who owes the principal of the operation (9.2): the originator kept the money of a sale; it gave
// goods for a redemption; a refund turns its redemption round.
func (o Operation) Direction() Direction {
	if operations[o] == redemption {
		return ProviderOwes
	}
	return OriginatorOwes
}

// Sign is +1 when the originator owes the provider and -1 otherwise.
func (o Operation) Sign() int64 {
	if o.Direction() == ProviderOwes {
		return -1
	}
	return 1
}

// State is the finance view of where a transaction stands; it is derived, never stored with the transaction.
type State string

// The states a record can have. OPEN is approved but still without a decision; a provider's file only ever says
// SUCCESS or REVERSED.
const (
	Success  State = "SUCCESS"
	Reversed State = "REVERSED"
	Declined State = "DECLINED"
	Unknown  State = "UNKNOWN"
	Open     State = "OPEN"
)

// AdviceState is the finance view of the transaction's advice to the provider.
type AdviceState string

// AdviceNone means nothing is to be delivered or all of it was.
const (
	AdviceNone        AdviceState = ""
	AdviceOutstanding AdviceState = "OUTSTANDING" // queued, in flight or parked
	AdviceRefused     AdviceState = "REFUSED"     // the provider said no; a person must end it
	AdviceConsumed    AdviceState = "CONSUMED"    // the provider takes no such advice (I12)
)

// SwitchRecord is what the switch knows of one transaction (side A).
type SwitchRecord struct {
	TransactionID uuid.UUID // also the reference the provider was given
	ClientID      string
	ProviderID    string
	Operation     Operation
	RequestID     string // the originator's own reference
	ProviderRef   string
	Serial        string
	Product       string
	TerminalID    string
	BusinessDate  Date
	At            time.Time
	State         State
	Closed        bool  // final is set, so AmountMinor never changes again
	AmountMinor   int64 // final amount; before closing the approved one, 0 when declined or reversed
	Currency      string

	Advice        AdviceState
	ReconRequired bool // I12: opened a break by itself
	Superseded    bool // I8: replaced by a later generation

	RequiresConfirmation bool // its client settles only what it has confirmed
	ConfirmationReceived bool // an accepted confirmation of that client is on record
}

// StatementLine is one line of a provider's statement (side B).
type StatementLine struct {
	LineNo      int
	Date        Date // the day the statement is of
	ProviderRef string
	SwitchRef   string
	Serial      string
	Product     string
	Kind        Operation
	State       State
	AmountMinor int64
	Currency    string
	At          time.Time

	// Carried by richer layouts only; empty in ours, so the third matching rule finds nothing.
	OriginatorRef string
	TerminalID    string
}
