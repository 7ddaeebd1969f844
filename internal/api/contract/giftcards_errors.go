package contract

const reverseIt = "A request: reverse it. An advice: send it again."

func giftCardErrors() ErrorTable {
	return ErrorTable{
		Key: "errorType",
		About: "The status and `errorType` decide; `errorMessage`, of 20 characters at most, and `detailMessage` are for people. A body may be missing or of another form when " +
			"something in between answers: then go by the status alone.",
		Rows: []Refusal{
			{"FORMAT_ERROR", "400", "The message is not as described, or its ids differ from the path.", "Mend the program. The id is not used up."},
			{"DUPLICATE_RECORD", "400", "This id was used before, by whatever message.", "A request without a known answer: reverse that id. A new request: a new id."},
			{"UNABLE_TO_LOCATE_RECORD", "404", "No request of this kind has this id.", "After a reversal: done, nothing to undo. After a confirmation: call for help."},
			{"GENERAL_ERROR", "400", "An advice about a request that was declined or reversed, or a request whose reversal came first (`originalId`).", "Nothing: it had no effect, or was undone."},
			{"GENERAL_ERROR", "401, 403", "No or wrong credentials, an expired token, a certificate or an address that is not yours.", "Fetch a new token once; then call for help. Keep advices for later."},
			{"GENERAL_ERROR", "429", "Too many calls, or too many wrong passwords.", "Wait as `Retry-After` says, then send the same again."},
			{"GENERAL_ERROR", "500", "Something went wrong; the effect is unknown.", reverseIt},
			{"UPSTREAM_UNAVAILABLE", "503", "Nothing was begun, or the issuer could not be reached.", reverseIt},
			{"UPSTREAM_UNAVAILABLE", "504", "The issuer did not answer in time; the outcome is unknown.", reverseIt},
			{"TEMPORARY_FAILURE", "400, 503", "The issuer asks to come back later.", "Try again later with a new id."},
			{"INVALID_CARD_NUMBER", "400", "The issuer does not know the card, or source and target are one card.", "Check the card."},
			{"INVALID_PRODUCT", "400", "The issuer does not know the article.", "Correct the article."},
			{"INVALID_AMOUNT", "400", "Below zero, the wrong currency, or more than was approved.", "Correct the amount."},
			{"CARD_NOT_ACTIVATED", "400", "The card was not sold yet, or its sale is not confirmed.", "Activate it; confirm the activation."},
			{"CARD_ACTIVATED", "400", "It is sold already; or: the activation is confirmed, so it cannot be reversed.", "Use the card; void it to take it back."},
			{"CARD_VOIDED", "400", "The card is out of use; or: the void is confirmed.", "Another card. A reversal refused so is settled by people."},
			{"CARD_BLOCKED", "400", "The issuer has blocked the card.", "Send the customer to the issuer."},
			{"CARD_DELETED", "400", "The issuer has deleted the card.", "Send the customer to the issuer."},
			{"CARD_EXPIRED", "400", "The card is past its expiry, or the expiry sent is not the one on file.", "Check what was read from the card."},
			{"INSUFFICIENT_FUNDS", "400", "More than the available balance.", "Take less, and the rest otherwise."},
			{"INCORRECT_PIN", "400", "The PIN is wrong, missing, or the card has none.", "Ask again."},
			{"PIN_ATTEMPTS_EXCEEDED", "400", "Too many wrong PINs.", "Send the customer to the issuer."},
			{"FUNCTION_BLOCKED_FOR_CARD_RANK", "400", "This card may not do that.", "Use the primary card."},
			{"TRANSACTION_NOT_SUPPORTED", "400", "A reversal after the confirmation.", "Nothing: it is final. Balance it by the opposite operation."},
			{"ROUTING_ERROR", "400", "No issuer serves this card or article.", "Check the card; else call for help."},
			{"FUNCTION_NOT_SUPPORTED", "400, 404, 405", "The issuer does not offer this, or the path or method is unknown.", "Do not repeat."},
			{"DO_NOT_HONOUR", "400", "The issuer declined, for reasons of its own.", "Tell the customer; no advice is needed."},
		},
	}
}

func cardErrorDetail() *Schema {
	entry := record(members(may("field", words(), "the last name of the member's path"), must("msg", words(), "the whole path and what is wrong"), may("value", words(), "`null` when it is missing; never a secret"))).named("FormatError", "")
	detail := record(members(
		may("formatErrors", list(entry), ""), may("pathId", words(), ""), may("requestId", words(), ""), may("reversalId", words(), ""), may("confirmationId", words(), ""),
		may("providerErrorCode", words(), ""), may("providerErrorMsg", words(), ""), may("providerRef", words(), ""),
	)).named("DetailMessage", "For people. Members may be added.")
	kinds := []string{}
	for _, of := range []string{"ACTIVATION", "LOAD", "REDEMPTION", "REPLACE", "TRANSFER", "VOID"} {
		kinds = append(kinds, of+"_REQUEST", of+"_CONFIRMATION", of+"_REVERSAL")
	}
	return record(members(
		must("errorType", oneOf(giftCardErrors().types()...), ""), must("errorMessage", sized(0, 20), "for people"),
		may("requestType", oneOf(append(kinds, "LOOKUP_REQUEST")...), "the message that failed"), may("id", words(), "of the message that failed"),
		may("originalId", words(), "an advice: the request's id. A request whose reversal came first: the reversal's id"), may("detailMessage", detail, ""),
	)).named("ErrorDetail", "Why something was refused.")
}
