package contract

import "net/http"

// Vouchers describes the voucher service (spec/vouchers.md).
func Vouchers() *Service {
	m := voucherMessages()
	return &Service{
		ID: "vouchers", Title: "Vouchers",
		Summary: "Sell, redeem, refund and look up digital vouchers.",
		About: "A voucher is bought (a provision), spent (a redemption) and perhaps given back (a refund). Each of the three is a request that is " +
			"answered at once, and then ended by one advice: a confirmation when the customer paid or took the goods, a reversal when it did not come to that, " +
			"or when no usable answer came. An advice is acknowledged as soon as it is stored; the switch delivers it to the provider, however long that takes.\n\n" +
			"Ids are made by the caller and stand in the body. Amounts are whole minor units. A member without a value is left out; a member that is not " +
			"described here is refused, at every level. Where a text is asked for, a number is taken for its digits. A trailing slash makes no difference. " +
			"`client.id` must be the user who signs in.",
		Bases: []string{"/suv/v1", "/"},
		Notes: []Note{
			{ID: "unknown", Title: "When no answer comes", Text: "Wait 60 seconds; the switch answers within 55. Without an answer, or after 500, 503 or 504, nobody can tell whether a voucher " +
				"was sold. Retry the provision (`retryProvisionVoucher`, same id, same content), three times or so, then reverse it. Redemptions and refunds have no retry: reverse them. " +
				"A reversal may be sent for a request whose fate is unknown, and is right even when the request never arrived."},
			{ID: "single", Title: "Dual and single messaging", Text: "Dual is usual: every approved request needs its confirmation or reversal from the caller. A client set up for single messaging " +
				"is done with the answer; the voucher can be spent at once, and a reversal is still taken until the sale is closed."},
		},
		Errors: voucherErrors(),
		Groups: []Group{
			{"Provisions", "Buying a voucher.", []Operation{m.provision(), m.retry(), m.confirmProvision(), m.reverseProvision()}},
			{"Redemptions", "Spending a voucher.", []Operation{m.redeem(), m.confirmRedeem(), m.reverseRedeem()}},
			{"Refunds", "Giving a spent voucher back: confirmed, it can be spent again.", []Operation{m.refund(), m.confirmRefund(), m.reverseRefund()}},
			{"Look-ups", "Reading without effect, to be repeated at will.", []Operation{m.lookup(), m.products()}},
			{"Sandbox", "Help for tests.", []Operation{resetOperation("resetVouchers", m.errorDetail, true)}},
		},
	}
}

func (m *voucherSet) provision() Operation {
	return Operation{
		ID: "provisionVoucher", Method: http.MethodPost, Path: "/vouchers", Summary: "Buy a voucher",
		About: "Asks for one voucher of a product. The product and the receiver (the brand behind the voucher) decide which provider is asked; without either, the default one. " +
			"A `voucher.code` of your own is issued as it is, where the product allows it. Some providers want to know the tender first.",
		Next: "Print `voucher.code`, take the money, then confirm. No sale after all, or no usable answer and no luck with the retry: reverse.",
		Request: m.body(m.provisionRequest,
			Example{"product", "A product of a brand", voucherRequest(saleID, `"receiver":{"id":"90000004","name":"Demo Vouchers"}`, `"product":{"productId":"DEMO-100"}`, amount10000)},
			Example{"smallest", "The default provider, at its own price", voucherRequest(saleID)},
			Example{"tendered", "With the tender, for a provider that wants it first", voucherRequest(saleID, `"product":{"productId":"DEMO-100"}`, amount10000, cash10000)},
		),
		Answers: m.answers(http.StatusCreated, "The voucher was sold.", m.provisionResponse,
			Example{"sold", "", voucherAnswer(saleID, `"product":{"productId":"DEMO-100"}`, amount10000, `"voucher":{"code":"730011882245","expiryDate":"2032-02-03T04:05:06.007Z","redeemInstructions":["Enter the code at checkout."]}`)},
			[]string{"FORMAT_ERROR", "AUTHENTICATION_ERROR", "DUPLICATE_RECORD", "VOUCHER_ALREADY_REVERSED", "ROUTING_ERROR", "INVALID_PRODUCT", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOR"}),
	}
}

func (m *voucherSet) retry() Operation {
	op := m.provision()
	op.ID, op.Path, op.Alias, op.Summary = "retryProvisionVoucher", "/vouchers/{provisionId}/retry", "/vouchers/{provisionId}/retries", "Ask again for the answer of a provision"
	op.About = "Sends the original provision again, with its id also in the path. A known outcome is answered from the record, and never is a second voucher issued for one id. " +
		"An unknown one is resolved with the provider where that is safe. A provider that cannot repeat makes every retry a hard decline."
	op.Next = "As after the provision: confirm a sale, reverse anything that stays without success."
	op.Parameters = []Parameter{{
		Name: "provisionId", In: "path", About: "The id of the provision, equal to `id` in the body.", Schema: uuid(), Required: true, Sample: saleID,
	}}
	return op
}

func (m *voucherSet) confirmProvision() Operation {
	return m.advice("confirmVoucher", "/vouchers/confirmations", "Confirm a sale",
		"The customer paid: the voucher may be spent from now on, and the sale settles. Never reversed afterwards.", m.tenderAdvice,
		adviceBody(saleID, cash10000), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "VOUCHER_ALREADY_REVERSED")
}

func (m *voucherSet) reverseProvision() Operation {
	return m.advice("reverseVoucher", "/vouchers/reversals", "Undo a sale",
		"The sale did not happen, or nobody knows. Never confirmed afterwards. A reversal of an unknown id is answered 404 and remembered: should the provision still arrive, it is refused.",
		m.reversal, adviceBody(saleID, `"reversalReason":"TIMEOUT"`), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "VOUCHER_ALREADY_CONFIRMED")
}

func (m *voucherSet) redeem() Operation {
	return Operation{
		ID: "redeemVoucher", Method: http.MethodPost, Path: "/redemptions", Summary: "Spend a voucher",
		About: "Takes the voucher that `voucher.code` names. Look it up first. Only the state of the voucher guards against spending it twice: an id that was refused may be used again.",
		Next:  "Confirm when the goods are handed over; reverse when they are not, or when no usable answer came.",
		Request: m.body(m.redemptionRequest,
			Example{"code", "A voucher by its code", voucherRequest(spendID, code, amount10000)}),
		Answers: m.answers(http.StatusCreated, "The voucher is taken.", m.redemptionResponse, Example{"taken", "", voucherAnswer(spendID, code, amount10000)},
			[]string{"FORMAT_ERROR", "AUTHENTICATION_ERROR", "VOUCHER_NOT_REDEEMABLE", "VOUCHER_ALREADY_REDEEMED", "REDEMPTION_ALREADY_REVERSED", "DUPLICATE_RECORD", "ROUTING_ERROR", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOR"}),
	}
}

func (m *voucherSet) confirmRedeem() Operation {
	return m.advice("confirmRedeem", "/redemptions/confirmations", "Confirm a redemption",
		"The goods were handed over. No reversal follows; a refund may.", m.basicAdvice,
		adviceBody(spendID), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "VOUCHER_NOT_REDEEMED")
}

func (m *voucherSet) reverseRedeem() Operation {
	return m.advice("reverseRedeem", "/redemptions/reversals", "Undo a redemption",
		"The voucher can be spent again. A reversal of an unknown id is answered 404 and remembered.", m.reversal,
		adviceBody(spendID, `"reversalReason":"CANCELLED"`), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "REDEMPTION_ALREADY_CONFIRMED")
}

func (m *voucherSet) refund() Operation {
	return Operation{
		ID: "refundVoucher", Method: http.MethodPost, Path: "/refunds", Summary: "Give a spent voucher back",
		About:   "Takes a confirmed redemption back: the customer returns the goods.",
		Next:    "Confirm, and the voucher can be spent again; reverse, and it stays spent.",
		Request: m.body(m.refundRequest, Example{"code", "A voucher by its code", voucherRequest(refundID, code)}),
		Answers: m.answers(http.StatusCreated, "The refund is approved.", m.redemptionResponse, Example{"approved", "", voucherAnswer(refundID, code)},
			[]string{"FORMAT_ERROR", "AUTHENTICATION_ERROR", "VOUCHER_NOT_REDEEMED", "REDEMPTION_NOT_CONFIRMED", "VOUCHER_ALREADY_REFUNDED", "REFUND_ALREADY_REVERSED", "DUPLICATE_RECORD", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOR"}),
	}
}

func (m *voucherSet) confirmRefund() Operation {
	return m.advice("confirmRefund", "/refunds/confirmations", "Confirm a refund", "The voucher can be spent again.", m.basicAdvice,
		adviceBody(refundID), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "VOUCHER_NOT_REFUNDED")
}

func (m *voucherSet) reverseRefund() Operation {
	return m.advice("reverseRefund", "/refunds/reversals", "Undo a refund", "The voucher stays spent. A reversal of an unknown id is answered 404 and remembered.", m.reversal,
		adviceBody(refundID, `"reversalReason":"RESPONSE_NOT_FINAL"`), "UNABLE_TO_LOCATE_RECORD", "FORMAT_ERROR", "REFUND_ALREADY_CONFIRMED")
}

func (m *voucherSet) lookup() Operation {
	query := func(name, about, sample string) Parameter {
		return Parameter{Name: name, In: "query", About: about, Schema: text(), Sample: sample}
	}
	return Operation{
		ID: "lookupVoucher", Method: http.MethodGet, Path: "/vouchers", Summary: "Look at a voucher",
		About: "Tells whether a voucher can be spent, and what it is worth. One of the first three parameters is needed. Not before the provision itself was answered.",
		Next:  "Redeem it, or send the customer away.",
		Parameters: []Parameter{
			query("voucherCode", "The code.", "730011882245"), query("provisionRequestId", "The id of its provision.", ""),
			query("voucherSerialNumber", "The serial number.", ""), query("receiverInstId", "The brand behind it; helps where two know the code.", "90000004"),
			query("settlementEntityInstId", "The preferred provider.", ""),
		},
		Answers: m.answers(http.StatusOK, "The voucher can be spent.", m.lookupResponse,
			Example{"found", "", `{"voucher":{"code":"730011882245","expiryDate":"2032-02-03T04:05:06.007Z"},"settlementEntity":{"id":"90000003","name":"Demo Settle"},"receiver":{"id":"90000004","name":"Demo Vouchers"},"thirdPartyIdentifiers":[{"institutionId":"90000003","transactionIdentifier":"S-77"},{"institutionId":"90000004","transactionIdentifier":"P-31"}]}`},
			[]string{"FORMAT_ERROR", "VOUCHER_NOT_REDEEMABLE", "VOUCHER_ALREADY_REDEEMED", "VOUCHER_ALREADY_REVERSED", "FUNCTION_NOT_SUPPORTED", "DO_NOT_HONOR"}),
	}
}

func (m *voucherSet) products() Operation {
	return Operation{
		ID: "lookupProducts", Method: http.MethodGet, Path: "/products", Summary: "List the products",
		About: "The catalogue of what can be sold. Ask once a day; a failure has no consequence, yesterday's list is good enough.",
		Parameters: []Parameter{
			{Name: "receiverInstId", In: "query", About: "Only products of this brand.", Schema: text(), Sample: "90000004"},
			{Name: "channelName", In: "query", About: "Taken and not used yet.", Schema: text()},
			{Name: "settlementEntityInstId", In: "query", About: "Taken and not used yet.", Schema: text()},
		},
		Answers: m.informed(http.StatusOK, "The catalogue.", m.productsResponse,
			Example{"catalogue", "", `{"products":[{"productId":"DEMO-100","description":"Demo voucher R100","amount":{"amount":10000,"currency":"710"},"isFixedValue":true,"receiver":{"id":"90000004","name":"Demo Vouchers"}}]}`},
			[]string{"FORMAT_ERROR"}),
	}
}
