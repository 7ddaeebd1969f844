package simulation

import (
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// card is a gift card in its issuer's books: what it is worth with everything approved, and what can be spent of it now
// (giftcard-rules.md 9).
type card struct {
	status    cardStatus
	ledger    int64
	available int64
	pin       string
	activated string // the reference that counts
	voided    string
}

type cardStatus int

const (
	cardNew cardStatus = iota
	cardActivated
	cardConfirmed
	cardVoided
)

// movement is what a request did to its cards; a transfer and a replacement have a second one.
type movement struct {
	card      *card
	other     *card
	moved     int64 // what a replacement took from the old card
	available int64 // of that
}

// refuses gives the error of a request that the cards' states do not take; empty: none.
func (c *card) refuses(what string, o order, other *card) string {
	spends := what == redemptions || what == transfers
	switch {
	case c.status == cardVoided:
		return switchcore.ErrCardVoided
	case what == activations && c.status != cardNew:
		return switchcore.ErrCardActivated
	case what != activations && c.status != cardConfirmed:
		return "CARD_NOT_ACTIVATED"
	case spends && o.Amounts.Request.Amount > c.available:
		return "INSUFFICIENT_FUNDS"
	case what == redemptions && o.Card.PIN != c.pin:
		return "INCORRECT_PIN"
	case what == transfers:
		return other.refusesMoney()
	case what == replaces:
		return c.refusesToGo(other)
	}
	return ""
}

// refusesMoney is what speaks against a transfer to the card.
func (c *card) refusesMoney() string {
	switch c.status {
	case cardVoided:
		return switchcore.ErrCardVoided
	case cardConfirmed:
		return ""
	}
	return "CARD_NOT_ACTIVATED"
}

// refusesToGo is what speaks against a replacement of the card. This issuer replaces no card that still waits for money.
func (c *card) refusesToGo(fresh *card) string {
	switch {
	case c.ledger != c.available:
		return switchcore.ErrTranNotSupported
	case fresh.status == cardVoided:
		return switchcore.ErrCardVoided
	case fresh.status != cardNew:
		return switchcore.ErrCardActivated
	}
	return ""
}

// approve does what a request asks of its cards (giftcards.md 4.3).
func (a *account) approve(o order) {
	c := a.card
	switch a.what {
	case activations:
		*c = card{status: cardActivated, activated: a.ref, pin: o.Card.PIN, ledger: a.amount, available: a.amount}
	case loads:
		c.ledger += a.amount
	case redemptions:
		c.ledger, c.available = c.ledger-a.amount, c.available-a.amount
	case voids:
		c.status, c.voided = cardVoided, a.ref
	case transfers:
		c.ledger, c.available = c.ledger-a.amount, c.available-a.amount
		a.other.ledger += a.amount
	case replaces:
		a.moved, a.available = c.ledger, c.available
		c.status, c.voided, c.available = cardVoided, a.ref, 0
		*a.other = card{status: cardActivated, activated: a.ref, pin: o.New.PIN, ledger: a.moved}
	}
}

// settle does what a confirmation asks; it looks at no card's status.
func (a *account) settle() {
	switch {
	case a.what == loads:
		a.card.available += a.amount
	case a.what == activations && a.card.activated == a.ref && a.card.status == cardActivated:
		a.card.status = cardConfirmed
	case a.what == transfers:
		a.other.available += a.amount
	case a.what == replaces:
		a.card.ledger -= a.moved
		a.other.status, a.other.available = cardConfirmed, a.other.available+a.available
	}
}

// takeBack does what a reversal asks.
func (a *account) takeBack() {
	c := a.card
	switch {
	case a.what == activations && c.activated == a.ref:
		*c = card{}
	case a.what == loads:
		c.ledger -= a.amount
	case a.what == redemptions:
		c.ledger, c.available = c.ledger+a.amount, c.available+a.amount
	case a.what == voids && c.voided == a.ref:
		c.status = cardConfirmed
	case a.what == transfers:
		c.ledger, c.available = c.ledger+a.amount, c.available+a.amount
		a.other.ledger -= a.amount
	case a.what == replaces:
		c.status, c.voided, c.available = cardConfirmed, "", c.available+a.available
		*a.other = card{}
	}
}

// frozen tells whether the money of a request stays where it is because its card was voided or replaced meanwhile
// (giftcard-rules.md 9.3).
func (a *account) frozen() bool {
	return a.what != voids && a.what != replaces && a.card.status == cardVoided
}
