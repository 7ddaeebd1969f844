// Package money holds amounts as integer minor units with an ISO 4217 numeric currency (I17).
// Nothing in the program ever turns an amount into a floating point number.
package money

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Amount is a sum in minor units (79995 = 799.95 in a currency with two decimals).
type Amount struct {
	Minor    int64
	Currency string // three ISO 4217 digits, "710"
}

// Largest bounds an amount that comes from outside, in minor units: a hundred thousand million of a currency with two decimals.
// Sums over a day of such amounts still fit 64 bits, so that one absurd amount cannot stop a settlement.
const Largest = 10_000_000_000_000

// IsZero tells whether the sum is zero, whatever the currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Add sums two amounts of one currency; it refuses mixed currencies and overflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, apperr.Errorf(apperr.Invalid, "cannot add currency %s to %s", b.Currency, a.Currency)
	}
	if (b.Minor > 0 && a.Minor > math.MaxInt64-b.Minor) || (b.Minor < 0 && a.Minor < math.MinInt64-b.Minor) {
		return Amount{}, apperr.Errorf(apperr.Invalid, "the sum of %d and %d is too large", a.Minor, b.Minor)
	}
	return Amount{Minor: a.Minor + b.Minor, Currency: a.Currency}, nil
}

// nbsp keeps an amount on one line; minus is the typographic sign.
const (
	nbsp  = "\u00a0"
	minus = "−"
)

// String shows the amount for people: "R 1 204.50", "−R 3.00", "USD 12.00".
// Groups and symbol are joined by no-break spaces so that a table cell never wraps.
func (a Amount) String() string {
	c, known := currencies[a.Currency]
	symbol := c.symbol
	if !known {
		symbol = a.Currency
		c.decimals = 2
	}
	sign := ""
	if a.Minor < 0 {
		sign = minus
	}
	return sign + symbol + nbsp + group(a.Minor, c.decimals, nbsp)
}

// Decimal shows the amount as plain digits with a point, for files: "1204.50", "-3.00".
func (a Amount) Decimal() string {
	sign := ""
	if a.Minor < 0 {
		sign = "-"
	}
	return sign + group(a.Minor, Decimals(a.Currency), "")
}

// Decimals gives the number of minor digits of a currency, 2 when it is not known.
func Decimals(currency string) int {
	if c, ok := currencies[currency]; ok {
		return c.decimals
	}
	return 2
}

// Code gives the letters of a numeric currency ("ZAR" for "710"), or the digits when it is not known.
func Code(currency string) string {
	if c, ok := currencies[currency]; ok {
		return c.code
	}
	return currency
}

// Parse reads a decimal sum typed by a person ("1204.50", "1 204.5") in the given currency.
func Parse(text, currency string) (Amount, error) {
	clean := strings.NewReplacer(" ", "", nbsp, "", ",", "").Replace(strings.TrimSpace(text))
	decimals := Decimals(currency)
	whole, part, _ := strings.Cut(clean, ".")
	if len(part) > decimals {
		return Amount{}, apperr.Errorf(apperr.Invalid, "%q has more than %d decimals", text, decimals)
	}
	digits := whole + part + strings.Repeat("0", decimals-len(part))
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || whole == "" || strings.ContainsAny(part, "+-") {
		return Amount{}, apperr.Errorf(apperr.Invalid, "%q is not an amount; write it like 1204.50", text)
	}
	return Amount{Minor: minor, Currency: currency}, nil
}

// group writes the digits of |minor| with a decimal point and thousands separator.
func group(minor int64, decimals int, sep string) string {
	u := uint64(minor)
	if minor < 0 {
		u = -u
	}
	digits := fmt.Sprintf("%0*d", decimals+1, u)
	whole, part := digits[:len(digits)-decimals], digits[len(digits)-decimals:]
	if sep != "" {
		var b strings.Builder
		for i, r := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteString(sep)
			}
			b.WriteRune(r)
		}
		whole = b.String()
	}
	if decimals == 0 {
		return whole
	}
	return whole + "." + part
}
