package giftcards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/stretchr/testify/require"
)

// noon is the clock of the tests: expiry dates are judged against November 2031.
var noon = time.Date(2031, 11, 15, 12, 0, 0, 0, time.UTC)

// seedOf are cards that tests name by a letter.
const seedOf = `1000000000000000001,3512,,
1000000000000000002,3512,,
1000000000000000003,3512,1234,
1000000000000000004,3512,,ABCDEF0123456789
1000000000000000005,3512,1234,ABCDEF0123456789
1000000000000000006,3110,,
1000000000000000007,3111,,
0000000000000000008,4012,,
`

const productsOf = "P0,100,physical,0\nP500,101,por,500\n"

func pan(letter string) string {
	for n, l := range []string{"a", "b", "clear", "enc", "both", "old", "last", "zero"} {
		if l == letter {
			if l == "zero" {
				return "0000000000000000008"
			}
			return "100000000000000000" + strconv.Itoa(n+1)
		}
	}
	return letter
}

func expiry(p string) string {
	switch p {
	case pan("old"):
		return "3110"
	case pan("last"):
		return "3111"
	case pan("zero"):
		return "4012"
	}
	return "3512"
}

type kit struct {
	t      *testing.T
	issuer *Issuer
	user   string
	basket string
	wear   map[string]any // extra members of the next card
	closed bool
}

func newKit(t *testing.T, cfg Config) *kit {
	t.Helper()
	if cfg.Cards == nil {
		cards, err := LoadCards(strings.NewReader(seedOf))
		require.NoError(t, err)
		products, err := LoadProducts(strings.NewReader(productsOf))
		require.NoError(t, err)
		cfg.Cards, cfg.Products = cards, products
	}
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return noon } // cards are judged by it
	}
	issuer, err := New(cfg)
	require.NoError(t, err)
	k := &kit{t: t, issuer: issuer, user: "90000002"}
	t.Cleanup(k.close)
	return k
}

// close ends the issuer; a second call does nothing.
func (k *kit) close() {
	k.t.Helper()
	if !k.closed {
		k.closed = true
		require.NoError(k.t, k.issuer.Close())
	}
}

// open keeps the books of the kit in a directory.
func (k *kit) open(dir string) *kit {
	k.t.Helper()
	v, err := stage.OpenVault(filepath.Join(dir, "vault.key"))
	require.NoError(k.t, err)
	require.NoError(k.t, k.issuer.Open(filepath.Join(dir, "giftcards.jsonl"), v))
	return k
}

type reply struct {
	status int
	header http.Header
	text   string
	body   object
}

func (r reply) errorType() string { s, _ := r.body["errorType"].(string); return s }

func (r reply) detail() object { d, _ := r.body["detailMessage"].(object); return d }

// balances are "ledger/available" of a success.
func (r reply) balances() string {
	a, _ := r.body["amounts"].(object)
	l, _ := a["balanceAmount"].(object)
	v, _ := a["availableBalance"].(object)
	return fmt.Sprint(l["amount"], "/", v["amount"])
}

func (k *kit) send(method, path string, body any) reply {
	k.t.Helper()
	text, given := body.(string)
	if !given && body != nil {
		raw, err := json.Marshal(body)
		require.NoError(k.t, err)
		text = string(raw)
	}
	req := httptest.NewRequest(method, path, strings.NewReader(text))
	req.SetBasicAuth(k.user, "secret-"+k.user)
	return k.exchange(k.issuer, req)
}

func (k *kit) exchange(h http.Handler, req *http.Request) reply {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	r := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
	_ = json.Unmarshal(w.Body.Bytes(), &r.body) // tests look at body where they want JSON
	return r
}

func (k *kit) post(path string, body any) reply {
	k.t.Helper()
	return k.send(http.MethodPost, "/giftcard/v3/"+path, body)
}

// message is a request without card and amounts.
func (k *kit) message(id string) object {
	m := object{
		"id": id, "time": "2031-11-15T11:59:59.120Z", "client": object{"id": "90000002", "name": "Kiosk Net"},
		"originator": object{
			"institution": object{"id": "90000001", "name": "Corner Shop"}, "terminalId": "till0007",
			"merchant": object{
				"merchantType": "5411", "merchantId": "cornershop00001",
				"merchantName": object{"name": "Corner Shop", "city": "Durban", "region": "KZ", "country": "ZA"},
			},
		},
		"thirdPartyIdentifiers": []any{object{"institutionId": "90000001", "transactionIdentifier": "T-1"}},
	}
	if k.basket != "" {
		m["basketRef"] = k.basket
	}
	return m
}

func (k *kit) card(letter string) object {
	c := object{"pan": pan(letter), "expiryDate": expiry(pan(letter))}
	for name, v := range k.wear {
		c[name] = v
		if v == nil {
			delete(c, name)
		}
	}
	return c
}

func amount(text string) object {
	n, _ := strconv.ParseInt(text, 10, 64)
	return object{"requestAmount": object{"amount": n, "currency": "710"}}
}

// request builds "activate A1 a [x] [product]", "load L1 a x", "redeem R1 a x",
// "void V1 a", "transfer T1 a b x", "replace E1 a b", "lookup K1 a".
func (k *kit) request(w []string) (path string, m object) {
	k.t.Helper()
	m = k.message(w[1])
	more := append(w[3:], "", "", "")
	switch w[0] {
	case "activate":
		m["card"], m["product"] = k.card(w[2]), object{"id": "P0"}
		if more[1] != "" {
			m["product"] = object{"id": more[1]}
		}
		if more[0] != "" {
			m["amounts"] = amount(more[0])
		}
		return "activations/" + w[1], m
	case "load", "redeem":
		m["card"], m["amounts"] = k.card(w[2]), amount(more[0])
		return map[string]string{"load": "loads/", "redeem": "redemptions/"}[w[0]] + w[1], m
	case "void", "lookup":
		m["card"] = k.card(w[2])
		return map[string]string{"void": "voids/", "lookup": "lookupGiftcard/"}[w[0]] + w[1], m
	case "transfer":
		m["sourceCard"], m["targetCard"], m["amounts"] = k.card(w[2]), k.card(more[0]), amount(more[1])
		return "transfers/" + w[1], m
	case "replace":
		m["oldCard"], m["newCard"] = k.card(w[2]), k.card(more[0])
		return "replaces/" + w[1], m
	}
	k.t.Fatalf("unknown step %v", w)
	return "", nil
}

// advice builds "confirm-load C1 L1" and the like.
func (k *kit) advice(w []string) (path string, m object) {
	k.t.Helper()
	do, kind, _ := strings.Cut(w[0], "-")
	m = object{"id": w[1], "requestId": w[2], "time": "2031-11-15T12:00:01.000Z", "thirdPartyIdentifiers": []any{}}
	sub := "/confirmations/"
	if do == "reverse" {
		sub, m["reversalReason"] = "/reversals/", "TIMEOUT"
	}
	resource := map[string]string{
		"activation": "activations/", "load": "loads/", "redemption": "redemptions/", "void": "voids/",
		"transfer": "transfers/", "replace": "replaces/",
	}[kind]
	require.NotEmpty(k.t, resource, "unknown step %v", w)
	return resource + w[2] + sub + w[1], m
}

func (k *kit) do(text string) reply {
	k.t.Helper()
	w := strings.Fields(text)
	if strings.Contains(w[0], "-") {
		path, m := k.advice(w)
		return k.post(path, m)
	}
	path, m := k.request(w)
	return k.post(path, m)
}

// run takes steps with the wanted outcome: "step = 201 100/100" compares the
// balances, "step = 400 TYPE" the error type, "step = 202" the status alone.
func (k *kit) run(script string) {
	k.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		step, want, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if step == "" {
			continue
		}
		r := k.do(step)
		status, more, _ := strings.Cut(want, " ")
		require.Equal(k.t, status, strconv.Itoa(r.status), "%s: %s", step, r.text)
		switch {
		case r.status >= 400:
			require.Equal(k.t, more, r.errorType(), "%s: %s", step, r.text)
			require.LessOrEqual(k.t, len(r.body["errorMessage"].(string)), 20, r.text)
		case more != "":
			require.Equal(k.t, more, r.balances(), "%s: %s", step, r.text)
		}
	}
}

// statusOf is a card's status in the dump.
func (k *kit) statusOf(letter string) string {
	k.t.Helper()
	r := k.send(http.MethodGet, "/giftcard/v3/testServerAdmin/data/card/"+pan(letter), nil)
	require.Equal(k.t, http.StatusOK, r.status, r.text)
	cards := r.body["cards"].([]any)
	require.Len(k.t, cards, 1)
	return cards[0].(object)["status"].(string)
}

func (k *kit) books() (lines []stage.Line, strays []stage.Stray) {
	k.t.Helper()
	w := httptest.NewRecorder()
	k.issuer.ServeBooks(w, httptest.NewRequest(http.MethodGet, "/books/giftcards", nil))
	var b struct {
		Entries   []stage.Line  `json:"entries"`
		Unmatched []stage.Stray `json:"unmatched_advices"`
	}
	require.NoError(k.t, json.Unmarshal(w.Body.Bytes(), &b), w.Body.String())
	return b.Entries, b.Unmatched
}

func (k *kit) control(body string) {
	k.t.Helper()
	w := httptest.NewRecorder()
	k.issuer.control.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/control/giftcards", strings.NewReader(body)))
	require.Equal(k.t, http.StatusOK, w.Code, w.Body.String())
}

func (k *kit) mark(letter string, is status, want int) {
	k.t.Helper()
	r := k.send(http.MethodPut, "/giftcard/v3/testServerAdmin/data/card/"+pan(letter), object{"status": is})
	require.Equal(k.t, want, r.status, r.text)
}
