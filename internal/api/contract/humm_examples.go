package contract

import rail "github.com/signalboxhq/signalbox/internal/humm"

// The device of the examples; nothing anywhere knows it.
const (
	exampleMerchant = "30477009"
	exampleDevice   = "lane-11"
	exampleToken    = "GUDID-4Demo71" //nolint:gosec // an invented one
	exampleKey      = "d3m0K3y0042a"  //nolint:gosec // an invented one
	exampleDigest   = "54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca"
)

// signatureShell signs a message on a command line.
const signatureShell = `KEY='` + exampleKey + `'
TEXT='x_device_id` + exampleDevice + `x_firmware_versiontill-1.0x_merchant_id` + exampleMerchant + `x_operator_idop-17x_pos_transaction_refR-000123x_receipt_numberINV-88012'
printf '%s' "$TEXT" | openssl dgst -sha256 -hmac "$KEY"`

// exampleFields are the members of an operation's example, without its signature.
func exampleFields(op rail.Operation) []rail.Field {
	text := func(name, value string) rail.Field { return rail.Field{Name: name, Value: value} }
	raw := func(name, value string) rail.Field { return rail.Field{Name: name, Raw: []byte(value)} }
	all := []rail.Field{
		text(rail.MerchantID, exampleMerchant), text(rail.DeviceID, exampleDevice), text(rail.OperatorID, "op-17"), text(rail.Firmware, "till-1.0"),
	}
	switch op {
	case rail.CreateKey:
		return append(all, text(rail.DeviceToken, exampleToken), text(rail.Vendor, "Example Tills"))
	case rail.Invite:
		return append(all, text(rail.Mobile, "0400111222"), raw(rail.PurchaseAmount, "12500"))
	case rail.ProcessAuthorisation:
		return append(all, text(rail.Reference, "R-000123"), raw(rail.PurchaseAmount, "12500"), raw(rail.FinanceAmount, "10000"),
			text(rail.ApprovalCode, "6199482913"), raw(rail.TrackingData, `{"lane":"11"}`))
	case rail.SendReceipt:
		return append(all, text(rail.Reference, "R-000123"), text(rail.ReceiptNumber, "INV-88012"))
	case rail.ProcessAdjustment:
		return append(all, text(rail.Reference, "RF-000045"), text(rail.PurchaseRef, "R-000123"), raw(rail.Amount, "2500"))
	default:
		return append(all, text(rail.Reference, "RV-000046"), text(rail.AdjustmentSign, signatureOf(signedRequest(rail.ProcessAdjustment))))
	}
}

// signatureOf reads the signature of a message.
func signatureOf(message string) string {
	m, err := rail.Parse([]byte(message))
	if err != nil {
		return "" // the test of the examples says so
	}
	return m.Signature()
}

// signingKey is what the messages of an operation are signed with.
func signingKey(op rail.Operation) string {
	if op == rail.CreateKey {
		return exampleToken
	}
	return exampleKey
}

func signedRequest(op rail.Operation) string {
	return string(rail.Compose(signingKey(op), exampleFields(op)...))
}

// signedAnswers shows the success of an operation, the refusal that its callers should know, and the unknown outcome.
func signedAnswers(op rail.Operation) []Example {
	refusal := map[rail.Operation]string{
		rail.CreateKey: rail.TokenSpent, rail.ProcessAuthorisation: rail.CodeUsed, rail.SendReceipt: rail.SaleNotFound,
		rail.ProcessAdjustment: "FPSA04", rail.ReverseAdjustment: rail.NothingToUndo, rail.Invite: rail.Invalid,
	}[op]
	var all []Example
	for _, code := range []string{codesOf(op)[0], refusal, rail.InternalFailure} {
		m, _ := rail.MeaningOf(op, code)
		fields := []rail.Field{{Name: rail.Status, Value: m.Status}, {Name: rail.Code, Value: code}, {Name: rail.Text, Value: m.Text}}
		switch code {
		case rail.KeyIssued:
			fields = append(fields, rail.Field{Name: rail.Key, Value: exampleKey})
		case rail.AuthApproved:
			fields = append(fields, rail.Field{Name: rail.PurchaseNumber, Value: "H7001234"})
		}
		if op == rail.ProcessAuthorisation {
			fields = append(fields, rail.Field{Name: rail.TrackingData, Raw: []byte(`{"lane":"11"}`)})
		}
		all = append(all, Example{Name: code, Summary: m.Text, Text: string(rail.Compose(signingKey(op), fields...))})
	}
	return all
}
