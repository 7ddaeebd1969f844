// Package transactions owns the record of one client request and all that follows: the transaction, its
// attempts, its traces, and the lifecycle they obey (state.go). States are those of guarantees A1.
package transactions

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/money"
)

// Service names a family of operations.
type Service string

// The services.
const (
	Voucher  Service = "VOUCHER"
	GiftCard Service = "GIFTCARD"
	Humm     Service = "HUMM" // consumer finance
)

// Operation names what a client asked for.
type Operation string

// The operations of the voucher service; gift cards share Redemption and Lookup.
const (
	Provision  Operation = "PROVISION"
	Redemption Operation = "REDEMPTION"
	Refund     Operation = "REFUND"
	Lookup     Operation = "LOOKUP"
	Products   Operation = "PRODUCTS"
)

// The operations of gift cards.
const (
	Activation Operation = "ACTIVATION"
	Load       Operation = "LOAD"
	Void       Operation = "VOID"
	Transfer   Operation = "TRANSFER"
	Replace    Operation = "REPLACE"
)

// The operations of consumer finance.
const (
	Authorisation Operation = "AUTHORISATION"
	Adjustment    Operation = "ADJUSTMENT"
	Receipt       Operation = "RECEIPT"
	CreateKey     Operation = "KEY"
	Invite        Operation = "INVITE"
)

// Informational tells whether the operation moves no money and leaves nothing to undo: traced and searchable, never
// confirmed, never settled, and never in doubt.
func (o Operation) Informational() bool {
	return o == Lookup || o == Products || o == CreateKey || o == Invite
}

// Financial tells whether the operation is about money, so that it is reconciled; finance knows which of them settle.
func (o Operation) Financial() bool { return !o.Informational() && o != Receipt }

// Outcome is what the provider did, as far as we know.
type Outcome string

// The outcomes. Success and Failed never change; Unknown changes by evidence only.
const (
	Pending Outcome = "PENDING"
	Success Outcome = "SUCCESS"
	Failed  Outcome = "FAILED"
	Unknown Outcome = "UNKNOWN"
)

// Decision is the one final word on a transaction (I5).
type Decision string

// The decisions; the empty one is "none yet".
const (
	Undecided Decision = ""
	Confirm   Decision = "CONFIRM"
	Reverse   Decision = "REVERSE"
)

// Origin tells who decided.
type Origin string

// The origins of a decision.
const (
	ByClient   Origin = "client"
	BySystem   Origin = "system"
	ByOperator Origin = "operator"
)

// Final is set once, when a transaction closes (I3).
type Final string

// The ends of a transaction; the empty one is "open".
const (
	Open          Final = ""
	FinalDeclined Final = "DECLINED"
	Completed     Final = "COMPLETED"
	Confirmed     Final = "CONFIRMED"
	Reversed      Final = "REVERSED"
)

// Mode is the messaging pattern of the client.
type Mode string

// Dual messaging has a confirmation or reversal for each request, single messaging needs none.
const (
	Single Mode = "SINGLE"
	Dual   Mode = "DUAL"
)

// DeclinedBy tells whose refusal a FAILED outcome was.
type DeclinedBy string

// The refusers.
const (
	BySwitch   DeclinedBy = "SWITCH"
	ByProvider DeclinedBy = "PROVIDER"
)

// Key is what a client may use once (I8), its generation aside.
type Key struct {
	ClientID  string
	Service   Service
	Operation Operation
	RequestID string
}

// Transaction is one client request of one generation and all that follows. Nil amounts are not known.
type Transaction struct {
	ID  uuid.UUID
	Key Key
	// Generation counts the uses of one request id from 1; 0 means that the row holds no key.
	Generation  int
	Superseded  bool
	Fingerprint []byte // SHA-256 of the business fields

	RequestSealed []byte // the request body, encrypted
	AnswerSealed  []byte // the body last answered with the outcome, encrypted
	AnswerStatus  int

	Mode               Mode
	ProviderID         string
	ReceiverID         string
	SettlementEntityID string
	OriginatorID       string
	ChannelID          string
	MerchantID         string
	TerminalID         string
	CashierID          string
	ProductID          string
	VoucherProvider    string
	VoucherID          uuid.UUID
	// ChangeVoucherID is the voucher that stands for what a redemption left, or for what a refund gave back.
	ChangeVoucherID uuid.UUID
	CardHash        []byte // keyed hash of the gift card's number
	OtherCardHash   []byte // of the target or new card

	Currency       string
	RequestAmount  *int64 // minor units, as all below
	ApprovedAmount *int64
	FeeAmount      *int64
	FinalAmount    *int64

	ReceivedAt   time.Time
	LastClientAt time.Time // last request or retry (I4)
	RespondedAt  time.Time
	ClosedAt     time.Time

	Outcome          Outcome
	Decision         Decision
	DecisionOrigin   Origin
	DecisionAdviceID string
	Final            Final
	DeclinedBy       DeclinedBy

	// OpenAttemptID is the running request attempt; nil when none runs. It never overlaps another (I9).
	OpenAttemptID uuid.UUID
	LeaseOwner    string
	LeaseUntil    time.Time
	// MaybeSent is true once some request attempt was not proved unsent.
	MaybeSent bool
	// Told is true once an answer that carries the voucher code was committed for the client (W4).
	Told bool
	// ReconRequired marks a possible difference at the provider; never cleared (I12).
	ReconRequired bool

	ProviderRef         string
	ProviderIdentifiers string // JSON list of the provider's own thirdPartyIdentifiers
	ErrorType           string
	ProviderErrorCode   string
	HTTPStatus          int
	RetryCount          int
	AttemptCount        int
	BasketRef           string
	RRN                 string
	STAN                string
	BusinessDate        time.Time // the day, at midnight UTC
	WireNo              int       // requests sent under a fresh wire reference after the first (I9)
	Version             int
}

// WireRef is the id we give a provider for this transaction: our own random id (providers.md 1.2), and behind it a number
// once a provider that cannot take an id twice was given a new one.
func (t *Transaction) WireRef() string { return wireRef(t.ID, t.WireNo) }

// NextWireRef is the id that a new request after the present one would go out under.
func (t *Transaction) NextWireRef() string { return wireRef(t.ID, t.WireNo+1) }

func wireRef(id uuid.UUID, no int) string {
	if no == 0 {
		return id.String()
	}
	return id.String() + "-" + strconv.Itoa(no+1)
}

// Running tells whether a request attempt is open.
func (t *Transaction) Running() bool { return t.OpenAttemptID != uuid.Nil }

// Amount gives the sum that the transaction is about, for people: final, else approved, else requested; false when none
// is known. A final sum of nothing (reversed, declined) does not hide what it was about.
func (t *Transaction) Amount() (money.Amount, bool) {
	for i, minor := range []*int64{t.FinalAmount, t.ApprovedAmount, t.RequestAmount} {
		if minor != nil && (i > 0 || *minor != 0) {
			return money.Amount{Minor: *minor, Currency: t.Currency}, true
		}
	}
	return money.Amount{}, false
}

// AttemptKind tells what an attempt carried.
type AttemptKind string

// The kinds of attempts.
const (
	AttemptRequest AttemptKind = "REQUEST"
	AttemptRetry   AttemptKind = "RETRY"
	AttemptLookup  AttemptKind = "LOOKUP"
	AttemptConfirm AttemptKind = "CONFIRM"
	AttemptReverse AttemptKind = "REVERSE"
	AttemptReceipt AttemptKind = "RECEIPT" // humm SendReceipt from the queue
	AttemptCleanup AttemptKind = "CLEANUP" // rejects a superseded wire ref (I9)
	AttemptResolve AttemptKind = "RESOLVE" // asks again with the same bytes, as a step of a reversal (humm.md 8.4)
)

// AttemptState is the state of one send.
type AttemptState string

// An attempt is an intent until its answer, or its lack, is known; the three ends never change.
const (
	Intent   AttemptState = "INTENT"
	Answered AttemptState = "ANSWERED"
	NoAnswer AttemptState = "NO_ANSWER"
	NotSent  AttemptState = "NOT_SENT"
)

// Trigger tells what caused an attempt.
type Trigger string

// The triggers of attempts.
const (
	TriggerClient Trigger = "CLIENT"
	TriggerAuto   Trigger = "AUTO"
	TriggerManual Trigger = "MANUAL"
)

// Attempt is one send to a provider: at most one message on the wire (I2).
type Attempt struct {
	ID            uuid.UUID
	TransactionID uuid.UUID
	SAFID         uuid.UUID // nil for request attempts
	Kind          AttemptKind
	State         AttemptState
	Result        Outcome // empty while open
	Detail        string
	No            int
	Trigger       Trigger
	Actor         string
	WireRef       string
	ProviderRef   string
	Digest        []byte // SHA-256 of the message as it went out
	Fence         int64
	Node          string
	StartedAt     time.Time
	EndedAt       time.Time
	LeaseUntil    time.Time
	HTTPStatus    int
}

// Advice is a confirmation or reversal received from a client.
type Advice struct {
	ID            uuid.UUID
	AdviceID      string
	Key           Key
	TransactionID uuid.UUID // nil when it addressed nothing
	Kind          Decision
	Reason        string
	Amount        *int64 // final amount asked for, minor units; nil: the whole or nothing
	Digest        []byte
	ReceivedAt    time.Time
	AckedAt       time.Time // zero: refused
	AnswerSealed  []byte
	HTTPStatus    int
	ErrorType     string
}

// Tombstone remembers a reversal that came before its request (I7).
type Tombstone struct {
	Key       Key
	AdviceID  string
	CreatedAt time.Time
}

// Change is one line of a transaction's timeline.
type Change struct {
	TransactionID uuid.UUID
	Field         string
	Old           string
	New           string
	Cause         string
	Actor         string
	At            time.Time
}
