package operators_test

import (
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/operators"
)

func TestTheCanonicalBody(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 12, 14, 4, 31, 123456789, time.FixedZone("SAST", 2*3600))
	row, err := operators.AuditEntry{
		Actor: operators.Actor{Name: "cli"}, Action: "operator.invite", Before: (*int)(nil),
		After: map[string]any{"b": "<&>", "a": 1.50},
	}.Seal(7, at, operators.GenesisHash())
	require.NoError(t, err)
	body := `{"action":"operator.invite","actor_name":"cli","after":{"a":1.5,"b":"<&>"},"at":"2026-03-12T12:04:31.123456Z","result":"DONE"}`
	assert.Equal(t, body, row.Body)
	want := sha256.Sum256(append(operators.GenesisHash(), []byte("7|"+body)...))
	assert.Equal(t, want[:], row.Hash)
	assert.Nil(t, row.Before)
	assert.Empty(t, row.Check(6, operators.GenesisHash()))
	assert.Equal(t, "entry 6 is missing", row.Check(5, operators.GenesisHash()))
	assert.NotEmpty(t, row.Check(6, row.Hash))
}

func TestTheBodyDoesNotDependOnKeyOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	seal := func(raw string) string {
		row, err := operators.AuditEntry{Action: "x", After: json.RawMessage(raw)}.Seal(1, at, operators.GenesisHash())
		require.NoError(t, err)
		return row.Body
	}
	assert.Equal(t, seal(`{"a":1,"b":{"c":2,"d":-0}}`), seal("{ \"b\" : {\"d\":0, \"c\":2}, \"a\":1 }"))
}

func TestNumbersThatAColumnWouldRewriteAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []any{1e30, json.RawMessage("1E2"), make(chan int)} {
		_, err := operators.AuditEntry{Action: "x", After: bad}.Seal(1, time.Now(), operators.GenesisHash())
		assert.Error(t, err)
	}
}

func TestEveryChangeOfAFactIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		e := operators.AuditEntry{
			Actor:  operators.Actor{ID: text.Draw(t, "id"), Name: text.Draw(t, "name"), IP: text.Draw(t, "ip")},
			Action: "a" + text.Draw(t, "action"), ObjectID: text.Draw(t, "object"), Reason: text.Draw(t, "reason"),
			After: rapid.MapOf(text, rapid.Int64()).Draw(t, "after"),
		}
		row, err := e.Seal(1, time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0), operators.GenesisHash())
		if err != nil {
			t.Fatal(err)
		}
		if fault := row.Check(0, operators.GenesisHash()); fault != "" {
			t.Fatalf("an untouched row: %s", fault)
		}
		touched := []func(*operators.AuditRow){
			func(r *operators.AuditRow) { r.Entry.Actor.Name += "x" },
			func(r *operators.AuditRow) { r.Entry.Reason += " " },
			func(r *operators.AuditRow) { r.At = r.At.Add(time.Microsecond) },
			func(r *operators.AuditRow) { r.After = json.RawMessage(`{"never":true}`) },
			func(r *operators.AuditRow) { r.Body += " " },
			func(r *operators.AuditRow) { r.Entry.ObjectID, r.Entry.Scope = r.Entry.Scope, r.Entry.ObjectID+"y" },
		}
		change := row
		rapid.SampledFrom(touched).Draw(t, "touch")(&change)
		if change.Check(0, operators.GenesisHash()) == "" {
			t.Fatal("a changed row passed")
		}
	})
}
