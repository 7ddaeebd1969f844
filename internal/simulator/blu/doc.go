// Package blu plays the trade API of Blu Voucher as far as it is public: sell, look up, redeem (spec: providers.md
// section 7). Its books are its own. A request id is remembered: the same request gets the same answer, another one under
// it a conflict. A part redemption kills the PIN and gives a replacement. Nothing can be reversed.
//
// Faults come from amounts and PINs (stage.Triggers) and from the control side.
package blu
