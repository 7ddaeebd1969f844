package ott

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/money"
)

// largest is the amount, in rand, above which an answer is nonsense.
const largest = 1_000_000_000

// sum is how an amount in an answer reads.
type sum byte

const (
	readable sum = iota
	missing
	garbled // not an amount
	finer   // more precise than cents: somebody must look
)

// cents reads an amount of an answer with integer arithmetic only: "10", "10.0000", "100,000.00". What lies beyond cents
// must be zero (5.1).
func cents(text string) (int64, sum) {
	if text == "" {
		return 0, missing
	}
	whole, part, _ := strings.Cut(text, ".")
	units, ok := digits(ungroup(whole))
	if !ok || units > largest {
		return 0, garbled
	}
	for len(part) < 2 {
		part += "0"
	}
	fraction, ok := digits(part[:2])
	switch {
	case !ok || strings.Trim(part[2:], "0123456789") != "":
		return 0, garbled
	case strings.Trim(part[2:], "0") != "":
		return 0, finer
	}
	return units*100 + fraction, readable
}

// ungroup takes the commas out of "100,000"; any other use of them leaves something that is no number.
func ungroup(whole string) string {
	groups := strings.Split(whole, ",")
	if len(groups) == 1 {
		return whole
	}
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return ""
		}
	}
	return strings.Join(groups, "")
}

// digits reads a number of at most 18 digits.
func digits(text string) (int64, bool) {
	if text == "" || len(text) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// value writes an amount as OTT wants it: decimal rand with two decimals.
func value(a money.Amount) string {
	return money.Amount{Minor: a.Minor, Currency: native.Rand}.Decimal()
}

func inRand(minor int64) *money.Amount { return &money.Amount{Minor: minor, Currency: native.Rand} }
