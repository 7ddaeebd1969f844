package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// playDuplicate is a till that sends one request twice; the second is refused and the sale goes on.
func (w *world) playDuplicate(ctx context.Context, p plan) {
	t := w.sell(ctx, p)
	if t == nil {
		return
	}
	w.call(ctx, t.client, http.MethodPost, "/vouchers", t.body)
	t.takeTender(ctx)
}

// playEarly is a till that gave up so early that its reversal came first: nothing to reverse yet, and nothing to sell
// any more.
func (w *world) playEarly(ctx context.Context, p plan) {
	t := w.at(p, p.Client).forSale()
	t.reverse(ctx, "/vouchers", timedOut)
	w.think(ctx, between(p, 300*time.Millisecond, time.Second))
	t.ask(ctx, "/vouchers")
}

// playBadFormat is a till whose software is wrong; the switch says where.
func (w *world) playBadFormat(ctx context.Context, p plan) {
	t := w.at(p, p.Client).forSale()
	body := encode(t.asked)
	switch p.dice.IntN(3) {
	case 0: // a required member is missing
		body = bytes.Replace(body, encode(p.Place.City), []byte("null"), 1)
	case 1: // a member that nobody knows
		body = bytes.Replace(body, []byte(`{"id"`), []byte(`{"loyaltyTier":"GOLD","id"`), 1)
	case 2: // an id of another system
		body = bytes.Replace(body, encode(t.asked.ID), encode("POS-"+t.asked.RRN), 1)
	}
	w.call(ctx, p.Client, http.MethodPost, "/vouchers", body)
}
