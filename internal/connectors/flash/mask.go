package flash

import "github.com/signalboxhq/signalbox/internal/mask"

// visible lists every member that may be shown, and how; anything else becomes one star (guarantees.md S12).
func visible(path string) mask.Algorithm {
	switch path {
	case "reference", "originalReference", "accountNumber", "amount", "productCode", "storeId", "terminalId", "paymentMethod",
		"metadata.rrn", "metadata.origId", "responseCode", "transactionId", "transactionDate", "serialNumber",
		"voucher.amount", "voucher.serialNumber", "voucher.status", "voucher.expiryDate", "voucher.redemptionDate":
		return mask.None
	case "pin", "voucher.pin", "voucher.barcode":
		return mask.Code
	case "responseMessage", "path":
		return mask.Text
	case "mobileNumber":
		return mask.Tail3
	case "voucher.content.redemptionInstructions", "voucher.content.termsAndConditions":
		return mask.All
	}
	return mask.Full
}

// masked gives what may be stored of a message to or from Flash.
func masked(body []byte) []byte {
	return mask.Members{
		Show: visible,
		Opens: func(path string) bool {
			return path == "" || path == "metadata" || path == "voucher" || path == "voucher.content"
		},
		Codes: [][]string{{"pin"}, {"voucher", "pin"}},
	}.Mask(body)
}
