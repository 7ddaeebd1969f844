package message

// Originator is the shop and till where a sale happened.
func Originator(institution *Shape) *Shape {
	name := Object(Must("name", Text(0, 23)), Must("city", Text(0, 13)), Must("region", Text(0, 2)), Must("country", Text(0, 2)))
	merchant := Object(
		Must("merchantType", Pattern("[0-9]{4}", Every(4, 4, IsDigit))),
		Must("merchantId", Text(15, 15)), Must("merchantName", name),
	)
	return Object(
		Must("institution", institution), Must("terminalId", Text(8, 8)), Must("merchant", merchant),
		May("operatorId", Text(0, 30)), May("channelId", Text(0, 50)),
	)
}

// Identifiers is the list of each party's own reference. required makes an entry without one an error, reported after
// all others (spec/common.md 2).
func Identifiers(required bool) *Shape {
	own := May("transactionIdentifier", Text(0, 0))
	if required {
		own.need = reference
	}
	return List(Object(Must("institutionId", Text(0, 0)), own))
}

// LedgerAmount is an amount in minor units with its currency.
func LedgerAmount() *Shape {
	return Object(
		Must("amount", Integer()), Must("currency", Pattern("[0-9]{3}", Every(3, 3, IsDigit))),
		May("ledgerIndicator", Enum("DEBIT", "CREDIT")),
	)
}

// AmountFields gives the members of the amounts of a message; request makes the member of the amount asked for.
func AmountFields(money *Shape, request func(string, *Shape) Field) []Field {
	return Join(
		[]Field{request("requestAmount", money)}, MayAll(money, "approvedAmount", "feeAmount", "balanceAmount"),
		[]Field{May("additionalAmounts", Map(money))},
	)
}

// SlipData is text for the till slip; reference is the shape of the issuer's reference.
func SlipData(reference *Shape) *Shape {
	number, truth := Number(), Truth()
	barcode := Object(Must("data", Text(0, MaxPrinted)), May("encoding", Text(0, 0)))
	line := Object(
		Must("text", Text(0, MaxPrinted)), May("barcode", barcode),
		May("fontWidthScaleFactor", number), May("fontHeightScaleFactor", number), May("line", truth), May("cut", truth),
	)
	return Object(
		May("messageLines", List(line)), May("slipWidth", Small()),
		May("issuerReference", reference),
	)
}

// TenderAccounts lists the account types of a tender.
func TenderAccounts() []string {
	return []string{"DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"}
}

// Tenders is how the customer paid. A card number is meant to arrive masked, but need not be.
func Tenders(money *Shape) *Shape {
	return List(Object(
		Must("tenderType", Enum("CASH", "CHEQUE", "CREDIT_CARD", "DEBIT_CARD", "WALLET", "ROUNDING", "GIFT_CARD", "LOYALTY_CARD", "OTHER")),
		Must("amount", money), May("accountType", Enum(TenderAccounts()...)),
		May("cardNumber", Secret(Pattern("[0-9]{6}[0-9*]{0,13}", maskedCard))), May("reference", Text(0, 40)),
	))
}

// PosInfo is how a card was read and under which conditions; condition makes the latter's member.
func PosInfo(condition func(string, *Shape) Field) *Shape {
	entry := Object(
		Must("panEntryMode", Enum("UNKNOWN", "MANUAL", "MAGSTRIPE_NO_CVV", "BARCODE", "OCR", "ICC_CVV", "CONTACTLESS_ICC",
			"MAGSTRIPE_CVV", "CONTACTLESS_MAGSTRIPE", "ICC_NO_CVV", "ORIG_MODE", "FALLBACK")),
		Must("pinEntryCapability", Enum("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT")),
	)
	return Object(May("entryMode", entry), condition("posConditionCode", Enum(
		"NORMAL_PRESENTMENT", "CUSTOMER_NOT_PRESENT", "CUSTOMER_PRESENT_AND_CARD_NOT_PRESENT", "CUSTOMER_IDENTITY_VERIFIED",
		"PUBLIC_UTILITY_TERMINAL", "CUSTOMER_TERMINAL", "MANUAL_REVERSAL", "UNATTENDED_TERMINAL_AND_CARD_CAN_BE_RETAINED",
		"UNATTENDED_TERMINAL_AND_CARD_CANNOT_BE_RETAINED")))
}

// Customer is a person; all of it is personal data.
func Customer() *Shape {
	letters := Pattern("[A-Z]{2}", Every(2, 2, IsUpper))
	address := Object(
		May("addressLine1", Text(1, 100)), May("addressLine2", Text(1, 100)), May("city", Text(1, 30)),
		May("region", letters), May("country", letters),
		May("postalCode", Pattern("[A-Za-z0-9 -]{1,20}", Every(1, 20, func(c byte) bool { return IsAlnum(c) || c == ' ' || c == '-' }))),
	)
	return Object(
		May("firstName", Text(0, 40)), May("lastName", Text(0, 40)), May("address", Text(0, 80)), May("addressDetails", address),
		May("dateOfBirth", Date()), May("status", Text(0, 0)), May("profileId", Text(0, 0)),
		May("msisdn", Pattern(`\+?[1-9]\d{0,14}`, phone)), May("emailAddress", Pattern("e-mail address", email)),
	)
}

// TranType is the kind of movement by its ISO 8583 name.
func TranType() *Shape {
	return Enum("GOODS_AND_SERVICES", "CASH_WITHDRAWAL", "DEBIT_ADJUSTMENT", "GOODS_AND_SERVICES_WITH_CASH_BACK", "NON_CASH",
		"RETURNS", "DEPOSIT", "CREDIT_ADJUSTMENT", "GENERAL_CREDIT", "AVAILABLE_FUNDS_INQUIRY", "BALANCE_INQUIRY",
		"GENERAL_INQUIRY", "CARD_VERIFICATION_INQUIRY", "CARDHOLDER_ACCOUNTS_TRANSFER", "GENERAL_TRANSFER",
		"PAYMENT_FROM_ACCOUNT", "GENERAL_PAYMENT", "PAYMENT_TO_ACCOUNT", "PAYMENT_FROM_ACCOUNT_TO_ACCOUNT",
		"PLACE_HOLD_ON_CARD", "GENERAL_ADMIN", "CHANGE_PIN", "CARD_HOLDER_INQUIRY", "POINTS_INQUIRY")
}
