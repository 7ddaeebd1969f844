package humm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// signedPrefix marks the members that the signature covers.
const signedPrefix = "x_"

// Canonical gives the text that is signed (spec/humm.md 4): the signed members in code-point order, each name followed by its
// value, nothing between them. Members that are null or empty are left out; with bare, their names stay.
func (m *Message) Canonical(bare bool) string {
	signed := make([]Member, 0, len(m.members))
	for _, member := range m.members {
		if strings.HasPrefix(member.Name, signedPrefix) && (bare || !member.empty()) {
			signed = append(signed, member)
		}
	}
	slices.SortFunc(signed, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, member := range signed {
		b.WriteString(member.Name)
		if member.Kind != jsonedit.Null {
			b.WriteString(member.Text)
		}
	}
	return b.String()
}

// empty tells whether a member has no value to sign.
func (m Member) empty() bool {
	return m.Kind == jsonedit.Null || m.Kind == jsonedit.String && m.Text == ""
}

// Flat tells whether every signed member has a value whose signed form is defined (spec/humm.md 4): a text, a whole number or
// nothing. Of anything else two sides make different texts.
func (m *Message) Flat() bool {
	return !slices.ContainsFunc(m.members, func(member Member) bool {
		if !strings.HasPrefix(member.Name, signedPrefix) {
			return false
		}
		switch member.Kind {
		case jsonedit.String, jsonedit.Null:
			return false
		case jsonedit.Number:
			return !digits(strings.TrimPrefix(member.Text, "-"))
		}
		return true
	})
}

// hollow tells whether a signed member has no value, so that its sender may have signed the name alone.
func (m *Message) hollow() bool {
	return slices.ContainsFunc(m.members, func(member Member) bool {
		return strings.HasPrefix(member.Name, signedPrefix) && member.empty()
	})
}

// Verify tells whether the message carries the signature that the key makes, in either letter case and in constant time.
// Senders disagree about empty members: both forms count. An empty key verifies nothing.
func (m *Message) Verify(key string) bool {
	given, err := hex.DecodeString(m.Text(Signature))
	if err != nil || key == "" {
		return false
	}
	good := hmac.Equal(given, sum(key, m.Canonical(false)))
	if m.hollow() {
		good = hmac.Equal(given, sum(key, m.Canonical(true))) || good
	}
	return good
}

// Sign gives the signature of a canonical text: 64 lower-case hexadecimal digits. The key is used as text, never as hex.
func Sign(key, canonical string) string { return hex.EncodeToString(sum(key, canonical)) }

func sum(key, canonical string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(canonical))
	return h.Sum(nil)
}
