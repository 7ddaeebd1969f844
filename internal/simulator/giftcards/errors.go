package giftcards

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Error types of the gift card interface this issuer answers with.
const (
	errFormat       = "FORMAT_ERROR"
	errDuplicate    = "DUPLICATE_RECORD"
	errUnknownCard  = "INVALID_CARD_NUMBER"
	errProduct      = "INVALID_PRODUCT"
	errNotActive    = "CARD_NOT_ACTIVATED"
	errActive       = "CARD_ACTIVATED"
	errVoided       = "CARD_VOIDED"
	errBlocked      = "CARD_BLOCKED"
	errDeleted      = "CARD_DELETED"
	errAmount       = "INVALID_AMOUNT"
	errFunds        = "INSUFFICIENT_FUNDS"
	errPIN          = "INCORRECT_PIN"
	errExpired      = "CARD_EXPIRED"
	errGeneral      = "GENERAL_ERROR"
	errNotFound     = "UNABLE_TO_LOCATE_RECORD"
	errNotSupported = "TRANSACTION_NOT_SUPPORTED"
	errFunction     = "FUNCTION_NOT_SUPPORTED"
	errUpstream     = "UPSTREAM_UNAVAILABLE"
	errDoNotHonour  = "DO_NOT_HONOUR"
)

// refusal is a failed answer before it is written. The message has at most 20
// characters.
type refusal struct {
	status      int
	ErrorType   string `json:"errorType"`
	Message     string `json:"errorMessage"`
	RequestType string `json:"requestType,omitempty"`
	ID          string `json:"id,omitempty"`
	OriginalID  string `json:"originalId,omitempty"`
	Detail      object `json:"detailMessage,omitempty"`
}

func refuse(status int, errorType, label string) *refusal {
	return &refusal{status: status, ErrorType: errorType, Message: label}
}

// bad is the answer of every rule but the ones about shape and lost originals.
func bad(errorType, label, why string, detail object) *refusal {
	r := refuse(http.StatusBadRequest, errorType, label)
	if detail == nil {
		detail = object{}
	}
	detail["freeString"] = why
	r.Detail = detail
	return r
}

func badFormat(faults ...formatError) *refusal {
	r := refuse(http.StatusBadRequest, errFormat, "Bad formatting")
	r.Detail = object{"formatErrors": faults}
	return r
}

// about names the message that failed.
func (r *refusal) about(requestType, id, original string) *refusal {
	r.RequestType, r.ID = requestType, id
	if original != "" {
		r.OriginalID = original
	}
	return r
}

func (r *refusal) answer() stage.Answer { return stage.JSON(r.status, r) }

// requestTypeOf names a message as errors do; do is empty for a request.
func requestTypeOf(op operation, do action) string {
	name := strings.ToUpper(string(op))
	switch do {
	case confirm:
		return name + "_CONFIRMATION"
	case reverse:
		return name + "_REVERSAL"
	}
	return name + "_REQUEST"
}
