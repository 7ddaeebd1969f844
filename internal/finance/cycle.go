package finance

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// CycleState is the state of a settlement cycle (9.4).
type CycleState string

// The states. Those after AWAITING_APPROVAL have their names and no way in yet: approvals come later.
const (
	CycleOpen             CycleState = "OPEN"
	CycleCalculating      CycleState = "CALCULATING"
	CycleAwaitingApproval CycleState = "AWAITING_APPROVAL"
	CycleApproved         CycleState = "APPROVED"
	CyclePosted           CycleState = "POSTED"
	CycleFinalized        CycleState = "FINALIZED"
	CycleRejected         CycleState = "REJECTED"
	CycleVoid             CycleState = "VOID"
)

// CycleEvent moves a cycle.
type CycleEvent string

// The events that exist so far.
const (
	CutOff     CycleEvent = "CUT_OFF"
	Restarted  CycleEvent = "RESTARTED"
	Calculated CycleEvent = "CALCULATED"
)

// CycleTransition is one line of the cycle's lifecycle table.
type CycleTransition struct {
	From CycleState
	On   CycleEvent
	To   CycleState
}

// CycleTransitions gives the lifecycle table. A cycle left in CALCULATING by a dead node is calculated again from the
// start (P14).
func CycleTransitions() []CycleTransition {
	return []CycleTransition{
		{From: CycleOpen, On: CutOff, To: CycleCalculating},

		{From: CycleCalculating, On: Restarted, To: CycleCalculating},
		{From: CycleCalculating, On: Calculated, To: CycleAwaitingApproval},
	}
}

// Step gives the state after the event; any pair not in the table is a Conflict.
func (s CycleState) Step(on CycleEvent) (CycleState, error) {
	for _, t := range CycleTransitions() {
		if t.From == s && t.On == on {
			return t.To, nil
		}
	}
	return s, apperr.Errorf(apperr.Conflict, "a cycle that is %s cannot take %s", s, on)
}

// Cycle is one settlement period of a process: one business date.
type Cycle struct {
	ID         uuid.UUID
	ProcessID  uuid.UUID
	Number     int // 1, 2, … without gaps; an empty day has its cycle too
	PeriodFrom Date
	PeriodTo   Date
	State      CycleState
	Currency   string
	CutoffAt   time.Time
	// Result of the calculation, zero before it.
	ItemCount int
	Principal int64 // O→P
	Fees      int64 // P→O, without tax
	Tax       int64 // P→O
	Net       int64 // O→P
	HeldCount int   // lines the sides agree on or that heal by themselves, kept for a later cycle
	HeldMinor int64
	OpenCount int // breaks that wait for a person
	OpenMinor int64
	InputHash string // SHA-256 over rule and lines, so that "unchanged" can be shown
	Rule      FeeRule
}

// NextPeriod gives the day and number of the cycle after last; with no cycle yet it is the first of day.
func NextPeriod(last *Cycle, day Date) (number int, period Date) {
	if last == nil {
		return 1, day
	}
	return last.Number + 1, last.PeriodTo.AddDays(1)
}
