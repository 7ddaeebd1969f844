// Package switchcore owns the journey of one client request: route, intent, send, outcome, decision and delivery
// (docs/architecture.md walks it). Everything that decides is a pure step over loaded rows (events in begin.go,
// retry.go, advise.go, ended.go, delivered.go, decide.go, recover.go); clock, ids, transport and store are handed in.
package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Client is the institution that calls, as far as the journey needs it.
type Client struct {
	ID        string
	Name      string
	Mode      transactions.Mode
	StrictIDs bool // refuse every re-use of a redemption or refund id
	// SettleRequiresConfirmation keeps a single-message sale open until its client confirmed it.
	SettleRequiresConfirmation bool
}

// Institution is a party named in a message.
type Institution struct {
	ID   string
	Name string
}

// Term is a reference under which the transaction can be found later; the value is hashed before it is stored.
type Term struct {
	Kind  transactions.TermKind
	Value string
}

// Inbound is a message received from a client, as traced: body and headers are already masked.
type Inbound struct {
	ExchangeID uuid.UUID // one per message received; names its CS and SC traces
	Kind       transactions.TraceKind
	Operation  transactions.Operation
	Method     string
	Path       string // query values that may carry codes are already masked
	Headers    string // JSON object
	Body       string // masked
	SHA256     []byte // of the body as received
	Bytes      int
	Start      time.Time // monotonic reading, for latency only
}

// Outbound is an answer to a client: the body that goes out and its masked form for the trace.
type Outbound struct {
	Status  int
	Body    []byte
	Masked  string
	Headers string // JSON object of headers beyond Content-Type
}

// Request is a provision, redemption, refund or look-up that was parsed, validated and authenticated.
type Request struct {
	Key         transactions.Key
	MessageID   string // the id as the client wrote it, for answers; keys hold ids in lower case
	Client      Client
	In          Inbound
	Body        []byte // canonical JSON of the message, as forwarded and echoed; empty for a look-up by query
	Fingerprint []byte // SHA-256 of the business fields (I8)

	OriginatorID     string
	TerminalID       string
	MerchantID       string
	CashierID        string
	ChannelID        string
	Receiver         Institution // empty: not named
	SettlementEntity Institution // empty: not named
	ProductID        string
	ProductReceiver  string // institution id inside product.receiver
	Amount           *money.Amount
	VoucherCode      string // given code; secret
	VoucherSerial    string
	CardNumber       string // of a gift card: the one acted on, the source or the old one; secret
	OtherCardNumber  string // the target or new one; secret
	LookupRequestID  string // provisionRequestId of a look-up
	Tendered         bool   // tenders or paymentMethods present
	RRN, STAN        string
	BasketRef        string
	Terms            []Term // references of the message
	// Exact keeps the stored body byte for byte: what is signed cannot be rewritten. Such a body holds no card number.
	Exact bool
	// Transient keeps the body out of the database altogether, sealed or not (a device token).
	Transient bool
	// References name the sale or message beyond its key, each held by one transaction only (humm.md 6).
	References []Reference

	// Render writes an answer of this message's service from a reply; pure, called inside the writing transaction.
	Render func(Reply) Outbound
}

// mode is the client's messaging pattern; consumer finance has single messages only.
func (r *Request) mode() transactions.Mode {
	if r.Key.Service == transactions.Humm {
		return transactions.Single
	}
	return r.Client.Mode
}

// Reference is a name under which one transaction, and no other, is known within a scope: a pre-approval code within a
// country, a till's references within a chain (humm.md 6.1 to 6.6).
type Reference struct {
	Scope string // a client's id, or "*" for all clients
	Kind  ReferenceKind
	Value string // stored as a keyed hash
}

// ReferenceKind names a kind of reference.
type ReferenceKind string

// The kinds of references.
const (
	RefApprovalCode ReferenceKind = "APPROVAL_CODE" // normalised pre-approval code
	RefSale         ReferenceKind = "SALE"          // till reference or receipt number of a sale
	RefSignature    ReferenceKind = "SIGNATURE"     // of an adjustment request, lower case
)

// AdviceRequest is a confirmation or reversal that was parsed, validated and authenticated.
type AdviceRequest struct {
	Key transactions.Key // RequestID is the id of the request that the advice finalises
	// RequestRef is that id as the client wrote it, for answers; keys hold ids in lower case.
	RequestRef string
	// Signature finds the request by the signature it was sent with, where the advice does not name its id (humm).
	Signature string
	Client    Client
	In        Inbound
	Kind      transactions.Decision
	AdviceID  string
	Time      string
	Reason    string
	Amount    *money.Amount // final amount; nil: the whole (confirm) or nothing (reverse)
	Body      []byte        // canonical JSON of the advice
	// Render writes an answer of this message's service from a reply; pure, called inside the writing transaction.
	Render func(Reply) Outbound
}

// ReplyKind tells the renderer what kind of answer to write.
type ReplyKind int

// The kinds of replies.
const (
	// ReplyError is an ErrorDetail with Status and ErrorType.
	ReplyError ReplyKind = iota
	// ReplyApproved is the success answer of a request, made from Approval (status 201, 200 for a look-up).
	ReplyApproved
	// ReplyEcho is the 202 echo of an accepted advice.
	ReplyEcho
	// ReplyStored repeats Body with Status exactly.
	ReplyStored
)

// Reply is what the switch says to its client, before it is written in the service's words.
type Reply struct {
	Kind     ReplyKind
	Status   int
	Approval *Approval
	Body     []byte // ReplyStored only

	ErrorType    string
	ErrorMessage string // short, for people
	// OriginalID is the member originalId; empty: the key is absent.
	OriginalID string
	// FormatErrors is filled only for FORMAT_ERROR.
	FormatErrors []FormatError
	Detail       Detail
	Provider     ProviderWords
}

// FormatError is one entry of detailMessage.formatErrors.
type FormatError struct {
	Field string
	Msg   string
}

// Detail is the part of detailMessage that the state rules ask for; empty members are left out.
type Detail struct {
	VoucherOf      []byte // a success answer whose voucher member is quoted (DUPLICATE_RECORD); secret
	VoucherID      string
	ReversalID     string
	ConfirmationID string
	Client         bool // quote the client object received
}

// ProviderWords are informational copies of what the provider said.
type ProviderWords struct {
	Code    string
	Message string
	Ref     string
}

// Approval is what a success answer is built from (vouchers.md 2.1).
type Approval struct {
	SettlementEntity Institution // of the route; used when the request names none
	Receiver         Institution // of the route; used when the request names none
	SettlementRef    string      // fresh reference appended for the settlement entity
	ReceiverRef      string      // fresh reference appended for the receiver
	// NewVoucher: the voucher among the members is not the one that was redeemed, but what it left or gave back; it goes to
	// the client in place of the echo.
	NewVoucher bool
	Members    []Member // members from the provider's answer: voucher, slipData, amounts, product and the like
}

// Member is one member of a JSON object, its value as raw JSON.
type Member struct {
	Name string
	Raw  []byte
}

// Error types of the voucher service (vouchers.md 3) that the core itself answers with.
const (
	ErrFormat              = "FORMAT_ERROR"
	ErrAuthentication      = "AUTHENTICATION_ERROR"
	ErrDuplicate           = "DUPLICATE_RECORD"
	ErrNotLocated          = "UNABLE_TO_LOCATE_RECORD"
	ErrUpstream            = "UPSTREAM_UNAVAILABLE"
	ErrStatusUnknown       = "VOUCHER_STATUS_UNKNOWN"
	ErrGeneral             = "GENERAL_ERROR"
	ErrNotSupported        = "FUNCTION_NOT_SUPPORTED"
	ErrRouting             = "ROUTING_ERROR"
	ErrProduct             = "INVALID_PRODUCT"
	ErrAmount              = "INVALID_AMOUNT"
	ErrDoNotHonor          = "DO_NOT_HONOR"
	ErrVoucherConfirmed    = "VOUCHER_ALREADY_CONFIRMED"
	ErrVoucherReversed     = "VOUCHER_ALREADY_REVERSED"
	ErrNotRedeemable       = "VOUCHER_NOT_REDEEMABLE"
	ErrAlreadyRedeemed     = "VOUCHER_ALREADY_REDEEMED"
	ErrNotRedeemed         = "VOUCHER_NOT_REDEEMED"
	ErrRedemptionConfirmed = "REDEMPTION_ALREADY_CONFIRMED"
	ErrRedemptionReversed  = "REDEMPTION_ALREADY_REVERSED"
	ErrRedemptionOpen      = "REDEMPTION_NOT_CONFIRMED"
	ErrAlreadyRefunded     = "VOUCHER_ALREADY_REFUNDED"
	ErrNotRefunded         = "VOUCHER_NOT_REFUNDED"
	ErrRefundConfirmed     = "REFUND_ALREADY_CONFIRMED"
	ErrRefundReversed      = "REFUND_ALREADY_REVERSED"
)
