package contract

import "net/http"

// voucherSet holds the messages of the voucher service (spec/vouchers.md 2).
type voucherSet struct {
	*objects
	provisionRequest, redemptionRequest, refundRequest  *Schema
	tenderAdvice, basicAdvice, reversal                 *Schema
	provisionResponse, redemptionResponse               *Schema
	lookupResponse, productsResponse, echo, errorDetail *Schema
}

func voucherMessages() *voucherSet {
	o := shared(false)
	o.slip = slipData(matching("[A-Z0-9]{1,40}").like("REF001"), false)
	o.posInfo = posInfo(may)
	m := &voucherSet{objects: o, errorDetail: voucherErrorDetail(o)}
	amounts := record(amountMembers(o.money, optional)).named("Amounts", "The amounts of a transaction; a missing one is zero.")
	product, payments := voucherProduct(o), list(paymentMethod(o))
	base := func() []Member { return o.transaction(uuid(), may) }
	extras := members(may("amounts", amounts, ""), may("product", product, ""), may("tenders", o.tenders, ""), may("posInfo", o.posInfo, ""))
	asked := record(voucherMembers(optional)).named("Voucher", "A voucher. Its code is its value: it is encrypted at rest and masked in every trace.")
	given := record(voucherMembers(required)).named("VoucherWithCode", "A voucher with its code.")

	m.provisionRequest = record(base(), members(may("voucher", asked, "")), extras,
		members(may("paymentMethods", payments, ""), may("recipient", o.customer, "who will use the voucher"))).only().on(everyRequest).named("ProvisionRequest", "")
	m.redemptionRequest = record(base(), members(must("voucher", given, "")), extras).only().on(everyRequest).named("RedemptionRequest", "")
	m.refundRequest = record(base(), members(must("voucher", given, "")), extras).only().on(everyRequest).named("RefundRequest", "")
	advice := func() []Member { return o.advice(uuid(), amounts, may) }
	m.tenderAdvice = record(advice(), members(may("tenders", o.tenders, ""))).only().on(everyAdvice).named("TenderAdvice", "A confirmation that says how the customer paid.")
	m.basicAdvice = record(advice()).only().on(everyAdvice).named("BasicAdvice", "A confirmation.")
	m.reversal = record(advice(), members(must("reversalReason", o.reason, ""))).only().on(everyAdvice).named("BasicReversal", "A reversal.")

	completed := members(may("slipData", printedSlip(), ""), may("product", product, ""), may("amounts", amounts, ""))
	issued := record(members(
		must("code", words(), "what the customer pays for"), may("expiryDate", moment(), ""), may("redeemInstructions", list(words()), "lines for the slip"),
		may("serialNumber", words(), "names it, cannot spend it"), may("batchNumber", words(), ""),
	)).named("IssuedVoucher", "A voucher as its provider gave it.")
	m.provisionResponse = record(o.identified(uuid()), members(must("voucher", issued, "")), completed).
		named("ProvisionResponse", "The request, completed. Members that are not listed may come.")
	m.redemptionResponse = record(o.identified(uuid()), members(must("voucher", given, "")), completed).
		named("RedemptionResponse", "The request, completed. Members that are not listed may come.")
	m.lookupResponse = record(members(
		may("voucher", issued, ""), may("product", product, ""), may("amounts", amounts, "balanceAmount is what is left"), may("posInfo", o.posInfo, ""),
		may("settlementEntity", o.institution, ""), may("receiver", o.institution, ""), may("thirdPartyIdentifiers", list(o.identifiers.item), ""), may("rrn", words(), ""),
	)).named("VoucherLookupResponse", "")
	m.productsResponse = record(members(must("products", list(product), ""))).named("ProductsLookupResponse", "")
	m.echo = record(advice()).named("AdviceEcho", "The advice as it was received.")
	return m
}

func voucherMembers(code need) []Member {
	return members(
		Member{"code", "", sized(1, 512).like("730011882245"), code}, may("expiryDate", moment(), ""), may("redeemInstructions", list(printed().like("Enter the code at checkout.")), ""),
		may("serialNumber", text().like("S-1"), "names it, cannot spend it"), may("batchNumber", text().like("7"), ""),
	)
}

func voucherProduct(o *objects) *Schema {
	id := matching("[A-Za-z0-9-]{1,40}").like("DEMO-100")
	listing := record(members(
		must("channelName", text().like("app"), ""), may("productDisplayName", text().like("Demo 100"), ""), may("productDisplayCategory", text().like("Vouchers"), ""),
		may("productDisplaySortOrder", number(), ""),
	)).named("ChannelProductListing", "")
	return record(members(
		must("productId", id, ""), may("description", sized(0, 250).like("Demo voucher R100"), ""), may("amount", o.money, "a fixed price"),
		may("minAmount", o.money, "the range of a variable one"), may("maxAmount", o.money, ""), may("isFixedValue", truth(), ""), may("receiver", o.institution, "the brand"),
		may("channelProductListings", list(listing), ""), may("name", text().like("Demo 100"), ""), may("type", text().like("voucher"), ""), may("barcode", text().like("6001234"), ""),
	)).named("Product", "What is sold.")
}

// paymentMethod gives the seven payment methods.
func paymentMethod(o *objects) *Schema {
	method := func(kind, name string, own ...Member) *Schema {
		return record(members(
			must("type", oneOf(kind), ""), may("name", text().like("main"), ""), may("amount", o.money, ""), may("issuer", o.institution, ""), may("pin", o.pin, ""),
			may("proxy", sized(0, 40).like("+27820000001"), ""), may("proxyType", oneOf("MSISDN", "EMAIL", "UNKNOWN"), ""),
		), own).named(name, "")
	}
	pocket := record(members(must("pocketName", text().like("fuel"), ""), may("pocketId", text().like("1"), ""))).named("WalletPocket", "")
	block := record(o.block).named("PinBlock", "")
	return choice(
		method("CARD", "CardPayment", must("pan", matching("[0-9]{1,19}").like("4111111111111111"), "never stored in clear"), may("expiryDate", matching("[0-9]{4}").like("3512"), "YYMM"),
			may("posInfo", o.posInfo, ""), may("encryptedPin", block, "better: pin")),
		method("LOYALTY_CARD", "LoyaltyCardPayment", must("cardNumber", matching("[0-9]{16}").like("6000000000000017"), "")),
		method("AN_32_TOKEN", "TokenPayment", must("token", matching("[a-zA-Z0-9]{32}").like("abcdefghijklmnopqrstuvwxyz012345"), "")),
		method("ACCOUNT", "AccountPayment", may("srcAccountId", text().like("1"), ""), may("srcCustomerId", text().like("2"), ""), may("destAccountId", text().like("3"), ""), may("destCustomerId", text().like("4"), "")),
		method("REWARD", "RewardPayment", must("rewardCode", sized(0, 40).like("RW-1"), "")),
		method("WALLET", "WalletPayment", must("walletId", text().like("W-1"), ""), may("walletPocket", pocket, "")),
		method("QR", "QRPayment", must("tranId", text().like("Q-1"), ""), may("partnerPaymentToken", text().like("PT-1"), "")),
	).named("PaymentMethod", "How the customer pays; `type` chooses the members.")
}

func (m *voucherSet) body(s *Schema, examples ...Example) *Body {
	return &Body{Media: "application/json", Schema: s, Examples: examples}
}

// answers are those of a request: the success, the refusals, and what may happen on the way.
func (m *voucherSet) answers(status int, about string, s *Schema, done Example, refusals []string) []Answer {
	list := append(m.informed(status, about, s, done, refusals),
		Answer{Status: http.StatusNotFound, Name: "NotFound", About: "There is no such voucher or request:", Schema: m.errorDetail, Types: []string{"UNABLE_TO_LOCATE_RECORD"}, Examples: []Example{
			{"unknown", "", `{"errorType":"UNABLE_TO_LOCATE_RECORD","errorMessage":"No such voucher","id":"` + spendID + `"}`},
		}},
		Answer{Status: http.StatusGatewayTimeout, Name: "NoAnswer", About: "The provider did not answer in time. The outcome is unknown:", Schema: m.errorDetail, Types: []string{"UPSTREAM_UNAVAILABLE"}, Examples: []Example{
			{"silent", "", `{"errorType":"UPSTREAM_UNAVAILABLE","errorMessage":"No answer from provider","id":"` + saleID + `"}`},
		}})
	return sortAnswers(list)
}

// informed are the answers of an operation that the switch answers from its own records.
func (m *voucherSet) informed(status int, about string, s *Schema, done Example, refusals []string) []Answer {
	first := Answer{Status: status, About: about, Schema: s, Examples: []Example{done}}
	if status == http.StatusCreated {
		first.Headers = []Header{{"Location", "The path of the request."}}
	}
	refused := Answer{Status: http.StatusBadRequest, About: "Refused; final, with no effect:", Schema: m.errorDetail, Types: refusals, Examples: refusalExamples(refusals)}
	return sortAnswers(append([]Answer{first, refused}, commonAnswers(m.errorDetail, "AUTHENTICATION_ERROR", []string{"GENERAL_ERROR", "VOUCHER_STATUS_UNKNOWN"})...))
}

// advice is a confirmation or reversal. The first of the types is that of a 404.
func (m *voucherSet) advice(id, path, summary, about string, s *Schema, example string, types ...string) Operation {
	done := Answer{Status: http.StatusAccepted, About: "Accepted and stored: it will have its effect exactly once. A repeat is answered the same.", Schema: m.echo, Examples: []Example{{"accepted", "The echo", example}}}
	refused := Answer{Status: http.StatusBadRequest, About: "Refused; final:", Schema: m.errorDetail, Types: types[1:], Examples: adviceRefusals(types[1:])}
	missing := Answer{Status: http.StatusNotFound, Name: "NoSuchRequest", About: "No request of yours has this id:", Schema: m.errorDetail, Types: types[:1], Examples: []Example{
		{"unknown", "", `{"errorType":"UNABLE_TO_LOCATE_RECORD","errorMessage":"No such request","id":"` + adviceID + `","originalId":"` + saleID + `"}`},
	}}
	silent := Answer{Status: http.StatusGatewayTimeout, Name: "StillOpen", About: "A confirmation that came before the request was answered; it is not stored. Send it again:", Schema: m.errorDetail, Types: []string{"UPSTREAM_UNAVAILABLE"}, Examples: []Example{
		{"open", "", `{"errorType":"UPSTREAM_UNAVAILABLE","errorMessage":"No answer from provider","id":"` + adviceID + `","originalId":"` + saleID + `"}`},
	}}
	list := append([]Answer{done, refused, missing, silent}, commonAnswers(m.errorDetail, "AUTHENTICATION_ERROR", []string{"GENERAL_ERROR"})...)
	return Operation{
		ID: id, Method: http.MethodPost, Path: path, Summary: summary, About: about,
		Next:    "Nothing after 202, 400 or 404. After anything else, or no answer, send the same advice again with the same id until one of them comes.",
		Request: m.body(s, Example{"advice", "", example}), Answers: sortAnswers(list),
	}
}
