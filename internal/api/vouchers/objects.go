package vouchers

func originator(institution *shape) *shape {
	name := objectOf(must("name", text(0, 23)), must("city", text(0, 13)), must("region", text(0, 2)), must("country", text(0, 2)))
	merchant := objectOf(
		must("merchantType", pattern("[0-9]{4}", every(4, 4, isDigit))),
		must("merchantId", text(15, 15)), must("merchantName", name),
	)
	return objectOf(
		must("institution", institution), must("terminalId", text(8, 8)), must("merchant", merchant),
		may("operatorId", text(0, 30)), may("channelId", text(0, 50)),
	)
}

func identifiers() *shape {
	return list(objectOf(
		must("institutionId", text(0, 0)),
		field{name: "transactionIdentifier", shape: text(0, 0), required: reference},
	))
}

func ledgerAmount() *shape {
	return objectOf(
		must("amount", &shape{kind: kInteger}), must("currency", pattern("[0-9]{3}", every(3, 3, isDigit))),
		may("ledgerIndicator", enum("DEBIT", "CREDIT")),
	)
}

func amounts(money *shape) *shape {
	return objectOf(join(
		mayAll(money, "requestAmount", "approvedAmount", "feeAmount", "balanceAmount"),
		[]field{may("additionalAmounts", &shape{kind: kMap, item: money})},
	)...)
}

func slipData() *shape {
	number, truth := &shape{kind: kNumber}, &shape{kind: kTruth}
	barcode := objectOf(must("data", text(0, maxPrinted)), may("encoding", text(0, 0)))
	line := objectOf(
		must("text", text(0, maxPrinted)), may("barcode", barcode),
		may("fontWidthScaleFactor", number), may("fontHeightScaleFactor", number), may("line", truth), may("cut", truth),
	)
	return objectOf(
		may("messageLines", list(line)), may("slipWidth", &shape{kind: kSmall}),
		may("issuerReference", pattern("[A-Z0-9]{1,40}", every(1, 40, func(c byte) bool { return isDigit(c) || isUpper(c) }))),
	)
}

func product(institution, money *shape) *shape {
	listing := objectOf(join(
		[]field{must("channelName", text(0, 0))},
		mayAll(text(0, 0), "productDisplayName", "productDisplayCategory"),
		[]field{may("productDisplaySortOrder", &shape{kind: kNumber})},
	)...)
	id := pattern("[A-Za-z0-9-]{1,40}", every(1, 40, func(c byte) bool { return isAlnum(c) || c == '-' }))
	id.lo, id.hi = 1, 40
	return objectOf(join(
		[]field{must("productId", id), may("description", text(0, 250))},
		mayAll(money, "amount", "minAmount", "maxAmount"),
		[]field{
			may("isFixedValue", &shape{kind: kTruth}), may("receiver", institution),
			may("channelProductListings", list(listing)),
		},
		mayAll(text(0, 0), "name", "type", "barcode"),
	)...)
}

func tenderAccounts() []string {
	return []string{"DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"}
}

func tenders(money *shape) *shape {
	return list(objectOf(
		must("tenderType", enum("CASH", "CHEQUE", "CREDIT_CARD", "DEBIT_CARD", "WALLET", "ROUNDING", "GIFT_CARD", "LOYALTY_CARD", "OTHER")),
		must("amount", money), may("accountType", enum(tenderAccounts()...)),
		may("cardNumber", pattern("[0-9]{6}[0-9*]{0,13}", maskedCard)), may("reference", text(0, 40)),
	))
}

func posInfo() *shape {
	entry := objectOf(
		must("panEntryMode", enum("UNKNOWN", "MANUAL", "MAGSTRIPE_NO_CVV", "BARCODE", "OCR", "ICC_CVV", "CONTACTLESS_ICC",
			"MAGSTRIPE_CVV", "CONTACTLESS_MAGSTRIPE", "ICC_NO_CVV", "ORIG_MODE", "FALLBACK")),
		must("pinEntryCapability", enum("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT")),
	)
	return objectOf(may("entryMode", entry), may("posConditionCode", enum(
		"NORMAL_PRESENTMENT", "CUSTOMER_NOT_PRESENT", "CUSTOMER_PRESENT_AND_CARD_NOT_PRESENT", "CUSTOMER_IDENTITY_VERIFIED",
		"PUBLIC_UTILITY_TERMINAL", "CUSTOMER_TERMINAL", "MANUAL_REVERSAL", "UNATTENDED_TERMINAL_AND_CARD_CAN_BE_RETAINED",
		"UNATTENDED_TERMINAL_AND_CARD_CANNOT_BE_RETAINED")))
}

func customer() *shape {
	letters := pattern("[A-Z]{2}", every(2, 2, isUpper))
	address := objectOf(
		may("addressLine1", text(1, 100)), may("addressLine2", text(1, 100)), may("city", text(1, 30)),
		may("region", letters), may("country", letters),
		may("postalCode", pattern("[A-Za-z0-9 -]{1,20}", every(1, 20, func(c byte) bool { return isAlnum(c) || c == ' ' || c == '-' }))),
	)
	return objectOf(
		may("firstName", text(0, 40)), may("lastName", text(0, 40)), may("address", text(0, 80)), may("addressDetails", address),
		may("dateOfBirth", &shape{kind: kDate}), may("status", text(0, 0)), may("profileId", text(0, 0)),
		may("msisdn", pattern(`\+?[1-9]\d{0,14}`, phone)), may("emailAddress", pattern("e-mail address", email)),
	)
}

func tranType() *shape {
	return enum("GOODS_AND_SERVICES", "CASH_WITHDRAWAL", "DEBIT_ADJUSTMENT", "GOODS_AND_SERVICES_WITH_CASH_BACK", "NON_CASH",
		"RETURNS", "DEPOSIT", "CREDIT_ADJUSTMENT", "GENERAL_CREDIT", "AVAILABLE_FUNDS_INQUIRY", "BALANCE_INQUIRY",
		"GENERAL_INQUIRY", "CARD_VERIFICATION_INQUIRY", "CARDHOLDER_ACCOUNTS_TRANSFER", "GENERAL_TRANSFER",
		"PAYMENT_FROM_ACCOUNT", "GENERAL_PAYMENT", "PAYMENT_TO_ACCOUNT", "PAYMENT_FROM_ACCOUNT_TO_ACCOUNT",
		"PLACE_HOLD_ON_CARD", "GENERAL_ADMIN", "CHANGE_PIN", "CARD_HOLDER_INQUIRY", "POINTS_INQUIRY")
}
