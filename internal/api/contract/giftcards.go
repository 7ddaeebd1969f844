package contract

import (
	"net/http"
	"strings"
)

// GiftCards describes the gift card service (spec/giftcards.md, giftcard-rules.md).
func GiftCards() *Service {
	m := giftCardMessages()
	return &Service{
		ID: "giftcards", Title: "Gift cards",
		Summary: "Activate, load, redeem, void, transfer, replace and look up gift cards.",
		About: "Every request about a card but the look-up is ended by one advice, once it was approved: a confirmation or a reversal. An advice is acknowledged as " +
			"soon as it is stored; the switch delivers it to the issuer. Nothing is sent twice: there is no retry here, a request without a usable answer is reversed.\n\n" +
			"Ids are any printable text of up to 64 characters, UUIDs for preference, and stand in the path and in the body. One id serves one message, ever, " +
			"whether a request or an advice; a declined request has used its id up. Amounts are whole minor units; answers hold numbers, requests may put the digits in quotes. " +
			"Members that are not described here are ignored. A trailing slash makes no difference. A PIN is never stored and never comes back, and of a card's number only first and last digits are shown to anybody.",
		Bases: []string{"/giftcard/v3"},
		Notes: []Note{
			{ID: "unknown", Title: "When no answer comes", Text: "Wait 60 seconds; the switch answers within 55. Without an answer, or after 500, 503 or 504, reverse the request. " +
				"A reversal that finds nothing is answered 404, is remembered, and is final: should the request still arrive, it is refused."},
			{ID: "balances", Title: "Two balances", Text: "`balanceAmount` is the book balance, `availableBalance` what can be spent. A load raises the book at once and the available balance when it is " +
				"confirmed; a redemption lowers both at once. A void changes neither: it freezes the card."},
		},
		Errors: giftCardErrors(),
		Groups: []Group{
			{"Activations", "Selling a card.", m.resource("activations", "activate", "Activate a card",
				"Sells the card as an article, perhaps with a first amount on it. A PIN in the message becomes the card's PIN.",
				m.activation, activationBody, activationAnswer, m.tenderAdvice, "INVALID_PRODUCT", "CARD_ACTIVATED", "CARD_VOIDED")},
			{"Loads", "Putting money on a card.", m.resource("loads", "load", "Load money onto a card",
				"Adds `amounts.requestAmount`. The card's activation must be confirmed.", m.load, loadBody, loadAnswer, m.tenderAdvice, "CARD_NOT_ACTIVATED", "INVALID_AMOUNT", "CARD_VOIDED")},
			{"Redemptions", "Paying with a card.", m.resource("redemptions", "redeem", "Pay with a card",
				"Takes `amounts.requestAmount` in full or not at all. A redemption is itself the tender, and is confirmed all the same.", m.redemption, redemptionBody, redemptionAnswer, m.basicAdvice,
				"INSUFFICIENT_FUNDS", "INCORRECT_PIN", "CARD_NOT_ACTIVATED", "TRANSACTION_NOT_SUPPORTED", "CARD_VOIDED")},
			{"Voids", "Taking a card out of use.", m.resource("voids", "void", "Void a card",
				"Freezes a card whose activation is confirmed; its balance stays visible.", m.void, voidBody, voidAnswer, m.basicAdvice, "CARD_NOT_ACTIVATED", "CARD_VOIDED")},
			{"Transfers", "Moving money between cards.", m.resource("transfers", "transfer", "Move money to another card",
				"Takes `amounts.requestAmount` from one active card and gives it to another.", m.transfer, transferBody, transferAnswer, m.basicAdvice, "INSUFFICIENT_FUNDS", "CARD_NOT_ACTIVATED", "TRANSACTION_NOT_SUPPORTED")},
			{"Replaces", "A new card for an old one.", m.resource("replaces", "replace", "Replace a card",
				"Moves everything from the old card to a new one and voids the old one.", m.replace, replaceBody, replaceAnswer, m.basicAdvice, "CARD_NOT_ACTIVATED", "CARD_ACTIVATED", "TRANSACTION_NOT_SUPPORTED")},
			{"Look-ups", "Reading without effect.", []Operation{m.lookup()}},
			{"Sandbox", "Help for tests.", append([]Operation{resetOperation("resetGiftCards", m.errorDetail, false)}, m.dumps()...)},
		},
	}
}

// resource makes the three operations of one resource: the request, its confirmation and its reversal.
func (m *cardSet) resource(path, name, summary, about string, s *Schema, request, answer string, confirmation *Schema, refusals ...string) []Operation {
	singular := strings.TrimSuffix(path, "s")
	kind := strings.ToUpper(singular)
	own := m.id(singular+"Id", "The id of the request, equal to `id` in the body.", cardRequestID)
	create := Operation{
		ID: name, Method: http.MethodPost, Path: "/" + path + "/{" + singular + "Id}", Summary: summary, About: about,
		Next:       "Confirm it when the sale goes through, reverse it when not, or when no usable answer came.",
		Parameters: []Parameter{own}, Request: m.body(s, Example{name, "", request}),
		Answers: m.answers("Approved.", m.answer(s), Example{"approved", "", answer}, kind+"_REQUEST", refusals),
	}
	noun := strings.ToUpper(path[:1]) + singular[1:]
	middle := m.id(singular+"Id", "The id of the request, equal to `requestId` in the body.", cardRequestID)
	confirm := m.advice(create.Path+"/confirmations/{confirmationId}", "confirm"+noun, "Confirm: "+strings.ToLower(summary), confirmation,
		[]Parameter{middle, m.id("confirmationId", "The id of the confirmation, equal to `id` in the body.", adviceID)}, kind+"_CONFIRMATION", "GENERAL_ERROR")
	reverse := m.advice(create.Path+"/reversals/{reversalId}", "reverse"+noun, "Undo: "+strings.ToLower(summary), m.reversal,
		[]Parameter{middle, m.id("reversalId", "The id of the reversal, equal to `id` in the body.", adviceID)}, kind+"_REVERSAL", m.tooLate(path))
	confirm.About = "Makes the request final; it is never reversed afterwards."
	reverse.About = "Undoes the request; it is never confirmed afterwards."
	return []Operation{create, confirm, reverse}
}

// tooLate is how a reversal after the confirmation is refused.
func (m *cardSet) tooLate(path string) string {
	switch path {
	case "activations":
		return "CARD_ACTIVATED"
	case "voids":
		return "CARD_VOIDED"
	}
	return "TRANSACTION_NOT_SUPPORTED"
}

func (m *cardSet) lookup() Operation {
	op := Operation{
		ID: "lookupGiftcard", Method: http.MethodPost, Path: "/lookupGiftcard/{lookupId}", Summary: "Look at a card",
		About:      "Tells both balances of a card, new, expired or voided ones included. `card` or `cardHolder` says which.",
		Next:       "Nothing. It may be repeated under a new id.",
		Parameters: []Parameter{m.id("lookupId", "The id of the look-up, equal to `id` in the body.", cardRequestID)},
		Request:    m.body(m.lookupRequest, Example{"card", "", lookupBody}),
		Answers: m.answers("The card.", m.lookupResponse, Example{"card", "", lookupAnswer}, "LOOKUP_REQUEST",
			nil),
	}
	return op
}

// dumps are the looks into the simulated issuer's books.
func (m *cardSet) dumps() []Operation {
	entry := record(members(must("card", m.dumpedCard(), ""), must("balance", m.money, "the book balance"), must("status", words(), ""), may("product", m.product, ""))).named("CardOnFile", "")
	sold := record(members(must("product", m.product, ""), must("startingBalance", m.money, ""))).named("ProductOnFile", "")
	books := record(members(must("cards", list(entry), ""), must("products", list(sold), ""))).named("IssuerData", "What the simulated issuer has on file, PINs included.")
	dump := func(id, path, summary string, parameters ...Parameter) Operation {
		return Operation{
			ID: id, Method: http.MethodGet, Path: "/testServerAdmin/data" + path, Summary: summary, Sandbox: true, Parameters: parameters,
			About: "What is unknown gives empty lists.",
			Answers: sortAnswers(append([]Answer{{Status: http.StatusOK, About: "The data.", Schema: books, Examples: []Example{{Name: "data", Text: dumpAnswer}}}},
				commonAnswers(m.errorDetail, "GENERAL_ERROR", []string{"GENERAL_ERROR"})...)),
		}
	}
	return []Operation{
		dump("dumpData", "", "See all cards and products"),
		dump("dumpCard", "/card/{pan}", "See one card", Parameter{Name: "pan", In: "path", About: "Its number.", Schema: text(), Required: true, Sample: cardNumber}),
		dump("dumpProduct", "/product/{productId}", "See one product", Parameter{Name: "productId", In: "path", About: "Its id.", Schema: text(), Required: true, Sample: "GIFT100"}),
	}
}
