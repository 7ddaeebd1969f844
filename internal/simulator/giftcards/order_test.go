package giftcards

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const bothActive = "activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202\nactivate B1 b 50 = 201\nconfirm-activation B2 B1 = 202\n"

// Each message breaks a rule and all that come after it.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive + "activate C1 clear 10 = 201\nconfirm-activation C2 C1 = 202")
	wrongDate, wrongPIN := map[string]any{"expiryDate": "2001"}, map[string]any{"clearPin": "9999"}
	cases := []struct {
		wear map[string]any
		step string
	}{
		{nil, "activate S1 77 x = 400 DUPLICATE_RECORD"},
		{wrongDate, "activate N1 77 -5 NOPE = 400 INVALID_CARD_NUMBER"},
		{wrongDate, "activate N2 a -5 NOPE = 400 INVALID_PRODUCT"},
		{wrongDate, "activate N3 a -5 P500 = 400 CARD_ACTIVATED"},
		{wrongDate, "activate N4 last -5 P500 = 400 INVALID_AMOUNT"},
		{wrongDate, "activate N5 last 5 P500 = 400 CARD_EXPIRED"},
		{wrongPIN, "redeem N6 zero -1 = 400 CARD_NOT_ACTIVATED"},
		{wrongPIN, "redeem N7 clear -1 = 400 INVALID_AMOUNT"},
		{map[string]any{"clearPin": "9999", "expiryDate": "2001"}, "redeem N8 clear 11 = 400 INSUFFICIENT_FUNDS"},
		{map[string]any{"clearPin": "9999", "expiryDate": "2001"}, "redeem N9 clear 1 = 400 INCORRECT_PIN"},
		{map[string]any{"clearPin": "1234", "expiryDate": "2001"}, "redeem N10 clear 1 = 400 CARD_EXPIRED"},
		{wrongDate, "load N11 a -1 = 400 INVALID_AMOUNT"},
		{wrongDate, "load N12 a 1 = 400 CARD_EXPIRED"},
		{wrongDate, "void N13 zero = 400 CARD_NOT_ACTIVATED"},
		{wrongDate, "void N14 a = 400 GENERAL_ERROR"},
		{wrongPIN, "void N15 b = 201 50/50"},
		{map[string]any{"clearPin": "9", "expiryDate": "2001"}, "lookup N16 a = 201 100/100"},
		{nil, "transfer N17 a b 101 = 400 CARD_VOIDED"},
	}
	for _, c := range cases {
		k.wear = c.wear
		k.run(c.step)
	}
}

func TestPINs(t *testing.T) {
	t.Parallel()
	const enc = "ABCDEF0123456789"
	cases := []struct {
		card             string
		clear, encrypted string
		ok               bool
	}{
		{"a", "", "", true},
		{"a", "1", "", false},
		{"a", "", "AA", false},
		{"clear", "1234", "", true},
		{"clear", "", "", false},
		{"clear", "01234", "", false},
		{"clear", "", enc, false},
		{"clear", "1234", enc, false},
		{"enc", "", enc, true},
		{"enc", "", "", false},
		{"enc", "1234", "", false},
		{"enc", "1234", enc, false},
		{"enc", "", enc + "0", false},
		{"both", "1234", enc, true},
		{"both", "1234", "", false},
		{"both", "", enc, false},
		{"both", "", "", false},
	}
	for _, c := range cases {
		k := newKit(t, Config{})
		k.run("activate A " + c.card + " 9 = 201\nconfirm-activation C A = 202")
		k.wear = map[string]any{"clearPin": c.clear, "encryptedPin": c.encrypted}
		want := map[bool]string{true: "201 8/8", false: "400 INCORRECT_PIN"}[c.ok]
		k.run("redeem R " + c.card + " 1 = " + want)
	}
}

func TestActivationSetsThePIN(t *testing.T) {
	t.Parallel()
	const enc = "ABCDEF0123456789"
	with := func(clear, encrypted string) map[string]any {
		return map[string]any{"clearPin": clear, "encryptedPin": encrypted}
	}
	cases := []struct {
		card              string
		set, good, former map[string]any
	}{
		{"a", with("77", ""), with("77", ""), with("", "")},
		{"a", with("", "0F"), with("", "0F"), with("", "")},
		{"a", with("77", "0F"), with("77", ""), with("", "0F")},
		{"clear", with("", "0F"), with("1234", "0F"), with("1234", "")},
		{"enc", with("77", ""), with("77", enc), with("", enc)},
		{"clear", with("", ""), with("1234", ""), with("", "")},
		{"a", map[string]any{"clearPin": "55", "pin": object{"type": "CLEAR_PIN", "pin": "66"}}, with("66", ""), with("55", "")},
		{"a", map[string]any{"pin": object{"type": "ENCRYPTED_PIN", "pinBlock": "00000000000000ff"}}, map[string]any{"pin": object{"type": "ENCRYPTED_PIN", "pinBlock": "00000000000000ff"}}, with("", "")},
	}
	for n, c := range cases {
		k := newKit(t, Config{})
		k.wear = c.set
		k.run(fmt.Sprintf("activate A %s 9 = 201\nconfirm-activation C A = 202", c.card))
		k.wear = c.former
		k.run(fmt.Sprintf("redeem R1 %s 1 = 400 INCORRECT_PIN", c.card))
		k.wear = c.good
		r := k.do(fmt.Sprintf("redeem R2 %s 1", c.card))
		require.Equal(t, 201, r.status, "%d: %s", n, r.text)
	}
	k := newKit(t, Config{})
	k.wear = with("77", "")
	k.run("activate A1 clear 9 = 201\nreverse-activation V1 A1 = 202")
	k.wear = nil
	k.run("activate A2 clear 9 = 201\nconfirm-activation C2 A2 = 202")
	k.wear = with("1234", "")
	k.run("redeem R clear 1 = 201 8/8")
	k.wear = map[string]any{"pin": object{"type": "HASHED_PIN", "hash": "ABC"}}
	k.run("redeem R2 clear 1 = 400 INCORRECT_PIN")
}

func clocked(now func() time.Time) Config { return Config{Config: stage.Config{Now: now}} }

func TestExpiry(t *testing.T) {
	t.Parallel()
	at := func(text string) func() time.Time {
		when, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return func() time.Time { return when }
	}
	for _, c := range []struct{ now, want string }{
		{"2031-10-31T21:59:59Z", "201"}, {"2031-10-31T22:00:00Z", "400 CARD_EXPIRED"}, // midnight of the business zone
		{"2040-01-01T00:00:00Z", "400 CARD_EXPIRED"},
	} {
		k := newKit(t, clocked(at(c.now)))
		k.run("activate A old = " + c.want)
	}
	k := newKit(t, Config{})
	k.run("activate A1 zero 5 = 201 5/5\nconfirm-activation C1 A1 = 202\nredeem R zero 5 = 201 0/0\nactivate A2 last = 201")
	k.wear = map[string]any{"expiryDate": nil}
	k.run("activate A3 a = 400 CARD_EXPIRED\nload L zero 1 = 400 CARD_EXPIRED\nvoid V zero = 400 GENERAL_ERROR\nlookup K old = 201 0/0")

	// A card that expires after its activation.
	month := "2031-10-15T12:00:00Z"
	k = newKit(t, clocked(func() time.Time { return at(month)() }))
	k.run("activate A1 old 50 = 201\nconfirm-activation C1 A1 = 202\nactivate A2 a 9 = 201\nconfirm-activation C2 A2 = 202\nload L old 5 = 201 55/50")
	month = "2031-11-15T12:00:00Z"
	k.run(`load L2 old 1 = 400 CARD_EXPIRED
		redeem R old 1 = 400 CARD_EXPIRED
		void V old = 400 CARD_EXPIRED
		transfer T1 old a 1 = 400 CARD_EXPIRED
		transfer T2 a old 1 = 400 CARD_EXPIRED
		confirm-load C3 L = 202
		lookup K old = 201 55/55
		replace E old b = 201 55/0`)
	k.wear = map[string]any{"expiryDate": nil}
	k.run("replace E2 a zero = 400 CARD_EXPIRED")
}

func TestIDsAreOneSpace(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(`
		lookup K1 a = 201
		lookup K1 a = 400 DUPLICATE_RECORD
		activate K1 a = 400 DUPLICATE_RECORD
		activate A1 77 = 400 INVALID_CARD_NUMBER
		activate A1 a 10 = 400 DUPLICATE_RECORD
		activate A2 a 10 = 201 10/10
		activate A2 a 10 = 400 DUPLICATE_RECORD
		confirm-activation A2 A2 = 400 DUPLICATE_RECORD
		confirm-activation C1 A2 = 202
		confirm-activation C1 A2 = 202
		load C1 a 5 = 400 DUPLICATE_RECORD
		reverse-activation R1 A2 = 400 CARD_ACTIVATED
		reverse-activation R1 A2 = 400 DUPLICATE_RECORD
		load L1 a 5 = 201 15/10
		confirm-load C1 L1 = 400 DUPLICATE_RECORD
		reverse-load R2 NONE = 404 UNABLE_TO_LOCATE_RECORD
		reverse-load R2 NONE = 400 DUPLICATE_RECORD`)
	k.user = "90000003"
	k.run("activate A2 a 7 = 201 7/7")
	path, m := k.advice([]string{"confirm-activation", "C9", "A2"})
	require.Equal(t, 202, k.post(path, m).status)
	m["time"] = "2031-11-15T12:00:09.000Z"
	require.Equal(t, errDuplicate, k.post(path, m).errorType(), "same id, other content")
}

func TestLateOriginal(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive + "reverse-load R1 L1 = 404 UNABLE_TO_LOCATE_RECORD\nreverse-load R2 L1 = 404 UNABLE_TO_LOCATE_RECORD")
	r := k.do("load L1 a 5")
	require.Equal(t, 400, r.status)
	require.Equal(t, errGeneral, r.errorType())
	require.Equal(t, "R1", r.body["originalId"])
	k.run("redeem L2 a 1 = 201 99/99\nlookup Y a = 201 99/99\nload L1 a 5 = 400 DUPLICATE_RECORD\nconfirm-load C L1 = 400 GENERAL_ERROR")
}

func TestConcurrentRedemptions(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive)
	path := func(n int) (string, string) {
		p, m := k.request(strings.Fields(fmt.Sprintf("redeem R%d a 60", n)))
		return "/giftcard/v3/" + p, string(stage.Encode(m))
	}
	var done sync.WaitGroup
	codes := make([]int, 40)
	for n := range codes {
		p, body := path(n / 2) // each id twice
		done.Go(func() {
			req := httptest.NewRequest(http.MethodPost, p, strings.NewReader(body))
			req.SetBasicAuth(k.user, "secret-"+k.user)
			codes[n] = k.exchange(k.issuer, req).status
		})
	}
	done.Wait()
	approved := 0
	for _, c := range codes {
		if c == http.StatusCreated {
			approved++
		}
	}
	require.Equal(t, 1, approved)
	k.run("lookup Y a = 201 40/40")
}

// Whatever is asked in whatever order, the ledger exceeds what is available by
// exactly the loads and transfers that are still undecided, and no balance is
// below zero.
func TestBalanceInvariant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		k := newKit(t, Config{})
		verbs := []string{"activate", "load", "redeem", "void", "transfer", "replace", "confirm", "reverse"}
		var done [][2]string // kind, id
		for n := range rapid.IntRange(5, 30).Draw(rt, "steps") {
			verb := rapid.SampledFrom(verbs).Draw(rt, "verb")
			letter, other := rapid.SampledFrom([]string{"a", "b", "zero"}).Draw(rt, "card"), rapid.SampledFrom([]string{"a", "b", "zero"}).Draw(rt, "other")
			x := rapid.IntRange(0, 50).Draw(rt, "amount")
			id := fmt.Sprintf("M%d", n)
			if verb == "confirm" || verb == "reverse" {
				if len(done) > 0 {
					d := rapid.SampledFrom(done).Draw(rt, "about")
					k.do(fmt.Sprintf("%s-%s %s %s", verb, d[0], id, d[1]))
				}
			} else {
				step := fmt.Sprintf("%s %s %s %d", verb, id, letter, x)
				if verb == "transfer" || verb == "replace" {
					step = fmt.Sprintf("%s %s %s %s %d", verb, id, letter, other, x)
				}
				kind := map[string]string{"activate": "activation", "redeem": "redemption"}[verb]
				if kind == "" {
					kind = verb
				}
				if k.do(step).status == http.StatusCreated {
					done = append(done, [2]string{kind, id})
				}
			}
			if a := k.issuer.accounts[k.user]; a != nil {
				checkBalances(rt, a.set)
			}
		}
	})
}

func checkBalances(t require.TestingT, s *dataSet) {
	if s == nil {
		return
	}
	waiting := map[*card]int64{}
	for _, r := range s.requests {
		if r.state != "APPROVED" || r.advice != "" {
			continue
		}
		switch r.op {
		case load:
			waiting[r.card.heir()] += r.amount
		case transfer:
			waiting[r.target.heir()] += r.amount
		case replace: // frozen on the old card, announced on the new one
			waiting[r.card] += r.held
			waiting[r.target] += r.card.ledger
		}
	}
	for _, c := range s.cards {
		require.GreaterOrEqual(t, c.available, int64(0))
		require.Equal(t, waiting[c], c.ledger-c.available, "card %s", c.PAN)
	}
}
