package simulation

import (
	"cmp"
	"fmt"

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

// The paths of gift card requests.
const (
	activations = "activations"
	loads       = "loads"
	redemptions = "redemptions"
	voids       = "voids"
)

// issue does what a message to a gift card issuer asks. An issuer does no message twice: every id is used up (giftcard-rules.md 12).
func (b *bank) issue(path []string, o order, who string) (int, string) {
	if len(path) == 4 && path[2] == "confirmations" {
		return b.confirmCard(path[0], o, who)
	}
	if len(path) == 4 {
		return b.reverseCard(path[0], o, who)
	}
	c := b.cards[o.Card.PAN]
	if c == nil {
		c = &card{}
		b.cards[o.Card.PAN] = c
	}
	if path[0] == "lookupGiftcard" {
		return 201, cardAnswer(o, c, 0)
	}
	a := b.books[o.ID]
	switch {
	case a != nil && a.stone:
		return 400, problem(o.ID, switchcore.ErrGeneral)
	case a != nil:
		b.world.violated("I10", "%s was sent %s %s twice", b.provider.ID, path[0], o.ID)
		return 400, problem(o.ID, switchcore.ErrDuplicate)
	}
	a = &account{ref: o.ID, what: path[0], at: b.world.clock(), amount: o.Amounts.Request.Amount, card: c}
	b.books[o.ID] = a
	refusal := c.refuses(path[0], o)
	if refusal == "" && b.world.strikes(Declined, "decline"+who) {
		refusal = switchcore.ErrGeneral
	}
	if refusal != "" {
		a.declined = true
		b.world.log("%s declines %s %s: %s", b.provider.ID, path[0], short(o.ID), refusal)
		return 400, fmt.Sprintf(`{"id":%q,"errorType":%q,"errorMessage":"not with PIN %s","detailMessage":{"card":{"clearPin":%q}}}`, o.ID, refusal, o.Card.PIN, o.Card.PIN)
	}
	a.done++
	c.approve(path[0], a, o)
	b.world.log("%s does %s %s of card %s: %d, %d to spend", b.provider.ID, path[0], short(o.ID), o.Card.PAN, c.ledger, c.available)
	b.checkCard(o.Card.PAN, c)
	return 201, cardAnswer(o, c, a.amount)
}

// refuses gives the error of a request that the card's state does not take; empty: none.
func (c *card) refuses(what string, o order) string {
	switch {
	case c.status == cardVoided:
		return switchcore.ErrCardVoided
	case what == activations && c.status != cardNew:
		return switchcore.ErrCardActivated
	case what != activations && c.status != cardConfirmed:
		return "CARD_NOT_ACTIVATED"
	case what == redemptions && o.Amounts.Request.Amount > c.available:
		return "INSUFFICIENT_FUNDS"
	case what == redemptions && o.Card.PIN != c.pin:
		return "INCORRECT_PIN"
	}
	return ""
}

func (c *card) approve(what string, a *account, o order) {
	switch what {
	case activations:
		c.status, c.activated, c.pin, c.ledger, c.available = cardActivated, a.ref, o.Card.PIN, a.amount, a.amount
	case loads:
		c.ledger += a.amount
	case redemptions:
		c.ledger, c.available = c.ledger-a.amount, c.available-a.amount
	case voids:
		c.status, c.voided = cardVoided, a.ref
	}
}

func (b *bank) confirmCard(what string, o order, who string) (int, string) {
	ref := o.RequestID
	a := b.books[ref]
	switch {
	case b.refuses(who):
		return 400, problem(ref, "DO_NOT_HONOUR")
	case a == nil || a.stone:
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a.declined, a.undone > 0:
		return 400, problem(ref, switchcore.ErrGeneral)
	case a.confirmed && b.world.draw("again", who) < 0.5:
		return 400, problem(ref, switchcore.ErrDuplicate)
	case a.confirmed:
		return 202, acknowledged(o)
	}
	a.confirmed = true
	switch {
	case what == loads:
		a.card.available += a.amount
	case what == activations && a.card.activated == ref && a.card.status == cardActivated:
		a.card.status = cardConfirmed
	}
	b.world.log("%s confirms %s %s: %d, %d to spend", b.provider.ID, what, short(ref), a.card.ledger, a.card.available)
	return 202, acknowledged(o)
}

func (b *bank) reverseCard(what string, o order, who string) (int, string) {
	ref := o.RequestID
	a := b.books[ref]
	switch {
	case b.refuses(who):
		return 400, problem(ref, "DO_NOT_HONOUR")
	case a == nil && b.provider.Profile.RecordsEarlyReversals:
		b.books[ref] = &account{ref: ref, stone: true}
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a == nil || a.stone:
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a.declined:
		return 400, problem(ref, switchcore.ErrGeneral)
	case a.confirmed:
		return 400, problem(ref, cmp.Or(map[string]string{activations: switchcore.ErrCardActivated, voids: switchcore.ErrCardVoided}[what], switchcore.ErrTranNotSupported))
	case a.undone > 0 && b.world.draw("again", who) < 0.5:
		return 400, problem(ref, switchcore.ErrDuplicate)
	case a.undone > 0:
		return 202, acknowledged(o)
	case what != voids && a.card.status == cardVoided: // the money stays where it is (giftcard-rules.md 9.3)
		return 400, problem(ref, switchcore.ErrCardVoided)
	}
	a.undone++
	a.card.takeBack(what, a)
	b.world.log("%s reverses %s %s: %d, %d to spend", b.provider.ID, what, short(ref), a.card.ledger, a.card.available)
	return 202, acknowledged(o)
}

func (c *card) takeBack(what string, a *account) {
	switch {
	case what == activations && c.activated == a.ref:
		*c = card{}
	case what == loads:
		c.ledger -= a.amount
	case what == redemptions:
		c.ledger, c.available = c.ledger+a.amount, c.available+a.amount
	case what == voids && c.voided == a.ref:
		c.status = cardConfirmed
	}
}

// checkCard holds the issuer's own sums: nobody spends what is not there, and what cannot be spent yet are open loads.
func (b *bank) checkCard(pan string, c *card) {
	if c.available < 0 || c.available > c.ledger {
		b.world.violated("card", "card %s is worth %d, and %d of it can be spent", pan, c.ledger, c.available)
	}
}

// cardAnswer repeats the card with its PIN, as the reference server does: none of it may stay anywhere (V25).
func cardAnswer(o order, c *card, approved int64) string {
	sums := ""
	if approved > 0 {
		sums = fmt.Sprintf(`"approvedAmount":{"amount":%d,"currency":"710"},`, approved)
	}
	return fmt.Sprintf(`{"id":%q,"card":{"pan":%q,"clearPin":%q},"amounts":{%s"balanceAmount":{"amount":%d,"currency":"710"},"availableBalance":{"amount":%d,"currency":"710"}},"slipData":{"issuerReference":"R%s"}}`,
		o.ID, o.Card.PAN, o.Card.PIN, sums, c.ledger, c.available, short(o.ID))
}

func acknowledged(o order) string { return fmt.Sprintf(`{"id":%q,"requestId":%q}`, o.ID, o.RequestID) }
