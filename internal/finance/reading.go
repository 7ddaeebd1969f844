package finance

import (
	"time"

	"github.com/google/uuid"
)

// What pages ask of the stores and get from them; nothing in here is decided by this package.

// DayFilter narrows a list of runs or cycles; empty members do not.
type DayFilter struct {
	Process uuid.UUID
	Upto    Date // the latest business date shown
	Days    int  // how many days that have entries, newest first; 0 stands for 14
}

// ItemFilter narrows a list of items; empty members do not.
type ItemFilter struct {
	Status ReconStatus
	Reason Reason
	// BreaksOnly leaves out what is matched.
	BreaksOnly bool
	// After is the last item number of the page before.
	After int
	Limit int
}

// ItemSums is how many items fit a filter and what they come to on each side, in minor units.
type ItemSums struct {
	Count int
	A, B  int64
}

// ReasonCount is how many items of a run carry a reason.
type ReasonCount struct {
	Reason Reason
	Count  int
}

// OpenBreaks counts the items of all current runs that are not matched and stand in no cycle.
type OpenBreaks struct {
	Count       int
	SelfHealing int
	Oldest      Date   // empty when there are none
	Process     string // code, of the oldest
}

// Position is one line of a cycle's summary: what an originator sold or took back of one product.
type Position struct {
	ClientID    string
	Operation   Operation
	Product     string
	Count       int
	AmountMinor int64
	FeeMinor    int64
}

// WrittenReport is a report file as it is kept for download.
type WrittenReport struct {
	ReportFile
	ID           uuid.UUID
	Title        string
	Process      string
	BusinessDate Date
	GeneratedAt  time.Time
}
