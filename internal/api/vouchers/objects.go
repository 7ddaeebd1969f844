package vouchers

import "github.com/signalboxhq/signalbox/internal/api/message"

func issuerReference() *message.Shape {
	return message.Pattern("[A-Z0-9]{1,40}", message.Every(1, 40, func(c byte) bool { return message.IsDigit(c) || message.IsUpper(c) }))
}

func product(institution, money *message.Shape) *message.Shape {
	listing := message.Object(message.Join(
		[]message.Field{message.Must("channelName", message.Text(0, 0))},
		message.MayAll(message.Text(0, 0), "productDisplayName", "productDisplayCategory"),
		[]message.Field{message.May("productDisplaySortOrder", message.Number())},
	)...)
	id := message.Sized(1, 40, "[A-Za-z0-9-]{1,40}", message.Every(1, 40, func(c byte) bool { return message.IsAlnum(c) || c == '-' }))
	return message.Object(message.Join(
		[]message.Field{message.Must("productId", id), message.May("description", message.Text(0, 250))},
		message.MayAll(money, "amount", "minAmount", "maxAmount"),
		[]message.Field{
			message.May("isFixedValue", message.Truth()), message.May("receiver", institution),
			message.May("channelProductListings", message.List(listing)),
		},
		message.MayAll(message.Text(0, 0), "name", "type", "barcode"),
	)...)
}
