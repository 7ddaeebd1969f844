package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const cardBase = "/giftcard/v3"

// cardTill is what one customer does with one gift card at one till.
type cardTill struct {
	*till
	card giftcards.Card
}

// playGiftCard is a gift card that is sold, should it be new, and then loaded, spent, asked for its balance, moved to
// another card, or voided.
func (w *world) playGiftCard(ctx context.Context, p plan) {
	t := &cardTill{till: w.at(p, p.Client)}
	list, free := goodCards(), false
	switch p.Card.Act {
	case outdated:
		list = outdatedCards()
	case walkAway:
		list = leftCards()
	}
	if t.card, free = w.cards.take(t.client.ID, list, p.Card.At, unsold, active); !free {
		return
	}
	defer w.cards.putBack(t.client.ID, t.card)
	if p.Card.Act == walkAway {
		t.complete(ctx, "/activations", cancelled, t.firstSale())
	} else if t.sell(ctx) {
		t.think(ctx, between(p, 2*time.Second, 8*time.Second))
		t.use(ctx, p.Card.Act)
	}
}

// use is what the customer does with a card that is sold.
func (t *cardTill) use(ctx context.Context, a act) {
	if a == void && t.cards.count(t.client.ID, voided) >= mostVoided {
		a = suspend
	}
	switch a {
	case balance:
		t.send(ctx, "/lookupGiftcard", t.asks(func(*cardRequest) {}))
	case suspend:
		t.complete(ctx, "/voids", cancelled, t.asks(func(*cardRequest) {}))
	case void:
		if t.complete(ctx, "/voids", "", t.asks(func(*cardRequest) {})) {
			t.cards.learn(t.client.ID, t.card, voided)
		}
	case transfer:
		t.transfer(ctx)
	case replace:
		t.replace(ctx)
	case unload:
		t.complete(ctx, "/loads", cancelled, t.asks(of(5000)))
	case load:
		t.complete(ctx, "/loads", "", t.asks(of(5000+500*t.plan.dice.Int64N(60))))
	default:
		t.pay(ctx)
	}
}

// pay spends some of the card; the customer with the wrong PIN gets it right the second time.
func (t *cardTill) pay(ctx context.Context) {
	purchase := func(r *cardRequest) {
		of(500 + 100*t.plan.dice.Int64N(45))(r)
		r.Card.ClearPIN, r.Card.EncryptedPIN = t.card.ClearPIN, t.card.EncryptedPIN
	}
	if t.plan.Card.Act == wrongPIN {
		t.complete(ctx, "/redemptions", "", t.asks(func(r *cardRequest) {
			purchase(r)
			r.Card.ClearPIN = "00000"
		}))
		t.think(ctx, between(t.plan, 2*time.Second, 6*time.Second))
	}
	t.complete(ctx, "/redemptions", "", t.asks(purchase))
}

// of sets the amount of a request.
func of(minor int64) func(*cardRequest) {
	return func(r *cardRequest) { r.Amounts = &amounts{ledgerAmount{minor, "710"}} }
}

// asks makes a request about the till's card.
func (t *cardTill) asks(change func(*cardRequest)) *cardRequest {
	r := &cardRequest{
		ID: t.newID(), Time: wireTime(t.now()), Originator: t.asked.Originator, Client: t.asked.Client, Identifiers: t.asked.Identifiers,
		STAN: t.asked.STAN, RRN: t.asked.RRN, Card: plastic(t.card),
	}
	if t.plan.Fault != "" {
		r.BasketRef, t.plan.Fault = "sim:"+t.plan.Fault, "" // once in a story
	}
	change(r)
	return r
}

// plastic is what a till reads from a card.
func plastic(c giftcards.Card) *card { return &card{PAN: c.PAN, Expiry: c.Expiry} }

func (t *cardTill) send(ctx context.Context, resource string, r *cardRequest) reply {
	return t.call(ctx, t.client, http.MethodPost, cardBase+resource+"/"+r.ID, encode(r))
}

// firstSale is an activation: with money unless the product brings some of its own.
func (t *cardTill) firstSale() *cardRequest {
	return t.asks(func(r *cardRequest) {
		sold := pick(t.plan.dice, giftcards.DefaultProducts())
		if r.Product = (&cardProduct{sold.ID}); sold.StartingBalance < 5000 {
			of(5000 + 1000*t.plan.dice.Int64N(20))(r)
		}
	})
}

// sell activates the card, unless the tills know that somebody did before; false when it cannot be used.
func (t *cardTill) sell(ctx context.Context) bool {
	if t.cards.know(t.client.ID, t.card) == active {
		return true
	}
	answer, done := t.ask(ctx, "/activations", "", t.firstSale())
	switch {
	case done, strings.Contains(string(answer.body), `"CARD_ACTIVATED"`):
		t.cards.learn(t.client.ID, t.card, active)
		return true
	case strings.Contains(string(answer.body), `"CARD_VOIDED"`):
		t.cards.learn(t.client.ID, t.card, voided)
	}
	return false
}

// transfer moves a little to another card of the customer, who buys one for that if need be.
func (t *cardTill) transfer(ctx context.Context) {
	other, free := t.cards.take(t.client.ID, goodCards(), t.plan.Card.At+1, unsold, active)
	if !free {
		return
	}
	defer t.cards.putBack(t.client.ID, other)
	if second := (&cardTill{t.till, other}); !second.sell(ctx) {
		return
	}
	r := t.asks(of(100))
	r.Source, r.Target, r.Card = r.Card, plastic(other), nil
	t.complete(ctx, "/transfers", "", r)
}

// replace gives a new card for a lost one.
func (t *cardTill) replace(ctx context.Context) {
	fresh, free := t.cards.take(t.client.ID, goodCards(), t.plan.Card.At+1, unsold)
	if !free {
		t.send(ctx, "/lookupGiftcard", t.asks(func(*cardRequest) {}))
		return
	}
	defer t.cards.putBack(t.client.ID, fresh)
	r := t.asks(func(*cardRequest) {})
	r.Old, r.New, r.Card = r.Card, plastic(fresh), nil
	if t.complete(ctx, "/replaces", "", r) {
		t.cards.learn(t.client.ID, t.card, voided)
		t.cards.learn(t.client.ID, fresh, active)
	}
}

// complete is ask for those who only want to know whether it was done.
func (t *cardTill) complete(ctx context.Context, resource, change string, r *cardRequest) bool {
	_, done := t.ask(ctx, resource, change, r)
	return done
}

// ask sends a request and ends it: with a reversal when no outcome came or the customer changes their mind, else with a
// confirmation. It tells whether the request stands.
func (t *cardTill) ask(ctx context.Context, resource, change string, r *cardRequest) (reply, bool) {
	answer := t.send(ctx, resource, r)
	switch {
	case ctx.Err() != nil:
	case answer.open():
		t.settle(ctx, resource, r.ID, timedOut)
	case answer.ok():
		t.think(ctx, between(t.plan, time.Second, 6*time.Second))
		return answer, t.settle(ctx, resource, r.ID, change).ok() && change == ""
	}
	return answer, false
}

// settle confirms a request, or reverses it for a reason.
func (t *cardTill) settle(ctx context.Context, resource, requestID, reason string) reply {
	if reason == "" && t.client.Mode == transactions.Single {
		return reply{status: http.StatusAccepted} // nothing to confirm
	}
	a := advice{
		ID: t.newID(), RequestID: requestID, Time: wireTime(t.now()), Identifiers: json.RawMessage(encode(t.asked.Identifiers)),
		STAN: t.asked.STAN, RRN: t.asked.RRN, Reason: reason,
	}
	kind := "/reversals/"
	if reason == "" {
		kind = "/confirmations/"
		if resource == "/loads" || resource == "/activations" {
			a.Tenders = []tender{t.tender()}
		}
	}
	return t.insist(ctx, t.client, cardBase+resource+"/"+requestID+kind+a.ID, encode(a), t.dice())
}
