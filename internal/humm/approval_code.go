package humm

import "strings"

// The barcode of a pre-approval code: a prefix by which tills know it, then six digits.
const (
	barcodePrefix = "6199"
	barcodeLength = 10
)

// NormalCode gives the one form of a customer's pre-approval code by which it is known: a scanned 6199nnnnnn and a typed
// nnnnnn are the same (spec/humm.md 3.3). Only for finding it; what is signed stays as sent. The result is a secret.
func NormalCode(code string) string {
	if len(code) == barcodeLength && strings.HasPrefix(code, barcodePrefix) && digits(code) {
		return code[len(barcodePrefix):]
	}
	return code
}

func digits(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text != ""
}
