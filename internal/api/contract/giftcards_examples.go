package contract

import "strings"

const (
	cardRequestID = "5d0a7b11-6c22-4e33-8f44-9a55bb66cc77"
	cardNumber    = "6000000000000000017"
	otherCard     = "6000000000000000025"

	cardSent    = `"card":{"pan":"` + cardNumber + `","expiryDate":"3512"}`
	sourceSent  = `"sourceCard":{"pan":"` + cardNumber + `","expiryDate":"3512"},"targetCard":{"pan":"` + otherCard + `","expiryDate":"3512"}`
	replaceSent = `"oldCard":{"pan":"` + cardNumber + `","expiryDate":"3512"},"newCard":{"pan":"` + otherCard + `","expiryDate":"3512"}`
	articleSent = `"product":{"id":"GIFT100"}`
	amount25000 = `"amounts":{"requestAmount":{"amount":25000,"currency":"710"}}`
	card        = `"card":{"pan":"` + cardNumber + `","expiryDate":"3512"}`
)

// The requests of the examples, and their answers.
//
//nolint:gochecknoglobals // constant texts
var (
	activationBody = requestOf(cardRequestID, cardSent, articleSent, amount25000)
	loadBody       = requestOf(cardRequestID, cardSent, amount25000)
	redemptionBody = requestOf(cardRequestID, `"card":{"pan":"`+cardNumber+`","expiryDate":"3512","pin":{"type":"CLEAR_PIN","pin":"1234"}}`, amount25000)
	voidBody       = requestOf(cardRequestID, cardSent)
	transferBody   = requestOf(cardRequestID, sourceSent, amount25000)
	replaceBody    = requestOf(cardRequestID, replaceSent)
	lookupBody     = requestOf(cardRequestID, cardSent)

	activationAnswer = answerOf(cardRequestID, card, articleSent, after(25000, 25000, 25000))
	loadAnswer       = answerOf(cardRequestID, card, after(25000, 50000, 25000))
	redemptionAnswer = answerOf(cardRequestID, card, after(25000, 25000, 25000))
	voidAnswer       = answerOf(cardRequestID, card, `"product":{"id":"GIFT100","barcode":"6001234567890","type":"physical"}`, after(0, 25000, 25000))
	transferAnswer   = answerOf(cardRequestID, sourceSent, after(25000, 0, 0))
	replaceAnswer    = answerOf(cardRequestID, replaceSent, after(0, 25000, 0))
	lookupAnswer     = answerOf(cardRequestID, card, `"product":{"id":"GIFT100"}`, after(0, 25000, 25000))
)

const dumpAnswer = `{"cards":[{"card":{"pan":"` + cardNumber + `","expiryDate":"3512","clearPin":"1234"},"balance":{"amount":25000,"currency":"710"},"status":"ACTIVATED_CONFIRMED",` +
	`"product":{"id":"GIFT100"}}],"products":[{"product":{"id":"GIFT100","barcode":"6001234567890","type":"physical"},"startingBalance":{"amount":0,"currency":"710"}}]}`

// after writes the amounts of an answer; without an amount asked for there are balances only.
func after(asked, book, available int64) string {
	money := func(name string, minor int64) string {
		return `"` + name + `":{"amount":` + digits(minor) + `,"currency":"710"}`
	}
	var parts []string
	if asked > 0 {
		parts = append(parts, money("requestAmount", asked), money("approvedAmount", asked))
	}
	parts = append(parts, money("balanceAmount", book), money("availableBalance", available))
	return `"amounts":{` + strings.Join(parts, ",") + `}`
}

// cardError is an error of this service; original is the request of a refused advice.
func cardError(kind, message, requestType, original string) string {
	id := cardRequestID
	if original != "" {
		id = adviceID + `","originalId":"` + original
	}
	return `{"errorType":"` + kind + `","errorMessage":"` + message + `","requestType":"` + requestType + `","id":"` + id + `"}`
}

// cardRefusals shows the refusals that are worth seeing.
func cardRefusals(types []string, requestType, original string) []Example {
	texts := map[string]string{}
	for kind, message := range map[string]string{
		"DUPLICATE_RECORD": "Repeated UUID", "CARD_NOT_ACTIVATED": "Not active", "INSUFFICIENT_FUNDS": "Insufficient funds", "INCORRECT_PIN": "Incorrect PIN",
		"CARD_ACTIVATED": "Card active", "TRANSACTION_NOT_SUPPORTED": "Request confirmed",
	} {
		texts[kind] = cardError(kind, message, requestType, original)
	}
	texts["FORMAT_ERROR"] = strings.TrimSuffix(cardError("FORMAT_ERROR", "Bad formatting", requestType, original), "}") +
		`,"detailMessage":{"formatErrors":[{"field":"originator","msg":"originator may not be null","value":"null"}]}}`
	if original != "" {
		texts["GENERAL_ERROR"] = strings.TrimSuffix(cardError("GENERAL_ERROR", "Request reversed", requestType, original), "}") + `,"detailMessage":{"reversalId":"` + exampleFresh + `"}}`
	}
	return pick(types, texts)
}
