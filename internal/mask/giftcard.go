package mask

import "sync"

// GiftCard gives the rules for every message of the gift card service, requests, advices, answers and error details
// alike (spec/giftcards.md 2, common.md 6). The table is built once and never changes.
func GiftCard() *Rules { return giftCardRules() }

//nolint:gochecknoglobals // a constant table
var giftCardRules = sync.OnceValue(buildGiftCard)

// cardMembers are the members of a message that hold a card.
func cardMembers() []string {
	return []string{"card", "sourceCard", "targetCard", "oldCard", "newCard"}
}

func buildGiftCard() *Rules {
	institution := object(plain(members{}, "id", "name"))
	ledger := ledgerRules()
	amounts := object(members{
		"requestAmount": ledger, "approvedAmount": ledger, "feeAmount": ledger, "balanceAmount": ledger,
		"availableBalance": ledger, "additionalAmounts": mapOf(ledger),
	})
	product := object(plain(members{}, "id", "barcode", "type"))
	shared := func() members {
		m := members{
			"originator": originatorRules(institution), "client": institution, "settlementEntity": institution, "receiver": institution,
			"thirdPartyIdentifiers": listOf(object(plain(members{}, "institutionId", "transactionIdentifier"))),
			"slipData":              slipRules(), "product": product, "amounts": amounts,
		}
		for _, name := range cardMembers() {
			m[name] = giftCardObject()
		}
		return m
	}
	root := plain(shared(), "basketRef")
	transactionMembers(root)
	with(root, Text, "outcome")
	root["errorMessage"] = leaf(CardText) // issuers have been seen to name the PIN that would have been right
	root["posInfo"], root["cardHolder"] = posRules(), customerRules()
	root["basket"], root["points"] = basketRules(), pointsRules(ledger)
	root["tenders"] = listOf(tenderRules(ledger))
	root["transactionLabels"] = listOf(object(plain(members{}, "name", "value")))
	marketing := func() members {
		return with(plain(members{}, "name", "description"), Flag, "member", "marketToCustomer")
	}
	club := marketing()
	club["products"] = listOf(product)
	root["marketingAttributes"], root["clubs"] = listOf(object(marketing())), listOf(object(club))
	detail := with(shared(), Text, "requestId", "activationId", "providerErrorCode", "providerErrorMsg", "providerRef")
	detail["providerErrorMsg"] = leaf(CardText)
	with(detail, Moment, "voidTime")
	root["detailMessage"] = detailRules(detail)
	return &Rules{members: root}
}

// giftCardObject shows a card by the first six and last four digits of its number, and nothing of its PINs.
func giftCardObject() *Rules {
	return object(with(members{"pan": leaf(Pan), "pin": pinRules(), "expiryDate": leaf(Short), "rank": leaf(Word)}, All, "clearPin", "encryptedPin"))
}

func basketRules() *Rules {
	return object(plain(members{
		"items": listOf(object(plain(members{"quantity": leaf(Number), "unit": leaf(Word)}, "productId", "productName", "productType"))),
	}, "basketId"))
}

func pointsRules(ledger *Rules) *Rules {
	amount := object(with(members{"currencyEquivalent": ledger, "expiryDate": leaf(Moment)}, Number, "amount", "pointsDueToExpire"))
	return object(members{"requestAmount": amount, "approvedAmount": amount, "balanceAmount": amount, "availableAmount": amount})
}
