package blu

import "github.com/signalboxhq/signalbox/internal/mask"

// visible lists every member that may be shown, and how; anything else becomes one star (guarantees.md S12).
func visible(path string) mask.Algorithm {
	switch path {
	case "requestId", "originalRequestId", "productId", "amount", "serialNumber", "reference", "status", "currency", "expiryDate", "dateTime",
		"vendMetaData.transactionRequestDateTime", "vendMetaData.transactionReference", "timestamp",
		"redeemedVoucherSerialNumber", "redeemedVoucherReference", "replacementVoucher.serialNumber", "replacementVoucher.amount",
		"replacementVoucher.balance", "replacementVoucher.expiryDateTime":
		return mask.None
	case "token", "replacementVoucher.token":
		return mask.Code
	case "message", "error", "path":
		return mask.Text
	case "productInstructions":
		return mask.All
	}
	return mask.Full
}

// masked gives what may be stored of a message to or from the provider.
func masked(body []byte) []byte {
	return mask.Members{
		Show:  visible,
		Opens: func(path string) bool { return path == "" || path == "vendMetaData" || path == "replacementVoucher" },
		Codes: [][]string{{"token"}, {"replacementVoucher", "token"}},
	}.Mask(body)
}
