// Package monitoring holds what people look at, read in one go: lists and cases of transactions, queues and their
// entries, and the figures of the overview. It decides nothing about money; stores fill it, pages show it.
package monitoring

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Named is a party or product: its id and the name people know it by.
type Named struct{ ID, Name string }

// String gives the name, or the id when no name is known.
func (n Named) String() string {
	if n.Name == "" {
		return n.ID
	}
	return n.Name
}

// Choices are the parties that filters offer.
type Choices struct{ Providers, Clients []Named }

// Sum is the worth of some transactions in one currency.
type Sum struct {
	Currency string // ISO digits
	Minor    int64  // minor units
	Count    int
}

// MaxTotal is how far totals are counted exactly; above it a list says "10 000+".
const MaxTotal = 10_000

// Found is one page of a search.
type Found struct {
	Lines []Line
	// Total counts all that matches, at most MaxTotal + 1, which stands for "more than MaxTotal".
	Total int
	// AtLeast says that Total counts only what was reached: more may match.
	AtLeast bool
	// Sums are what the matches are worth, by currency; empty when not all were added up.
	Sums  []Sum
	Older transactions.Cursor // where the next page begins; zero: there is none
	Newer transactions.Cursor // where the page before ends; zero: there is none
	Now   time.Time           // of the database
}

// Line is one transaction of a list, or a reversal that came without its request (then only Key, ReceivedAt and AdviceID
// are known).
type Line struct {
	ID          uuid.UUID
	Transaction transactions.Transaction
	Status      transactions.Status
	Client      Named
	Provider    Named
	Product     Named
	Advice      saf.Label // of its stored message; empty: none
	Outstanding bool      // the stored message has not reached its end
	AdviceID    string    // of a reversal without request
}

// Early tells whether the line is a reversal without request.
func (l *Line) Early() bool { return l.Status == transactions.EarlyReversal }
