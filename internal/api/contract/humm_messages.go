package contract

import rail "github.com/signalboxhq/signalbox/internal/humm"

// financeSet holds the messages of the consumer finance service (spec/humm.md 2 and 3).
type financeSet struct {
	requests, answers map[rail.Operation]*Schema
	errorDetail       *Schema
}

// ownMembers are what each operation asks for besides the common members.
func ownMembers(op rail.Operation) []Member {
	reference := func(about string) Member { return must(rail.Reference, named64("R-000123"), about) }
	switch op {
	case rail.CreateKey:
		return members(must(rail.DeviceToken, named64(exampleToken), "the one-time token from the seller's portal; secret"), must(rail.Vendor, sized(1, 100).like("Example Tills"), "who made the till software"))
	case rail.Invite:
		return members(must(rail.Mobile, digitsUpTo(10).like("0400111222"), "the customer's mobile number"), must(rail.PurchaseAmount, cents(0), "what the customer wants to buy for"))
	case rail.ProcessAuthorisation:
		return members(reference("the till's reference of the sale; unique in the chain"), must(rail.PurchaseAmount, cents(0), "the whole basket"), must(rail.FinanceAmount, cents(1), "the part on finance; at most the basket"),
			must(rail.ApprovalCode, named64("6199482913"), "the customer's code as scanned or typed"),
			may(rail.PurchaseItems, sized(0, 200).like(`{"PurchaseItems":["sofa"]}`), "a text that holds JSON; not signed"), may(rail.BuyerConfirms, truth(), "the till can wait for the buyer (SPND01); not signed"))
	case rail.SendReceipt:
		return members(reference("of the authorisation"), must(rail.ReceiptNumber, named64("INV-88012"), "one more reference"))
	case rail.ProcessAdjustment:
		return members(reference("of this refund; a new one for every refund, the same for its repeats"), must(rail.PurchaseRef, named64("R-000123"), "the sale: its reference, receipt number or purchase number"), must(rail.Amount, cents(1), "more than zero"))
	default:
		return members(reference("of this reversal"), must(rail.AdjustmentSign, sized(1, 200).like(signatureOf(signedRequest(rail.ProcessAdjustment))), "`signature` of the refund's request"))
	}
}

func named64(sample string) *Schema { return sized(1, 64).like(sample) }

func digitsUpTo(most int) *Schema {
	return boundedPattern("[0-9]{1,"+digits(int64(most))+"}", most)
}

// cents is an amount of least or more, as a number or as digits in quotes.
func cents(least int64) *Schema {
	s := whole(least, 999_999_999_999).like(int64(12500))
	s.quoted, s.pattern = true, "^[0-9]{1,12}$"
	return s
}

func financeMessages() *financeSet {
	detail := record(members(must("errorType", words(), ""), must("errorMessage", words(), ""))).named("ErrorDetail", "An answer of the server itself, outside the protocol.")
	m := &financeSet{requests: map[rail.Operation]*Schema{}, answers: map[rail.Operation]*Schema{}, errorDetail: detail}
	tracking := byName(sized(0, 0).like("4")).named("TrackingData", "Whatever the till wants back with the answer. Not signed, not kept.")
	for _, op := range rail.Operations() {
		m.requests[op] = record(members(
			must(rail.MerchantID, sized(1, 10).like(exampleMerchant), "the seller"), must(rail.DeviceID, named64(exampleDevice), "the till device; selects the key"),
			must(rail.OperatorID, named64("op-17"), "the cashier"), must(rail.Firmware, named64("till-1.0"), "the till's software version"),
			may(rail.TrackingData, tracking, ""), must(rail.Signature, matching("[0-9a-fA-F]{64}").like(exampleDigest), "see The signature"),
		), ownMembers(op)).on(everyRequest).named(string(op)+"Request", "")
		m.answers[op] = record(members(
			must(rail.Status, oneOf(rail.Success, rail.Failed, rail.Error, rail.Pending, rail.Cancelled), ""), must(rail.Code, oneOf(codesOf(op)...), "decides"),
			must(rail.Text, words(), "for people"),
		), answerMembers(op), members(
			may(rail.TrackingData, anything(), "what this request sent, whatever it was"), must(rail.Signature, matching("([0-9a-f]{64})?").like(exampleDigest), "empty when no key is shared"),
		)).named(string(op)+"Answer", "")
	}
	return m
}

func answerMembers(op rail.Operation) []Member {
	switch op {
	case rail.CreateKey:
		return members(may(rail.Key, words(), "the device's key, with SCRK01 only; secret"))
	case rail.ProcessAuthorisation:
		return members(may(rail.PurchaseNumber, words(), "with SPRA01"), may(rail.RetryDuration, whole(0, 86400), "with SPND01: seconds to wait; not signed"))
	}
	return nil
}
