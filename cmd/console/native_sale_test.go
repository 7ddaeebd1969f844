package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// sell takes one sale from its request to whatever becomes of it.
func (w *nativeTill) sell() {
	sale, price := w.order()
	send := func() answer { return w.ask("sell", "/vouchers", sale) }
	a := answer{}
	if w.of100(4) {
		a = w.twice(send)
	} else {
		a = send()
	}
	if w.of100(8) {
		again := w.ask("sell again", "/vouchers", sale)
		w.same(sale, a, again)
		if a.status == http.StatusBadRequest { // a refused id may be used again
			a = again
		}
	}
	unknown := a.status >= 500
	switch {
	case unknown && w.of100(10): // the till gives up while another still tries
		reversal := w.reversal(sale.id())
		atOnce(
			func() { w.ask("retry in a race", "/vouchers/"+sale.id()+"/retry", sale) },
			func() { w.ask("reverse in a race", "/vouchers/reversals", reversal) },
		)
		return
	case unknown:
		a = w.persist(sale, a)
	}
	switch {
	case unknown && a.status != http.StatusCreated: // a hard decline of a repeat says nothing about the sale
		if w.of100(15) {
			w.advise("confirm unknown", "/vouchers/confirmations", w.confirmation(sale.id()))
		}
		if !w.leaves() {
			w.advise("reverse unknown", "/vouchers/reversals", w.reversal(sale.id()))
		}
	case a.status == http.StatusCreated:
		w.bought(sale, a, price)
	case w.of100(10):
		w.ask("retry declined", "/vouchers/"+sale.id()+"/retry", sale)
	}
}

// twice sends the same sale two times at once: one of them may be answered with a voucher.
func (w *nativeTill) twice(send func() answer) answer {
	var a, b answer
	atOnce(func() { a = send() }, func() { b = send() })
	switch {
	case a.status == http.StatusCreated && b.status == http.StatusCreated:
		w.complain("two of the same sale were both answered with a voucher")
	case b.status == http.StatusCreated || a.body.ErrorType == "DUPLICATE_RECORD":
		return b
	}
	return a
}

// order draws a product and its price.
func (w *nativeTill) order() (message, int64) {
	total := 0
	for _, o := range w.shop.offers {
		total += o.share
	}
	at, offer := w.dice.IntN(total), nativeOffer{}
	for _, offer = range w.shop.offers {
		if at -= offer.share; at < 0 {
			break
		}
	}
	price := offer.price
	if price == 0 {
		price = 10000 + int64(w.dice.IntN(300))*100
		if n := w.fault(45); n != 0 {
			price = int64(1+w.dice.IntN(3))*10000 + 7700 + int64(n)
		}
	}
	sale := w.sale(offer.product, w.shop.receiver, w.shop.name).with("amounts", sum(price))
	return sale, price
}

func sum(minor int64) message {
	return message{"requestAmount": message{"amount": minor, "currency": "710"}}
}

// persist repeats a sale without an answer up to three times, as a till may. Before some repeats the sale is made to look
// two minutes old, from when on a check that finds nothing is a proof.
func (w *nativeTill) persist(sale message, a answer) answer {
	for n := 0; n < 3 && a.status >= 500 && w.of100(75); n++ {
		if w.shop.retries && w.of100(25) {
			w.age(sale.id())
		}
		a = w.ask("retry", "/vouchers/"+sale.id()+"/retry", sale)
	}
	return a
}

// age makes a request look older.
func (w *nativeTill) age(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := w.shop.db.Pool.Exec(ctx, `update transactions set received_at = received_at - interval '2 minutes'
  where request_id = $1 and outcome = 'UNKNOWN' and decision is null`, id)
	if err != nil {
		w.complain("a request cannot be made older: " + err.Error())
	}
}

// same checks what a repeat under the same id was told: never another voucher.
func (w *nativeTill) same(sale message, first, second answer) {
	code := second.body.Voucher.Code
	if code == "" {
		var detail struct {
			Voucher voucherSlip `json:"voucher"`
		}
		_ = json.Unmarshal(second.body.Detail, &detail) // most refusals carry none
		code = detail.Voucher.Code
	}
	if first.status == http.StatusCreated && code != first.body.Voucher.Code {
		w.complain("sale " + sale.id() + " was answered with another voucher")
	}
}

// bought decides about a voucher in hand, and spends some.
func (w *nativeTill) bought(sale message, a answer, price int64) {
	id, code := sale.id(), a.body.Voucher.Code
	w.keep(id, code)
	if w.shop.retries && w.of100(8) {
		w.same(sale, a, w.ask("retry sold", "/vouchers/"+id+"/retry", sale))
	}
	if w.of100(12) {
		w.look(id, a)
	}
	switch {
	case w.of100(22):
		w.advise("reverse", "/vouchers/reversals", w.reversal(id))
		return
	case w.of100(4): // nobody ever says
		return
	case w.of100(5):
		w.advise("confirm", "/vouchers/confirmations", w.confirmation(id))
		w.advise("reverse confirmed", "/vouchers/reversals", w.reversal(id))
	default:
		w.advise("confirm", "/vouchers/confirmations", w.confirmation(id))
	}
	if w.of100(12) {
		w.look(id, a)
	}
	switch {
	case w.of100(4):
		w.crowd(code, price)
	case w.of100(55):
		w.spend(code, price)
	}
}

// look asks about a voucher in one of the three ways.
func (w *nativeTill) look(id string, a answer) {
	q := url.Values{"receiverInstId": {w.shop.receiver}}
	switch w.dice.IntN(3) {
	case 0:
		q.Set("voucherCode", a.body.Voucher.Code)
	case 1:
		q.Set("provisionRequestId", id)
	default:
		q.Set("voucherSerialNumber", a.body.Voucher.Serial)
	}
	w.count("look up", w.send(http.MethodGet, "/vouchers?"+q.Encode(), nil))
}
