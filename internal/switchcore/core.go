package switchcore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Event is something that happened, told to the store. Step is pure: it sees locked rows only through the set, and
// everything random or slow (ids, sealing, wire messages) was made before.
type Event interface {
	Needs() Needs
	Step(*Set) Ruling
}

// Verdict tells the caller of Apply what to do next.
type Verdict int

// The verdicts.
const (
	Nothing  Verdict = iota // nothing more to do
	Answered                // Out is the answer for the client, committed
	Proceed                 // an attempt is open and committed: send it
	Wait                    // the answer depends on a running attempt; nothing was written
	Redo                    // what was read before the lock is no longer so; nothing was written
)

// Ruling is what a step decided for its caller.
type Ruling struct {
	Verdict       Verdict
	Out           Outbound
	TransactionID uuid.UUID
	AttemptID     uuid.UUID
	BeganAt       time.Time // start of the exchange and of the attempt, by the database
	WakeProvider  string    // its queue has something due
	Key           transactions.Key
	Retries       int           // of the transaction when its attempt was opened
	First         bool          // Proceed with the first request, not with a repeat of it
	Age           time.Duration // Proceed with a repeat: how long ago the request that counts was sent, at least
	// Err is a fault that kept the step from doing what was due; people must learn of it.
	Err error
}

// Store is the record, as the journey needs it.
type Store interface {
	// Apply locks what the event needs, steps it and commits everything it changed, together with other events that
	// are waiting (A3). An error means that nothing was written, or, for an unknown commit, that the caller must look
	// by key before acting.
	Apply(ctx context.Context, e Event) (Ruling, error)
	// FindByKey gives the generations under a key without a lock, oldest first; only a hint, checked again under lock.
	FindByKey(ctx context.Context, key transactions.Key) ([]transactions.Transaction, error)
	// FindVouchers gives the vouchers with a code hash, or a serial, or of a provision, without a lock; only a hint.
	FindVouchers(ctx context.Context, q VoucherQuery) ([]vouchers.Voucher, error)
	// AdviceDue tells whether a stored advice of the voucher or card is still due and not held (I11).
	AdviceDue(ctx context.Context, of Holder) (bool, error)
	// FindReference gives the transaction that holds a reference, nil when none does; only a hint, checked again under lock.
	FindReference(ctx context.Context, r HeldReference) (uuid.UUID, error)
	// LapsedAttempts lists transactions whose running attempt outlived its lease.
	LapsedAttempts(ctx context.Context, limit int) ([]uuid.UUID, error)
	// Undecided lists transactions that the switch itself must decide about now (A1, I4).
	Undecided(ctx context.Context, q UndecidedQuery) ([]uuid.UUID, error)
	// Transaction reads one transaction without a lock.
	Transaction(ctx context.Context, id uuid.UUID) (transactions.Transaction, error)
}

// Holder is what holds value that later requests act on: a voucher, or a gift card by the hash of its number.
type Holder struct {
	VoucherID uuid.UUID
	Card      []byte
}

// VoucherQuery finds vouchers by the one field that is set.
type VoucherQuery struct {
	CodeHash    []byte
	Serial      string
	ProvisionID uuid.UUID
}

// UndecidedQuery asks for open transactions that wait for the switch's own word.
type UndecidedQuery struct {
	// Unknown: outcome UNKNOWN, no decision, last client word older than Age.
	Unknown bool
	// OwnConfirm: single messaging, SUCCESS, no decision, answered before Age ago, provider wants confirmations.
	OwnConfirm bool
	// Untold: single-message rails without a reversal for tills: SUCCESS that no answer ever carried, last client word
	// older than Age (I4).
	Untold bool
	// CutOff: single messaging, SUCCESS, no decision, business date before Date.
	CutOff bool
	Age    time.Duration
	Date   time.Time
	Limit  int
}

// Vault seals and hashes; implemented by internal/seal.
type Vault interface {
	// Seal encrypts bound to its place: table, column and row.
	Seal(table, column string, row uuid.UUID, plain []byte) []byte
	Open(table, column string, row uuid.UUID, sealed []byte) ([]byte, error)
	// Hash is the keyed hash under which a value of a kind is found again.
	Hash(kind, value string) []byte
}

// Settings are the numbers of guarantees A5 that the journey follows.
type Settings struct {
	Node          string
	ClientBudget  time.Duration // answer by then, with the durable state then true
	LeaseMargin   time.Duration // lease = provider time-out + margin
	SendMargin    time.Duration // of the lease, left before a send
	LateWindow    time.Duration // how long a late answer is listened for
	UnknownMaxAge time.Duration
	AdviceWait    time.Duration
	ResolveLeft   time.Duration // of the client's time, for one more message that resolves an unknown outcome (providers.md 1.3)
	ProviderLimit time.Duration // longest provider time-out
	Zone          *time.Location
	CutOff        time.Duration // of the business day, after midnight in Zone
	SAF           saf.Policy
}

// DefaultSettings has the numbers of guarantees A5.
func DefaultSettings() Settings {
	return Settings{
		ClientBudget: 55 * time.Second, LeaseMargin: 15 * time.Second, SendMargin: 5 * time.Second,
		LateWindow: 60 * time.Second, UnknownMaxAge: 15 * time.Minute, AdviceWait: 5 * time.Second, ResolveLeft: 8 * time.Second,
		ProviderLimit: 45 * time.Second, Zone: time.UTC, SAF: saf.DefaultPolicy(),
	}
}

// BusinessDate gives the business day of a moment, as midnight UTC of that date.
func (s Settings) BusinessDate(at time.Time) time.Time {
	local := at.In(s.Zone).Add(-s.CutOff)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// Core is what every part of the journey is given.
type Core struct {
	Settings  Settings
	Store     Store
	Vault     Vault
	Directory func() *Directory // the snapshot in force
	// Connector gives the connector of a provider; nil when the provider is not in service on this node.
	Connector func(providerID string) Connector
	NewID     func() uuid.UUID
	Random    func() float64 // in [0, 1)
}

// timeout gives the time of one exchange with a provider.
func (c *Core) timeout(p Provider) time.Duration {
	if d := time.Duration(p.Profile.Timeout); d > 0 {
		return min(d, c.Settings.ProviderLimit)
	}
	return c.Settings.ProviderLimit
}

// lease gives the length of a lease for one exchange with a provider.
func (c *Core) lease(p Provider) time.Duration { return c.timeout(p) + c.Settings.LeaseMargin }
