package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// playRedemption is a voucher sold by one client and spent at another, or at the same. Now and then the customer changes
// their mind at the last moment.
func (w *world) playRedemption(ctx context.Context, p plan) {
	t := w.redeem(ctx, p)
	switch {
	case t == nil:
	case p.dice.IntN(8) == 0:
		t.reverse(ctx, "/redemptions", cancelled)
	default:
		t.confirm(ctx, "/redemptions")
	}
}

// playRefund is a spent voucher given back.
func (w *world) playRefund(ctx context.Context, p plan) {
	spent := w.redeem(ctx, p)
	if spent == nil || !spent.confirm(ctx, "/redemptions").ok() {
		return
	}
	w.think(ctx, between(p, 5*time.Second, 20*time.Second))
	t := spent.again()
	if t.take(ctx, "/refunds") {
		w.think(ctx, between(p, time.Second, 3*time.Second))
		t.confirm(ctx, "/refunds")
	}
}

// redeem sells a voucher, looks it up at the redeeming client and redeems it; the redemption is left to be confirmed.
// nil when it came to nothing.
func (w *world) redeem(ctx context.Context, p plan) *till {
	sold := w.sell(ctx, p)
	if sold == nil || !sold.takeTender(ctx) {
		return nil
	}
	w.think(ctx, between(p, 3*time.Second, 20*time.Second))
	t := w.at(p.elsewhere(), p.Redeemer)
	t.asked.Voucher = &voucher{sold.code}
	if !t.lookUp(ctx, sold.code) {
		return nil
	}
	w.think(ctx, between(p, time.Second, 4*time.Second))
	if !t.take(ctx, "/redemptions") {
		return nil
	}
	w.think(ctx, between(p, time.Second, 5*time.Second))
	return t
}

// elsewhere moves a plan to a place of the redeeming client.
func (p plan) elsewhere() plan {
	p.Place = pick(p.dice, placesOf(p.Redeemer.ID))
	p.Terminal, p.Trace = p.Place.terminal(p.dice), 1+p.dice.IntN(999999)
	return p
}

// lookUp asks whether the voucher is good; a look-up that fails costs nothing.
func (t *till) lookUp(ctx context.Context, code string) bool {
	q := url.Values{"voucherCode": {code}}
	if t.asked.Receiver != nil {
		q.Set("receiverInstId", t.asked.Receiver.ID)
	}
	return t.call(ctx, t.client, http.MethodGet, "/vouchers?"+q.Encode(), nil).ok()
}

// take sends a redemption or refund. It is never repeated: without an outcome it is reversed (vouchers.md 5).
func (t *till) take(ctx context.Context, resource string) bool {
	r := t.ask(ctx, resource)
	if r.open() && ctx.Err() == nil {
		t.reverse(ctx, resource, timedOut)
	}
	return r.ok()
}

// again makes the next request about the same voucher, under a new id.
func (t *till) again() *till {
	p := t.plan
	p.Trace = 1 + p.dice.IntN(999999)
	next := t.at(p, t.client)
	next.asked.Voucher = t.asked.Voucher
	return next
}
