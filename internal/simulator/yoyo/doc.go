// Package yoyo plays the two APIs of Yoyo: the CVS issuer API (gift cards, coupons, their campaigns) and the transaction
// engine that tills redeem with (spec: providers.md section 6). Its books are its own. Every POST issues another item;
// what a user reference holds can be listed. A redemption is open until it is advised.
//
// Codes of the transaction engine come as text of five digits, those of the issuer as they are. Faults come
// from amounts and codes (stage.Triggers) and from the control side.
package yoyo
