package transactions

import (
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
)

// Leg is one of the four ways a message travels.
type Leg string

// The legs: client to switch, switch to provider, and back.
const (
	ClientToSwitch   Leg = "CS"
	SwitchToProvider Leg = "SP"
	ProviderToSwitch Leg = "PS"
	SwitchToClient   Leg = "SC"
)

// TraceKind tells what a message was.
type TraceKind string

// The kinds of messages.
const (
	TraceRequest      TraceKind = "REQUEST"
	TraceResponse     TraceKind = "RESPONSE"
	TraceRetry        TraceKind = "RETRY"
	TraceConfirmation TraceKind = "CONFIRMATION"
	TraceReversal     TraceKind = "REVERSAL"
	TraceAck          TraceKind = "ADVICE_ACK"
	TraceError        TraceKind = "ERROR"
)

// Trace is one message on the wire, already masked; each message has exactly one (I13).
type Trace struct {
	Seq             int64
	TransactionID   uuid.UUID // nil: it belongs to no transaction
	ClientID        string
	Leg             Leg
	ExchangeID      uuid.UUID // legs CS and SC
	AttemptID       uuid.UUID // legs SP and PS
	Kind            TraceKind
	Late            bool
	Operation       Operation
	Method          string
	URLPath         string
	HTTPStatus      int
	Headers         string // JSON object of allowed headers
	Body            string // masked
	SHA256          []byte // of the message as it was on the wire
	Bytes           int
	At              time.Time
	BeganAt         time.Time // when its exchange or attempt began; zero means At
	Latency         time.Duration
	ErrorType       string
	PeerInstitution string
}

// Digest gives the SHA-256 of a wire body.
func Digest(body []byte) []byte {
	d := sha256.Sum256(body)
	return d[:]
}

// SearchTerm is a reference by which a transaction can be found; the value itself is never stored in clear.
type SearchTerm struct {
	TransactionID uuid.UUID
	Kind          TermKind
	Hash          []byte // HMAC of kind and normalised value
	Masked        string
	At            time.Time
}

// TermKind names a kind of reference.
type TermKind string

// The kinds of references. Message ids are found by their own column.
const (
	TermThirdParty  TermKind = "THIRD_PARTY"
	TermProviderRef TermKind = "PROVIDER_REF"
	TermRRN         TermKind = "RRN"
	TermSerial      TermKind = "SERIAL"
	TermCode        TermKind = "VOUCHER_CODE"
	TermBasket      TermKind = "BASKET"
	TermMSISDN      TermKind = "MSISDN"
	TermCard        TermKind = "CARD"          // number of a gift card
	TermPurchase    TermKind = "PURCHASE_REF"  // a sale's reference at the till, its receipt or purchase number (humm)
	TermApproval    TermKind = "APPROVAL_CODE" // a customer's pre-approval code (humm)
)
