package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// ledger counts which rows of the table of operations (spec/README.md 3) were seen to answer as specified.
type ledger struct {
	mu   sync.Mutex
	seen map[string]int
}

func (g *ledger) saw(row string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen[row]++
}

// voucherRows and cardRows are the operations of the table, retry's alias and each form of the dump on their own.
func voucherRows() []string {
	return []string{
		"provisionVoucher", "retryProvisionVoucher", "retryProvisionVoucher alias", "confirmVoucher", "reverseVoucher",
		"redeemVoucher", "confirmRedeem", "reverseRedeem", "refundVoucher", "confirmRefund", "reverseRefund",
		"lookupVoucher", "lookupProducts", "reset",
	}
}

func cardRows() (rows []string) {
	for _, r := range []string{"activations", "loads", "redemptions", "voids", "transfers", "replaces"} {
		rows = append(rows, r, r+"/confirmations", r+"/reversals")
	}
	return append(rows, "lookupGiftcard", "reset", "data", "data/card", "data/product")
}

// TestEveryOperation sends every operation of the voucher and gift card services through the whole program, at each of its
// addresses, and checks the status and what the answer must repeat.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	s := begin(t, place(t), "--fresh")
	db := s.open(t)
	rows := &ledger{seen: map[string]int{}}
	t.Run("rows", func(t *testing.T) {
		for _, at := range []struct{ mount, slash string }{{"", ""}, {"", "/"}, {"/suv/v1", ""}, {"/suv/v1", "/"}} {
			t.Run("vouchers at "+at.mount+"/…"+at.slash, func(t *testing.T) {
				t.Parallel()
				j := &journey{t: t, till: s.newcomer(), db: db, rows: rows, slash: at.slash, prefix: at.mount + at.slash + " "}
				j.mount = at.mount
				j.vouchers()
			})
		}
		for _, slash := range []string{"", "/"} {
			t.Run("gift cards at "+cardBase+"/…"+slash, func(t *testing.T) {
				t.Parallel()
				j := &journey{t: t, till: s.newcomer(), db: db, rows: rows, slash: slash, prefix: cardBase + slash + " "}
				j.cards()
			})
		}
	})
	t.Run("consumer finance", func(t *testing.T) {
		for _, base := range financeBases {
			for _, slash := range []string{"", "/"} {
				t.Run(base+"…"+slash, func(t *testing.T) {
					t.Parallel()
					h := s.newPayTill()
					(&journey{t: t, till: h.till, db: db, rows: rows, slash: slash, prefix: base + "…" + slash + " "}).finance(h, base)
				})
			}
		}
		t.Run("money", func(t *testing.T) { t.Parallel(); s.financeMoney(t, db) })
	})
	t.Run("broken messages", func(t *testing.T) {
		t.Run("vouchers", func(t *testing.T) {
			t.Parallel()
			(&journey{t: t, till: s.newcomer(), db: db}).brokenVouchers()
		})
		t.Run("gift cards", func(t *testing.T) {
			t.Parallel()
			(&journey{t: t, till: s.newcomer(), db: db}).brokenCards(plainCards(t))
		})
		t.Run("consumer finance", func(t *testing.T) { t.Parallel(); s.brokenFinance(t) })
	})
	if t.Failed() {
		return
	}
	want := 0
	for _, prefix := range []string{" ", "/ ", "/suv/v1 ", "/suv/v1/ "} {
		for _, row := range voucherRows() {
			assert.Positive(t, rows.seen[prefix+row], "row %q was not tried", prefix+row)
			want++
		}
	}
	for _, prefix := range []string{cardBase + " ", cardBase + "/ "} {
		for _, row := range cardRows() {
			assert.Positive(t, rows.seen[prefix+row], "row %q was not tried", prefix+row)
			want++
		}
	}
	for _, base := range financeBases {
		for _, row := range financeOperations {
			assert.Positive(t, rows.seen[base+"… "+row], "row %q was not tried at %s", row, base)
			assert.Positive(t, rows.seen[base+"…/ "+row], "row %q was not tried at %s with a slash", row, base)
			want += 2
		}
	}
	require.Len(t, rows.seen, want, "every row is in the table")
	s.mustCheck(t)
}

// journey takes one client through all operations of a service at one address.
type journey struct {
	*till
	t      testing.TB
	db     *postgres.DB
	rows   *ledger
	slash  string
	prefix string
}

// call posts a message, asserts the row's status and that the answer is about the message, and ticks the row off.
func (j *journey) call(row string, status int, path string, m message) answer {
	j.t.Helper()
	a := j.must(j.t, status, "", path+j.slash, m)
	require.Equal(j.t, m["id"], a.body.ID, row)
	if request, advice := m["requestId"]; advice {
		require.Equal(j.t, request, a.body.RequestID, row)
	}
	j.rows.saw(j.prefix + row)
	return a
}

func (j *journey) get(row, path, query string) map[string]any {
	j.t.Helper()
	a := j.send(http.MethodGet, path+j.slash+query, nil)
	require.Equal(j.t, http.StatusOK, a.status, "GET %s: %s", path, a)
	body := map[string]any{}
	require.NoError(j.t, json.Unmarshal([]byte(a.text), &body), a.text)
	j.rows.saw(j.prefix + row)
	return body
}

// reset forgets everything about the client, in the words that the interface asks for.
func (j *journey) reset(base string) {
	j.t.Helper()
	yes := message{"userDataWillBeLost": "TRUE", "resetUserData": "TRUE"}
	for _, wrong := range []message{{}, yes.with("resetUserData", "FALSE"), yes.with("userDataWillBeLost", nil)} {
		require.Equal(j.t, http.StatusBadRequest, j.post(base+"/testServerAdmin/reset"+j.slash, wrong).status)
	}
	a := j.post(base+"/testServerAdmin/reset"+j.slash, yes)
	require.Equal(j.t, http.StatusOK, a.status, a)
	require.Contains(j.t, a.text, `"outcome"`)
	j.rows.saw(j.prefix + "reset")
}

// vouchers sells, retries, looks up, redeems and refunds, each confirmed once and undone once.
func (j *journey) vouchers() {
	first := j.request()
	sold := j.call("provisionVoucher", http.StatusCreated, "/vouchers", first)
	code := sold.body.Voucher.Code
	require.NotEmpty(j.t, code)
	require.Len(j.t, sold.body.Parties, 3, "the client's own entry and two of the switch")
	for row, segment := range map[string]string{"retryProvisionVoucher": "retry", "retryProvisionVoucher alias": "retries"} {
		again := j.call(row, http.StatusCreated, "/vouchers/"+first.id()+"/"+segment, first)
		require.Equal(j.t, code, again.body.Voucher.Code)
	}
	j.call("confirmVoucher", http.StatusAccepted, "/vouchers/confirmations", j.confirmation(first.id()))
	second := j.request()
	j.call("provisionVoucher", http.StatusCreated, "/vouchers", second)
	j.call("reverseVoucher", http.StatusAccepted, "/vouchers/reversals", j.reversal(second.id()))

	for name, value := range map[string]string{
		"voucherCode": code, "provisionRequestId": first.id(), "voucherSerialNumber": sold.body.Voucher.Serial,
	} {
		found := j.get("lookupVoucher", "/vouchers", "?"+name+"="+url.QueryEscape(value))
		require.Equal(j.t, code, found["voucher"].(map[string]any)["code"], name)
	}
	require.NotEmpty(j.t, j.get("lookupProducts", "/products", "")["products"])
	require.Equal(j.t, http.StatusBadRequest, j.send(http.MethodGet, "/vouchers"+j.slash, nil).status, "a look-up of nothing")

	spend := func() message { return j.request().with("voucher", message{"code": code}) }
	undone, spent := spend(), spend()
	j.call("redeemVoucher", http.StatusCreated, "/redemptions", undone)
	j.call("reverseRedeem", http.StatusAccepted, "/redemptions/reversals", j.reversal(undone.id()))
	j.call("redeemVoucher", http.StatusCreated, "/redemptions", spent)
	j.call("confirmRedeem", http.StatusAccepted, "/redemptions/confirmations", j.advice(spent.id()))
	kept, back := spend(), spend()
	j.call("refundVoucher", http.StatusCreated, "/refunds", kept)
	j.call("reverseRefund", http.StatusAccepted, "/refunds/reversals", j.reversal(kept.id()))
	j.call("refundVoucher", http.StatusCreated, "/refunds", back)
	j.call("confirmRefund", http.StatusAccepted, "/refunds/confirmations", j.advice(back.id()))

	j.reset("")
	j.must(j.t, http.StatusNotFound, "UNABLE_TO_LOCATE_RECORD", "/vouchers/confirmations"+j.slash, j.confirmation(first.id()))
}

// cardCall posts a request about a card and checks its answer and the address it names.
func (j *journey) cardCall(resource string, m message) map[string]any {
	j.t.Helper()
	a := j.call(resource, http.StatusCreated, cardPath(resource, m), m)
	body := map[string]any{}
	require.NoError(j.t, json.Unmarshal([]byte(a.text), &body))
	return body
}

func (j *journey) cardAdvice(resource, kind string, request, advice message) {
	j.t.Helper()
	a := j.call(resource+"/"+kind, http.StatusAccepted, cardPath(resource, request, kind, advice.id()), advice)
	body := map[string]any{}
	require.NoError(j.t, json.Unmarshal([]byte(a.text), &body))
	require.Len(j.t, body, 4, "an accepted advice is answered with four members: %s", a)
}

// both runs a request twice: reversed, then confirmed. make gives the request anew.
func (j *journey) both(resource string, make func() message) map[string]any {
	j.t.Helper()
	undone := make()
	j.cardCall(resource, undone)
	j.cardAdvice(resource, "reversals", undone, j.reversal(undone.id()))
	done := make()
	body := j.cardCall(resource, done)
	j.cardAdvice(resource, "confirmations", done, j.confirmationFor(resource, done.id()))
	return body
}

// confirmationFor carries tenders where money came in.
func (l *till) confirmationFor(resource, request string) message {
	if resource == "activations" || resource == "loads" {
		return l.confirmation(request)
	}
	return l.advice(request)
}

// cards takes three cards from new to gone.
func (j *journey) cards() {
	list := plainCards(j.t)
	first, second, third := list[0], list[1], list[2]
	for _, c := range []plastic{first, second} {
		said := j.both("activations", func() message { return j.activation(c, "GCP01000", "9000") })
		require.Equal(j.t, "9000 10000 10000", balances(said), "quoted amounts in, numbers out; the product starts with 1000")
	}
	require.Equal(j.t, "500 10500 10000", balances(j.both("loads", func() message { return j.cardRequest(first, "500") })))
	require.Equal(j.t, "300 10200 10200", balances(j.both("redemptions", func() message { return j.cardRequest(first, "300") })))
	j.both("transfers", func() message { return j.between("sourceCard", first, "targetCard", second, "200") })
	j.both("replaces", func() message { return j.between("oldCard", second, "newCard", third, "") })
	seen := j.cardCall("lookupGiftcard", j.cardRequest(third, ""))
	require.Equal(j.t, "- 10200 10200", balances(seen))
	require.Equal(j.t, "- 10000 10000", balances(j.both("voids", func() message { return j.cardRequest(first, "") })))

	j.cardCall("lookupGiftcard", j.cardRequest(first, "")) // waits until the issuer has had the advices about this card
	all := j.get("data", cardBase+"/testServerAdmin/data", "")
	require.Len(j.t, all["cards"], 100)
	one := j.get("data/card", cardBase+"/testServerAdmin/data/card/"+first.pan, "")["cards"].([]any)
	require.Len(j.t, one, 1)
	require.Equal(j.t, "VOIDED_CONFIRMED", one[0].(map[string]any)["status"])
	require.Len(j.t, j.get("data/product", cardBase+"/testServerAdmin/data/product/GCP01000", "")["products"], 1)
	j.reset(cardBase)
	one = j.get("data/card", cardBase+"/testServerAdmin/data/card/"+first.pan, "")["cards"].([]any)
	require.Equal(j.t, "NEW", one[0].(map[string]any)["status"], "the issuer's books of this client start anew")
}

// balances are the amounts of an answer: requested, book and available; "-" is absent, anything but a whole number fails.
func balances(body map[string]any) string {
	amounts, _ := body["amounts"].(map[string]any)
	var out []string
	for _, name := range []string{"requestAmount", "balanceAmount", "availableBalance"} {
		money, given := amounts[name].(map[string]any)
		if !given {
			out = append(out, "-")
			continue
		}
		n, number := money["amount"].(float64)
		if !number {
			out = append(out, fmt.Sprintf("%q", money["amount"]))
			continue
		}
		out = append(out, strconv.FormatInt(int64(n), 10))
	}
	return strings.Join(out, " ")
}
