package humm

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// FuzzMessage reads anything: what is accepted and signed with a key is verified by that key and by no other, in any order
// of its members, and no longer once the value of a signed member changed.
func FuzzMessage(f *testing.F) {
	for _, body := range []string{
		`{"x_code":"SPRA01","x_status":"Success","signature":"00"}`, `{"x_amount":100,"x_empty":"","x_none":null,"tracking_data":{"a":[1]}}`,
		`{"x_a":"","signature":1}`, `{"x_a":"\u00e9\ud83d\ude00","x_A":true}`, `{"x_a":1,"x_a":2}`, "[]", "{", "\xff",
	} {
		f.Add([]byte(body), "key")
	}
	f.Fuzz(func(t *testing.T, body []byte, key string) {
		m, err := Parse(body)
		if err != nil || key == "" {
			return
		}
		m.members = slices.DeleteFunc(m.members, func(member Member) bool { return member.Name == Signature })
		given := Sign(key, m.Canonical(false))
		m.members = append([]Member{{Name: Signature, Kind: jsonedit.String, Text: strings.ToUpper(given)}}, m.members...)
		slices.Reverse(m.members)
		if !m.Verify(key) {
			t.Fatalf("its own signature is refused: %s", body)
		}
		if m.Verify(key+"x") || m.Verify("") {
			t.Fatalf("another key is accepted: %s", body)
		}
		for i, member := range m.members {
			if strings.HasPrefix(member.Name, signedPrefix) && member.Text != "" && member.Kind != jsonedit.Null {
				m.members[i].Text += "0"
				if m.Verify(key) {
					t.Fatalf("a changed %q is accepted: %s", member.Name, body)
				}
				m.members[i].Text = member.Text
			}
		}
	})
}
