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

// Call is one thing to ask of a provider.
type Call struct {
	Kind      transactions.AttemptKind
	Operation transactions.Operation
	ClientID  string // whose transaction it is
	WireRef   string // the id we give the provider: transactions.id
	Provider  Provider
	Request   *Request // kinds REQUEST, RETRY and LOOKUP; only Prepare may rely on it
	Advice    *Advice  // kinds CONFIRM and REVERSE; only Prepare may rely on it
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

	Voucher        *Issued
	ApprovedAmount *money.Amount
	BalanceAmount  *money.Amount
	Members        []Member // for the success answer
	Identifiers    string   // JSON list of the provider's own identifiers
	Terms          []Term
}

// Issued is the voucher in a provider's answer.
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
		return confirm && p.ConfirmRedeem || !confirm && p.ReverseRedeem
	case transactions.Refund:
		return confirm && p.ConfirmRefund || !confirm && p.ReverseRefund
	}
	return false
}

// Offers tells whether the provider takes requests of this operation.
func (p Profile) Offers(op transactions.Operation) bool {
	switch op {
	case transactions.Redemption:
		return p.Redeem
	case transactions.Refund:
		return p.Refund
	case transactions.Lookup:
		return p.Lookup
	case transactions.Products:
		return p.Products
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
