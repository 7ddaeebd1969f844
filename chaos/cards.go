package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/google/uuid"

	issuer "github.com/signalboxhq/signalbox/internal/simulator/giftcards"
)

// cardBase is where gift cards are asked for on the channel API.
const cardBase = "/giftcard/v3"

const (
	cardProduct = "GCP00000" // without money of its own
	loaded      = 9000       // minor units, with an activation and with a load
	spent       = 1000       // of them, with a redemption
)

func (s *sale) ofACard() bool { return strings.HasPrefix(s.resource, cardBase) }

// purse is the gift cards of one till, which takes one after the other. No other till has them, so that it knows what to
// expect of them, as far as it was told.
type purse struct {
	cards []*held
	at    int
}

// held is a card and whether its activation was confirmed.
type held struct {
	issuer.Card
	active bool
}

// newPurses shares the issuer's good cards out among the tills.
func newPurses() []*purse {
	list := make([]*purse, tills)
	for i := range list {
		list[i] = &purse{}
	}
	next := 0
	for _, c := range issuer.DefaultCards() {
		if c.Expiry > "3000" { // the others expired long ago
			p := list[next%tills]
			p.cards = append(p.cards, &held{Card: c})
			next++
		}
	}
	return list
}

func (p *purse) next() *held {
	p.at++
	return p.cards[p.at%len(p.cards)]
}

// useCard activates a card that is new, and loads or spends from one that is not. There is no retry: what stays unknown is
// reversed. Requests are repeated now and then, which must be refused.
func (c *callers) useCard(ctx context.Context, h *held) {
	s := &sale{id: uuid.NewString()}
	what, amount := "activations", loaded
	pin, product := "", fmt.Sprintf(`,"product":{"id":%q}`, cardProduct)
	if h.active {
		what, product = "loads", ""
		if rand.IntN(3) > 0 {
			what, amount, pin = "redemptions", spent, h.secrets()
		}
	}
	s.resource = cardBase + "/" + what
	s.body = request(s.id, fmt.Sprintf(`"card":{"pan":%q,"expiryDate":%q%s}%s`, h.PAN, h.Expiry, pin, product), amount)
	at := s.resource + "/" + s.id
	status := c.ask(s, at)
	if status == http.StatusCreated && rand.IntN(10) == 0 {
		c.ask(&sale{id: s.id, resource: s.resource, body: s.body}, at)
	}
	if c.settle(ctx, s, status) && what == "activations" || s.refusal == "CARD_ACTIVATED" { // perhaps its confirmation was heard all the same
		h.active = true
	}
}

func (h *held) secrets() (members string) {
	if h.ClearPIN != "" {
		members += fmt.Sprintf(`,"clearPin":%q`, h.ClearPIN)
	}
	if h.EncryptedPIN != "" {
		members += fmt.Sprintf(`,"encryptedPin":%q`, h.EncryptedPIN)
	}
	return members
}
