package contract

import (
	"net/http"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// Humm describes the consumer finance service (spec/humm.md).
func Humm() *Service {
	m := financeMessages()
	return &Service{
		ID: "humm", Title: "Consumer finance (humm)", Signing: bySignature,
		Summary: "Take payments on finance from a customer's code, and give them back.",
		About: "A till that speaks the humm point-of-sale protocol needs nothing but this base address. Every message is one flat JSON object, signed with the device's key. " +
			"The HTTP status is 200 whatever the result: `x_code` decides, and counts only when the answer's own signature is right. There are no other credentials; a client may be set to show " +
			"a certificate besides.\n\n" +
			"Amounts are whole cents without sign, as numbers or as digits in quotes; the currency is that of the seller's country. A text may come as a whole number. Members that are not listed " +
			"are ignored; those that begin with `x_` are part of the signature all the same. Doubled slashes in the path are taken as one.",
		Bases: []string{"/humm/webapi/v1", "/webapi/v1"},
		Notes: []Note{
			{ID: "signature", Title: "The signature", Text: "Take the members whose names begin with `x_`, leave out those without a value, sort them by name, and write each name with its value behind it, " +
				"nothing in between. The HMAC-SHA-256 of that text, in hexadecimal, is `signature`. The key is the text of the device's `x_key`, not decoded; for CreateKey it is the device token. " +
				"Letter case of the digits does not matter on the way in; answers carry lower case. `tracking_data`, `purchase_items`, `buyer_confirms` and `retry_duration` are not signed and decide nothing.", Code: signatureShell},
			{ID: "repeats", Title: "Repeats", Text: "No answer, or EISE01: send the same bytes again until another code comes. A pre-approval code and its signature are one payment, " +
				"however often they arrive; the same code with any other signature is refused, FPRA22. A refund is known by its `x_pos_transaction_ref`: the same reference is the same refund, a new one refunds again. " +
				"A receipt may be attached any number of times. CreateKey and Invite are not repeated by the switch; a repeated Invite is a second message to the customer."},
			{ID: "unproved", Title: "Answers without a signature", Text: "When no key is shared yet (EAUT01), `signature` is the empty text. Take such an answer as a fault of the set-up, never as a result."},
		},
		Errors: financeErrors(),
		Groups: []Group{
			{"Device", "Once per till.", []Operation{m.operation(rail.CreateKey, "Get the key of a till device",
				"Turns a one-time device token into the device's signing key. A new key makes the one before it worthless: settle open payments first.",
				"Keep `x_key` safe and sign everything else with it. Without an answer, one repeat is harmless: it gives the key, or FCRK02, and then a new token is needed.")}},
			{"Payments", "", []Operation{
				m.operation(rail.Invite, "Send the customer a link", "Sends a message with a link to sign up or log in to the customer's mobile phone.", "Wait for the customer's code, then ask for the authorisation."),
				m.operation(rail.ProcessAuthorisation, "Take a payment on finance",
					"Uses the customer's code up, whatever comes of it. When the reference is not final yet, send a unique one and attach the receipt later.",
					"SPRA01: hand the goods over, keep `x_purchase_number`. SPND01: the same message again after `retry_duration` seconds. EISE01 or no answer: the same message again. "+
						"Without a repeat within 15 minutes the switch undoes what nobody was told of."),
				m.operation(rail.SendReceipt, "Attach a receipt number", "Gives a payment one more reference by which it can be found for a refund.", "Nothing: once accepted, it is delivered."),
			}},
			{"Refunds", "", []Operation{
				m.operation(rail.ProcessAdjustment, "Refund all or a part", "Gives an amount back. The payment is found by its purchase number, its reference, or an attached receipt number, in any shop of the chain.",
					"SPSA01: done. EISE01 or no answer: the same message with the same reference. Given up: undo it."),
				m.operation(rail.ReverseAdjustment, "Undo a refund", "Undoes a whole refund, found by the `signature` of its request, so that it works even when the refund was never answered. Once accepted, it is delivered.",
					"SPAR01: done. FPAR01: there was no such refund. EISE01 or no answer: the same message again."),
			}},
		},
	}
}

// operation makes one operation of the rail.
func (m *financeSet) operation(op rail.Operation, summary, about, next string) Operation {
	return Operation{
		ID: string(op), Method: http.MethodPost, Path: op.Path(), Summary: summary, About: about, Next: next,
		Request: &Body{Media: "application/json", Schema: m.requests[op], Examples: []Example{{"signed", "Signed with the key of the example below", signedRequest(op)}}},
		Answers: []Answer{
			{
				Status: http.StatusOK, About: "Any result; `x_code` tells which:", Schema: m.answers[op], Types: codesOf(op), Examples: signedAnswers(op),
				Headers: []Header{{"Retry-After", "Seconds to wait, when the client is over its limits (EISE01)."}},
			},
			{Status: http.StatusRequestEntityTooLarge, Name: "TooLarge", About: "The body is larger than 2 MiB.", Schema: m.errorDetail, Examples: []Example{{Name: "large", Text: `{"errorType":"FORMAT_ERROR","errorMessage":"Body too large"}`}}},
		},
	}
}

// codesOf lists the codes that an operation may be answered with.
func codesOf(op rail.Operation) []string {
	var all []string
	for _, c := range rail.Codes() {
		if c.Operation == op || c.Operation == "" {
			all = append(all, c.Code)
		}
	}
	return all
}
