package vouchers

import "sync"

// schema holds the message shapes of the voucher service (spec/vouchers.md 2). Built once, never changed.
type schema struct {
	provision, redemption, refund                   *shape
	tenderAdvice, basicAdvice, basicReversal, reset *shape
}

//nolint:gochecknoglobals // a constant table
var messages = sync.OnceValue(buildSchema)

func buildSchema() *schema {
	c := commonShapes()
	voucher := voucherFields(false)
	code := objectOf(voucherFields(true)...)
	return &schema{
		provision: objectOf(join(c.transaction(), []field{
			may("voucher", objectOf(voucher...)), may("product", c.product), may("amounts", c.amounts),
			may("tenders", c.tenders), may("paymentMethods", c.payments), may("posInfo", c.posInfo), may("recipient", customer()),
		})...),
		redemption: objectOf(join(c.transaction(), []field{
			must("voucher", code), may("amounts", c.amounts), may("product", c.product),
			may("posInfo", c.posInfo), may("tenders", c.tenders),
		})...),
		// Amounts, product and tenders are not in the published refund; newer clients state what they
		// refund, and refusing them for it would help nobody.
		refund: objectOf(join(c.transaction(), []field{
			must("voucher", code), may("posInfo", c.posInfo), may("amounts", c.amounts),
			may("product", c.product), may("tenders", c.tenders),
		})...),
		basicAdvice:   objectOf(c.advice()...),
		tenderAdvice:  objectOf(join(c.advice(), []field{may("tenders", c.tenders)})...),
		basicReversal: objectOf(join(c.advice(), []field{must("reversalReason", enum("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL"))})...),
		reset:         objectOf(mayAll(text(0, 0), "userDataWillBeLost", "resetUserData")...),
	}
}

// common holds the shapes that several messages share.
type common struct {
	id, date, reference                                 *shape
	institution, originator, identifiers, slip, amounts *shape
	product, tenders, payments, posInfo, labels         *shape
	tranType, accountType                               *shape
}

func commonShapes() *common {
	institution := objectOf(must("id", text(0, 0)), may("name", text(0, 40)))
	money := ledgerAmount()
	pos := posInfo()
	return &common{
		id: &shape{kind: kUUID}, date: &shape{kind: kDate}, reference: text(0, 0),
		institution: institution, originator: originator(institution), identifiers: identifiers(),
		slip: slipData(), amounts: amounts(money), product: product(institution, money),
		tenders: tenders(money), payments: list(paymentMethod(institution, money, pos)), posInfo: pos,
		labels:   list(objectOf(mayAll(text(0, 0), "name", "value")...)),
		tranType: tranType(), accountType: enum(append(tenderAccounts(), "GIFT_CARD")...),
	}
}

// transaction gives the members of every request.
func (c *common) transaction() []field {
	return []field{
		must("id", c.id), must("time", c.date), must("originator", c.originator), must("client", c.institution),
		may("settlementEntity", c.institution), may("receiver", c.institution),
		{name: "thirdPartyIdentifiers", shape: c.identifiers, required: listThere},
		may("slipData", c.slip), may("basketRef", c.reference), may("tranType", c.tranType),
		may("srcAccType", c.accountType), may("destAccType", c.accountType),
		may("stan", c.reference), may("rrn", c.reference), may("transactionLabels", c.labels),
	}
}

// advice gives the members of every confirmation and reversal.
func (c *common) advice() []field {
	return []field{
		must("id", c.id), must("requestId", c.id), must("time", c.date),
		{name: "thirdPartyIdentifiers", shape: c.identifiers, required: listThere},
		may("stan", c.reference), may("rrn", c.reference), may("amounts", c.amounts),
	}
}

// voucherFields gives the members of a voucher; its code is required where it selects one.
func voucherFields(codeRequired bool) []field {
	code := may("code", text(1, 0))
	if codeRequired {
		code.required = required
	}
	return []field{
		code, may("expiryDate", &shape{kind: kDate}), may("redeemInstructions", list(text(0, maxPrinted))),
		may("serialNumber", text(0, 0)), may("batchNumber", text(0, 0)),
	}
}
