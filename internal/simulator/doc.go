// Package simulator is a stand-in for the voucher providers: a separate, real
// HTTP server that keeps its own books and can be told to misbehave. It shares
// no code with the product, so a mistake in the product's reading of the
// voucher service interface cannot hide in a shared type.
//
// One server plays every provider; the first path segment picks one
// ({provider}/suv/v1/vouchers or {provider}/vouchers). Faults are asked for per
// request (basketRef "sim:<fault>"), or per provider (PUT /control/{provider}).
// What really happened is read from GET /books/{provider} and, as a provider's
// daily file, from GET /statements/{provider}.
//
// Only the voucher service interface is played. A further interface (native
// provider APIs, the gift card issuer, consumer finance) gets its own route
// table beside voucherRoutes and its own operations beside provision.go.
package simulator
