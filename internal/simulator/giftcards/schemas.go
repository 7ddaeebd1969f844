package giftcards

import "sync"

// The schemas of the messages (giftcard-rules.md 4, giftcards.md 2). Where the
// older and the newer model differ, the one that accepts more is used.

func institution() schema {
	return schema{"id": between(1, 256).must(), "name": upTo(40).must()}
}

func originatorSchema() schema {
	return schema{
		"institution": of(institution()).must(),
		"terminalId":  between(8, 8).must(),
		"operatorId":  upTo(30),
		"channelId":   upTo(50),
		"merchant": of(schema{
			"merchantType": pattern("[0-9]{4}").must(),
			"merchantId":   between(15, 15).must(),
			"merchantName": of(schema{
				"name": upTo(23).must(), "city": upTo(13).must(),
				"region": upTo(2).must(), "country": upTo(2).must(),
			}).must(),
		}).must(),
	}
}

func thirdParties() rule {
	return listOf(schema{"institutionId": between(1, 256).must(), "transactionIdentifier": rule{}})
}

func cardSchema() rule {
	secret := func(r rule) rule { r.secret = true; return r }
	pin := of(schema{
		"type": choice("CLEAR_PIN", "ENCRYPTED_PIN", "HASHED_PIN").must(), "pin": secret(upTo(20)),
		"pinBlock": secret(pattern("[0-9a-fA-F]{16}")), "hash": secret(pattern("[0-9,A-F]{1,512}")),
		"encryptionParameters": {kind: anything}, "hashedPinParameters": {kind: anything},
	})
	pin.also = pinComplete
	return of(schema{
		"pan": secret(pattern("[0-9]{1,19}")).must(), "expiryDate": pattern("[0-9]{4}"), "rank": rule{},
		"clearPin": secret(rule{}), "encryptedPin": secret(pattern("[0-9A-F]*")), "pin": pin,
	})
}

// pinComplete demands the member that goes with the type of the PIN.
func pinComplete(c *checker, path string, pin object) {
	with := map[any]string{"CLEAR_PIN": "pin", "ENCRYPTED_PIN": "pinBlock", "HASHED_PIN": "hash"}[pin["type"]]
	if _, present := pin[with]; with != "" && !present {
		c.say(path+"."+with, "may not be null", nil, true)
	}
}

func moneySchema() rule {
	return of(schema{
		"amount": rule{kind: integer}.must(), "currency": pattern("[0-9]{3}").must(),
		"ledgerIndicator": choice("DEBIT", "CREDIT"),
	})
}

// amountsSchema demands the named amount where the others are optional.
func amountsSchema(needed string) rule {
	s := schema{"additionalAmounts": {kind: anything}}
	for _, name := range []string{"requestAmount", "approvedAmount", "feeAmount", "balanceAmount", "availableBalance"} {
		r := moneySchema()
		r.need = name == needed
		s[name] = r
	}
	return of(s)
}

func productSchema() rule {
	return of(schema{
		"id": pattern("[0-9A-Za-z]{1,100}").must(), "barcode": pattern("[0-9A-Za-z]{1,13}"), "type": between(1, 50),
	})
}

func posInfoSchema() rule {
	return of(schema{
		"entryMode": of(schema{
			"panEntryMode": choice("UNKNOWN", "MANUAL", "MAGSTRIPE_NO_CVV", "BARCODE", "OCR", "ICC_CVV", "CONTACTLESS_ICC",
				"MAGSTRIPE_CVV", "CONTACTLESS_MAGSTRIPE", "ICC_NO_CVV", "ORIG_MODE", "FALLBACK").must(),
			"pinEntryCapability": choice("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT").must(),
		}),
		"posConditionCode": {kind: anything},
	})
}

// requestSchema is the message of one operation.
func requestSchema(op operation) schema {
	s := schema{
		"id": between(1, 64).must(), "time": rule{kind: instant}.must(), "originator": of(originatorSchema()).must(),
		"client": of(institution()).must(), "settlementEntity": of(institution()), "receiver": of(institution()),
		"thirdPartyIdentifiers": thirdParties(), "posInfo": posInfoSchema(), "basketRef": rule{}, "cardHolder": {kind: anything},
	}
	names := op.cards()
	for _, name := range names {
		s[name] = cardSchema().must()
	}
	if op != lookup {
		s["product"] = productSchema()
	}
	switch op {
	case activation:
		s["product"] = productSchema().must()
		s["amounts"] = amountsSchema("requestAmount")
	case load, transfer:
		s["amounts"] = amountsSchema("requestAmount").must()
	case redemption:
		s["amounts"] = amountsSchema("requestAmount").must()
		s["basket"] = of(schema{"basketId": pattern("[0-9A-Za-z]{1,20}").must()})
	case lookup:
		s["card"] = cardSchema()
	}
	return s
}

// adviceSchema is the confirmation or reversal of one operation.
func adviceSchema(op operation, do action) schema {
	s := schema{
		"id": between(1, 64).must(), "requestId": between(1, 64).must(), "time": rule{kind: instant}.must(),
		"thirdPartyIdentifiers": thirdParties(),
	}
	if do == reverse {
		s["reversalReason"] = choice("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL").must()
		return s
	}
	if op == activation || op == load {
		s["tenders"] = tendersSchema()
	}
	if op == load {
		s["amounts"] = amountsSchema("")
	}
	return s
}

func tendersSchema() rule {
	number := pattern("[0-9]{6}[0-9*]{0,13}")
	number.secret = true
	return listOf(schema{
		"amount": moneySchema().must(),
		"tenderType": choice("CASH", "CHEQUE", "CREDIT_CARD", "DEBIT_CARD", "WALLET", "ROUNDING", "GIFT_CARD", "LOYALTY_CARD",
			"OTHER").must(),
		"accountType": choice("DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"),
		"cardNumber":  number, "reference": upTo(40),
	})
}

// schemas are all messages by the name errors give them; they never change.
var schemas = sync.OnceValue(func() map[string]schema {
	all := map[string]schema{requestTypeOf(lookup, ""): requestSchema(lookup)}
	for _, op := range operations() {
		all[requestTypeOf(op, "")] = requestSchema(op)
		all[requestTypeOf(op, confirm)] = adviceSchema(op, confirm)
		all[requestTypeOf(op, reverse)] = adviceSchema(op, reverse)
	}
	return all
})
