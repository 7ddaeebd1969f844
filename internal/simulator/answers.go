package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Error types of the voucher service this server answers with.
const (
	errAuthentication   = "AUTHENTICATION_ERROR"
	errDuplicate        = "DUPLICATE_RECORD"
	errFormat           = "FORMAT_ERROR"
	errNotFound         = "UNABLE_TO_LOCATE_RECORD"
	errVoucherConfirmed = "VOUCHER_ALREADY_CONFIRMED"
	errVoucherReversed  = "VOUCHER_ALREADY_REVERSED"
	errNotRedeemable    = "VOUCHER_NOT_REDEEMABLE"
	errAlreadyRedeemed  = "VOUCHER_ALREADY_REDEEMED"
	errNotRedeemed      = "VOUCHER_NOT_REDEEMED"
	errRedeemConfirmed  = "REDEMPTION_ALREADY_CONFIRMED"
	errRedeemReversed   = "REDEMPTION_ALREADY_REVERSED"
	errRedeemOpen       = "REDEMPTION_NOT_CONFIRMED"
	errAlreadyRefunded  = "VOUCHER_ALREADY_REFUNDED"
	errNotRefunded      = "VOUCHER_NOT_REFUNDED"
	errRefundConfirmed  = "REFUND_ALREADY_CONFIRMED"
	errRefundReversed   = "REFUND_ALREADY_REVERSED"
	errUpstream         = "UPSTREAM_UNAVAILABLE"
	errStatusUnknown    = "VOUCHER_STATUS_UNKNOWN"
	errDoNotHonor       = "DO_NOT_HONOR"
	errNotSupported     = "FUNCTION_NOT_SUPPORTED"
	errGeneral          = "GENERAL_ERROR"
	errInvalidAmount    = "INVALID_AMOUNT"
	errInvalidProduct   = "INVALID_PRODUCT"
)

// refusal is a failed answer before it is written: the ErrorDetail members and
// the HTTP status they go with.
type refusal struct {
	status     int
	ErrorType  string  `json:"errorType"`
	Message    string  `json:"errorMessage"`
	ID         string  `json:"id,omitempty"`
	OriginalID string  `json:"originalId,omitempty"`
	Detail     *detail `json:"detailMessage,omitempty"`
	Code       string  `json:"providerErrorCode,omitempty"`
	CodeText   string  `json:"providerErrorMsg,omitempty"`
}

type detail struct {
	VoucherID      string        `json:"voucherId,omitempty"`
	ReversalID     string        `json:"reversalId,omitempty"`
	ConfirmationID string        `json:"confirmationId,omitempty"`
	Client         *party        `json:"client,omitempty"`
	Voucher        *voucher      `json:"voucher,omitempty"`
	FormatErrors   []formatError `json:"formatErrors,omitempty"`
}

type formatError struct {
	Field string `json:"field,omitempty"`
	Msg   string `json:"msg"`
}

func refuse(status int, errorType, text string) *refusal {
	return &refusal{status: status, ErrorType: errorType, Message: text}
}

func unsupported(what string) *refusal {
	return refuse(http.StatusBadRequest, errNotSupported, what+" not offered by this provider")
}

func badFormat(faults ...formatError) *refusal {
	r := refuse(http.StatusBadRequest, errFormat, "message does not fit the interface")
	if len(faults) > 0 {
		r.Detail = &detail{FormatErrors: faults}
	}
	return r
}

// about fills the id members: the message refused and, where due, the message
// it refers to.
func (r *refusal) about(id, original string) *refusal {
	r.ID, r.OriginalID = id, original
	return r
}

// answer is what a well-behaved provider would send; faults bend it on its way
// out. Exactly one of msg, raw and other is set.
type answer struct {
	status int
	msg    *message // success of a request
	raw    []byte   // already encoded body (echo of an advice)
	other  any      // anything else
}

func (r *refusal) answer() answer { return answer{status: r.status, other: r} }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode renders the body of the answer into buf.
func (a answer) encode(buf *bytes.Buffer) {
	var v any = a.msg
	if a.raw != nil {
		buf.Write(a.raw)
		return
	}
	if a.msg == nil {
		v = a.other
	}
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		buf.WriteString("{}")
	}
}

// write sends the answer as it stands.
func (a answer) write(w http.ResponseWriter) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	a.encode(buf)
	stage.WriteBody(w, a.status, buf.Bytes())
}
