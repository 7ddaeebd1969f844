package simulator

import (
	"net/http"
	"time"
)

// shelfLife is how long an issued voucher stays valid.
const shelfLife = 3 * 365 * 24 * time.Hour

// issued is the part of an entry an answer is built from, copied while the
// books are locked.
type issued struct {
	seq      int64
	code     string
	expires  int64
	amount   int64
	currency string
	product  string
}

func (e *entry) issued() issued {
	return issued{e.seq, e.code, e.expires, e.amount, e.currency, e.product}
}

// provision sells a voucher (vouchers.md 4.2). decline, when set, is the
// business refusal a fault asked for; it applies where the provider would
// otherwise do new work. The caller holds mu.
func (h *house) provision(a *account, m *message, hint string, decline *refusal) (issued, *refusal) {
	k := keyOf(provision, m.ID)
	ev := &event{Kind: "request", User: a.name, Op: provision, ID: m.ID, Hint: hint}
	if e := a.approved(k); e != nil {
		return issued{}, h.turnDown(ev, h.duplicate(e))
	}
	return h.sell(a, m, ev, decline)
}

// retry repeats a provision: a known one is answered from the books, an unknown
// one is processed as if it came first. The caller holds mu.
func (h *house) retry(a *account, m *message, hint string, decline *refusal) (issued, *refusal) {
	k := keyOf(provision, m.ID)
	ev := &event{Kind: "request", User: a.name, Op: provision, ID: m.ID, Retry: true, Hint: hint}
	e := a.approved(k)
	switch {
	case !h.profile.Retries:
		return issued{}, h.turnDown(ev, unsupported("retry").about(m.ID, ""))
	case e != nil && e.print != contentPrint(m):
		return issued{}, h.turnDown(ev, h.duplicate(e))
	case e != nil && e.advice == reversed:
		return issued{}, h.turnDown(ev, refuse(http.StatusBadRequest, errVoucherReversed, "provision was reversed").about(m.ID, e.adviceID))
	case e != nil:
		ev.Result = repeated
		h.record(ev)
		return e.issued(), nil
	}
	if e := a.records[k]; e != nil && e.state == declined && a.tombstones[k] == "" {
		return issued{}, h.turnDown(ev, declineOf(e.errorType).about(m.ID, ""))
	}
	return h.sell(a, m, ev, decline)
}

// sell does the new work of a provision or of the retry of an unknown one.
func (h *house) sell(a *account, m *message, ev *event, decline *refusal) (issued, *refusal) {
	if reversal := a.tombstones[keyOf(provision, m.ID)]; reversal != "" {
		return issued{}, h.turnDown(ev, refuse(http.StatusBadRequest, errVoucherReversed, "reversed before it came").about(m.ID, reversal))
	}
	price, r := h.price(m)
	ev.Amount, ev.Currency = price.Price, price.Currency
	if m.Product != nil {
		ev.Product = m.Product.ProductID
	}
	if r == nil {
		r = decline
	}
	if r != nil {
		ev.Result, ev.Error = declined, r.ErrorType
		h.record(ev)
		return issued{}, r.about(m.ID, "")
	}
	now := h.now()
	ev.Result, ev.At, ev.Print = approved, now.UnixMicro(), contentPrint(m)
	ev.Expires = now.Add(shelfLife).UnixMilli()
	if m.Voucher != nil && m.Voucher.Code != "" {
		ev.code = m.Voucher.Code
	} else {
		ev.code = h.newCode()
	}
	h.record(ev)
	return a.records[keyOf(provision, m.ID)].issued(), nil
}

// price finds what the sale costs, as a product with that fixed price, or the
// business reason against it.
func (h *house) price(m *message) (Product, *refusal) {
	var asked Product
	if a := requested(m); a != nil {
		asked.Price, asked.Currency = *a.Amount, string(a.Currency)
	}
	if asked.Price < 0 {
		return asked, refuse(http.StatusBadRequest, errInvalidAmount, "negative amount")
	}
	if m.Product == nil {
		return asked, nil
	}
	p, known := h.profile.product(m.Product.ProductID)
	switch {
	case !known && h.profile.AnyProduct:
		return asked, nil
	case !known:
		return asked, refuse(http.StatusBadRequest, errInvalidProduct, "product not sold here")
	case asked.Currency == "" && p.Price != 0:
		return p, nil
	case h.profile.AnyProduct:
		return asked, nil
	case asked.Currency != p.Currency:
		return asked, refuse(http.StatusBadRequest, errInvalidAmount, "amount or currency missing or not sold")
	case p.Price != 0 && asked.Price != p.Price, p.Price == 0 && (asked.Price < p.Min || asked.Price > p.Max):
		return asked, refuse(http.StatusBadRequest, errInvalidAmount, "amount not sold")
	}
	return asked, nil
}

// turnDown books a message the state rules refuse.
func (h *house) turnDown(ev *event, r *refusal) *refusal {
	ev.Result, ev.Error = refused, r.ErrorType
	h.record(ev)
	return r
}

func (h *house) duplicate(e *entry) *refusal {
	r := refuse(http.StatusBadRequest, errDuplicate, "id already used").about(e.id, "")
	r.Detail = &detail{Voucher: h.voucherOf(e.issued())}
	return r
}

// declineOf is a business refusal with the provider's own code and words.
func declineOf(errorType string) *refusal {
	r := refuse(http.StatusBadRequest, errorType, "declined by provider")
	r.Code, r.CodeText = "05", "not approved"
	return r
}
