package simulator

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultOfTheFirstMessage(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault  string
		status int    // 0: no answer at all
		state  string // in the books afterwards
		retry  string // the retry of the same id
	}{
		{"decline", 400, declined, "400 DO_NOT_HONOR"},
		{"decline:INSUFFICIENT_FUNDS", 400, declined, "400 INSUFFICIENT_FUNDS"},
		{"lost-answer", 0, approved, "201"},
		{"lost-answer:reset", 0, approved, "201"},
		{"lost-request", 0, unprocessed, "201"},
		{"late-answer:30", 201, approved, "201"},
		{"late-answer:60000", 0, approved, "201"},
		{"duplicate-answer", 201, approved, "201"},
		{"bad-gateway", 502, unprocessed, "201"},
		{"bad-gateway:processed", 502, approved, "201"},
		{"unavailable", 503, unprocessed, "201"},
		{"error-500", 500, unprocessed, "201"},
		{"error-504", 504, approved, "201"},
		{"error-504:unprocessed", 504, unprocessed, "201"},
		{"unknown-state", 500, approved, "201"},
		{"malformed", 201, approved, "201"},
		{"other-id", 201, approved, "201"},
		{"no-code", 201, approved, "201"},
		{"slow:40", 201, approved, "201"},
		{"reset", 0, unprocessed, "201"},
		{"reset-after", 0, approved, "201"},
		{"http-429", 429, unprocessed, "201"},
	}
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "demo", Config{})
			if c.status == 0 {
				k.client.Timeout = 500 * time.Millisecond
			}
			k.client.Transport.(*http.Transport).DisableKeepAlives = true // a kept connection would log the second answer
			k.basket = "sim:" + c.fault
			r := k.do("provision P1")
			require.Equal(t, c.status, r.status, r.text)
			require.Equal(t, c.status == 0, r.err != nil)
			k.client.Timeout = 20 * time.Second
			require.Eventually(t, func() bool { return len(k.books("").Entries) == 1 }, 10*time.Second, time.Millisecond)
			entries := k.books("").Entries
			require.Equal(t, c.state, entries[0].State)
			k.expect("retry P1", c.retry)
			entries = k.books("").Entries
			require.Len(t, entries, 1)
			require.Equal(t, 1, entries[0].Received)
			require.Equal(t, 1, entries[0].Retries)
		})
	}
}

func TestFaultShapes(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	at := func(name, fault string) reply {
		k.basket = "sim:" + fault
		return k.do("provision " + name)
	}
	require.Nil(t, at("P1", "malformed").body)
	r := at("P2", "other-id")
	require.NotEqual(t, uuidOf("P2"), r.body["id"])
	require.NotEmpty(t, r.code())
	r = at("P3", "no-code")
	require.Empty(t, r.code())
	require.NotContains(t, r.body, "slipData")
	r = at("P4", "unavailable:7")
	require.Equal(t, "7", r.header.Get("Retry-After"))
	require.Equal(t, "UPSTREAM_UNAVAILABLE", r.errorType())
	r = at("P5", "bad-gateway")
	require.Contains(t, r.header.Get("Content-Type"), "text/html")
	require.Equal(t, "VOUCHER_STATUS_UNKNOWN", at("P6", "unknown-state").errorType())
	r = at("P7", "decline")
	require.NotEmpty(t, r.body["providerErrorCode"])
	r = at("P8", "no-such-fault")
	require.Equal(t, "FORMAT_ERROR", r.errorType())
}

func TestAlwaysFault(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.basket = "sim:always-unavailable"
	k.expect("provision P1", "503 UPSTREAM_UNAVAILABLE")
	k.expect("retry P1", "503 UPSTREAM_UNAVAILABLE")
	k.expect("retry P1", "503 UPSTREAM_UNAVAILABLE")
	k.expect("reverse-provision A1 P1", "404 UNABLE_TO_LOCATE_RECORD P1")
	e := k.books("").Entries[0]
	require.Equal(t, []int{1, 2, 1}, []int{e.Received, e.Retries, e.Advices})
	k.basket = ""
	k.expect("retry P1", "400 VOUCHER_ALREADY_REVERSED A1")
}

func TestDeclineLeavesTheIDFree(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.basket = "sim:decline"
	k.expect("provision P1", "400 DO_NOT_HONOR")
	k.expect("confirm-provision A1 P1", "404 UNABLE_TO_LOCATE_RECORD P1")
	k.expect("provision P1", "201")
	entries := k.books("").Entries
	require.Len(t, entries, 2)
	require.Equal(t, []string{declined, approved}, []string{entries[0].State, entries[1].State})
}

func TestAdviceFaults(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.basket = "sim:advice-unavailable:3"
	k.expect("provision P1", "201")
	for range 3 {
		k.expect("confirm-provision A1 P1", "503 UPSTREAM_UNAVAILABLE P1")
	}
	require.Empty(t, k.books("").Entries[0].Advice)
	k.expect("confirm-provision A1 P1", "202")
	e := k.books("").Entries[0]
	require.Equal(t, confirmed, e.Advice)
	require.Equal(t, 4, e.Advices)

	k.basket = "sim:advice-error-504" // taken, but not acknowledged
	k.expect("provision P2", "201")
	k.expect("reverse-provision A2 P2", "504 UPSTREAM_UNAVAILABLE P2")
	require.Equal(t, reversed, k.books("?ref=" + uuidOf("P2")).Entries[0].Advice)
	k.expect("reverse-provision A2 P2", "202")

	k.basket = "sim:always-advice-decline"
	k.expect("provision P3", "201")
	k.expect("confirm-provision A3 P3", "400 DO_NOT_HONOR P3")
	k.expect("confirm-provision A3 P3", "400 DO_NOT_HONOR P3")
}

func TestDuplicateAnswerIsTwiceOnTheWire(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	conn, err := net.Dial("tcp", k.url[len("http://"):])
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	rd := bufio.NewReader(conn)
	k.control(`{"script":[{"on":"products","fault":"duplicate-answer"}]}`)
	_, _ = io.WriteString(conn, "GET /demo/products HTTP/1.1\r\nHost: x\r\nAuthorization: Basic dTpw\r\n\r\n")
	var texts []string
	for range 2 {
		res, err := http.ReadResponse(rd, nil)
		require.NoError(t, err)
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		texts = append(texts, string(raw))
	}
	require.Equal(t, texts[0], texts[1])
	require.Contains(t, texts[0], "DEM-50")
	_, err = rd.ReadByte()
	require.ErrorIs(t, err, io.EOF)
}

func TestDown(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.control(`{"down":true}`)
	require.Error(t, k.do("provision P1").err)
	require.Error(t, k.do("confirm-provision A1 P1").err)
	k.control(`{"down":true,"down_mode":"503"}`)
	k.expect("provision P1", "503 UPSTREAM_UNAVAILABLE")
	require.Empty(t, k.books("").Entries, "a provider that is down sees nothing")
	require.Equal(t, true, k.send(http.MethodGet, "/control/demo", nil).body["down"])
	require.Equal(t, http.StatusOK, k.send(http.MethodDelete, "/control/demo", nil).status)
	k.expect("provision P1", "201")
	require.Equal(t, 1, k.books("").Entries[0].Received)
}

func TestScript(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.control(`{"script":[{"on":"provision","fault":"error-504","skip":1,"times":2},{"on":"advice","fault":"unavailable"}]}`)
	k.expect("provision P1", "201")
	k.expect("provision P2", "504 UPSTREAM_UNAVAILABLE")
	k.expect("retry P2", "201")
	k.expect("provision P3", "504 UPSTREAM_UNAVAILABLE")
	k.expect("provision P4", "201")
	k.expect("reverse-provision A1 P1", "503 UPSTREAM_UNAVAILABLE P1")
	k.expect("reverse-provision A1 P1", "202")
}

func TestRates(t *testing.T) {
	t.Parallel()
	run := func() (list []int) {
		k := newKit(t, "demo", Config{})
		k.control(`{"seed":7,"faults":{"decline":0.2,"unavailable":0.2,"advice-error-500":1}}`)
		for i := range 60 {
			list = append(list, k.do(fmt.Sprintf("provision P%d", i)).status)
		}
		sold := slices.Index(list, http.StatusCreated)
		k.expect(fmt.Sprintf("confirm-provision A P%d", sold), fmt.Sprintf("500 GENERAL_ERROR P%d", sold))
		return list
	}
	first := run()
	for _, status := range []int{201, 400, 503} {
		require.Contains(t, first, status)
	}
	require.Equal(t, first, run(), "a seed repeats its draws")
}

func TestControlRefusesNonsense(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	for _, body := range []string{
		`{"downn":true}`, `{"faults":{"explode":0.1}}`, `{"faults":{"decline":0.6,"reset":0.6}}`, `{"down_mode":"off"}`,
		`{"script":[{"on":"breakfast","fault":"reset"}]}`, `{"script":[{"fault":"explode"}]}`, `{"delay":{"ms":-1}}`, `nonsense`,
	} {
		require.Equal(t, http.StatusBadRequest, k.send(http.MethodPut, "/control/demo", body).status, body)
	}
	require.Equal(t, http.StatusMethodNotAllowed, k.send(http.MethodPost, "/control/demo", `{}`).status)
}

func TestDelay(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.control(`{"delay":{"ms":30}}`)
	start := time.Now()
	k.expect("provision P1", "201")
	require.GreaterOrEqual(t, time.Since(start), 30*time.Millisecond)
}
