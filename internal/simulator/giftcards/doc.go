// Package giftcards plays a gift card issuer: the far side of the gift card
// interface, with its own cards, products and books. It shares no code with the
// product, so a mistake in the product's reading of the interface cannot hide.
//
// Every Basic user has a data set of its own, made from the seed files by the
// first call that needs it. The rules run in one fixed order (order.go) under
// one lock; what they decide becomes one event, and the books are the result of
// applying events, live and after a restart alike (apply.go).
//
// The embedded seed has 100 cards. Line 1 (…4803) is valid and has a clear PIN,
// line 3 (…9161) is valid without a PIN, line 5 (…6445) is valid with an
// encrypted PIN; lines with an even number are expired.
package giftcards
