package giftcards

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/stretchr/testify/require"
)

// wire sends a step over a real connection; status 0 is no answer.
func (k *kit) wire(url, step string) int {
	k.t.Helper()
	w := strings.Fields(step)
	build := k.request
	if strings.Contains(w[0], "-") {
		build = k.advice
	}
	path, m := build(w)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/giftcard/v3/"+path, strings.NewReader(string(stage.Encode(m))))
	require.NoError(k.t, err)
	req.SetBasicAuth(k.user, "secret-"+k.user)
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.ReadAll(res.Body); err != nil {
		return 0
	}
	return res.StatusCode
}

func TestFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault  string
		status int
		state  string
		again  string // the same message once more, without the fault
	}{
		{"decline", 400, stage.Declined, "400 DUPLICATE_RECORD"},
		{"decline:TEMPORARY_FAILURE", 400, stage.Declined, "400 DUPLICATE_RECORD"},
		{"lost-answer", 0, stage.Approved, "400 DUPLICATE_RECORD"},
		{"lost-request", 0, stage.Unprocessed, "201 105/100"},
		{"late-answer:1", 201, stage.Approved, "400 DUPLICATE_RECORD"},
		{"bad-gateway", 502, stage.Unprocessed, "201 105/100"},
		{"bad-gateway:processed", 502, stage.Approved, "400 DUPLICATE_RECORD"},
		{"unavailable", 503, stage.Unprocessed, "201 105/100"},
		{"error-500", 500, stage.Unprocessed, "201 105/100"},
		{"error-504", 504, stage.Approved, "400 DUPLICATE_RECORD"},
		{"malformed", 201, stage.Approved, "400 DUPLICATE_RECORD"},
		{"other-id", 201, stage.Approved, "400 DUPLICATE_RECORD"},
		{"reset", 0, stage.Unprocessed, "201 105/100"},
		{"reset-after", 0, stage.Approved, "400 DUPLICATE_RECORD"},
		{"http-429", 429, stage.Unprocessed, "201 105/100"},
		{"duplicate-answer", 201, stage.Approved, "400 DUPLICATE_RECORD"},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, Config{})
			srv := httptest.NewServer(k.issuer)
			defer srv.Close()
			k.run("activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202")
			k.basket = "sim:" + c.fault
			require.Equal(t, c.status, k.wire(srv.URL, "load L1 a 5"))
			require.Eventually(t, func() bool { lines, _ := k.books(); return len(lines) == 2 }, 5*time.Second, time.Millisecond)
			lines, _ := k.books()
			require.Equal(t, c.state, lines[1].State)
			k.run("load L1 a 5 = " + c.again)
			lines, _ = k.books()
			require.Len(t, lines, 2)
			require.Equal(t, 2, lines[1].Received)
		})
	}
}

func TestFaultShapes(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.basket = "sim:other-id"
	require.Equal(t, "00000000-0000-4000-8000-000000000bad", k.do("lookup K1 a").body["id"])
	k.basket = "sim:unavailable:7"
	r := k.do("lookup K2 a")
	require.Equal(t, "7", r.header.Get("Retry-After"))
	require.Equal(t, errUpstream, r.errorType())
	require.Equal(t, "K2", r.body["id"])
	k.basket = "sim:decline:PIN_ATTEMPTS_EXCEEDED"
	require.Equal(t, "PIN_ATTEMPTS_EXCEEDED", k.do("lookup K3 a").errorType())
	k.basket = "sim:no-such"
	require.Equal(t, errFormat, k.do("lookup K4 a").errorType())
	k.basket = "sim:always-unavailable"
	k.run("lookup K5 a = 503 UPSTREAM_UNAVAILABLE\nlookup K5 a = 503 UPSTREAM_UNAVAILABLE")
	k.basket = "sim:malformed"
	require.Nil(t, k.do("activate A1 a").body)
	k.basket = ""
	k.run("activate A1 a = 400 DUPLICATE_RECORD")
	k.basket = "sim:always-error-500"
	k.run("activate A1 a = 500 GENERAL_ERROR\nlookup K6 b = 500 GENERAL_ERROR")
	k.basket = ""
	k.run("confirm-activation C1 A1 = 202")
}

func TestFaultsOfAdvices(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.basket = "sim:advice-unavailable:2"
	k.run(`activate A1 a 5 = 201
		confirm-activation C1 A1 = 503 UPSTREAM_UNAVAILABLE
		confirm-activation C1 A1 = 503 UPSTREAM_UNAVAILABLE
		load L1 a 1 = 400 CARD_NOT_ACTIVATED
		confirm-activation C1 A1 = 202
		confirm-activation C1 A1 = 202`)
	k.basket = "sim:advice-error-504"
	k.run("load L2 a 1 = 201 6/5\nconfirm-load C2 L2 = 504 UPSTREAM_UNAVAILABLE\nconfirm-load C2 L2 = 202\nlookup K a = 201 6/6")
	k.basket = "sim:advice-decline:TEMPORARY_FAILURE"
	k.run("load L3 a 1 = 201 7/6\nreverse-load C3 L3 = 400 TEMPORARY_FAILURE\nreverse-load C3 L3 = 202\nlookup K2 a = 201 6/6")
	lines, strays := k.books()
	require.Empty(t, strays)
	require.Equal(t, 4, lines[0].Advices)
}

func TestControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.control(`{"script": [{"on": "load", "fault": "error-500", "skip": 1}, {"on": "reverse", "fault": "error-504"}]}`)
	k.run(bothActive + `load L1 a 1 = 201
		load L2 a 1 = 500 GENERAL_ERROR
		load L2 a 1 = 201
		reverse-load R1 L1 = 504 UPSTREAM_UNAVAILABLE
		reverse-load R1 L1 = 202`)
	k.control(`{"down": true, "down_mode": "503"}`)
	k.run("lookup K a = 503 UPSTREAM_UNAVAILABLE")
	k.control(`{"faults": {"unavailable": 1}}`)
	k.run("lookup K a = 503 UPSTREAM_UNAVAILABLE")
}

func TestRestartForgetsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, Config{}).open(dir)
	k.wear = map[string]any{"clearPin": "90817263"}
	k.run("activate A1 a 100 P500 = 201\nconfirm-activation C1 A1 = 202")
	k.wear = nil
	k.run(`load L1 a 5 = 201
		load L2 77 5 = 400 INVALID_CARD_NUMBER
		reverse-load R1 GONE = 404 UNABLE_TO_LOCATE_RECORD
		activate A2 b 9 = 201
		confirm-activation C2 A2 = 202
		replace E1 b zero = 201 9/0`)
	k.mark("last", blocked, 200)
	lines, strays := k.books()
	before := k.send(http.MethodGet, "/giftcard/v3/testServerAdmin/data", nil).text
	k.close()

	raw, err := os.ReadFile(filepath.Join(dir, "giftcards.jsonl"))
	require.NoError(t, err)
	for _, secret := range []string{pan("a"), pan("clear"), "90817263", "ABCDEF0123456789", "secret-"} {
		require.NotContains(t, string(raw), secret)
	}

	// Another cards file does not touch the data sets there are.
	cards, err := LoadCards(strings.NewReader("77,4012,,\n"))
	require.NoError(t, err)
	k = newKit(t, Config{Cards: cards, Products: DefaultProducts()}).open(dir)
	require.Equal(t, before, k.send(http.MethodGet, "/giftcard/v3/testServerAdmin/data", nil).text)
	again, stillStray := k.books()
	require.Equal(t, lines, again)
	require.Equal(t, strays, stillStray)
	k.wear = map[string]any{"clearPin": "90817263"}
	k.run(`redeem R2 a 1 = 201 604/599
		load L1 a 5 = 400 DUPLICATE_RECORD
		load GONE a 5 = 400 GENERAL_ERROR
		confirm-activation C1 A1 = 202
		confirm-load C3 L1 = 202
		confirm-replace C4 E1 = 202
		activate A3 last = 400 CARD_BLOCKED
		lookup K1 a = 201 604/604
		lookup K2 zero = 201 9/9
		lookup K3 77 = 400 INVALID_CARD_NUMBER`)
	k.user = "90000003"
	k.run("lookup K1 77 = 201 0/0")
}

func TestReset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, Config{}).open(dir)
	reset := func(lost, wish string) int {
		return k.post("testServerAdmin/reset", object{"userDataWillBeLost": lost, "resetUserData": wish}).status
	}
	require.Equal(t, 400, reset("TRUE", "TRUE"), "nobody to reset")
	k.run("activate A1 a 5 = 201")
	k.user = "90000003"
	k.run("activate A1 a 6 = 201")
	k.user = "90000002"
	require.Equal(t, 400, reset("FALSE", "TRUE"))
	require.Equal(t, 400, reset("TRUE", ""))
	require.Equal(t, 400, k.post("testServerAdmin/reset", "").status)
	require.NotEmpty(t, k.post("testServerAdmin/reset", "").body["outcome"])
	k.run("lookup K1 a = 201 5/5")
	require.Equal(t, 200, reset("TRUE", "TRUE"))
	require.Equal(t, 200, reset("TRUE", "TRUE"))
	k.run("lookup K1 a = 201 0/0\nactivate A1 a 7 = 201 7/7")
	lines, _ := k.books()
	require.Len(t, lines, 2)
	k.close()
	k = newKit(t, Config{}).open(dir)
	k.run("lookup K2 a = 201 7/7")
	k.user = "90000003"
	k.run("lookup K2 a = 201 6/6")
}

func TestDataDump(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	get := func(path string) reply { return k.send(http.MethodGet, "/giftcard/v3/testServerAdmin/"+path, nil) }
	r := get("data")
	require.Len(t, r.body["cards"], 8)
	require.Len(t, r.body["products"], 2)
	k.run("activate A1 clear 5 P500 = 201")
	r = get("data/card/" + pan("clear"))
	require.JSONEq(t, `{"cards":[{"card":{"pan":"1000000000000000003","expiryDate":"3512","clearPin":"1234"},
		"balance":{"amount":505,"currency":"710"},"status":"ACTIVATED","product":{"id":"P500","barcode":"101","type":"por"}}],"products":[]}`, r.text)
	require.JSONEq(t, `{"cards":[],"products":[{"product":{"id":"P500","barcode":"101","type":"por"},"startingBalance":{"amount":500,"currency":"710"}}]}`, get("data/product/P500").text)
	require.JSONEq(t, `{"cards":[],"products":[]}`, get("data/card/77").text)
}

func TestBooksAndStatement(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive + `load L1 a 30 = 201
		confirm-load C1 L1 = 202
		redeem R1 a 20 = 201
		reverse-redemption V1 R1 = 202
		redeem R2 a 500 = 400 INSUFFICIENT_FUNDS
		transfer T1 a b 10 = 201
		confirm-void V9 NONE = 404 UNABLE_TO_LOCATE_RECORD
		void X1 b = 201
		lookup K1 a = 201`)
	lines, strays := k.books()
	require.Len(t, lines, 7)
	require.Len(t, strays, 1)
	require.Equal(t, "void", strays[0].Operation)
	require.Equal(t, stage.HashCode(pan("a")), lines[2].CodeHash)
	require.Equal(t, []any{"load", int64(30), stage.Confirmed, "C1"}, []any{lines[2].Operation, lines[2].FinalAmount, lines[2].Advice, lines[2].AdviceID})
	require.Equal(t, []any{"redemption", int64(0), stage.Reversed}, []any{lines[3].Operation, lines[3].FinalAmount, lines[3].Advice})
	require.Equal(t, errFunds, lines[4].ErrorType)

	w := httptest.NewRecorder()
	k.issuer.ServeStatements(w, httptest.NewRequest(http.MethodGet, "/statements/giftcards?date=2031-11-15", nil), "")
	rows := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	require.Len(t, rows, 8)
	require.Contains(t, rows[1], ",ACTIVATION,SUCCESS,100,710,")
	require.Contains(t, rows[3], ",LOAD,SUCCESS,30,710,")
	require.Contains(t, rows[4], ",REDEMPTION,REVERSED,20,710,")
	require.Contains(t, rows[5], ",TRANSFER,SUCCESS,10,710,")
	require.Contains(t, rows[6], ",VOID,SUCCESS,0,710,")
	require.Equal(t, "TRAILER,6,210", rows[7])

	plant := func(body string) int {
		w := httptest.NewRecorder()
		k.issuer.ServeStatements(w, httptest.NewRequest(http.MethodPost, "/statements/giftcards/plant", strings.NewReader(body)), "plant")
		return w.Code
	}
	require.Equal(t, http.StatusCreated, plant(`{"date":"2031-11-15","kind":"missing","switch_ref":"L1"}`))
	w = httptest.NewRecorder()
	k.issuer.ServeStatements(w, httptest.NewRequest(http.MethodGet, "/statements/giftcards?date=2031-11-15", nil), "")
	require.NotContains(t, w.Body.String(), ",LOAD,")
	k.issuer.Unplant("2031-11-15")
	require.Empty(t, k.issuer.Planted())
}
