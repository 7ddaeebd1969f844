// Package family is what the clients of the interface family share. The family is symmetrical (spec/providers.md 3): a
// message that we understand as a server we send as a client, so vouchers and gift cards differ in their paths and members
// only. How to sign in, what a forwarded message and an advice look like, and how an answer is read stands here.
//
// Connectors of other protocols take from it what does not depend on the protocol: what clients are answered and attempts
// are called is the family's, whoever the provider is.
package family
