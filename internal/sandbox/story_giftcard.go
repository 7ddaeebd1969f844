package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// The wire shapes of gift cards that the tills use (giftcards.md 2), written independently of the product's own.
type (
	card struct {
		PAN          string `json:"pan"`
		Expiry       string `json:"expiryDate"`
		ClearPIN     string `json:"clearPin,omitempty"`
		EncryptedPIN string `json:"encryptedPin,omitempty"`
	}
	cardProduct struct {
		ID string `json:"id"`
	}
	cardRequest struct {
		ID          string       `json:"id"`
		Time        string       `json:"time"`
		Originator  originator   `json:"originator"`
		Client      institution  `json:"client"`
		Identifiers []identifier `json:"thirdPartyIdentifiers"`
		BasketRef   string       `json:"basketRef,omitempty"`
		STAN        string       `json:"stan"`
		RRN         string       `json:"rrn"`
		Card        *card        `json:"card,omitempty"`
		Source      *card        `json:"sourceCard,omitempty"`
		Target      *card        `json:"targetCard,omitempty"`
		Product     *cardProduct `json:"product,omitempty"`
		Amounts     *amounts     `json:"amounts,omitempty"`
	}
)

const cardBase = "/giftcard/v3"

// cardTill is what one customer does with one gift card at one till.
type cardTill struct {
	*till
	card giftcards.Card
}

// playGiftCard is a gift card that is activated, should it be new, and then loaded, spent, asked for its balance, moved to
// another card, or voided and restored.
func (w *world) playGiftCard(ctx context.Context, p plan) {
	t := &cardTill{till: w.at(p, p.Client), card: validCard(p)}
	if !t.activate(ctx) || ctx.Err() != nil {
		return
	}
	switch p.dice.IntN(12) {
	case 0:
		t.lookUp(ctx)
	case 1:
		t.undo(ctx, "/voids", nil)
	case 2:
		t.transfer(ctx)
	case 3: // a wrong PIN, or one that the card does not have
		t.card.ClearPIN = "00000"
		t.complete(ctx, "/redemptions", sum(100))
	case 4, 5, 6:
		t.complete(ctx, "/redemptions", sum(500+100*p.dice.Int64N(60)))
	case 7:
		t.undo(ctx, "/loads", sum(5000))
	default:
		t.complete(ctx, "/loads", sum(5000+500*p.dice.Int64N(60)))
	}
}

// validCard picks one of the cards that are good; now and then one that has expired.
func validCard(p plan) giftcards.Card {
	expired := p.dice.IntN(40) == 0
	list := slices.DeleteFunc(giftcards.DefaultCards(), func(c giftcards.Card) bool { return strings.HasPrefix(c.Expiry, "15") != expired })
	return pick(p.dice, list)
}

func sum(minor int64) *amounts { return &amounts{ledgerAmount{minor, "710"}} }

// asks makes a request about the till's card.
func (t *cardTill) asks(change func(*cardRequest)) *cardRequest {
	r := &cardRequest{
		ID: t.newID(), Time: wireTime(t.now()), Originator: t.asked.Originator, Client: t.asked.Client, Identifiers: t.asked.Identifiers,
		STAN: t.asked.STAN, RRN: t.asked.RRN, Card: &card{PAN: t.card.PAN, Expiry: t.card.Expiry},
	}
	if t.plan.Fault != "" {
		r.BasketRef = "sim:" + t.plan.Fault
	}
	change(r)
	return r
}

func (t *cardTill) send(ctx context.Context, resource string, r *cardRequest) reply {
	return t.call(ctx, t.client, http.MethodPost, cardBase+resource+"/"+r.ID, encode(r))
}

// activate sells the card, unless somebody did before; false when it cannot be used.
func (t *cardTill) activate(ctx context.Context) bool {
	r := t.asks(func(r *cardRequest) {
		r.Product = &cardProduct{pick(t.plan.dice, giftcards.DefaultProducts()).ID}
		if t.plan.dice.IntN(2) == 0 {
			r.Amounts = sum(5000 + 1000*t.plan.dice.Int64N(20))
		}
	})
	answer := t.send(ctx, "/activations", r)
	if answer.open() {
		t.settle(ctx, "/activations", r.ID, timedOut)
		return false
	}
	if !answer.ok() {
		return strings.Contains(string(answer.body), "CARD_ACTIVATED")
	}
	t.think(ctx, between(t.plan, time.Second, 4*time.Second))
	return t.settle(ctx, "/activations", r.ID, "").ok()
}

// complete is a load or redemption, its tender and its confirmation; without a usable answer it is reversed.
func (t *cardTill) complete(ctx context.Context, resource string, a *amounts) {
	r := t.asks(func(r *cardRequest) {
		r.Amounts = a
		if resource == "/redemptions" {
			r.Card.ClearPIN, r.Card.EncryptedPIN = t.card.ClearPIN, t.card.EncryptedPIN
		}
	})
	switch answer := t.send(ctx, resource, r); {
	case answer.open():
		t.settle(ctx, resource, r.ID, timedOut)
	case answer.ok():
		t.think(ctx, between(t.plan, time.Second, 4*time.Second))
		t.settle(ctx, resource, r.ID, "")
	}
}

// undo is a request that the customer takes back.
func (t *cardTill) undo(ctx context.Context, resource string, a *amounts) {
	r := t.asks(func(r *cardRequest) { r.Amounts = a })
	answer := t.send(ctx, resource, r)
	switch {
	case answer.open():
		t.settle(ctx, resource, r.ID, timedOut)
	case answer.ok():
		t.think(ctx, between(t.plan, 2*time.Second, 6*time.Second))
		t.settle(ctx, resource, r.ID, cancelled)
	}
}

// transfer moves a little to another card, which refuses it when it was never activated.
func (t *cardTill) transfer(ctx context.Context) {
	other := validCard(t.plan)
	r := t.asks(func(r *cardRequest) {
		r.Source, r.Card = r.Card, nil
		r.Target, r.Amounts = &card{PAN: other.PAN, Expiry: other.Expiry}, sum(100)
	})
	switch answer := t.send(ctx, "/transfers", r); {
	case answer.open():
		t.settle(ctx, "/transfers", r.ID, timedOut)
	case answer.ok():
		t.settle(ctx, "/transfers", r.ID, "")
	}
}

func (t *cardTill) lookUp(ctx context.Context) {
	t.send(ctx, "/lookupGiftcard", t.asks(func(*cardRequest) {}))
}

// settle confirms a request, or reverses it for a reason. Single messaging has nothing to confirm.
func (t *cardTill) settle(ctx context.Context, resource, requestID, reason string) reply {
	if reason == "" && t.client.Mode == transactions.Single {
		return reply{status: http.StatusAccepted}
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
