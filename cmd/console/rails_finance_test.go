package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// financeBases are where the consumer finance service is mounted, with the doubled slash that shipped tills make.
var financeBases = []string{"/webapi/v1/", "/humm/webapi/v1/", "/webapi/v1//", "/humm/webapi/v1//"}

var financeOperations = []string{"CreateKey", "Invite", "ProcessAuthorisation", "SendReceipt", "ProcessSalesAdjustment", "ProcessSalesAdjustmentReversal"}

// payTill is a till of the consumer finance rail: no user, no password, every message signed with the key of the device.
type payTill struct {
	*till
	merchant, device, key string
}

// verdict is an answer of the rail.
type verdict struct {
	status       int
	text         string
	word, code   string
	purchase     string
	key          string
	signed, good bool // there is a signature; it is right
}

func (v verdict) summary() string {
	return strings.Join([]string{itoa(v.status), v.word, v.code, v.purchase}, " ")
}

// basics are the members that every operation needs.
func (h *payTill) basics() message {
	return message{"x_merchant_id": h.merchant, "x_device_id": h.device, "x_operator_id": "cashier 4", "x_firmware_version": "rails 1"}
}

// canonical is the text that is signed: the x_ members in order, name and value, nothing between, none without a value.
func canonical(m message) string {
	var names []string
	for name, value := range m {
		if strings.HasPrefix(name, "x_") && value != nil && value != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name)
		switch value := m[name].(type) {
		case string:
			b.WriteString(value)
		case int:
			b.WriteString(itoa(value))
		}
	}
	return b.String()
}

func itoa(n int) string {
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // a whole number
	}
	return string(text)
}

func signature(key string, m message) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(canonical(m)))
	return hex.EncodeToString(h.Sum(nil))
}

// signed writes a message as a till sends it.
func (h *payTill) signed(key string, m message) []byte {
	body, err := json.Marshal(m.with("signature", signature(key, m)))
	if err != nil {
		panic(err) // plain maps and strings
	}
	return body
}

// post sends a body and reads the answer; its signature is checked with the device's key as a till does.
func (h *payTill) post(path string, body []byte) (v verdict) {
	res, err := h.http.Post(h.api+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return verdict{text: err.Error()}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return verdict{text: err.Error()}
	}
	return h.read(res.StatusCode, text, h.key)
}

func (h *payTill) read(status int, text []byte, key string) verdict {
	v := verdict{status: status, text: string(text)}
	var m message
	if json.Unmarshal(text, &m) != nil {
		return v
	}
	member := func(name string) string { s, _ := m[name].(string); return s }
	v.word, v.code, v.purchase, v.key = member("x_status"), member("x_code"), member("x_purchase_number"), member("x_key")
	v.signed = member("signature") != ""
	v.good = v.signed && member("signature") == signature(key, m)
	return v
}

// enrol gets the device its key, by a one-time token.
func (h *payTill) enrol(t testing.TB, base, token string) verdict {
	t.Helper()
	m := h.basics().with("x_device_token", token).with("x_pos_vendor", "Vend-Proxy")
	h.key = token
	v := h.post(base+"CreateKey", h.signed(token, m))
	require.Equal(t, "SCRK01", v.code, v.text)
	require.True(t, v.good, "signed with the token: %s", v.text)
	require.NotEmpty(t, v.key)
	h.key = v.key
	return v
}

// newPayTill is a till of a seller that nobody knows yet.
func (s *sandboxProcess) newPayTill() *payTill {
	return &payTill{till: newTill(s), merchant: digits(8), device: "lane-" + digits(8)}
}

func newToken() string { return "GUDID-" + uuid.NewString() }

// payment is an authorisation of an amount under a new code, as the till sends it.
func (h *payTill) payment(amount int) message {
	return h.basics().with("x_pos_transaction_ref", "sale-"+uuid.NewString()[:12]).with("x_purchase_amount", amount).with("x_finance_amount", itoa(amount)).
		with("x_pre_approval_code", "6199"+digits(6)).with("tracking_data", message{"basket": "7"})
}

func (h *payTill) refund(of any, amount int) message {
	return h.basics().with("x_pos_transaction_ref", "back-"+uuid.NewString()[:12]).with("x_purchase_ref", of).with("x_amount", amount)
}

// told posts a message, whose answer must be signed with the device's key, and gives status, code and purchase number.
func (h *payTill) told(t testing.TB, path string, m message) verdict {
	t.Helper()
	v := h.post(path, h.signed(h.key, m))
	require.Equal(t, http.StatusOK, v.status, "%s: %s", path, v.text)
	require.True(t, v.good, "%s: the answer is signed with the device's key: %s", path, v.text)
	return v
}

// finance takes a till from its first key to a refund that is taken back, at one address.
func (j *journey) finance(h *payTill, base string) {
	call := func(op, want string, m message) verdict {
		j.t.Helper()
		v := h.told(j.t, base+op+j.slash, m)
		require.Equal(j.t, want, v.word+" "+v.code, "%s%s: %s", base, op, v.text)
		j.rows.saw(j.prefix + op)
		return v
	}
	token := newToken()
	h.key = token
	first := h.basics().with("x_device_token", token).with("x_pos_vendor", "Vend-Proxy")
	key := call("CreateKey", "Success SCRK01", first).key
	require.NotEmpty(j.t, key)
	call("CreateKey", "Failed FCRK02", first)
	h.key = key
	call("Invite", "Success SINV01", h.basics().with("x_mobile", "0400000001").with("x_purchase_amount", "10000"))

	pay := h.payment(10000)
	paid := call("ProcessAuthorisation", "Success SPRA01", pay)
	require.NotEmpty(j.t, paid.purchase)
	require.Contains(j.t, paid.text, `"tracking_data":{"basket":"7"}`)
	again := call("ProcessAuthorisation", "Success SPRA01", pay.with("tracking_data", message{"basket": "8"}))
	require.Equal(j.t, paid.purchase, again.purchase)
	require.Contains(j.t, again.text, `"tracking_data":{"basket":"8"}`, "today's own data is echoed")
	call("ProcessAuthorisation", "Failed FPRA22", pay.with("x_operator_id", "another cashier"))

	ref := pay["x_pos_transaction_ref"].(string)
	receipt := h.basics().with("x_pos_transaction_ref", ref).with("x_receipt_number", "slip-"+uuid.NewString()[:8])
	call("SendReceipt", "Success SSER01", receipt)
	call("SendReceipt", "Success SSER01", receipt)
	last := message{}
	for _, of := range []any{ref, receipt["x_receipt_number"], paid.purchase} {
		last = h.refund(of, 1000)
		call("ProcessSalesAdjustment", "Success SPSA01", last)
		call("ProcessSalesAdjustment", "Success SPSA01", last)
	}
	call("ProcessSalesAdjustment", "Failed FPSA08", last.with("x_amount", 1001))
	call("ProcessSalesAdjustment", "Failed FPSA09", h.refund(ref, 0))
	undo := h.basics().with("x_pos_transaction_ref", "undo-"+uuid.NewString()[:12]).with("x_adjustment_signature", signature(h.key, last))
	call("ProcessSalesAdjustmentReversal", "Success SPAR01", undo)
	call("ProcessSalesAdjustmentReversal", "Success SPAR01", undo)
	call("ProcessSalesAdjustmentReversal", "Failed FPAR08", undo.with("x_pos_transaction_ref", "undo-again"))
	call("ProcessSalesAdjustmentReversal", "Failed FPAR01", undo.with("x_pos_transaction_ref", "undo-none").with("x_adjustment_signature", strings.Repeat("0a", 32)))
	wrong := h.post(base+"ProcessAuthorisation"+j.slash, h.signed("another key", h.payment(500)))
	require.Equal(j.t, "ESIG01", wrong.code, wrong.text)
	require.Equal(j.t, "Error EVAL01", verdictWords(h.told(j.t, base+"Invite"+j.slash, h.basics().with("x_mobile", "04x").with("x_purchase_amount", 1))))
	require.Equal(j.t, "Error EVAL02", verdictWords(h.told(j.t, base+"ProcessAuthorisation"+j.slash, h.payment(99))))
}

func verdictWords(v verdict) string { return v.word + " " + v.code }

// financeMoney is what must hold for money, however often and however closely together a till asks.
func (s *sandboxProcess) financeMoney(t *testing.T, db *postgres.DB) {
	h := s.newPayTill()
	h.enrol(t, "/webapi/v1/", newToken())
	const pay, adjust = "/webapi/v1/ProcessAuthorisation", "/webapi/v1/ProcessSalesAdjustment"
	// Fifty identical authorisations at once create one.
	sale := h.payment(10000)
	answers := sameTime(50, func(int) verdict { return h.post(pay, h.signed(h.key, sale)) })
	for _, v := range answers {
		require.Equal(t, "Success SPRA01", verdictWords(v), v.text)
		require.Equal(t, answers[0].purchase, v.purchase)
		require.True(t, v.good)
	}
	require.Equal(t, 1, count(t, db, `select count(*) from transactions where client_id = $1 and operation = 'AUTHORISATION'`, "humm-"+h.merchant))
	require.Equal(t, []int64{10000}, s.approved(t, sale), "the far side approved once")

	// A re-sent adjustment refunds once, fifty at once too; a new reference refunds again.
	ref := sale["x_pos_transaction_ref"]
	first := h.refund(ref, 2000)
	for _, v := range sameTime(50, func(int) verdict { return h.post(adjust, h.signed(h.key, first)) }) {
		require.Equal(t, "Success SPSA01", verdictWords(v), v.text)
	}
	require.Equal(t, "SPSA01", h.told(t, adjust, first.with("x_operator_id", "another cashier")).code)
	require.Equal(t, []int64{2000}, s.approved(t, first))
	second := h.refund(ref, 2000)
	require.Equal(t, "SPSA01", h.told(t, adjust, second).code)
	require.Equal(t, []int64{2000}, s.approved(t, second))

	// More than was paid never goes back: of six left, at most six of ten single ones do, and then nothing at all.
	require.Equal(t, "FPSA04", h.told(t, adjust, h.refund(ref, 6001)).code)
	codes := map[string]int{}
	for _, v := range sameTime(10, func(int) verdict { return h.post(adjust, h.signed(h.key, h.refund(ref, 1000))) }) {
		codes[v.code]++
	}
	require.Equal(t, 6, codes["SPSA01"], "%v", codes)
	require.Equal(t, 10, codes["SPSA01"]+codes["FPSA03"]+codes["FPSA04"], "%v", codes)
	require.Equal(t, "FPSA03", h.told(t, adjust, h.refund(ref, 1)).code)

	// A code is used up by the first to show it, whoever else comes at the same time.
	shared := h.payment(700)
	codes = map[string]int{}
	for i, v := range sameTime(8, func(i int) verdict { return h.post(pay, h.signed(h.key, shared.with("x_operator_id", itoa(i)))) }) {
		require.True(t, v.good, "%d: %s", i, v.text)
		codes[v.code]++
	}
	require.Equal(t, map[string]int{"SPRA01": 1, "FPRA22": 7}, codes)
}

// approved are the amounts that the far side approved under the reference of a message.
func (s *sandboxProcess) approved(t testing.TB, m message) (amounts []int64) {
	t.Helper()
	for _, e := range s.books(t, "humm") {
		if e.Ref == m["x_pos_transaction_ref"] && e.State == "APPROVED" {
			amounts = append(amounts, e.FinalAmount)
		}
	}
	return amounts
}

func count(t testing.TB, db *postgres.DB, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, db.Pool.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

// sameTime does all of n things at the same time; inParallel does sixteen at a time.
func sameTime[T any](n int, do func(i int) T) []T {
	results, begin := make([]T, n), make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-begin
			results[i] = do(i)
		})
	}
	close(begin)
	wg.Wait()
	return results
}
