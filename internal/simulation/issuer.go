package simulation

import (
	"cmp"
	"fmt"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// The paths of gift card requests.
const (
	activations = "activations"
	loads       = "loads"
	redemptions = "redemptions"
	voids       = "voids"
	transfers   = "transfers"
	replaces    = "replaces"
)

// issue does what a message to a gift card issuer asks. An issuer does no message twice: every id is used up (giftcard-rules.md 12).
func (b *bank) issue(path []string, o order, who string) (int, string) {
	if len(path) == 4 && path[2] == "confirmations" {
		return b.confirmCard(path[0], o, who)
	}
	if len(path) == 4 {
		return b.reverseCard(path[0], o, who)
	}
	c, other := b.cardsOf(path[0], o)
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
	a = &account{ref: o.ID, what: path[0], at: b.world.clock(), amount: o.Amounts.Request.Amount, movement: movement{card: c, other: other}}
	b.books[o.ID] = a
	refusal := c.refuses(path[0], o, other)
	if refusal == "" && b.world.strikes(Declined, "decline"+who) {
		refusal = switchcore.ErrGeneral
	}
	if refusal != "" {
		a.declined = true
		b.world.log("%s declines %s %s: %s", b.provider.ID, path[0], short(o.ID), refusal)
		shown := cmp.Or(o.New, o.Target, o.Card)
		return 400, fmt.Sprintf(`{"id":%q,%s"errorType":%q,"errorMessage":"not with PIN %s","detailMessage":{"card":{"clearPin":%q}}}`, o.ID, echoed(o), refusal, shown.PIN, shown.PIN)
	}
	a.done++
	a.approve(o)
	b.world.log("%s does %s %s: %d, %d to spend", b.provider.ID, path[0], short(o.ID), c.ledger, c.available)
	b.checkCards()
	return 201, cardAnswer(o, c, a.amount)
}

// cardsOf gives the card that a request is about, and the second one of a transfer or replacement.
func (b *bank) cardsOf(what string, o order) (c, other *card) {
	known := func(p plastic) *card {
		if b.cards[p.PAN] == nil {
			b.cards[p.PAN] = &card{}
		}
		return b.cards[p.PAN]
	}
	switch what {
	case transfers:
		return known(o.Source), known(o.Target)
	case replaces:
		return known(o.Old), known(o.New)
	}
	return known(o.Card), nil
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
	a.settle()
	b.checkCards()
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
	case a.frozen():
		return 400, problem(ref, switchcore.ErrCardVoided)
	}
	a.undone++
	a.takeBack()
	b.checkCards()
	b.world.log("%s reverses %s %s: %d, %d to spend", b.provider.ID, what, short(ref), a.card.ledger, a.card.available)
	return 202, acknowledged(o)
}

// checkCards holds the issuer's own sums: nobody spends what is not there, and what cannot be spent yet waits for a word.
func (b *bank) checkCards() {
	for pan, c := range b.cards {
		if c.available < 0 || c.available > c.ledger {
			b.world.violated("card", "card %s is worth %d, and %d of it can be spent", pan, c.ledger, c.available)
		}
	}
}

// cardAnswer repeats the cards with their PINs, as the reference server does: none of it may stay anywhere (V25).
func cardAnswer(o order, c *card, approved int64) string {
	sums := ""
	if approved > 0 {
		sums = fmt.Sprintf(`"approvedAmount":{"amount":%d,"currency":"710"},`, approved)
	}
	return fmt.Sprintf(`{"id":%q,%s"amounts":{%s"balanceAmount":{"amount":%d,"currency":"710"},"availableBalance":{"amount":%d,"currency":"710"}},"slipData":{"issuerReference":"R%s"}}`,
		o.ID, echoed(o), sums, c.ledger, c.available, short(o.ID))
}

func echoed(o order) string {
	text := ""
	for _, named := range []struct {
		name string
		card plastic
	}{{"card", o.Card}, {"sourceCard", o.Source}, {"targetCard", o.Target}, {"oldCard", o.Old}, {"newCard", o.New}} {
		if named.card.PAN != "" {
			text += fmt.Sprintf(`%q:{"pan":%q,"clearPin":%q},`, named.name, named.card.PAN, named.card.PIN)
		}
	}
	return text
}

func acknowledged(o order) string { return fmt.Sprintf(`{"id":%q,"requestId":%q}`, o.ID, o.RequestID) }
