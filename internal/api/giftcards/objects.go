package giftcards

import "github.com/signalboxhq/signalbox/internal/api/message"

// alnum is [0-9A-Za-z]{1,most}.
func alnum(most int, expr string) *message.Shape {
	return message.Pattern(expr, message.Every(1, most, message.IsAlnum))
}

// card is a gift card. Nothing of its number and PINs is ever quoted in a refusal.
func card() *message.Shape {
	digits := func(b []byte) bool { return message.Every(1, 19, message.IsDigit)(b) }
	block := message.Every(1, message.MaxText, func(c byte) bool { return message.IsDigit(c) || c >= 'A' && c <= 'F' })
	return message.Object(
		message.Must("pan", message.Secret(message.Pattern("[0-9]{1,19}", digits))),
		message.May("expiryDate", message.Pattern("[0-9]{4}", message.Every(4, 4, message.IsDigit))),
		message.May("pin", message.Pin()),
		message.May("clearPin", message.Secret(message.Text(0, 0))),
		message.May("encryptedPin", message.Secret(message.Pattern("[0-9ABCDEF]+", block))),
		message.May("rank", message.Text(0, 0)),
	)
}

// product is a gift card article, not the goods in a basket.
func product() *message.Shape {
	return message.Object(
		message.Must("id", alnum(100, "[0-9A-Za-z]{1,100}")), message.May("barcode", alnum(13, "[0-9A-Za-z]{1,13}")),
		message.May("type", message.Text(1, 50)),
	)
}

func basket() *message.Shape {
	item := message.Object(
		message.May("productId", alnum(20, "[0-9A-Za-z]{1,20}")), message.May("productName", alnum(50, "[0-9A-Za-z]{1,50}")),
		message.May("productType", alnum(30, "[0-9A-Za-z]{1,30}")), message.May("quantity", message.Number()),
		message.May("unit", message.Enum("UNIT", "LITRE", "KILOGRAM")),
	)
	return message.Object(message.Must("basketId", alnum(20, "[0-9A-Za-z]{1,20}")), message.May("items", message.List(item)))
}

func points(money *message.Shape) *message.Shape {
	amount := message.Object(
		message.Must("amount", message.Integer()), message.May("currencyEquivalent", money),
		message.May("pointsDueToExpire", message.Integer()), message.May("expiryDate", message.Date()),
	)
	return message.Object(message.MayAll(amount, "requestAmount", "approvedAmount", "balanceAmount", "availableAmount")...)
}
