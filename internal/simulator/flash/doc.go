// Package flash plays the Partner API of Flash: tokens, the voucher groups with purchase, redeem, refund, reverse and
// cancel, and the product list (spec: providers.md section 4). Its books are its own; references are idempotent,
// reversals depend on the product, a refund is a new voucher and a part redemption leaves a change voucher.
//
// Faults come from amounts and PINs (stage.Triggers) and from the control side. Answers vary within what the
// interface allows: further members, numbers as text, refusals under HTTP 200.
package flash
