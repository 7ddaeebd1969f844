package monitoring

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Gate is a provider's breaker and bulkhead on this node, as people see it (guarantees A7).
type Gate struct {
	Requests     string    // "closed", "half-open" or "open"
	Advices      string    // the same for stored advices
	AdvicesUntil time.Time // while open: when the next probe may go
	InFlight     int       // messages on the wire
	Sending      int       // stored advices on the wire
	Parallel     int       // stored advices that may be on the wire at once
}

// Open tells whether advices are stopped by the breaker.
func (g Gate) Open() bool { return g.Advices == "open" }

// Queue is the line of stored advices of one provider.
type Queue struct {
	Provider    Named
	Service     transactions.Service // the rail that the provider serves
	Enabled     bool
	Consumes    bool // the provider takes no advices: they are stored only
	Consumed    int  // stored and consumed today
	Hold        Hold
	Depth       int // queued and on the wire
	Due         int
	Sending     int
	Held        int
	Parked      int
	Refused     int
	Worth       []Sum // of the depth
	Oldest      time.Time
	Attempts    int // sends in the last hour
	Answered    int // of them with a final answer of the provider
	Acks        int // acknowledgements in the last five minutes
	LastAck     time.Time
	LastError   string
	DepthByHalf []int // at the end of each of the last 48 half hours
	Now         time.Time
}

// The labels of a queue.
const (
	QueueRunning  = "Running"
	QueueHeld     = "Held"
	QueueBacking  = "Backing off"
	QueueDraining = "Draining"
	QueueStopped  = "Stopped"
	QueueConsumes = "Takes no advices"
)

// drainingDepth is the depth from which a flowing queue is called draining.
const drainingDepth = 50

// Label gives the state of the queue behind its gate.
func (q *Queue) Label(g Gate) string {
	switch {
	case q.Consumes && q.Depth == 0:
		return QueueConsumes
	case !q.Enabled:
		return QueueStopped
	case q.Hold.On(q.Now):
		return QueueHeld
	case g.Open():
		return QueueBacking
	case q.Depth >= drainingDepth && q.Acks > 0:
		return QueueDraining
	}
	return QueueRunning
}

// Drain estimates how long the queue needs at the rate of the last five minutes; false when nobody can say.
func (q *Queue) Drain() (time.Duration, bool) {
	if q.Acks == 0 || q.Depth == 0 {
		return 0, q.Depth == 0
	}
	return time.Duration(q.Depth) * (5 * time.Minute) / time.Duration(q.Acks), true
}

// Stuck is a group of entries that need a person, by reason.
type Stuck struct {
	Provider Named
	State    saf.State // PARKED or REFUSED
	Reason   string
	Entries  int
	Worth    []Sum
	Oldest   time.Time
}

// HeldGroup is a hold in force and what it stops.
type HeldGroup struct {
	Kind    string // "queue", "client" or "entry"
	Subject Named  // provider or client; the provider of a held entry
	EntryID uuid.UUID
	Hold    Hold
	Entries int
	Worth   []Sum
}

// Queues is everything on the page of queues.
type Queues struct {
	Queues []Queue
	Stuck  []Stuck
	Holds  []HeldGroup
	Now    time.Time
}

// EntryFilter says which entries of a queue are looked for; zero members choose all. Without a label only entries that
// have not reached their end are listed.
type EntryFilter struct {
	ProviderID string
	Label      saf.Label
	Kind       saf.Kind
	OlderThan  time.Duration
	Attempts   int    // more than
	ErrorType  string // of the last answer
	Text       string // a transaction's record id, its message id or an advice id
	After      EntryCursor
	Rows       int
	Scope      []string // clients that the person may see; nil: all
}

// EntryCursor is a place in a queue: the last entry of the page before. The zero value is the head.
type EntryCursor struct {
	NextAt   time.Time
	ID       uuid.UUID
	Position int // of that entry
}

// EntryPage is one page of entries in the order in which they are sent.
type EntryPage struct {
	Entries []Entry
	Total   int
	Worth   []Sum
	Older   EntryCursor
	Now     time.Time
}
