// Package mask hides sensitive values before anything is stored for display or logged (spec/common.md 6).
// Masks are an allowlist: what a table of rules does not name is hidden in full (guarantees.md S12).
package mask

import (
	"bytes"
	"unicode/utf8"
)

// Algorithm names one way to hide a text. The zero value is Full: a rule that says nothing hides most.
type Algorithm byte

// The algorithms of spec/common.md 6, and Text and CardText for messages written for people.
const (
	Full      Algorithm = iota // one star for any value
	All                        // every character a star, same length
	None                       // unchanged
	Pan                        // first six and last four of more than ten characters
	Code                       // last four of twelve or more characters
	Tail3                      // last three characters
	Track2                     // Pan up to the separator, one star for each part behind it
	Text                       // long groups of digits and code-like words hidden, the sentence kept
	CardText                   // Text, and every shorter group of digits that may be a PIN hidden too
	Number                     // a number of at most twelve digits; anything else is one star
	Flag                       // true or false; anything else is one star
	Moment                     // a date or time; anything else is one star
	Word                       // a value of an enumeration; what does not read like one is one star
	Short                      // at most four characters; anything longer is one star
	Reference                  // at most twelve characters; of a longer one the last four
)

// Append appends the masked form of text to dst.
func (a Algorithm) Append(dst, text []byte) []byte {
	switch a {
	case None:
		return append(dst, text...)
	case All:
		return stars(dst, utf8.RuneCount(text))
	case Pan:
		return appendPan(dst, text)
	case Code:
		return appendTail(dst, text, 12, 4)
	case Tail3:
		return appendTail(dst, text, 4, 3)
	case Track2:
		return appendTrack2(dst, text)
	case Text:
		return appendText(dst, text)
	case CardText:
		return appendCardText(dst, text)
	case Reference:
		if a.fits(text) {
			return append(dst, text...)
		}
		return Code.Append(dst, text)
	case Number, Flag, Moment, Word, Short:
		if a.fits(text) {
			return append(dst, text...)
		}
		return append(dst, '*')
	default:
		return append(dst, '*')
	}
}

// MaskAll turns every character into a star.
func MaskAll(text string) string { return apply(All, text) }

// MaskPan shows the first six and last four of a card number longer than ten characters, else nothing.
func MaskPan(text string) string { return apply(Pan, text) }

// MaskCode shows the last four of a voucher code of twelve or more characters, else nothing.
func MaskCode(text string) string { return apply(Code, text) }

// MaskReference shows a short reference, and of a longer one the end: a voucher code that was sent in its place stays hidden.
func MaskReference(text string) string { return apply(Reference, text) }

// MaskTail3 shows the last three characters of a telephone number; three or fewer are all hidden.
func MaskTail3(text string) string { return apply(Tail3, text) }

// MaskText keeps a sentence readable and hides what could be a code in it: groups of eight or more
// digits, spaces and hyphens between them included, and words of ten or more characters with four or
// more digits. UUIDs stay.
func MaskText(text string) string { return apply(Text, text) }

func apply(a Algorithm, text string) string { return string(a.Append(nil, []byte(text))) }

func stars(dst []byte, n int) []byte {
	for ; n > 0; n-- {
		dst = append(dst, '*')
	}
	return dst
}

// appendTail shows the last keep characters of a text of at least from characters.
func appendTail(dst, text []byte, from, keep int) []byte {
	n := utf8.RuneCount(text)
	if n < from {
		return stars(dst, n)
	}
	return append(stars(dst, n-keep), lastRunes(text, keep)...)
}

func appendPan(dst, text []byte) []byte {
	n := utf8.RuneCount(text)
	if n <= 10 {
		return stars(dst, n)
	}
	dst = append(dst, firstRunes(text, 6)...)
	return append(stars(dst, n-10), lastRunes(text, 4)...)
}

func appendTrack2(dst, text []byte) []byte {
	sep := byte('=')
	if bytes.IndexByte(text, 'D') >= 0 {
		sep = 'D'
	}
	first, rest, found := bytes.Cut(text, []byte{sep})
	if !found {
		return stars(dst, utf8.RuneCount(text))
	}
	dst = appendPan(dst, first)
	for parts := 1 + bytes.Count(rest, []byte{sep}); parts > 0; parts-- {
		dst = append(dst, sep, '*')
	}
	return dst
}

func firstRunes(text []byte, n int) []byte {
	i := 0
	for ; n > 0; n-- {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return text[:i]
}

func lastRunes(text []byte, n int) []byte {
	i := len(text)
	for ; n > 0; n-- {
		_, size := utf8.DecodeLastRune(text[:i])
		i -= size
	}
	return text[i:]
}
