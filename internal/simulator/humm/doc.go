// Package humm plays the far side of the consumer finance interface (spec: humm.md 2 to 6): device keys, signed messages,
// authorisations that use up a code, receipts, refunds below a ceiling and their reversal. It shares no code with the
// product, so a mistake in the product's reading of the interface cannot hide.
//
// All state is under one lock and in one journal. Whoever sends is known by a signing key: any device token that begins
// with GUDID- buys one, once. Sellers whose ids share their first five characters are one chain (Config.Chain).
//
// Every pre-approval code is good for one approval, but for those that begin with 777: their last two digits ask for a
// refusal, an open outcome or a fault (Triggers). References that begin with sim: ask for one too, and so does the
// control side, by kind of message (Kinds). The vendor's dummy service, whose answers hang on two digits of the message
// alone, is below webapi/v1/Test (dummy.go).
package humm
