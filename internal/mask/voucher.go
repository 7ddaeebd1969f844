package mask

import "sync"

// Voucher gives the rules for every message of the voucher service, requests, advices, answers, error
// details and look-ups alike (spec/common.md 3-6, vouchers.md 2). The table is built once and never changes.
func Voucher() *Rules { return voucherRules() }

//nolint:gochecknoglobals // a constant table
var voucherRules = sync.OnceValue(buildVoucher)

type members = map[string]*Rules

func leaf(a Algorithm) *Rules                  { return &Rules{leaf: true, scalar: a} }
func object(m members) *Rules                  { return &Rules{members: m} }
func listOf(r *Rules) *Rules                   { return &Rules{element: r} }
func mapOf(r *Rules) *Rules                    { return &Rules{named: r} }
func plain(m members, names ...string) members { return with(m, None, names...) }

// with adds scalars that share one mask to m.
func with(m members, a Algorithm, names ...string) members {
	for _, name := range names {
		m[name] = leaf(a)
	}
	return m
}

func buildVoucher() *Rules {
	institution := object(plain(members{}, "id", "name"))
	ledger := ledgerRules()
	amounts := object(members{
		"requestAmount": ledger, "approvedAmount": ledger, "feeAmount": ledger, "balanceAmount": ledger,
		"additionalAmounts": mapOf(ledger),
	})
	identifiers := listOf(object(plain(members{}, "institutionId", "transactionIdentifier")))
	originator := originatorRules(institution)
	voucher := voucherObject()
	slip := slipRules()
	product := productRules(institution, ledger)
	root := plain(members{
		"originator": originator, "client": institution, "settlementEntity": institution, "receiver": institution,
		"thirdPartyIdentifiers": identifiers, "slipData": slip, "voucher": voucher, "product": product,
		"products": listOf(product), "amounts": amounts, "tenders": listOf(tenderRules(ledger)),
		"paymentMethods": listOf(paymentRules(institution, ledger)), "posInfo": posRules(), "recipient": customerRules(),
		"transactionLabels": listOf(object(plain(members{}, "name", "value"))),
		"detailMessage": detailRules(members{
			"originator": originator, "client": institution, "settlementEntity": institution, "receiver": institution,
			"thirdPartyIdentifiers": identifiers, "slipData": slip, "voucher": voucher,
		}),
	}, "basketRef", "providerRef")
	transactionMembers(root)
	with(root, Text, "errorMessage", "providerErrorMsg", "providerErrorCode", "outcome")
	return &Rules{members: root, element: product}
}

// transactionMembers adds what stands at the top of every message.
func transactionMembers(root members) {
	with(root, Text, "id", "requestId", "originalId")
	with(root, Moment, "time")
	with(root, Reference, "stan", "rrn")
	with(root, Word, "tranType", "srcAccType", "destAccType", "reversalReason", "errorType", "requestType", "userDataWillBeLost", "resetUserData")
}

func ledgerRules() *Rules {
	return object(with(with(with(members{}, Number, "amount"), Short, "currency"), Word, "ledgerIndicator"))
}

func originatorRules(institution *Rules) *Rules {
	return object(plain(with(members{
		"institution": institution,
		"merchant": object(plain(members{
			"merchantName": object(with(plain(members{}, "name", "city"), Short, "region", "country")),
			"merchantType": leaf(Short),
		}, "merchantId")),
	}, All, "operatorId"), "terminalId", "channelId"))
}

// voucherObject hides the instructions whole: their lines may spell out the code.
func voucherObject() *Rules {
	return object(plain(members{
		"code": leaf(Code), "redeemInstructions": listOf(leaf(All)), "expiryDate": leaf(Moment),
	}, "serialNumber", "batchNumber"))
}

// slipRules hides every printed line and barcode: they may carry the code.
func slipRules() *Rules {
	line := with(members{
		"text":    leaf(All),
		"barcode": object(members{"data": leaf(All), "encoding": leaf(Word)}),
	}, Number, "fontWidthScaleFactor", "fontHeightScaleFactor")
	return object(plain(members{
		"messageLines": listOf(object(with(line, Flag, "line", "cut"))), "slipWidth": leaf(Number),
	}, "issuerReference"))
}

func productRules(institution, ledger *Rules) *Rules {
	return object(plain(members{
		"amount": ledger, "minAmount": ledger, "maxAmount": ledger, "receiver": institution,
		"channelProductListings": listOf(object(plain(members{"productDisplaySortOrder": leaf(Number)}, "channelName",
			"productDisplayName", "productDisplayCategory"))),
		"isFixedValue": leaf(Flag),
	}, "productId", "description", "name", "type", "barcode"))
}

func tenderRules(ledger *Rules) *Rules {
	return object(plain(with(members{"amount": ledger, "cardNumber": leaf(Pan)}, Word, "tenderType", "accountType"), "reference"))
}

func posRules() *Rules {
	return object(with(members{
		"entryMode": object(with(members{}, Word, "panEntryMode", "pinEntryCapability")),
	}, Word, "posConditionCode"))
}

func customerRules() *Rules {
	address := object(with(members{}, All, "addressLine1", "addressLine2", "city", "region", "country", "postalCode"))
	return object(with(members{
		"addressDetails": address, "msisdn": leaf(Tail3), "status": leaf(None),
	}, All, "firstName", "lastName", "address", "dateOfBirth", "profileId", "emailAddress"))
}

func paymentRules(institution, ledger *Rules) *Rules {
	encryptedPin := object(members{"pinBlock": leaf(All), "encryptionParameters": encryptionRules()})
	return object(with(plain(members{
		"amount": ledger, "issuer": institution, "pin": pinRules(), "encryptedPin": encryptedPin, "posInfo": posRules(),
		"pan": leaf(Pan), "cardNumber": leaf(Pan),
		"walletPocket": object(plain(members{}, "pocketName", "pocketId")),
		"type":         leaf(Word), "proxyType": leaf(Word),
	}, "name", "tranId"),
		All, "proxy", "walletId", "token", "expiryDate", "srcAccountId", "srcCustomerId", "destAccountId",
		"destCustomerId", "rewardCode", "partnerPaymentToken"))
}

func encryptionRules() *Rules {
	return object(members{"accountNumber": leaf(All), "pinBlockFormat": leaf(Full), "keyIndex": leaf(Number)})
}

// pinRules hides every form of a personal number (spec/common.md 4.2).
func pinRules() *Rules {
	return object(with(members{
		"type": leaf(Word), "encryptionParameters": encryptionRules(),
		"hashedPinParameters": object(with(members{}, Word, "name")),
	}, All, "pin", "pinBlock", "hash"))
}

func detailRules(shared members) *Rules {
	with(shared, Text, "pathId", "voucherId", "reversalId", "confirmationId", "voidId")
	with(shared, Moment, "requestTime", "reversalTime", "confirmDate", "voidDate")
	shared["freeString"] = leaf(All)
	shared["formatErrors"] = listOf(object(members{"field": leaf(Text), "msg": leaf(Text), "value": leaf(Full)}))
	return object(shared)
}
