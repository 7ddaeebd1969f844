package giftcardclient

import "github.com/signalboxhq/signalbox/internal/switchcore"

// Error types of giftcards.md 3 as an issuer uses them.
const (
	errDoNotHonour = "DO_NOT_HONOUR"
	errTemporary   = "TEMPORARY_FAILURE"
)

// meaning says what an error type of an issuer is about.
type meaning byte

const (
	unlisted meaning = iota // a word we do not know
	business                // the issuer looked at the card and refused: the client hears the same word
	ours                    // it speaks of our message, or of our own sign-in; to the client it would speak of its own
	unclear                 // it says itself that it does not know
)

func meaningOf(errorType string) meaning {
	switch errorType {
	case "INVALID_AMOUNT", "TRANSACTION_NOT_SUPPORTED", "UNABLE_TO_LOCATE_RECORD", "INVALID_PRODUCT", "CARD_NOT_ACTIVATED",
		"CARD_ACTIVATED", "CARD_VOIDED", "CARD_BLOCKED", "CARD_DELETED", "FUNCTION_BLOCKED_FOR_CARD_RANK",
		"FUNCTION_NOT_SUPPORTED_FOR_CARD_RANK", "INSUFFICIENT_FUNDS", "INVALID_CARD_NUMBER", "CARD_EXPIRED", "INCORRECT_PIN",
		errTemporary, errDoNotHonour, "PIN_ATTEMPTS_EXCEEDED", switchcore.ErrGeneral, switchcore.ErrNotSupported:
		return business
	case switchcore.ErrDuplicate, switchcore.ErrFormat, switchcore.ErrRouting:
		return ours
	case switchcore.ErrUpstream:
		return unclear
	}
	return unlisted
}

// clientType is the type a client is answered with for a decline.
func clientType(errorType string) string {
	if meaningOf(errorType) == business {
		return errorType
	}
	return errDoNotHonour
}
