package contract

import "strings"

// What the examples are made of.
const (
	saleID   = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	spendID  = "3c2d8a70-6f41-4b58-8e0d-51a7c9d2e364"
	refundID = "91ab03de-77c5-4a19-b3f2-0d6e8c5a4b17"
	adviceID = "a7d94f22-0c3b-4e6a-9d51-2b8f60e7c413"

	exampleTime   = "2031-02-03T04:05:06.007Z"
	exampleParty  = `{"id":"90000002","name":"Kiosk Net"}`
	exampleOrigin = `{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007",` +
		`"merchant":{"merchantType":"5411","merchantId":"cornershop00001",` +
		`"merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}}`
	exampleOwn = `{"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000002","transactionIdentifier":"K-1"}`

	amount10000 = `"amounts":{"requestAmount":{"amount":10000,"currency":"710"}}`
	cash10000   = `"tenders":[{"tenderType":"CASH","amount":{"amount":10000,"currency":"710"}}]`
	code        = `"voucher":{"code":"730011882245"}`
)

// jsonOf joins members that are JSON already.
func jsonOf(members ...string) string { return "{" + strings.Join(members, ",") + "}" }

// requestOf is a request with the members that every one has.
func requestOf(id string, more ...string) string {
	return jsonOf(append([]string{
		`"id":"` + id + `"`, `"time":"` + exampleTime + `"`, `"originator":` + exampleOrigin, `"client":` + exampleParty,
		`"thirdPartyIdentifiers":[` + exampleOwn + `]`,
	}, more...)...)
}

func voucherRequest(id string, more ...string) string { return requestOf(id, more...) }

// answerOf is the success of requestOf.
func answerOf(id string, more ...string) string {
	return jsonOf(append([]string{
		`"id":"` + id + `"`, `"time":"` + exampleTime + `"`, `"originator":` + exampleOrigin, `"client":` + exampleParty,
		`"thirdPartyIdentifiers":[` + exampleOwn + `,{"institutionId":"90000003","transactionIdentifier":"S-77"},{"institutionId":"90000004","transactionIdentifier":"P-31"}]`,
		`"settlementEntity":{"id":"90000003","name":"Demo Settle"}`, `"receiver":{"id":"90000004","name":"Demo Vouchers"}`,
	}, more...)...)
}

func voucherAnswer(id string, more ...string) string { return answerOf(id, more...) }

// adviceBody ends a request.
func adviceBody(requestID string, more ...string) string {
	return jsonOf(append([]string{
		`"id":"` + adviceID + `"`, `"requestId":"` + requestID + `"`, `"time":"2031-02-03T04:05:36.120Z"`, `"thirdPartyIdentifiers":[` + exampleOwn + `]`,
	}, more...)...)
}

// refusalExamples shows the refusals that tell more than their type.
func refusalExamples(types []string) []Example {
	return pick(types, map[string]string{
		"FORMAT_ERROR":             `{"errorType":"FORMAT_ERROR","errorMessage":"Invalid message","detailMessage":{"formatErrors":[{"field":"originator","msg":"originator may not be null"}]}}`,
		"AUTHENTICATION_ERROR":     `{"errorType":"AUTHENTICATION_ERROR","errorMessage":"client.id is not you","id":"` + saleID + `","detailMessage":{"client":` + exampleParty + `}}`,
		"DUPLICATE_RECORD":         `{"errorType":"DUPLICATE_RECORD","errorMessage":"This id was used before","id":"` + saleID + `","detailMessage":{` + code + `}}`,
		"VOUCHER_ALREADY_REVERSED": `{"errorType":"VOUCHER_ALREADY_REVERSED","errorMessage":"Reversed before it was requested","id":"` + saleID + `","originalId":"` + adviceID + `"}`,
		"VOUCHER_ALREADY_REDEEMED": `{"errorType":"VOUCHER_ALREADY_REDEEMED","errorMessage":"The voucher's state forbids it","id":"` + spendID + `"}`,
		"VOUCHER_NOT_REDEEMED":     `{"errorType":"VOUCHER_NOT_REDEEMED","errorMessage":"The voucher's state forbids it","id":"` + refundID + `"}`,
		"DO_NOT_HONOR":             `{"errorType":"DO_NOT_HONOR","errorMessage":"Declined by provider","id":"` + saleID + `","providerErrorCode":"51","providerErrorMsg":"Not today"}`,
	})
}

// adviceRefusals shows refusals of advices.
func adviceRefusals(types []string) []Example {
	refused := func(kind, message string) string {
		return `{"errorType":"` + kind + `","errorMessage":"` + message + `","id":"` + adviceID + `","originalId":"` + saleID + `"}`
	}
	return pick(types, map[string]string{
		"VOUCHER_ALREADY_REVERSED":     strings.TrimSuffix(refused("VOUCHER_ALREADY_REVERSED", "Reversed before"), "}") + `,"detailMessage":{"reversalId":"` + adviceID + `"}}`,
		"VOUCHER_ALREADY_CONFIRMED":    strings.TrimSuffix(refused("VOUCHER_ALREADY_CONFIRMED", "Confirmed before"), "}") + `,"detailMessage":{"confirmationId":"` + adviceID + `"}}`,
		"VOUCHER_NOT_REDEEMED":         refused("VOUCHER_NOT_REDEEMED", "Nothing left to confirm"),
		"REDEMPTION_ALREADY_CONFIRMED": refused("REDEMPTION_ALREADY_CONFIRMED", "Confirmed before"),
		"VOUCHER_NOT_REFUNDED":         refused("VOUCHER_NOT_REFUNDED", "Nothing left to confirm"),
		"REFUND_ALREADY_CONFIRMED":     refused("REFUND_ALREADY_CONFIRMED", "Confirmed before"),
	})
}

func pick(types []string, texts map[string]string) []Example {
	var all []Example
	for _, t := range types {
		if text, known := texts[t]; known {
			all = append(all, Example{Name: t, Text: text})
		}
	}
	return all
}
