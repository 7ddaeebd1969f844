// Package simulator is a stand-in for the far side of the switch: a separate,
// real HTTP server that keeps its own books and can be told to misbehave. It
// shares no code with the product, so a mistake in the product's reading of an
// interface cannot hide in a shared type.
//
// One server plays everybody; the first path segment picks one. Each voucher
// provider is played over the voucher service interface ({provider}/suv/v1/
// vouchers or {provider}/vouchers); Flash, OTT, Yoyo and Blu Voucher over their
// own APIs as well ({provider}/native/...), each in a package of its own. The
// rails that are no voucher providers (the gift card issuer) are mounted beside
// them. Faults are asked for per request (basketRef "sim:<fault>"; for the
// native APIs amounts and PINs, see stage.Triggers), or per provider (PUT
// /control/{provider}). What really happened is read from GET
// /books/{provider} and, as a provider's daily file, from GET
// /statements/{provider}: both hold what came over any of its interfaces.
package simulator
