package contract

// What messages share.
const (
	everyRequest = "every request"
	everyAdvice  = "every confirmation and reversal"
)

// objects are the parts of messages that vouchers and gift cards share (the services differ in what they ask of some).
type objects struct {
	institution, originator, identifiers, money *Schema
	slip, tenders, posInfo, customer, pin       *Schema
	tranType, accountType, labels               *Schema
	reason                                      *Schema
	block                                       []Member // of an encrypted PIN
}

// shared makes the objects. cards: as the gift card service takes them.
func shared(cards bool) *objects {
	o := &objects{money: ledgerAmount(cards), tranType: tranType(), accountType: oneOf(append(tenderAccounts(), "GIFT_CARD")...)}
	name := may("name", sized(0, 40).like("Corner Shop"), "")
	reference := must("transactionIdentifier", text().like("T-1"), "the party's own reference")
	if cards {
		name.need, reference.need = required, optional
	}
	o.institution = record(members(must("id", text().like("90000001"), ""), name)).
		named("Institution", "A party: a shop, a client, a provider.")
	o.originator = originator(o.institution)
	o.identifiers = list(record(members(must("institutionId", text().like("90000001"), "whose reference it is"), reference)).
		named("ThirdPartyIdentifier", "The reference that one party has for a transaction. Nobody changes another party's entry; all entries travel on with every message."))
	o.tenders = list(tender(o.money))
	o.labels = list(record(members(may("name", text().like("campaign"), ""), may("value", text().like("autumn"), ""))).
		named("TransactionLabel", "A label for search and grouping; it decides nothing."))
	o.customer, o.block = customer(), pinBlock(cards)
	o.pin = pin(o.block)
	o.reason = oneOf("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL").
		named("ReversalReason", "Why a request is undone: no answer came in time, the customer or till broke off, or the answer was no final one.")
	return o
}

func originator(institution *Schema) *Schema {
	name := record(members(
		must("name", sized(0, 23).like("Corner Shop"), ""), must("city", sized(0, 13).like("Durban"), ""),
		must("region", sized(0, 2).like("KZ"), ""), must("country", sized(0, 2).like("ZA"), ""),
	)).named("MerchantName", "Name and place of a shop, as on card statements.")
	merchant := record(members(
		must("merchantType", matching("[0-9]{4}").like("5411"), "merchant category"),
		must("merchantId", sized(15, 15).like("cornershop00001"), "card acceptor id"),
		must("merchantName", name, ""),
	)).named("Merchant", "The shop.")
	return record(members(
		must("institution", institution, ""), must("terminalId", sized(8, 8).like("till0007"), ""), must("merchant", merchant, ""),
		may("operatorId", sized(0, 30).like("cashier-4"), "the cashier"), may("channelId", sized(0, 50).like("instore"), ""),
	)).named("Originator", "Where a sale happens: shop, till, cashier.")
}

func ledgerAmount(quoted bool) *Schema {
	amount := "in minor units: 79995 is 799.95"
	if quoted {
		amount += "; digits in quotes are taken, answers hold numbers"
	}
	return record(members(
		must("amount", minor(quoted).like(int64(10000)), amount), must("currency", matching("[0-9]{3}").like("710"), "ISO 4217, numeric"),
		may("ledgerIndicator", oneOf("DEBIT", "CREDIT"), ""),
	)).named("LedgerAmount", "An amount of money.")
}

// amountMembers are the members of the amounts of a message.
func amountMembers(money *Schema, asked need) []Member {
	return members(
		Member{"requestAmount", "what is asked for", money, asked}, may("approvedAmount", money, "what was granted; in an advice the final amount"),
		may("feeAmount", money, ""), may("balanceAmount", money, ""), may("additionalAmounts", byName(money), ""),
	)
}

func slipData(issuer *Schema, quoted bool) *Schema {
	barcode := record(members(must("data", printed().like("600123"), ""), may("encoding", text().like("ITF"), ""))).named("Barcode", "")
	line := record(members(
		must("text", printed().like("Thank you"), ""), may("barcode", barcode, ""), may("fontWidthScaleFactor", number(), ""),
		may("fontHeightScaleFactor", number(), ""), may("line", truth(), "a rule"), may("cut", truth(), "cut the paper"),
	)).named("SlipLine", "")
	return record(members(
		may("messageLines", list(line), ""), may("slipWidth", small(quoted).like(int64(40)), "in characters"), may("issuerReference", issuer, "printed, for questions later"),
	)).named("SlipData", "Text for the till slip.")
}

// printedSlip is the slip of an answer: the provider's words, for which no limit is promised.
func printedSlip() *Schema {
	barcode := record(members(must("data", words(), ""), may("encoding", words(), ""))).named("PrintedBarcode", "")
	line := record(members(
		must("text", words(), ""), may("barcode", barcode, ""), may("fontWidthScaleFactor", number(), ""),
		may("fontHeightScaleFactor", number(), ""), may("line", truth(), "a rule"), may("cut", truth(), "cut the paper"),
	)).named("PrintedLine", "")
	return record(members(
		may("messageLines", list(line), ""), may("slipWidth", small(false), "in characters"), may("issuerReference", words(), "printed, for questions later"),
	)).named("PrintedSlip", "What the provider wants on the till slip. It may hold the voucher's code.")
}

func tenderAccounts() []string {
	return []string{"DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"}
}

func tender(money *Schema) *Schema {
	return record(members(
		must("tenderType", oneOf("CASH", "CHEQUE", "CREDIT_CARD", "DEBIT_CARD", "WALLET", "ROUNDING", "GIFT_CARD", "LOYALTY_CARD", "OTHER"), ""),
		must("amount", money, ""), may("accountType", oneOf(tenderAccounts()...), ""),
		may("cardNumber", matching("[0-9]{6}[0-9*]{0,13}").like("411111******1111"), "masked by its sender"), may("reference", sized(0, 40).like("T-88"), ""),
	)).named("Tender", "How the customer paid.")
}

// posInfo tells how a card was read; condition makes the member of the circumstances.
func posInfo(condition func(string, *Schema, string) Member) *Schema {
	entryMode := record(members(
		must("panEntryMode", oneOf("UNKNOWN", "MANUAL", "MAGSTRIPE_NO_CVV", "BARCODE", "OCR", "ICC_CVV", "CONTACTLESS_ICC", "MAGSTRIPE_CVV",
			"CONTACTLESS_MAGSTRIPE", "ICC_NO_CVV", "ORIG_MODE", "FALLBACK"), ""),
		must("pinEntryCapability", oneOf("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT"), ""),
	)).named("PosEntryMode", "")
	return record(members(may("entryMode", entryMode, ""), condition("posConditionCode", oneOf(
		"NORMAL_PRESENTMENT", "CUSTOMER_NOT_PRESENT", "CUSTOMER_PRESENT_AND_CARD_NOT_PRESENT", "CUSTOMER_IDENTITY_VERIFIED",
		"PUBLIC_UTILITY_TERMINAL", "CUSTOMER_TERMINAL", "MANUAL_REVERSAL", "UNATTENDED_TERMINAL_AND_CARD_CAN_BE_RETAINED",
		"UNATTENDED_TERMINAL_AND_CARD_CANNOT_BE_RETAINED"), ""))).named("PosInfo", "How a card was read, and under which conditions.")
}

func customer() *Schema {
	letters := func(like string) *Schema { return matching("[A-Z]{2}").like(like) }
	address := record(members(
		may("addressLine1", sized(1, 100).like("7 Harbour Road"), ""), may("addressLine2", sized(1, 100).like("Flat 3"), ""),
		may("city", sized(1, 30).like("Durban"), ""), may("region", letters("KZ"), ""), may("country", letters("ZA"), ""),
		may("postalCode", matching("[A-Za-z0-9 -]{1,20}").like("4001"), ""),
	)).named("Address", "")
	mail := &Schema{kind: kText, hi: 512, format: "email", sample: "thandi@example.org"}
	return record(members(
		may("firstName", sized(0, 40).like("Thandi"), ""), may("lastName", sized(0, 40).like("Nkosi"), ""), may("address", sized(0, 80).like("7 Harbour Road"), "better: addressDetails"),
		may("addressDetails", address, ""), may("dateOfBirth", moment(), ""), may("status", text().like("gold"), ""), may("profileId", text().like("P-1"), ""),
		may("msisdn", matching(`\+?[1-9]\d{0,14}`).like("+27820000001"), "mobile number"), may("emailAddress", mail, ""),
	)).named("Customer", "A person. Everything in it is personal data and is masked wherever it is shown.")
}

func pin(block []Member) *Schema {
	return choice(
		record(members(must("type", oneOf("CLEAR_PIN"), ""), must("pin", sized(0, 20).like("1234"), ""))).named("ClearPin", ""),
		record(members(must("type", oneOf("ENCRYPTED_PIN"), "")), block).named("EncryptedPin", ""),
		record(members(must("type", oneOf("HASHED_PIN"), ""), must("hash", matching("[0-9,A-F]{1,512}").like("9F86D081"), ""),
			may("hashedPinParameters", record(members(must("name", sized(0, 20).like("SHA-256"), ""))).named("HashedPinParameters", ""), ""))).named("HashedPin", ""),
	).named("Pin", "A PIN in one of three forms. It is never stored, shown or sent back.")
}

// pinBlock gives the members of an encrypted PIN.
func pinBlock(quoted bool) []Member {
	parameters := record(members(
		may("pinBlockFormat", oneOf("ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3"), ""),
		must("accountNumber", matching("[0-9]{12}").like("000000000017"), ""), may("keyIndex", small(quoted).like(int64(1)), ""),
	)).named("EncryptionParameters", "")
	return members(must("pinBlock", matching("[a-fA-F0-9]{16}").like("0412AC89ABCDEF67"), ""), may("encryptionParameters", parameters, ""))
}

func tranType() *Schema {
	return oneOf("GOODS_AND_SERVICES", "CASH_WITHDRAWAL", "DEBIT_ADJUSTMENT", "GOODS_AND_SERVICES_WITH_CASH_BACK", "NON_CASH",
		"RETURNS", "DEPOSIT", "CREDIT_ADJUSTMENT", "GENERAL_CREDIT", "AVAILABLE_FUNDS_INQUIRY", "BALANCE_INQUIRY", "GENERAL_INQUIRY",
		"CARD_VERIFICATION_INQUIRY", "CARDHOLDER_ACCOUNTS_TRANSFER", "GENERAL_TRANSFER", "PAYMENT_FROM_ACCOUNT", "GENERAL_PAYMENT",
		"PAYMENT_TO_ACCOUNT", "PAYMENT_FROM_ACCOUNT_TO_ACCOUNT", "PLACE_HOLD_ON_CARD", "GENERAL_ADMIN", "CHANGE_PIN",
		"CARD_HOLDER_INQUIRY", "POINTS_INQUIRY").named("TranType", "The kind of movement.")
}

// transaction gives the members of every request. made builds the members that came with newer models.
func (o *objects) transaction(id *Schema, made func(string, *Schema, string) Member) []Member {
	return members(
		must("id", id, "fresh for every request"), must("time", moment(), "the sender's clock"), must("originator", o.originator, ""),
		must("client", o.institution, "who sends the message"), may("settlementEntity", o.institution, "with whom the merchant settles; added by the switch when absent"),
		may("receiver", o.institution, "who finally processes it; added by the switch when absent"),
		may("thirdPartyIdentifiers", o.identifiers, "may be empty or absent, not null"), made("slipData", o.slip, ""),
		made("basketRef", text().like("B-7"), "groups transactions of one basket"), made("tranType", o.tranType, ""),
		made("srcAccType", o.accountType, ""), made("destAccType", o.accountType, ""), made("stan", text().like("000123"), "audit number"),
		made("rrn", text().like("203404000123"), "retrieval reference"), made("transactionLabels", o.labels, ""),
	)
}

// advice gives the members of every confirmation and reversal.
func (o *objects) advice(id, amounts *Schema, made func(string, *Schema, string) Member) []Member {
	return members(
		must("id", id, "of the advice itself; the same in every repeat"), must("requestId", id, "of the request it ends"), must("time", moment(), ""),
		may("thirdPartyIdentifiers", o.identifiers, "the list of the answer; that of the request when no answer came"),
		made("stan", text().like("000123"), ""), made("rrn", text().like("203404000123"), ""),
		may("amounts", amounts, "approvedAmount is the final amount; absent: all of it confirmed, or all of it reversed"),
	)
}

// identified gives what every success answer repeats and completes.
func (o *objects) identified(id *Schema) []Member {
	answered := list(o.identifiers.item)
	return members(
		must("id", id, "as sent"), must("time", moment(), ""), must("originator", o.originator, ""), must("client", o.institution, ""),
		must("settlementEntity", o.institution, ""), must("receiver", o.institution, ""),
		must("thirdPartyIdentifiers", answered, "the request's entries, then one each of settlement entity and receiver: send this list with the advice"),
	)
}
