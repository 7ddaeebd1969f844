package operators

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzAuditCanonical: any facts make one text that a trip through the database leaves alone, and the row they make is
// intact until a fact changes (guarantees C5).
func FuzzAuditCanonical(f *testing.F) {
	for _, body := range []string{`{"b":1,"a":[1.50,-0,1e3,1e-7]}`, `{"a":"\u0000\ud800<>&","":null}`, `[]`, `null`, `12345678901234567890.10`, `1e400`, `{"a":{"a":{}}}`} {
		f.Add([]byte(body), "reason")
	}
	f.Fuzz(func(t *testing.T, body []byte, reason string) {
		var fact any
		if json.Unmarshal(body, &fact) != nil {
			return
		}
		row, err := AuditEntry{Action: "provider.hold", Reason: reason, Before: json.RawMessage(body), After: fact}.Seal(7, time.Unix(1, 0), GenesisHash())
		if err != nil {
			return // a number that the database cannot keep
		}
		if said := row.Check(6, GenesisHash()); said != "" {
			t.Fatalf("%s: %s", body, said)
		}
		for _, text := range []json.RawMessage{row.Before, row.After, json.RawMessage(row.Body)} {
			if text == nil {
				continue
			}
			again, err := canonicalJSON(text)
			if err != nil || string(again) != string(text) {
				t.Fatalf("%s became %s (%v)", text, again, err)
			}
		}
		row.Entry.Reason += "."
		if row.Check(6, GenesisHash()) == "" {
			t.Fatal("a changed reason goes unnoticed")
		}
	})
}
