package giftcards

import (
	"sync"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// labels are the error types of this service (spec/giftcards.md 3) and what people are told when there are no better
// words: at most 20 characters.
//
//nolint:gochecknoglobals // a constant table
var labels = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"DUPLICATE_RECORD": "Repeated UUID", "FORMAT_ERROR": "Bad formatting", "FUNCTION_NOT_SUPPORTED": "Not supported",
		"GENERAL_ERROR": "Not possible", "INVALID_AMOUNT": "Invalid amount", "ROUTING_ERROR": "No issuer for it",
		"TRANSACTION_NOT_SUPPORTED": "Not possible", "UNABLE_TO_LOCATE_RECORD": "No request record.",
		"UPSTREAM_UNAVAILABLE": "Issuer unavailable", "INVALID_PRODUCT": "Unknown product", "CARD_NOT_ACTIVATED": "Not active",
		"CARD_ACTIVATED": "Card active", "CARD_VOIDED": "Card voided", "CARD_BLOCKED": "Card blocked", "CARD_DELETED": "Card deleted",
		"FUNCTION_BLOCKED_FOR_CARD_RANK": "Blocked for rank", "INSUFFICIENT_FUNDS": "Insufficient funds",
		"INVALID_CARD_NUMBER": "Unknown card", "CARD_EXPIRED": "Card expired", "INCORRECT_PIN": "Incorrect PIN",
		"TEMPORARY_FAILURE": "Try again later", "DO_NOT_HONOUR": "Declined by issuer", "PIN_ATTEMPTS_EXCEEDED": "Too many PINs",
	}
})

// errorType gives this service's word for a type that the switch speaks of in the voucher service's words; what the
// service does not know is a GENERAL_ERROR.
func errorType(t string) string {
	switch t {
	case switchcore.ErrDoNotHonor:
		return "DO_NOT_HONOUR"
	case "FUNCTION_NOT_SUPPORTED_FOR_CARD_RANK": // its name in earlier models
		return "FUNCTION_BLOCKED_FOR_CARD_RANK"
	}
	if _, known := labels()[t]; known {
		return t
	}
	return switchcore.ErrGeneral
}

func label(errorType string) string { return labels()[errorType] }
