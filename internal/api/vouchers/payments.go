package vouchers

import "github.com/signalboxhq/signalbox/internal/api/message"

// paymentMethod gives the seven payment methods, chosen by their member "type" (spec/common.md 4.1).
func paymentMethod(institution, money, pos *message.Shape) *message.Shape {
	shared := []message.Field{
		message.Must("type", message.Enum("AN_32_TOKEN", "LOYALTY_CARD", "CARD", "ACCOUNT", "REWARD", "WALLET", "QR")),
		message.May("name", message.Text(0, 0)), message.May("amount", money), message.May("issuer", institution), message.May("pin", message.Pin()),
		message.May("proxy", message.Text(0, 40)), message.May("proxyType", message.Enum("MSISDN", "EMAIL", "UNKNOWN")),
	}
	with := func(fields ...message.Field) *message.Shape { return message.Object(message.Join(shared, fields)...) }
	pocket := message.Object(message.Must("pocketName", message.Text(0, 0)), message.May("pocketId", message.Text(0, 0)))
	return message.Variant(shared[0], map[string]*message.Shape{
		"CARD": with(
			message.Must("pan", message.Pattern("[0-9]{1,19}", message.Every(1, 19, message.IsDigit))), message.May("expiryDate", message.Pattern("[0-9]{4}", message.Every(4, 4, message.IsDigit))),
			message.May("posInfo", pos), message.May("encryptedPin", message.Object(message.EncryptedPinFields()...)),
		),
		"LOYALTY_CARD": with(message.Must("cardNumber", message.Pattern("[0-9]{16}", message.Every(16, 16, message.IsDigit)))),
		"AN_32_TOKEN":  with(message.Must("token", message.Pattern("[a-zA-Z0-9]{32}", message.Every(32, 32, message.IsAlnum)))),
		"ACCOUNT":      with(message.MayAll(message.Text(0, 0), "srcAccountId", "srcCustomerId", "destAccountId", "destCustomerId")...),
		"REWARD":       with(message.Must("rewardCode", message.Text(0, 40))),
		"WALLET":       with(message.Must("walletId", message.Text(0, 0)), message.May("walletPocket", pocket)),
		"QR":           with(message.Must("tranId", message.Text(0, 0)), message.May("partnerPaymentToken", message.Text(0, 0))),
	})
}
