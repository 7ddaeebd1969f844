package contract

import "net/http"

// cardSet holds the messages of the gift card service (spec/giftcards.md 2, giftcard-rules.md 4).
type cardSet struct {
	*objects
	card, product, amounts                                       *Schema
	activation, load, redemption, void, transfer, replace        *Schema
	lookupRequest, lookupResponse                                *Schema
	tenderAdvice, basicAdvice, reversal, adviceEcho, errorDetail *Schema
	printed                                                      *Schema
	answered                                                     map[*Schema]*Schema // request -> response
}

func giftCardMessages() *cardSet {
	o := shared(true)
	o.slip = slipData(text().like("REF001"), true)
	o.posInfo = posInfo(forgiven)
	m := &cardSet{objects: o, card: giftCard(o), product: cardProduct(), answered: map[*Schema]*Schema{}, printed: printedSlip()}
	available := may("availableBalance", o.money, "what can be spent now; balanceAmount is the book balance")
	m.amounts = record(amountMembers(o.money, required), members(available)).named("GiftcardAmounts", "The amounts of a request. They may not be below zero.")
	final := record(amountMembers(o.money, optional), members(available)).named("FinalAmounts", "The amounts of an advice or answer.")
	m.errorDetail = cardErrorDetail()

	card, amounts, product := must("card", m.card, ""), must("amounts", m.amounts, ""), may("product", m.product, "")
	m.activation = m.request("Activation", final, card, must("product", m.product, "the article it is sold as"), may("amounts", m.amounts, "a first amount"))
	m.load = m.request("Load", final, card, amounts, product)
	m.redemption = m.request("Redemption", final, card, amounts, product, may("basket", basket(), ""), may("points", points(o.money), ""))
	m.void = m.request("Void", final, card, product)
	m.transfer = m.request("Transfer", final, must("sourceCard", m.card, "gives"), must("targetCard", m.card, "takes"), amounts, product)
	m.replace = m.request("Replace", final, must("oldCard", m.card, ""), must("newCard", m.card, ""), product)
	m.lookupRequest = m.request("Lookup", final, may("card", m.card, ""))
	m.lookupRequest.either = []string{"card", "cardHolder"}
	m.lookupResponse = m.answered[m.lookupRequest]

	advice := func() []Member { return o.advice(cardID(), final, forgiven) }
	m.tenderAdvice = record(advice(), members(may("tenders", o.tenders, "how the customer paid"))).on(everyAdvice).named("TenderAdvice", "A confirmation that says how the customer paid.")
	m.basicAdvice = record(advice()).on(everyAdvice).named("BasicAdvice", "A confirmation.")
	m.reversal = record(advice(), members(must("reversalReason", o.reason, ""))).on(everyAdvice).named("BasicReversal", "A reversal.")
	m.adviceEcho = record(members(
		must("id", cardID(), ""), must("requestId", cardID(), ""), must("time", moment(), ""), must("thirdPartyIdentifiers", o.identifiers, ""),
	)).named("BasicAdviceResponse", "The advice as it was received, as far as these members go.")
	return m
}

func cardID() *Schema { return sized(1, 64).like(cardRequestID) }

// request makes the messages of an operation: the request and what answers it.
func (m *cardSet) request(name string, final *Schema, own ...Member) *Schema {
	holder := members(may("posInfo", m.posInfo, ""), forgiven("cardHolder", m.customer, "the person"))
	asked := record(append(m.transaction(cardID(), forgiven), holder...), own).on(everyRequest).named(name+"Request", "")
	repeated := members()
	for _, o := range own {
		switch {
		case o.name == "amounts":
		case o.schema == m.card:
			repeated = append(repeated, must(o.name, m.card, "as sent, without its PIN"))
		default:
			repeated = append(repeated, may(o.name, o.schema, ""))
		}
	}
	extra := members(may("amounts", final, "with the balances after it"), may("slipData", m.printed, ""), may("posInfo", m.posInfo, ""))
	if asked.member("product") == nil {
		extra = append(extra, may("product", m.product, ""))
	}
	m.answered[asked] = record(m.identified(cardID()), repeated, extra).named(name+"Response", "The request, completed. Members that are not listed may come.")
	return asked
}

func (m *cardSet) answer(request *Schema) *Schema { return m.answered[request] }

func giftCard(o *objects) *Schema {
	return record(members(
		must("pan", matching("[0-9]{1,19}").like(cardNumber), "the card's number; leading zeros count"),
		may("expiryDate", matching("[0-9]{4}").like("3512"), "YYMM; the issuer compares it"), may("pin", o.pin, "outranks the two members below"),
		may("clearPin", text().like("1234"), "better: pin"), may("encryptedPin", boundedPattern("[0-9ABCDEF]+", 512).like("0412AC89ABCDEF67"), "better: pin"),
		may("rank", text().like("primary"), ""),
	)).named("Card", "A gift card.")
}

func boundedPattern(expr string, most int) *Schema {
	s := matching(expr)
	s.hi = most
	return s
}

func cardProduct() *Schema {
	return record(members(
		must("id", matching("[0-9A-Za-z]{1,100}").like("GIFT100"), ""), may("barcode", matching("[0-9A-Za-z]{1,13}").like("6001234567890"), ""),
		may("type", sized(1, 50).like("physical"), ""),
	)).named("Product", "A gift card article, not the goods in a basket.")
}

func basket() *Schema {
	item := record(members(
		may("productId", matching("[0-9A-Za-z]{1,20}").like("BREAD"), ""), may("productName", matching("[0-9A-Za-z]{1,50}").like("Bread"), ""),
		may("productType", matching("[0-9A-Za-z]{1,30}").like("food"), ""), may("quantity", number(), ""), may("unit", oneOf("UNIT", "LITRE", "KILOGRAM"), ""),
	)).named("BasketItem", "")
	return record(members(must("basketId", matching("[0-9A-Za-z]{1,20}").like("B7"), ""), may("items", list(item), ""))).named("Basket", "What is bought with the card.")
}

func points(money *Schema) *Schema {
	amount := record(members(
		must("amount", minor(true).like(int64(5)), "a number of points"), may("currencyEquivalent", money, ""), may("pointsDueToExpire", minor(true).like(int64(1)), ""), may("expiryDate", moment(), ""),
	)).named("PointsAmount", "")
	return record(members(
		may("requestAmount", amount, ""), may("approvedAmount", amount, ""), may("balanceAmount", amount, ""), may("availableAmount", amount, ""),
	)).named("PointAmounts", "")
}

// dumpedCard is a card as the simulated issuer shows it.
func (m *cardSet) dumpedCard() *Schema {
	return record(members(must("pan", words(), ""), must("expiryDate", words(), ""), may("clearPin", words(), ""), may("encryptedPin", words(), ""))).named("CardData", "")
}

func (m *cardSet) id(name, about, sample string) Parameter {
	return Parameter{Name: name, In: "path", About: about, Schema: cardID(), Required: true, Sample: sample}
}

func (m *cardSet) body(s *Schema, example Example) *Body {
	return &Body{Media: "application/json", Schema: s, Examples: []Example{example}}
}

// answers are those of a request.
func (m *cardSet) answers(about string, s *Schema, done Example, requestType string, refusals []string) []Answer {
	first := Answer{Status: http.StatusCreated, About: about, Schema: s, Headers: []Header{{"Location", "The path of the request."}}, Examples: []Example{done}}
	types := append([]string{"FORMAT_ERROR", "DUPLICATE_RECORD", "INVALID_CARD_NUMBER", "CARD_EXPIRED", "GENERAL_ERROR", "ROUTING_ERROR", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOUR"}, refusals...)
	if requestType == "LOOKUP_REQUEST" {
		types = []string{"FORMAT_ERROR", "DUPLICATE_RECORD", "INVALID_CARD_NUMBER", "ROUTING_ERROR", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOUR"}
	}
	refused := Answer{Status: http.StatusBadRequest, About: "Declined; final, with no effect:", Schema: m.errorDetail, Types: types, Examples: cardRefusals(types, requestType, "")}
	missing := Answer{Status: http.StatusNotFound, Name: "NotFound", About: "The issuer knows nothing of it:", Schema: m.errorDetail, Types: []string{"UNABLE_TO_LOCATE_RECORD"}, Examples: []Example{
		{Name: "unknown", Text: cardError("UNABLE_TO_LOCATE_RECORD", "No request record.", "LOAD_REQUEST", "")},
	}}
	silent := Answer{Status: http.StatusGatewayTimeout, Name: "NoAnswer", About: "The issuer did not answer in time; the outcome is unknown:", Schema: m.errorDetail, Types: []string{"UPSTREAM_UNAVAILABLE"}, Examples: []Example{
		{Name: "silent", Text: cardError("UPSTREAM_UNAVAILABLE", "Issuer unavailable", "LOAD_REQUEST", "")},
	}}
	return sortAnswers(append([]Answer{first, refused, missing, silent}, commonAnswers(m.errorDetail, "GENERAL_ERROR", []string{"GENERAL_ERROR"})...))
}

// advice is a confirmation or reversal; late is how it is refused when the other one came first.
func (m *cardSet) advice(path, id, summary string, s *Schema, parameters []Parameter, requestType, late string) Operation {
	example := adviceBody(cardRequestID)
	if s == m.reversal {
		example = adviceBody(cardRequestID, `"reversalReason":"TIMEOUT"`)
	} else if s == m.tenderAdvice {
		example = adviceBody(cardRequestID, `"tenders":[{"tenderType":"CASH","amount":{"amount":25000,"currency":"710"}}]`)
	}
	types := []string{"FORMAT_ERROR", "DUPLICATE_RECORD", "GENERAL_ERROR"}
	if late != "GENERAL_ERROR" {
		types = append(types, late)
		if late != "CARD_VOIDED" {
			types = append(types, "CARD_VOIDED")
		}
	}
	done := Answer{Status: http.StatusAccepted, About: "Accepted and stored: it will have its effect exactly once. A repeat is answered the same.", Schema: m.adviceEcho, Examples: []Example{{"accepted", "", adviceBody(cardRequestID)}}}
	refused := Answer{Status: http.StatusBadRequest, About: "Refused; final:", Schema: m.errorDetail, Types: types, Examples: cardRefusals(types, requestType, cardRequestID)}
	missing := Answer{Status: http.StatusNotFound, Name: "NoSuchRequest", About: "No request of yours has this id. A reversal is remembered:", Schema: m.errorDetail, Types: []string{"UNABLE_TO_LOCATE_RECORD"}, Examples: []Example{
		{Name: "unknown", Text: cardError("UNABLE_TO_LOCATE_RECORD", "No request record.", "LOAD_REVERSAL", cardRequestID)},
	}}
	silent := Answer{Status: http.StatusGatewayTimeout, Name: "StillOpen", About: "A confirmation that came before the request was answered; it is not stored. Send it again:", Schema: m.errorDetail, Types: []string{"UPSTREAM_UNAVAILABLE"}, Examples: []Example{
		{Name: "open", Text: cardError("UPSTREAM_UNAVAILABLE", "Issuer unavailable", "LOAD_CONFIRMATION", cardRequestID)},
	}}
	return Operation{
		ID: id, Method: http.MethodPost, Path: path, Summary: summary, Parameters: parameters,
		Next:    "Nothing after 202, 400 or 404. After anything else, or no answer, send the same advice again with the same id until one of them comes.",
		Request: m.body(s, Example{"advice", "", example}),
		Answers: sortAnswers(append([]Answer{done, refused, missing, silent}, commonAnswers(m.errorDetail, "GENERAL_ERROR", []string{"GENERAL_ERROR"})...)),
	}
}
