package family

import "github.com/signalboxhq/signalbox/internal/mask"

// Bounds of what is kept of an answer: references in bytes, a provider's message in characters.
const (
	LongestTerm  = 128
	longestWords = 200
)

// First gives the first characters of a text.
func First(text string, n int) string {
	chars := []rune(text)
	return string(chars[:min(n, len(chars))])
}

// Sentence gives a provider's message as it may be shown: without what could be a code, and shortened.
func Sentence(text string) string { return First(mask.MaskText(text), longestWords) }

// Showable drops a reference of an answer that is too long to be one, or that repeats the code: references are shown in
// clear.
func Showable(reference, code string) string {
	if len(reference) > LongestTerm || mask.Reveals(reference, code) {
		return ""
	}
	return reference
}
