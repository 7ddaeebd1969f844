package main

import (
	"fmt"
	"net/http"
)

// crowd redeems the same code at three tills at once: one of them may have it.
func (w *nativeTill) crowd(code string, worth int64) {
	var requests [3]message
	var answers [3]answer
	var do []func()
	for i := range requests {
		requests[i] = w.redemption(code).with("amounts", sum(worth))
		do = append(do, func() { answers[i] = w.ask("redeem in a crowd", "/redemptions", requests[i]) })
	}
	atOnce(do...)
	had := 0
	for i, a := range answers {
		switch {
		case a.status == http.StatusCreated:
			had++
			w.advise("confirm redemption", "/redemptions/confirmations", w.advice(requests[i].id()))
		case a.status >= 500:
			w.advise("reverse unknown redemption", "/redemptions/reversals", w.reversal(requests[i].id()))
		}
	}
	if had > 1 {
		w.complain("one code was redeemed " + fmt.Sprint(had) + " times at once")
	}
}

func (w *nativeTill) redemption(code string) message {
	return w.sale("", w.shop.receiver, w.shop.name).with("product", nil).with("voucher", message{"code": code}).with("amounts", nil)
}

// spend redeems a code, all of it or a part, and decides about that; at times the rest is spent too, or the money given back.
func (w *nativeTill) spend(code string, worth int64) {
	r := w.redemption(code)
	take := worth
	switch {
	case w.of100(30):
		take = 500 + int64(w.dice.IntN(int(worth/100)))*100
		if n := w.fault(50); n != 0 {
			take = 7700 + int64(n)
		}
		r = r.with("amounts", sum(take))
	case w.shop.id == "yoyo" || w.of100(50):
		r = r.with("amounts", sum(worth))
	}
	a := w.ask("redeem", "/redemptions", r)
	if w.of100(8) {
		if again := w.ask("redeem again", "/redemptions", r); a.status == http.StatusBadRequest {
			a = again
		}
	}
	switch {
	case a.status >= 500:
		if !w.leaves() {
			w.advise("reverse unknown redemption", "/redemptions/reversals", w.reversal(r.id()))
		}
	case a.status != http.StatusCreated:
	case w.of100(25):
		w.advise("reverse redemption", "/redemptions/reversals", w.reversal(r.id()))
		if w.of100(30) {
			w.spend(code, worth)
		}
	case w.of100(90):
		w.advise("confirm redemption", "/redemptions/confirmations", w.advice(r.id()))
		if rest := a.body.Voucher.Code; rest != "" && rest != code && w.of100(50) {
			w.spend(rest, max(100, worth-take))
		}
		if w.shop.refunds && w.of100(40) {
			w.refund(code)
		}
	}
}

// refund gives the money of a spent code back.
func (w *nativeTill) refund(code string) {
	r := w.redemption(code)
	a := w.ask("refund", "/refunds", r)
	switch {
	case a.status >= 500:
		w.advise("reverse unknown refund", "/refunds/reversals", w.reversal(r.id()))
	case a.status != http.StatusCreated:
	case w.of100(30):
		w.advise("reverse refund", "/refunds/reversals", w.reversal(r.id()))
	default:
		w.advise("confirm refund", "/refunds/confirmations", w.advice(r.id()))
		if w.of100(30) && a.body.Voucher.Code != "" {
			w.spend(a.body.Voucher.Code, 10000)
		}
	}
}
