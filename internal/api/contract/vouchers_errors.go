package contract

const retryOrReverse = "A provision: retry, then reverse. Anything else: reverse. An advice: send it again."

func voucherErrors() ErrorTable {
	return ErrorTable{
		Key: "errorType",
		About: "The status and `errorType` decide; `errorMessage`, `detailMessage` and the provider's words are for people. A body may be missing or of another form " +
			"when something in between answers: then go by the status alone. Types that a provider adds are not listed: treat them by their status.",
		Rows: []Refusal{
			{"FORMAT_ERROR", "400", "The message is not as described. `detailMessage.formatErrors` names each member.", "Mend the program. The same message gives the same answer."},
			{"AUTHENTICATION_ERROR", "400", "`client.id` is not the user who signed in.", "Send your own id."},
			{"AUTHENTICATION_ERROR", "401, 403", "No or wrong credentials, an expired token, a certificate or an address that is not yours.", "Fetch a new token once; then call for help. Keep advices for later."},
			{"DUPLICATE_RECORD", "400", "This id is taken. To whom its voucher was given before, it is given again.", "For the answer that got lost: retry. For another sale: a new id."},
			{"UNABLE_TO_LOCATE_RECORD", "404", "No such request, or no such voucher.", "After a reversal: done, nothing to undo. After a confirmation: call for help. After a look-up: send the customer away."},
			{"VOUCHER_ALREADY_CONFIRMED", "400", "A confirmation came first.", "The sale stands. Nothing."},
			{"VOUCHER_ALREADY_REVERSED", "400", "A reversal came first.", "The sale is undone: give no goods. A new sale needs a new id."},
			{"VOUCHER_NOT_REDEEMABLE", "400", "The voucher is unknown, expired, or its sale is not confirmed.", "Send the customer away; the shop that sold it may confirm the sale."},
			{"VOUCHER_ALREADY_REDEEMED", "400", "It was spent, or is being spent.", "Send the customer away."},
			{"VOUCHER_NOT_REDEEMED", "400", "There is no redemption to confirm, or to refund.", "Nothing."},
			{"REDEMPTION_NOT_CONFIRMED", "400", "A refund of a redemption that is still open.", "Reverse or confirm the redemption instead."},
			{"REDEMPTION_ALREADY_CONFIRMED", "400", "A reversal after the confirmation.", "Refund it."},
			{"REDEMPTION_ALREADY_REVERSED", "400", "A reversal of this id came first.", "Hand nothing over. Try with a new id."},
			{"VOUCHER_ALREADY_REFUNDED", "400", "A refund is under way.", "End it by its confirmation or reversal."},
			{"VOUCHER_NOT_REFUNDED", "400", "There is no open refund to confirm.", "Nothing."},
			{"REFUND_ALREADY_CONFIRMED", "400", "A reversal after the confirmation.", "The refund stands. Nothing."},
			{"REFUND_ALREADY_REVERSED", "400", "A reversal of this id came first.", "Try with a new id."},
			{"ROUTING_ERROR", "400", "No provider serves this product and receiver, or it is out of service.", "Correct the product; else call for help."},
			{"INVALID_PRODUCT", "400", "Nobody sells this product.", "Fetch the product list."},
			{"FUNCTION_NOT_SUPPORTED", "400, 404, 405", "The provider does not offer this, or the path or method is unknown.", "Do not repeat. After a refused retry: reverse."},
			{"DO_NOT_HONOR", "400", "The provider declined, for reasons of its own.", "Tell the customer; no advice is needed."},
			{"INVALID_AMOUNT", "400", "The amount does not fit the product, or an advice names more than was approved.", "Correct it."},
			{"INSUFFICIENT_AMOUNT", "400", "Declined by the provider: too little.", "Tell the customer."},
			{"INSUFFICIENT_FUNDS", "400", "Declined by the provider: not enough money.", "Tell the customer."},
			{"LIMIT_EXCEEDED", "400", "Declined by the provider: over a limit.", "Tell the customer."},
			{"INVALID_ACCOUNT", "400", "Declined by the provider: account unknown.", "Tell the customer."},
			{"INVALID_MERCHANT", "400", "Declined by the provider: shop unknown.", "Call for help."},
			{"OUT_OF_STOCK", "400", "Declined by the provider: nothing left.", "Offer another product."},
			{"TRANSACTION_DECLINED", "400", "Declined by the provider.", "Tell the customer."},
			{"TRANSACTION_NOT_SUPPORTED", "400", "Declined by the provider: not possible.", "Do not repeat."},
			{"VOUCHER_STATUS_UNKNOWN", "500", "The provider cannot tell what became of it.", retryOrReverse},
			{"UPSTREAM_UNAVAILABLE", "503", "Nothing was begun, or the provider could not be reached.", retryOrReverse},
			{"UPSTREAM_UNAVAILABLE", "504", "The provider did not answer in time; the outcome is unknown.", retryOrReverse},
			{"GENERAL_ERROR", "429", "Too many calls, or too many wrong passwords.", "Wait as `Retry-After` says, then send the same again."},
			{"GENERAL_ERROR", "500", "Something went wrong here; the effect is unknown.", retryOrReverse},
			{"GENERAL_ERROR", "400", "Sandbox: there is nothing to reset.", "Nothing."},
		},
	}
}

// types are the words of the first column, each once.
func (t ErrorTable) types() []string {
	var all []string
	seen := map[string]bool{}
	for _, r := range t.Rows {
		if !seen[r.Type] {
			seen[r.Type] = true
			all = append(all, r.Type)
		}
	}
	return all
}

func voucherErrorDetail(o *objects) *Schema {
	entry := record(members(may("field", words(), "the path of the member"), must("msg", words(), ""), may("value", words(), ""))).named("FormatError", "")
	detail := record(members(
		may("formatErrors", list(entry), ""), may("voucher", anything(), "the voucher issued under a duplicate id"), may("client", o.institution, ""),
		may("voucherId", words(), ""), may("reversalId", words(), ""), may("confirmationId", words(), ""),
	)).named("DetailMessage", "For people. Members may be added.")
	return record(members(
		must("errorType", oneOf(voucherErrors().types()...), ""), must("errorMessage", words(), "short, for people"),
		may("id", words(), "of the message that failed"), may("originalId", words(), "an advice: the request's id. A request whose reversal came first: the reversal's id"),
		may("detailMessage", detail, ""), may("providerErrorCode", words(), ""), may("providerErrorMsg", words(), ""), may("providerRef", words(), ""),
	)).named("ErrorDetail", "Why something was refused.")
}
