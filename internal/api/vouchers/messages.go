package vouchers

import (
	"sync"

	"github.com/signalboxhq/signalbox/internal/api/message"
)

// schema holds the message shapes of the voucher service (spec/vouchers.md 2). Built once, never changed.
type schema struct {
	provision, redemption, refund                   *message.Shape
	tenderAdvice, basicAdvice, basicReversal, reset *message.Shape
}

//nolint:gochecknoglobals // a constant table
var messages = sync.OnceValue(buildSchema)

func buildSchema() *schema {
	c := commonShapes()
	voucher := voucherFields(false)
	code := message.Object(voucherFields(true)...)
	return &schema{
		provision: message.Object(message.Join(c.transaction(), []message.Field{
			message.May("voucher", message.Object(voucher...)), message.May("product", c.product), message.May("amounts", c.amounts),
			message.May("tenders", c.tenders), message.May("paymentMethods", c.payments), message.May("posInfo", c.posInfo), message.May("recipient", message.Customer()),
		})...),
		redemption: message.Object(message.Join(c.transaction(), []message.Field{
			message.Must("voucher", code), message.May("amounts", c.amounts), message.May("product", c.product),
			message.May("posInfo", c.posInfo), message.May("tenders", c.tenders),
		})...),
		// Amounts, product and tenders are not in the published refund; newer clients state what they
		// refund, and refusing them for it would help nobody.
		refund: message.Object(message.Join(c.transaction(), []message.Field{
			message.Must("voucher", code), message.May("posInfo", c.posInfo), message.May("amounts", c.amounts),
			message.May("product", c.product), message.May("tenders", c.tenders),
		})...),
		basicAdvice:   message.Object(c.advice()...),
		tenderAdvice:  message.Object(message.Join(c.advice(), []message.Field{message.May("tenders", c.tenders)})...),
		basicReversal: message.Object(message.Join(c.advice(), []message.Field{message.Must("reversalReason", message.Enum("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL"))})...),
		reset:         message.Object(message.MayAll(message.Text(0, 0), "userDataWillBeLost", "resetUserData")...),
	}
}

// common holds the shapes that several messages share.
type common struct {
	id, date, reference                                 *message.Shape
	institution, originator, identifiers, slip, amounts *message.Shape
	product, tenders, payments, posInfo, labels         *message.Shape
	tranType, accountType                               *message.Shape
}

func commonShapes() *common {
	institution := message.Object(message.Must("id", message.Text(0, 0)), message.May("name", message.Text(0, 40)))
	money := message.LedgerAmount()
	pos := message.PosInfo(message.May)
	return &common{
		id: message.UUID(), date: message.Date(), reference: message.Text(0, 0),
		institution: institution, originator: message.Originator(institution), identifiers: message.Identifiers(true),
		slip: message.SlipData(issuerReference()), amounts: message.Object(message.AmountFields(money, message.May)...), product: product(institution, money),
		tenders: message.Tenders(money), payments: message.List(paymentMethod(institution, money, pos)), posInfo: pos,
		labels:   message.List(message.Object(message.MayAll(message.Text(0, 0), "name", "value")...)),
		tranType: message.TranType(), accountType: message.Enum(append(message.TenderAccounts(), "GIFT_CARD")...),
	}
}

// transaction gives the members of every request.
func (c *common) transaction() []message.Field {
	return []message.Field{
		message.Must("id", c.id), message.Must("time", c.date), message.Must("originator", c.originator), message.Must("client", c.institution),
		message.May("settlementEntity", c.institution), message.May("receiver", c.institution),
		message.ListThere("thirdPartyIdentifiers", c.identifiers),
		message.May("slipData", c.slip), message.May("basketRef", c.reference), message.May("tranType", c.tranType),
		message.May("srcAccType", c.accountType), message.May("destAccType", c.accountType),
		message.May("stan", c.reference), message.May("rrn", c.reference), message.May("transactionLabels", c.labels),
	}
}

// advice gives the members of every confirmation and reversal.
func (c *common) advice() []message.Field {
	return []message.Field{
		message.Must("id", c.id), message.Must("requestId", c.id), message.Must("time", c.date),
		message.ListThere("thirdPartyIdentifiers", c.identifiers),
		message.May("stan", c.reference), message.May("rrn", c.reference), message.May("amounts", c.amounts),
	}
}

// voucherFields gives the members of a voucher; its code is required where it selects one.
func voucherFields(codeRequired bool) []message.Field {
	code := message.May("code", message.Text(1, 0))
	if codeRequired {
		code = message.Must("code", message.Text(1, 0))
	}
	return []message.Field{
		code, message.May("expiryDate", message.Date()), message.May("redeemInstructions", message.List(message.Text(0, message.MaxPrinted))),
		message.May("serialNumber", message.Text(0, 0)), message.May("batchNumber", message.Text(0, 0)),
	}
}
