package giftcards

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// planted are secrets that no other text holds; the shorter ones are digits only, as PINs are.
const (
	plantedPan   = "7391846205917384620"
	plantedPin   = "58374"
	plantedBlock = "9F3E7A1C5B2D8046"
)

func hasSecret(text []byte) bool {
	return bytes.Contains(text, []byte(plantedPan)) || hasPin(text)
}

func hasPin(text []byte) bool {
	return bytes.Contains(text, []byte(plantedPin)) || bytes.Contains(text, []byte(plantedBlock)) || bytes.Contains(text, []byte(strings.ToLower(plantedBlock)))
}

// cardDraw draws a card with any mix of PINs, valid or not, and unknown members that repeat them at any depth.
func cardDraw(t *rapid.T) string {
	nested := func() string {
		v := `"` + rapid.SampledFrom([]string{plantedPin, plantedPan, plantedBlock}).Draw(t, "secret") + `"`
		for range rapid.IntRange(0, 4).Draw(t, "depth") {
			name := rapid.SampledFrom([]string{"pin", "clearPin", "pan", "x", "track2", "encryptionParameters"}).Draw(t, "name")
			v = rapid.SampledFrom([]string{`[` + v + `]`, `{"` + name + `":` + v + `}`, `[0,` + v + `]`}).Draw(t, "wrap")
		}
		return v
	}
	members := []string{`"pan":"` + plantedPan + `"`}
	for _, m := range []struct {
		name   string
		values []string
	}{
		{"clearPin", []string{`"` + plantedPin + `"`, plantedPin, nested()}},
		{"encryptedPin", []string{`"` + plantedBlock + `"`, `"` + strings.ToLower(plantedBlock) + `"`, nested()}},
		{"pin", []string{
			`{"type":"CLEAR_PIN","pin":"` + plantedPin + `"}`, `{"type":"ENCRYPTED_PIN","pinBlock":"` + plantedBlock + `"}`,
			`{"type":"ENCRYPTED_PIN","pinBlock":"` + plantedBlock + `","encryptionParameters":{"accountNumber":"` + plantedPan[:12] + `","keyIndex":1}}`,
			`{"type":"HASHED_PIN","hash":"` + plantedBlock + `","hashedPinParameters":{"name":"SHA"}}`,
			`{"pin":"` + plantedPin + `"}`, `"` + plantedPin + `"`, nested(),
		}},
		{"unknown", []string{nested()}},
		{"cvv", []string{nested()}},
	} {
		if rapid.Bool().Draw(t, "with "+m.name) {
			members = append(members, `"`+m.name+`":`+rapid.SampledFrom(m.values).Draw(t, m.name))
		}
	}
	return `{` + strings.Join(members, ",") + `}`
}

// TestNothingOfACardStays sends planted numbers and PINs through every operation, in messages good and bad: no trace, no
// stored form and no refusal holds one, and no answer holds a PIN.
func TestNothingOfACardStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(resources()).Draw(t, "operation")
		body := base
		for _, name := range []string{"card", "sourceCard", "targetCard", "oldCard", "newCard"} {
			body = plus(body, `"`+name+`":`+cardDraw(t))
		}
		body = plus(body, amountsSent, goodsSent, `"foo":`+cardDraw(t))
		if traced := mask.GiftCard().Body([]byte(body)); hasSecret(traced) {
			t.Fatalf("traced: %s", traced)
		}
		req, err := DecodeRequest(r.op, []byte(body))
		if err != nil {
			refusal := refusalOf(t, err)
			if hasSecret(refusal) {
				t.Fatalf("refusal: %s", refusal)
			}
			return
		}
		if stored := mask.Storable(req.Body); hasSecret(stored) {
			t.Fatalf("stored: %s", stored)
		}
		out := RequestRenderer(req)(approval(member("card", `{"pan":"1","clearPin":"`+plantedPin+`"}`)))
		switch {
		case out.Status != 201:
			t.Fatalf("no answer: %s", out.Body)
		case hasPin(out.Body):
			t.Fatalf("answered: %s", out.Body)
		case hasSecret([]byte(out.Masked)) || hasSecret([]byte(out.Headers)):
			t.Fatalf("traced answer: %s", out.Masked)
		case hasSecret(mask.Storable(out.Body)):
			t.Fatalf("stored answer: %s", mask.Storable(out.Body))
		}
		no := RequestRenderer(req)(switchcore.Reply{Status: 400, ErrorType: "INCORRECT_PIN"})
		if hasSecret(no.Body) {
			t.Fatalf("refused: %s", no.Body)
		}
	})
}

func refusalOf(t *rapid.T, err error) []byte {
	f := failureOf(err)
	if f == nil {
		t.Fatalf("no reason: %v", err)
	}
	return Refusal{ErrorType: "FORMAT_ERROR", Violations: f.Violations}.Body()
}

// TestForwardedBodyHoldsThePIN: the issuer needs what nobody else may see.
func TestForwardedBodyHoldsThePIN(t *testing.T) {
	t.Parallel()
	body := strings.Replace(requestOf(transactions.Redemption), `"3512"`, `"3512","clearPin":"`+plantedPin+`","encryptedPin":"`+plantedBlock+`"`, 1)
	req := decoded(t, transactions.Redemption, body)
	require.Contains(t, string(req.Body), `"clearPin":"`+plantedPin+`","encryptedPin":"`+plantedBlock+`"`)
	require.Equal(t, strings.NewReplacer(pan, "000000000000", plantedPin, "00000", plantedBlock, "0000000000000000").Replace(string(req.Body)), string(mask.Storable(req.Body)))
}
