package switchcore

import (
	"context"
	"time"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Connector speaks one provider's protocol. Prepare and Read are pure; Send puts at most one financial message on the
// wire (I2). Every connector passes the suite in internal/connectors/connectortest.
type Connector interface {
	// Prepare writes the message of a call. An error means that the call cannot be expressed in the provider's
	// protocol; nothing was sent.
	Prepare(Call) (Message, error)
	// Send sends the message once and gives what came back. It never repeats it and never follows a redirect.
	Send(ctx context.Context, m Message) Answer
	// Read maps an answer to a result (I16, or the provider's own code table).
	Read(Call, Answer) Result
}

// Call is one thing to ask of a provider. A call is settled by one message, or by several, one after the other, where
// an answer asks for a Follow.
type Call struct {
	Kind      transactions.AttemptKind
	Service   transactions.Service
	Operation transactions.Operation
	ClientID  string // whose transaction it is
	WireRef   string // the id we give the provider: transactions.id, or one derived from it (Follow.NewWireRef)
	// NextWireRef is the id that a Follow with NewWireRef goes out under.
	NextWireRef string
	Provider    Provider
	Product     *Product // of the request, where the master list has it
	Request     *Request // kinds REQUEST, RETRY and LOOKUP, in Prepare and Read; for an advice whose request got no answer
	Advice      *Advice  // kinds CONFIRM and REVERSE; only Prepare may rely on it
	// ProviderRef is the provider's own reference on record; empty: none known.
	ProviderRef string
	// Age is how long ago the first request of the transaction that may have left was sent; 0: this is the first.
	Age time.Duration

	// Read only: which message was answered.
	Step string  // empty for the first message of a call, else Follow.Step
	Sent Message // as it went out; of a stored advice method, path and body only
	// EntryID is the SAF entry of an advice: the id under which the provider knows it, in Prepare and Read.
	EntryID string
}

// Follow asks for one more message of the same call, because the answer does not settle it. It is an attempt of its own,
// written before it is sent (I2). Of a request it is sent only while enough of the client's time is left and nobody has
// decided meanwhile (I10); otherwise the answer's own reading counts.
type Follow struct {
	Step    string // names it in Call.Step
	Kind    transactions.AttemptKind
	Message Message
	After   time.Duration // to wait before it is sent
	// NewWireRef sends it as a new request under Call.NextWireRef: every earlier one is superseded (I9), and Cleanup, when
	// set, is stored as a CLEANUP entry that rejects the old reference.
	NewWireRef bool
	Cleanup    *Message
}

// Advice is a confirmation or reversal on its way to a provider.
type Advice struct {
	ID          string // our own reference of the advice: the SAF entry's id
	Time        string // as the client sent it
	Reason      string // reversals only
	Body        []byte // the client's advice as canonical JSON; empty when the switch itself decided
	Identifiers string // JSON list of identifiers to carry: the provider's own, or those of the request as sent
	Amount      *money.Amount
}

// Message is a wire message, ready to go.
type Message struct {
	Method string
	Path   string // below the provider's base address
	// TracedPath stands in for Path in traces when the query carries a code; empty: Path itself.
	TracedPath string
	Body       []byte
	Masked     string // the body as traced
	Headers    string // JSON object, as traced; never credentials
	User       string // the name to sign in with; empty: the connector's own
	// Kind is what the message is, where it is not what was called for: a retry answered by a status check is a LOOKUP, a
	// reversal that must first find out what happened begins with a LOOKUP or RESOLVE. Empty: as called.
	Kind transactions.AttemptKind
}

// Answer is what came back for one message.
type Answer struct {
	// Sent is false only when it is proved that no byte of the message left.
	Sent       bool
	Err        error // no usable HTTP answer: time-out, reset, unreadable
	Timeout    bool
	Status     int
	Body       []byte
	Masked     string // the body as traced
	Headers    string // JSON object, as traced
	RetryAfter time.Duration
	Latency    time.Duration
}

// Class is the reading of an answer (providers.md 1.1).
type Class int

// The classes. The first four are for requests, Done to Repeat for advices; NotSent is for both.
const (
	ClassUnknown Class = iota
	ClassApproved
	ClassDeclined
	ClassNotSent
	ClassDone    // advice acknowledged, "already done" and "nothing to undo" included
	ClassRefused // advice definitely refused
	ClassRepeat  // advice not final: keep it in the queue
	ClassFault   // our own fault with this one message (poison)
	// ClassConsumed ends an advice for which the provider has no message after all: as I12, with a break when the
	// request may have taken effect.
	ClassConsumed
)

// Result is what an answer means.
type Result struct {
	Class  Class
	Detail string // APPROVED, DECLINED, TIMEOUT, CONNECT_FAIL, HTTP_5XX, BAD_RESPONSE, ACK, ALREADY_DONE, ...
	// ErrorType is the type to answer the client with; empty: by class.
	ErrorType string
	// StateUnknown says that the provider itself reported trouble (500 rather than 504 to the client).
	StateUnknown bool
	NotFound     bool // an advice met 404: whether that is final depends on the profile (I16)
	Alarm        bool // 401, 403, 501 on an advice: people must act
	Words        ProviderWords
	// Follow is set when another message is needed before the class is known; Class is then what counts if it cannot be sent.
	Follow *Follow
	// Break opens a reconciliation break with this reason although the advice is done: "credit expected".
	Break string
	// Proved is what a step of an advice proves about the request itself: ClassApproved, ClassDeclined, or nothing.
	Proved Class
	// DeviceKey is a signing key that the provider handed out (humm CreateKey).
	DeviceKey *DeviceKey

	Voucher        *Issued
	ApprovedAmount *money.Amount
	BalanceAmount  *money.Amount
	Members        []Member // for the success answer
	Identifiers    string   // JSON list of the provider's own identifiers
	Terms          []Term
}

// DeviceKey signs the messages of one till device (humm.md 3.1); the key is a secret.
type DeviceKey struct {
	MerchantID string
	DeviceID   string
	Key        string
}

// Issued is the voucher in a provider's answer. In the answer to a redemption or refund it is a new voucher that stands for what is
// left, or given back: money, kept like any other.
type Issued struct {
	Code   string // secret
	Serial string
	Expiry time.Time // zero: none given
}

// Profile holds the settings of one provider: capabilities and the readings of its answers (providers.md 1.4).
// A missing capability is handled by the core and never sent (I12).
type Profile struct {
	ConfirmProvision bool `json:"confirmProvision"`
	ReverseProvision bool `json:"reverseProvision"`
	Retry            bool `json:"retry"`
	Lookup           bool `json:"lookup"`
	Redeem           bool `json:"redeem"`
	ConfirmRedeem    bool `json:"confirmRedeem"`
	ReverseRedeem    bool `json:"reverseRedeem"`
	Refund           bool `json:"refund"`
	ConfirmRefund    bool `json:"confirmRefund"`
	ReverseRefund    bool `json:"reverseRefund"`
	Products         bool `json:"products"`
	TenderFirst      bool `json:"tenderFirst"`
	Cards            bool `json:"cards"`          // a gift card issuer: all its requests, confirmations and reversals
	Finance          bool `json:"finance"`        // the consumer finance rail
	FullRedeemOnly   bool `json:"fullRedeemOnly"` // no part of a voucher can be redeemed
	// ForwardUnknownCodes asks the provider about codes that were never issued through us; false: they are refused.
	ForwardUnknownCodes bool `json:"forwardUnknownCodes"`
	// RefundIssuesNew: a refund is a new voucher; the old code stays spent for ever (providers.md 4.7).
	RefundIssuesNew bool `json:"refundIssuesNew"`

	// RecordsEarlyReversals makes a 404 to a reversal final at once; otherwise it is repeated once after NotFoundRepeat.
	RecordsEarlyReversals bool     `json:"recordsEarlyReversals"`
	NotFoundRepeat        Duration `json:"notFoundRepeatAfter"`
	Status503Failed       bool     `json:"status503Failed"` // read 503 as a decline instead of unknown
	FIFO                  bool     `json:"fifo"`            // one advice in flight, in order
	Timeout               Duration `json:"timeout"`         // of one exchange, at most 45 s
	MaxInFlight           int      `json:"maxInFlight"`     // bulkhead
	SAFParallel           int      `json:"safParallel"`
	// ActAsClient signs in at the provider as the client itself: sandbox only, so that a client's reset reaches the
	// simulator's books of that client and of nobody else.
	ActAsClient bool `json:"actAsClient"`
}

// UserOf gives the name that a call of a client signs in with at the provider.
func (p Provider) UserOf(clientID string) string {
	if p.Profile.ActAsClient {
		return clientID
	}
	return p.User
}

// Takes tells whether the provider takes this advice for this operation.
func (p Profile) Takes(op transactions.Operation, kind transactions.Decision) bool {
	confirm := kind == transactions.Confirm
	switch op {
	case transactions.Provision:
		return confirm && p.ConfirmProvision || !confirm && p.ReverseProvision
	case transactions.Redemption:
		return p.Cards || confirm && p.ConfirmRedeem || !confirm && p.ReverseRedeem
	case transactions.Refund:
		return confirm && p.ConfirmRefund || !confirm && p.ReverseRefund
	case transactions.Activation, transactions.Load, transactions.Void, transactions.Transfer, transactions.Replace:
		return p.Cards
	case transactions.Authorisation, transactions.Adjustment: // a single-message rail: nothing to confirm
		return p.Finance && !confirm
	}
	return false
}

// Offers tells whether the provider takes requests of this operation.
func (p Profile) Offers(op transactions.Operation) bool {
	switch op {
	case transactions.Redemption:
		return p.Redeem || p.Cards
	case transactions.Refund:
		return p.Refund
	case transactions.Lookup:
		return p.Lookup || p.Cards
	case transactions.Products:
		return p.Products
	case transactions.Activation, transactions.Load, transactions.Void, transactions.Transfer, transactions.Replace:
		return p.Cards
	case transactions.Authorisation, transactions.Adjustment, transactions.Receipt, transactions.CreateKey, transactions.Invite:
		return p.Finance
	}
	return true
}

// Duration is a time.Duration written as text ("45s") in JSON.
type Duration time.Duration

// MarshalText writes the duration as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}
