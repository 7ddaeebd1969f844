package humm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// pair is one member that a signature covers, as text.
type pair struct{ name, value string }

// canonical is the text that is signed: names and values in the order of the names, nothing between them. Members
// without a value stand in it with their bare name, or not at all.
func canonical(pairs []pair, bare bool) string {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	for _, p := range sorted {
		if p.value != "" || bare {
			b.WriteString(p.name)
			b.WriteString(p.value)
		}
	}
	return b.String()
}

// digest signs a text: the bytes of the key as they stand, whatever they look like.
func digest(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// sign is the signature of the pairs in lower-case hexadecimal digits.
func sign(key string, pairs []pair) string {
	return hex.EncodeToString(digest(key, canonical(pairs, false)))
}

// verify accepts a signature in either case, and either reading of members without a value.
func verify(key string, pairs []pair, signature string) bool {
	given, err := hex.DecodeString(signature)
	if err != nil || key == "" {
		return false
	}
	return hmac.Equal(given, digest(key, canonical(pairs, false))) || hmac.Equal(given, digest(key, canonical(pairs, true)))
}
