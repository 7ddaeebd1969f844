package giftcards

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// dialect: unknown members are ignored, amounts may be quoted (spec/giftcard-rules.md 3).
func dialect() message.Dialect { return message.Dialect{IgnoreUnknown: true, QuotedIntegers: true} }

// schema holds the message shapes of the gift card service (spec/giftcards.md 2, giftcard-rules.md 4). Built once, never
// changed.
type schema struct {
	requests                            map[transactions.Operation]*message.Shape
	advice, tenderAdvice, basicReversal *message.Shape
	reset                               *message.Shape
}

//nolint:gochecknoglobals // a constant table
var messages = sync.OnceValue(buildSchema)

func buildSchema() *schema {
	c := commonShapes()
	request := func(fields ...message.Field) *message.Shape {
		return message.Object(message.Join(c.transaction(), fields)...)
	}
	amounts := message.Must("amounts", c.amounts)
	product := message.May("product", c.product)
	advice := func(fields ...message.Field) *message.Shape {
		return message.Object(message.Join(c.advice(), fields)...)
	}
	return &schema{
		requests: map[transactions.Operation]*message.Shape{
			transactions.Activation: request(message.Must("card", c.card), message.Must("product", c.product), message.May("amounts", c.amounts)),
			transactions.Load:       request(message.Must("card", c.card), amounts, product),
			transactions.Redemption: request(message.Must("card", c.card), amounts, product,
				message.May("basket", basket()), message.May("points", points(c.money))),
			transactions.Void:     request(message.Must("card", c.card), product),
			transactions.Transfer: request(message.Must("sourceCard", c.card), message.Must("targetCard", c.card), amounts, product),
			transactions.Replace:  request(message.Must("oldCard", c.card), message.Must("newCard", c.card), product),
			transactions.Lookup:   request(message.May("card", c.card)),
		},
		advice:        advice(),
		tenderAdvice:  advice(message.May("tenders", message.Tenders(c.money))),
		basicReversal: advice(message.Must("reversalReason", message.Enum("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL"))),
		reset:         message.Object(message.MayAll(message.Text(0, 0), "userDataWillBeLost", "resetUserData")...),
	}
}

// common holds the shapes that several messages share.
type common struct{ id, institution, money, amounts, finalAmounts, card, product *message.Shape }

func commonShapes() *common {
	money := message.LedgerAmount()
	available := message.May("availableBalance", money)
	return &common{
		id:           message.Sized(1, maxID, "printable characters", printable),
		institution:  message.Object(message.Must("id", message.Text(0, 0)), message.Must("name", message.Text(0, 40))),
		money:        money,
		amounts:      message.Object(append(message.AmountFields(money, message.Must), available)...),
		finalAmounts: message.Object(append(message.AmountFields(money, message.May), available)...),
		card:         card(), product: product(),
	}
}

// maxID bounds ids, which are opaque here (spec/giftcard-rules.md 1), in characters.
const maxID = 64

func printable(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if !unicode.IsPrint(r) {
			return false
		}
		b = b[size:]
	}
	return true
}

// transaction gives the members of every request. What newer models added is forgiven when it does not fit (spec/
// giftcard-rules.md 4.1: never reject).
func (c *common) transaction() []message.Field {
	reference := message.Text(0, 0)
	account := message.Enum(append(message.TenderAccounts(), "GIFT_CARD")...)
	return []message.Field{
		message.Must("id", c.id), message.Must("time", message.Date()), message.Must("originator", message.Originator(c.institution)),
		message.Must("client", c.institution), message.May("settlementEntity", c.institution), message.May("receiver", c.institution),
		message.ListThere("thirdPartyIdentifiers", message.Identifiers(false)), message.May("posInfo", message.PosInfo(message.Forgive)),
		message.Forgive("slipData", message.SlipData(reference)), message.Forgive("basketRef", reference),
		message.Forgive("tranType", message.TranType()), message.Forgive("srcAccType", account), message.Forgive("destAccType", account),
		message.Forgive("stan", reference), message.Forgive("rrn", reference), message.Forgive("cardHolder", message.Customer()),
		message.Forgive("transactionLabels", message.List(message.Object(message.MayAll(reference, "name", "value")...))),
	}
}

// advice gives the members of every confirmation and reversal (spec/common.md 3.2).
func (c *common) advice() []message.Field {
	reference := message.Text(0, 0)
	return []message.Field{
		message.Must("id", c.id), message.Must("requestId", c.id), message.Must("time", message.Date()),
		message.ListThere("thirdPartyIdentifiers", message.Identifiers(false)), message.May("amounts", c.finalAmounts),
		message.Forgive("stan", reference), message.Forgive("rrn", reference),
	}
}
