package vouchers

// paymentMethod gives the seven payment methods, chosen by their member "type" (spec/common.md 4.1).
func paymentMethod(institution, money, pos *shape) *shape {
	shared := []field{
		must("type", enum("AN_32_TOKEN", "LOYALTY_CARD", "CARD", "ACCOUNT", "REWARD", "WALLET", "QR")),
		may("name", text(0, 0)), may("amount", money), may("issuer", institution), may("pin", pin()),
		may("proxy", text(0, 40)), may("proxyType", enum("MSISDN", "EMAIL", "UNKNOWN")),
	}
	with := func(fields ...field) *shape { return objectOf(join(shared, fields)...) }
	pocket := objectOf(must("pocketName", text(0, 0)), may("pocketId", text(0, 0)))
	return &shape{kind: kVariant, fields: shared[:1], variants: map[string]*shape{
		"CARD": with(
			must("pan", pattern("[0-9]{1,19}", every(1, 19, isDigit))), may("expiryDate", pattern("[0-9]{4}", every(4, 4, isDigit))),
			may("posInfo", pos), may("encryptedPin", objectOf(encryptedPinFields()...)),
		),
		"LOYALTY_CARD": with(must("cardNumber", pattern("[0-9]{16}", every(16, 16, isDigit)))),
		"AN_32_TOKEN":  with(must("token", pattern("[a-zA-Z0-9]{32}", every(32, 32, isAlnum)))),
		"ACCOUNT":      with(mayAll(text(0, 0), "srcAccountId", "srcCustomerId", "destAccountId", "destCustomerId")...),
		"REWARD":       with(must("rewardCode", text(0, 40))),
		"WALLET":       with(must("walletId", text(0, 0)), may("walletPocket", pocket)),
		"QR":           with(must("tranId", text(0, 0)), may("partnerPaymentToken", text(0, 0))),
	}}
}

// pin gives the three forms of a personal number (spec/common.md 4.2).
func pin() *shape {
	typed := must("type", enum("CLEAR_PIN", "ENCRYPTED_PIN", "HASHED_PIN"))
	hash := pattern("[0-9,A-F]{1,512}", every(1, 512, func(c byte) bool { return isDigit(c) || c == ',' || c >= 'A' && c <= 'F' }))
	return &shape{kind: kVariant, fields: []field{typed}, variants: map[string]*shape{
		"CLEAR_PIN":     objectOf(typed, must("pin", text(0, 20))),
		"ENCRYPTED_PIN": objectOf(join([]field{typed}, encryptedPinFields())...),
		"HASHED_PIN":    objectOf(typed, must("hash", hash), may("hashedPinParameters", objectOf(must("name", text(0, 20))))),
	}}
}

func encryptedPinFields() []field {
	parameters := objectOf(
		may("pinBlockFormat", enum("ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3")),
		must("accountNumber", pattern("[0-9]{12}", every(12, 12, isDigit))), may("keyIndex", &shape{kind: kSmall}),
	)
	return []field{
		must("pinBlock", pattern("[a-fA-F0-9]{16}", every(16, 16, isHex))), may("encryptionParameters", parameters),
	}
}
