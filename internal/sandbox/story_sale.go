package sandbox

import (
	"context"
	"net/http"
	"time"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// play performs one story to its end, or until ctx ends.
func (w *world) play(ctx context.Context, p plan) {
	switch p.Story {
	case redemption:
		w.playRedemption(ctx, p)
	case refund:
		w.playRefund(ctx, p)
	case catalogue:
		w.call(ctx, p.Client, http.MethodGet, "/products", nil)
	case cancel:
		w.playCancel(ctx, p)
	case duplicate:
		w.playDuplicate(ctx, p)
	case early:
		w.playEarly(ctx, p)
	case badFormat:
		w.playBadFormat(ctx, p)
	case giftCard:
		w.playGiftCard(ctx, p)
	case finance:
		w.playFinance(ctx, p)
	default: // the others differ by what the simulator is asked to do
		w.playSale(ctx, p)
	}
}

// sell buys a voucher and reverses it when the outcome stays open; nil when the till has nothing to hand over.
func (w *world) sell(ctx context.Context, p plan) *till {
	t := w.at(p, p.Client).forSale()
	switch t.buy(ctx) {
	case approved:
		return t
	case unsure:
		t.reverse(ctx, "/vouchers", timedOut)
	}
	return nil
}

// takeTender ends a sale: dual messaging confirms it, single messaging has nothing to add. False when the switch did
// not take the confirmation.
func (t *till) takeTender(ctx context.Context) bool {
	t.think(ctx, between(t.plan, 2*time.Second, 8*time.Second))
	if t.client.Mode == transactions.Single {
		return true
	}
	return t.confirm(ctx, "/vouchers").ok()
}

// playSale is voucher, tender, confirmation.
func (w *world) playSale(ctx context.Context, p plan) {
	if t := w.sell(ctx, p); t != nil {
		t.takeTender(ctx)
	}
}

// playCancel is a customer who changes their mind before paying.
func (w *world) playCancel(ctx context.Context, p plan) {
	if t := w.sell(ctx, p); t != nil {
		w.think(ctx, between(p, 3*time.Second, 15*time.Second))
		t.reverse(ctx, "/vouchers", cancelled)
	}
}

// between draws a time.
func between(p plan, low, high time.Duration) time.Duration {
	return low + time.Duration(p.dice.Int64N(int64(high-low)))
}
