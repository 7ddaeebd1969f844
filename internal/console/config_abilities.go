package console

import (
	"slices"
	"time"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

const refusedAlways = "Refused with FUNCTION_NOT_SUPPORTED before anything is sent."

// abilityGroups says in words what a provider does, and what the switch does where it does not (providers.md 1.4). A
// provider of cards or of consumer finance alone has no voucher abilities to miss.
func abilityGroups(p setup.Profile) []pages.AbilityGroup {
	var groups []pages.AbilityGroup
	vouchers := []pages.Ability{
		ability("Confirmation of a sale", p.ConfirmProvision, "Stored with the client's word and sent until it is acknowledged.",
			"Taken from the client, kept for reconciliation, and not sent."),
		ability("Reversal of a sale", p.ReverseProvision, "Stored with the client's word and sent until it is acknowledged.",
			"Taken from the client and applied here, but not sent: the voucher may be live at the provider, so a break is opened."),
		ability("Retry", p.Retry, "A client may ask again for the outcome of a sale that got no answer.", refusedAlways+" An unknown sale ends by a reversal."),
		ability("Voucher look-up", p.Lookup, "Asked of the provider; nothing changes there.", refusedAlways),
		ability("Redemption", p.Redeem, "Sent to the provider.", refusedAlways),
		ability("Confirmation of a redemption", p.ConfirmRedeem, "Stored and sent until it is acknowledged.", adviceOff(p.Redeem, "kept for reconciliation, and not sent.")),
		ability("Reversal of a redemption", p.ReverseRedeem, "Stored and sent until it is acknowledged.", adviceOff(p.Redeem, "applied here but not sent; a break says that money may have to come back.")),
		ability("Refund", p.Refund, refundWords(p), refusedAlways),
		ability("Confirmation of a refund", p.ConfirmRefund, "Stored and sent until it is acknowledged.", adviceOff(p.Refund, "kept for reconciliation, and not sent.")),
		ability("Reversal of a refund", p.ReverseRefund, "Stored and sent until it is acknowledged.", adviceOff(p.Refund, "applied here but not sent; a break is opened.")),
		ability("Product list", p.Products, "The provider publishes its own list.", "Clients get the master list of the switch."),
	}
	if sellsVouchers(p, vouchers) {
		groups = append(groups, pages.AbilityGroup{Title: "Vouchers", Abilities: vouchers})
	}
	if p.Cards {
		groups = append(groups, pages.AbilityGroup{Title: "Gift cards", Abilities: []pages.Ability{
			ability("Activation, load, redemption, void, transfer, replacement", true, "All of them are sent to this issuer, with their confirmations and reversals.", ""),
			ability("Look-up of a card", true, "Asked of the issuer; nothing changes there.", ""),
			ability("Retry", false, "", "This service has no retry: a client that got no answer reverses."),
		}})
	}
	if p.Finance {
		groups = append(groups, pages.AbilityGroup{Title: "Consumer finance", Abilities: []pages.Ability{
			ability("Authorisation, adjustment, device key, invitation", true, "Sent at once, signed anew; the seller's signature is checked on the way in.", ""),
			ability("Receipts and reversals", true, "Stored and sent until they are acknowledged.", ""),
			ability("Confirmation", false, "", "This rail has none: an approved code is final."),
		}})
	}
	return groups
}

// sellsVouchers tells whether the abilities of vouchers mean anything: a card issuer redeems and looks up, but cards.
func sellsVouchers(p setup.Profile, vouchers []pages.Ability) bool {
	switch {
	case p.Cards:
		return p.ConfirmProvision || p.ReverseProvision || p.Retry || p.Refund || p.Products
	case p.Finance:
		return slices.ContainsFunc(vouchers, func(a pages.Ability) bool { return a.On })
	}
	return true
}

func ability(name string, on bool, offered, missing string) pages.Ability {
	text := offered
	if !on {
		text = missing
	}
	return pages.Ability{Name: name, On: on, Text: text}
}

// adviceOff is what becomes of an advice that a provider does not take: none can come for a thing it does not do at all.
func adviceOff(base bool, words string) string {
	if !base {
		return "Does not arise."
	}
	return "Taken from the client, " + words
}

func refundWords(p setup.Profile) string {
	if p.RefundIssuesNew {
		return "Sent to the provider, which gives a new voucher; the old code stays spent."
	}
	return "Sent to the provider; the same code is good again."
}

// ruleFacts says how answers are read, and what a request must have.
func ruleFacts(p setup.ProviderCase) []components.Fact {
	x := p.Profile
	facts := []components.Fact{
		{Label: "503 to a request", Text: either(x.Status503Failed, "a decline", "an unknown outcome")},
		{Label: "404 to a reversal", Text: notFound(x)},
		{Label: "Unlisted codes", Text: "an unknown outcome, never a decline"},
	}
	if !x.Cards && !x.Finance {
		facts = append(facts,
			components.Fact{Label: "Codes not sold here", Text: either(x.ForwardUnknownCodes, "asked of the provider", "refused by the switch")},
			components.Fact{Label: "Payment first", Text: either(x.TenderFirst, "a sale must say how it was paid", "a sale may come before its payment")},
		)
	}
	if x.Redeem && !x.Cards {
		facts = append(facts, components.Fact{Label: "Part of a voucher", Text: either(x.FullRedeemOnly, "cannot be redeemed", "can be redeemed")})
	}
	return facts
}

func notFound(p setup.Profile) string {
	if p.RecordsEarlyReversals {
		return "there is nothing to undo, final at once"
	}
	if p.NotFoundRepeat <= 0 {
		return "repeated once, then final"
	}
	return "repeated once after " + components.Duration(time.Duration(p.NotFoundRepeat)) + ", then final"
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
