package monitoring

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Class is the reading of one answer given to a client (console-and-finance.md 3.3).
type Class string

// The classes of answers.
const (
	ClassSuccess   Class = "SUCCESS"
	ClassDecline   Class = "BUSINESS_DECLINE"
	ClassClient    Class = "CLIENT_FAULT"
	ClassTechnical Class = "TECHNICAL_FAILURE"
	ClassTimeout   Class = "TIMEOUT"
)

// Classes lists the classes from the quiet to the loud.
func Classes() []Class {
	return []Class{ClassSuccess, ClassDecline, ClassClient, ClassTechnical, ClassTimeout}
}

// ClientFaults and TechnicalFailures are the error types of their classes; every other error type is a business decline.
func ClientFaults() []string {
	return []string{
		"FORMAT_ERROR", "AUTHENTICATION_ERROR", "DUPLICATE_RECORD", "UNABLE_TO_LOCATE_RECORD", "INVALID_PRODUCT", "INVALID_MERCHANT",
		"FUNCTION_NOT_SUPPORTED", "TRANSACTION_NOT_SUPPORTED",
	}
}

// TechnicalFailures lists the error types of a technical failure.
func TechnicalFailures() []string {
	return []string{"UPSTREAM_UNAVAILABLE", "VOUCHER_STATUS_UNKNOWN", "ROUTING_ERROR", "GENERAL_ERROR"}
}

// ClassOf reads an answer: its error type, its HTTP status, and whether no answer of the provider came in time.
func ClassOf(errorType string, status int, noAnswer bool) Class {
	switch {
	case noAnswer:
		return ClassTimeout
	case errorType == "" && status < 500:
		return ClassSuccess
	case slices.Contains(TechnicalFailures(), errorType), errorType == "", status >= 500:
		return ClassTechnical
	case slices.Contains(ClientFaults(), errorType):
		return ClassClient
	}
	return ClassDecline
}

// Counts are numbers of answers by class, in the order of Classes.
type Counts [5]int

// All adds the classes up.
func (c Counts) All() int { return c[0] + c[1] + c[2] + c[3] + c[4] }

// Add counts n answers of a class.
func (c *Counts) Add(class Class, n int) { c[slices.Index(Classes(), class)] += n }

// Technical gives the technical success per mille: declines and clients' faults do not count against it. -1: no traffic.
func (c Counts) Technical() int {
	if c.All() == 0 {
		return -1
	}
	return 1000 * (c.All() - c[3] - c[4]) / c.All()
}

// Approved gives the approved share of the answered requests per mille; -1: no traffic.
func (c Counts) Approved() int {
	if c.All() == 0 {
		return -1
	}
	return 1000 * c[0] / c.All()
}

// Minute is the traffic of one minute.
type Minute struct {
	At     time.Time
	Counts Counts
}

// ProviderHealth is how one provider does.
type ProviderHealth struct {
	Provider  Named
	Service   transactions.Service
	Enabled   bool
	Last5     Counts        // answers of the last five minutes
	PerMinute []int         // requests in each minute of the last hour
	P95       time.Duration // of its answers in the last five minutes
	InDoubt   int
	Queue     int
	Consumes  bool // takes no advices
}

// The health states of a provider.
const (
	Healthy   = "Healthy"
	Degraded  = "Degraded"
	Unhealthy = "Unhealthy"
	Unknown   = "Unknown"
	Disabled  = "Disabled"
)

// minRequests is how many answers it takes to judge a provider.
const minRequests = 20

// Health judges a provider by its last five minutes and its gate; a breaker that is open says more than few answers.
func (p *ProviderHealth) Health(g Gate) string {
	all := p.Last5.All()
	switch {
	case !p.Enabled:
		return Disabled
	case g.Requests == "open" || g.Advices == "open":
		return Unhealthy
	case all >= minRequests && (p.Last5.Technical() < 800 || 1000*p.Last5[4]/all > 200):
		return Unhealthy
	case all >= minRequests && p.Last5.Technical() < 950, g.Requests == "half-open", g.Advices == "half-open":
		return Degraded
	case all == 0:
		return Unknown
	}
	return Healthy
}

// Work is one line of today's timetable.
type Work struct {
	Job, Title string
	Schedule   string // in words
	At         time.Time
	State      string // RUNNING, DONE, FAILED, LOST; empty: not run today
	Note       string
	Error      string
}

// Overview holds the figures of the first page.
type Overview struct {
	Now        time.Time
	Minutes    []Minute // of the last hour, oldest first
	Last15     Counts
	Today      int            // transactions
	Services   []ServiceCount // of them, the busiest first
	TodaySums  []Sum
	InDoubt    int
	DoubtSums  []Sum
	DoubtSince time.Time // when the oldest of them was received
	Queues     Queues
	Needs      []Need // single transactions that need a person, oldest first
	NeedsMore  int    // how many more there are
	Providers  []ProviderHealth
	Timetable  []Work
}

// ServiceCount is how many transactions one service had.
type ServiceCount struct {
	Service transactions.Service
	Count   int
}

// Need is a transaction that needs a person for a reason that no queue shows.
type Need struct {
	ID         uuid.UUID
	Client     Named
	Provider   Named
	Service    transactions.Service
	Operation  transactions.Operation
	Outcome    transactions.Outcome
	Break      bool // a difference at the provider is open
	ReceivedAt time.Time
	Amount     Sum
}
