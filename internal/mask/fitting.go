package mask

import (
	"bytes"
	"unicode/utf8"
)

// A member whose values have a known form is shown while its value has it: a secret that was put into the wrong member, into an
// amount or a date, stays hidden. Lengths are in characters.
const (
	longestNumber    = 12 // digits of an amount
	longestShort     = 4  // a currency, a country, a card's expiry
	longestReference = 12 // ISO 8583 gives a retrieval reference twelve
	longestMoment    = 40
)

// fits tells whether a scalar has the form that its mask asks for, and may be shown as it is.
func (a Algorithm) fits(text []byte) bool {
	switch a {
	case None:
		return true
	case Number:
		return isNumber(text)
	case Flag:
		return string(text) == "true" || string(text) == "false"
	case Moment:
		return isMoment(text)
	case Word:
		return plainName(text)
	case Short:
		return utf8.RuneCount(text) <= longestShort
	case Reference:
		return utf8.RuneCount(text) <= longestReference
	}
	return false
}

// isNumber accepts a sign, digits and a fraction.
func isNumber(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte{'-'})
	digits := 0
	for _, c := range text {
		if digit(c) {
			digits++
		} else if c != '.' {
			return false
		}
	}
	return digits > 0 && digits <= longestNumber && len(text) <= digits+1
}

// isMoment accepts what begins with a date and holds nothing but a time behind it.
func isMoment(text []byte) bool {
	if len(text) < 10 || len(text) > longestMoment || text[4] != '-' || text[7] != '-' {
		return false
	}
	for _, c := range text {
		if !digit(c) && bytes.IndexByte([]byte("-:.,+TtZz "), c) < 0 {
			return false
		}
	}
	return true
}
