package native

import "github.com/signalboxhq/signalbox/internal/switchcore"

// Rand is the only currency of these providers, ISO 4217 numeric; amounts are its cents.
const Rand = "710"

// Refuse is the refusal of what the provider would never take; nothing is sent then.
func Refuse(errorType, message string) error {
	return &switchcore.Refusal{ErrorType: errorType, Message: message}
}

// Price is what the request asks for, else the price of the product, in cents; a refusal where the product does not allow
// it.
func Price(call switchcore.Call) (int64, error) {
	asked, p := call.Request.Amount, call.Product
	if p != nil && p.Currency != "" && p.Currency != Rand {
		return 0, Refuse(switchcore.ErrAmount, "Rand only")
	}
	switch {
	case asked != nil && asked.Currency != Rand:
		return 0, Refuse(switchcore.ErrAmount, "Rand only")
	case asked == nil && (p == nil || p.Amount == nil):
		return 0, Refuse(switchcore.ErrAmount, "Amount needed")
	case asked == nil:
		return *p.Amount, nil
	case asked.Minor <= 0:
		return 0, Refuse(switchcore.ErrAmount, "Amount must be positive")
	case p == nil:
	case p.Amount != nil && asked.Minor != *p.Amount:
		return 0, Refuse(switchcore.ErrAmount, "Not the price")
	case p.Min != nil && asked.Minor < *p.Min:
		return 0, Refuse(switchcore.ErrAmount, "Below the minimum")
	case p.Max != nil && asked.Minor > *p.Max:
		return 0, Refuse(switchcore.ErrAmount, "Above the maximum")
	}
	return asked.Minor, nil
}
