package giftcards

// mostMoney bounds amounts and balances, so that no sum can overflow.
const mostMoney = 1_000_000_000_000_000

// candidate is a request on its way through the checks.
type candidate struct {
	set          *dataSet
	op           operation
	m            *message
	month        string // the current one, YYMM
	card, target *card
}

// judge runs the checks in their one order (giftcard-rules.md 8.1): funds
// outrank the PIN, the PIN outranks the expiry date, the status all three.
func (c *candidate) judge() *refusal {
	checks := []func() *refusal{c.late, c.known, c.sold, c.alive, c.sane, c.funded, c.proven, c.dated, c.inTime}
	if c.op == lookup {
		checks = checks[:2]
	}
	for _, check := range checks {
		if r := check(); r != nil {
			return r
		}
	}
	return nil
}

// late refuses a request whose reversal came first.
func (c *candidate) late() *refusal {
	reversal, reversedFirst := c.set.tombstones[key{c.op, c.m.ID}]
	if !reversedFirst {
		return nil
	}
	r := bad(errGeneral, "Request reversed", "the reversal of this request came before it", object{"reversalId": reversal})
	r.OriginalID = reversal
	return r
}

func (c *candidate) known() *refusal {
	unknown := func(f *cardField, why string) *refusal {
		return bad(errUnknownCard, "Unknown card", why, object{"requestId": c.m.ID, "card": sent(f)})
	}
	first, second := c.m.first(), c.m.second()
	if first == nil {
		return unknown(nil, "no card number to look up")
	}
	if c.card = c.set.cards[first.PAN]; c.card == nil {
		return unknown(first, "card is not on file")
	}
	if second == nil {
		return nil
	}
	if c.target = c.set.cards[second.PAN]; c.target == nil {
		return unknown(second, "card is not on file")
	}
	if c.target == c.card {
		return unknown(second, "both cards are the same")
	}
	return nil
}

func (c *candidate) sold() *refusal {
	if c.op != activation {
		return nil
	}
	if _, known := c.set.products[c.m.Product.ID]; known {
		return nil
	}
	return bad(errProduct, "Unknown product", "product is not on file", object{"requestId": c.m.ID, "product": c.m.known["product"]})
}

// alive is table 9.1, with the rows of giftcards.md 4.2 for two cards.
func (c *candidate) alive() *refusal {
	switch c.op {
	case activation:
		return c.refuseStatus(c.card, c.m.first(), unusable(c.card.status(), fresh))
	case replace:
		old := c.card.status()
		if old == blocked { // a lost card is blocked first, then replaced
			old = c.card.life
		}
		if r := c.refuseStatus(c.card, c.m.first(), unusable(old, activatedConfirmed)); r != nil {
			return r
		}
		return c.refuseStatus(c.target, c.m.second(), unusable(c.target.status(), fresh))
	}
	if r := c.refuseStatus(c.card, c.m.first(), unusable(c.card.status(), activatedConfirmed)); r != nil || c.target == nil {
		return r
	}
	return c.refuseStatus(c.target, c.m.second(), unusable(c.target.status(), activatedConfirmed))
}

// unusable is the error type of a card in the wrong status, empty when it is
// the wanted one: NEW or ACTIVATED_CONFIRMED.
func unusable(is, want status) string {
	switch {
	case is == want:
		return ""
	case is == deleted:
		return errDeleted
	case is == blocked:
		return errBlocked
	case is == voided || is == voidedConfirmed:
		return errVoided
	case want == fresh:
		return errActive
	}
	return errNotActive
}

func (c *candidate) refuseStatus(card *card, f *cardField, errorType string) *refusal {
	switch errorType {
	case "":
		return nil
	case errNotActive:
		return bad(errNotActive, "Not active", "card has no confirmed activation", notActiveDetail(card, f))
	case errActive:
		return bad(errActive, "Card active", "card is active already", activeDetail(card, sent(f)))
	case errVoided:
		return bad(errVoided, "Card voided", "card is voided", voidedDetail(card, sent(f)))
	case errBlocked:
		return bad(errBlocked, "Card blocked", "card is blocked", object{"requestId": c.m.ID, "card": sent(f)})
	}
	return bad(errDeleted, "Card deleted", "card is deleted", object{"requestId": c.m.ID, "card": sent(f)})
}

// sane refuses amounts below zero, beyond all reason or in a foreign currency.
func (c *candidate) sane() *refusal {
	a, present := c.m.amount()
	if !present {
		return nil
	}
	why := ""
	switch {
	case a.Currency != currency:
		why = "currency must be " + currency
	case a.Amount < 0:
		why = "amount is below zero"
	case a.Amount > mostMoney, c.op == load && c.card.ledger > mostMoney-a.Amount, c.op == transfer && c.target.ledger > mostMoney-a.Amount:
		why = "amount is too large"
	default:
		return nil
	}
	return bad(errAmount, "Invalid amount", why, object{"requestId": c.m.ID, "amounts": object{"requestAmount": a}})
}

func (c *candidate) funded() *refusal {
	a, _ := c.m.amount()
	if c.op != redemption && c.op != transfer || a.Amount <= c.card.available {
		return nil
	}
	return bad(errFunds, "Insufficient funds", "more than the card holds", object{
		"requestId": c.m.ID, "card": sent(c.m.first()),
		"amounts": object{"requestAmount": a, "approvedAmount": in710(0), "balanceAmount": in710(c.card.ledger)},
	})
}

// proven compares both kinds of PIN; empty and missing are the same.
func (c *candidate) proven() *refusal {
	clear, encrypted := c.m.first().pins()
	if c.op != redemption || clear == c.card.clearPIN && encrypted == c.card.encryptedPIN {
		return nil
	}
	return bad(errPIN, "Incorrect PIN", "PIN does not fit the card", object{"requestId": c.m.ID, "card": sent(c.m.first())})
}

// dated compares the expiry dates with the ones on file. A missing one is
// unequal, except for the old card of a replacement, which may be lost.
func (c *candidate) dated() *refusal {
	f := c.m.first()
	if f.Expiry != c.card.Expiry && (c.op != replace || f.Expiry != "") {
		if c.op == void {
			return bad(errGeneral, "Wrong expiry date", "expiry date is not the one on file", object{"requestId": c.m.ID, "card": sent(f)})
		}
		return c.expired(f, "expiry date is not the one on file")
	}
	if g := c.m.second(); g != nil && g.Expiry != c.target.Expiry {
		return c.expired(g, "expiry date is not the one on file")
	}
	return nil
}

// inTime refuses expired cards, but an expired card may be replaced. Both sides
// are YYMM of this century.
func (c *candidate) inTime() *refusal {
	if c.op != replace && c.card.Expiry < c.month {
		return c.expired(c.m.first(), "card has expired")
	}
	if c.target != nil && c.target.Expiry < c.month {
		return c.expired(c.m.second(), "card has expired")
	}
	return nil
}

func (c *candidate) expired(f *cardField, why string) *refusal {
	return bad(errExpired, "Card expired", why, object{"requestId": c.m.ID, "card": sent(f)})
}
