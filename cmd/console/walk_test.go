package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var readyLine = regexp.MustCompile(`^ready console=http://127\.0\.0\.1:\d+ api=http://127\.0\.0\.1:\d+ simulator=http://127\.0\.0\.1:\d+ database=postgres://[^ ]+@127\.0\.0\.1:\d+/[^ ]+$`)

// TestWalk is a newcomer's first hour: one command, a client of one's own, a voucher's whole life, and the end.
func TestWalk(t *testing.T) {
	t.Parallel()
	// Given an empty directory and one command,
	s := begin(t, place(t), "--fresh")

	// then the ready line comes in time and tells the truth.
	require.Regexp(t, readyLine, s.ready)
	require.Less(t, s.took, 30*time.Second)
	for _, role := range demoRoles {
		require.Truef(t, strings.HasPrefix(s.signIn[role], s.console+"/link/"), "%s: %q", role, s.signIn[role])
	}
	for name, address := range map[string]string{
		"console": s.console + "/readyz", "api": s.api + "/readyz", "simulator": s.simulator + "/healthz", "sign-in": s.console + "/sign-in",
	} {
		res, err := http.Get(address)
		require.NoError(t, err, name)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", name, readAll(t, res.Body))
	}

	t.Run("clients", func(t *testing.T) { walkClients(t, s) })
	t.Run("sale", func(t *testing.T) { walkSale(t, s) })
	t.Run("redemption and refund", func(t *testing.T) { walkRedemption(t, s) })
	t.Run("mishaps", func(t *testing.T) { walkMishaps(t, s) })
	t.Run("stellr", func(t *testing.T) { walkStellr(t, s) })
	s.settled(t, 20*time.Second)
	s.mustCheck(t)
	t.Run("end", func(t *testing.T) { walkEnd(t, s) })
}

// A client that was just added is served within a second, whichever way the database is named.
func walkClients(t *testing.T, s *sandboxProcess) {
	for i, where := range [][]string{{"--data-dir", s.dir}, {"--database-url", s.database}} {
		id, password := "9000020"+string(rune('0'+i)), "a password of the walk"
		add := append([]string{"client", "add", "--id", id, "--name", "Walk Stores", "--password-stdin"}, where...)
		// Known to nobody so far: the sandbox would create it with the password it came with, so only the right one may follow.
		done := command(t, password+"\n", add...)
		require.Zero(t, done.code, done.errors)
		l := &till{api: s.api, id: id, name: "Walk Stores", password: password, http: http.DefaultClient}
		added := time.Now()
		for l.post("/vouchers", l.request()).status != http.StatusCreated {
			require.Less(t, time.Since(added), time.Second, "the running program accepts the client within a second")
			time.Sleep(20 * time.Millisecond)
		}
		l.password = "another password"
		l.must(t, http.StatusUnauthorized, "AUTHENTICATION_ERROR", "/vouchers", l.request())

		again := command(t, password+"\n", add...)
		require.Equal(t, 1, again.code)
		require.Contains(t, again.errors, "client rotate --id "+id)
	}
}

// A sale is confirmed; repeats change nothing and a reversal comes too late. Both mounts and a trailing slash are one.
func walkSale(t *testing.T, s *sandboxProcess) {
	l := newTill(s)
	for _, mount := range []struct{ base, slash string }{{"", ""}, {"/suv/v1", ""}, {"", "/"}, {"/suv/v1", "/"}} {
		l.mount = mount.base
		sale := l.request()
		first := l.must(t, http.StatusCreated, "", "/vouchers"+mount.slash, sale)
		require.Equal(t, sale.id(), first.body.ID)
		require.Len(t, first.body.Parties, 3, "the request's own entry, then two appended")

		repeat := l.must(t, http.StatusBadRequest, "DUPLICATE_RECORD", "/vouchers", sale)
		require.Contains(t, string(repeat.body.Detail), first.body.Voucher.Code)

		confirm := l.confirmation(sale.id())
		done := l.must(t, http.StatusAccepted, "", "/vouchers/confirmations"+mount.slash, confirm)
		require.Equal(t, confirm.id(), done.body.ID)
		require.Equal(t, sale.id(), done.body.RequestID)
		require.Equal(t, done.text, l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", confirm).text, "the stored echo")

		late := l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_CONFIRMED", "/vouchers/reversals"+mount.slash, l.reversal(sale.id()))
		require.Equal(t, sale.id(), late.body.OriginalID)
		require.Contains(t, string(late.body.Detail), confirm.id())

		retried := l.must(t, http.StatusCreated, "", "/vouchers/"+sale.id()+"/retry"+mount.slash, sale)
		require.Equal(t, first.body.Voucher, retried.body.Voucher, "a retry tells the stored outcome")
	}
	// A reversal that overtakes its request leaves a stone that the request stumbles over.
	l.mount = ""
	late := l.request()
	early := l.reversal(late.id())
	l.must(t, http.StatusNotFound, "UNABLE_TO_LOCATE_RECORD", "/vouchers/reversals", early)
	refused := l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_REVERSED", "/vouchers", late)
	require.Equal(t, early.id(), refused.body.OriginalID)
	l.must(t, http.StatusNotFound, "UNABLE_TO_LOCATE_RECORD", "/vouchers/confirmations", l.confirmation(uuid.NewString()))

	// Broken messages get their specified answer.
	unknown := l.must(t, http.StatusBadRequest, "FORMAT_ERROR", "/vouchers", l.request().with("surprise", 1))
	require.Contains(t, unknown.text, "surprise")
	l.must(t, http.StatusBadRequest, "FORMAT_ERROR", "/vouchers", l.request().with("id", "not-a-uuid"))
	other := l.must(t, http.StatusBadRequest, "AUTHENTICATION_ERROR", "/vouchers", l.request().with("client", message{"id": "someone", "name": "Else"}))
	require.Empty(t, other.body.OriginalID)
}

// A confirmed voucher is redeemed, the redemption confirmed, then refunded and the refund confirmed: it can be spent again.
func walkRedemption(t *testing.T, s *sandboxProcess) {
	l := newTill(s)
	sale := l.request()
	voucher := l.bought(t, sale).body.Voucher
	spend := func() message { return l.request().with("voucher", message{"code": voucher.Code}) }

	l.must(t, http.StatusBadRequest, "VOUCHER_NOT_REDEEMABLE", "/redemptions", spend()) // not confirmed yet
	l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", l.confirmation(sale.id()))
	// Undone once, then for good.
	undone := spend()
	l.must(t, http.StatusCreated, "", "/redemptions", undone)
	l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_REDEEMED", "/redemptions", spend())
	l.must(t, http.StatusAccepted, "", "/redemptions/reversals", l.reversal(undone.id()))
	spent := spend()
	l.must(t, http.StatusCreated, "", "/redemptions", spent)
	l.must(t, http.StatusAccepted, "", "/redemptions/confirmations", l.advice(spent.id()))
	l.must(t, http.StatusBadRequest, "REDEMPTION_ALREADY_CONFIRMED", "/redemptions/reversals", l.reversal(spent.id()))

	back := spend()
	l.must(t, http.StatusCreated, "", "/refunds", back)
	l.must(t, http.StatusAccepted, "", "/refunds/reversals", l.reversal(back.id()))
	back = spend()
	l.must(t, http.StatusCreated, "", "/refunds", back)
	l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_REFUNDED", "/refunds", spend())
	l.must(t, http.StatusAccepted, "", "/refunds/confirmations", l.advice(back.id()))
	l.must(t, http.StatusBadRequest, "REFUND_ALREADY_CONFIRMED", "/refunds/reversals", l.reversal(back.id()))
	l.must(t, http.StatusCreated, "", "/redemptions", spend())
}

// What goes wrong at the provider never makes a second voucher.
func walkMishaps(t *testing.T, s *sandboxProcess) {
	l := newTill(s)
	for fault, told := range map[string]struct {
		status    int
		errorType string
	}{
		"sim:error-504":     {http.StatusGatewayTimeout, "UPSTREAM_UNAVAILABLE"},
		"sim:unknown-state": {http.StatusInternalServerError, "VOUCHER_STATUS_UNKNOWN"},
		"sim:malformed":     {http.StatusGatewayTimeout, "UPSTREAM_UNAVAILABLE"},
		"sim:reset-after":   {http.StatusGatewayTimeout, "UPSTREAM_UNAVAILABLE"},
	} {
		// Given a sale whose outcome nobody knows,
		sale := l.request().with("basketRef", fault)
		l.must(t, told.status, told.errorType, "/vouchers", sale)
		// when it is tried again, one voucher comes, and the same one each time.
		first := l.must(t, http.StatusCreated, "", "/vouchers/"+sale.id()+"/retry", sale)
		second := l.must(t, http.StatusCreated, "", "/vouchers/"+sale.id()+"/retries", sale)
		assert.Equal(t, first.body.Voucher, second.body.Voucher)
		l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", l.confirmation(sale.id()))
	}
	declined := l.request().with("basketRef", "sim:decline:LIMIT_EXCEEDED")
	l.must(t, http.StatusBadRequest, "LIMIT_EXCEEDED", "/vouchers", declined)
	l.must(t, http.StatusNotFound, "UNABLE_TO_LOCATE_RECORD", "/vouchers/confirmations", l.confirmation(declined.id()))

	// An unknown one may be reversed as well; then its voucher is never given out.
	lost := l.request().with("basketRef", "sim:always-error-504")
	l.must(t, http.StatusGatewayTimeout, "UPSTREAM_UNAVAILABLE", "/vouchers", lost)
	l.must(t, http.StatusAccepted, "", "/vouchers/reversals", l.reversal(lost.id()))
	l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_REVERSED", "/vouchers/"+lost.id()+"/retry", lost)
	l.must(t, http.StatusBadRequest, "VOUCHER_ALREADY_REVERSED", "/vouchers/confirmations", l.confirmation(lost.id()))

	// The books agree: no reference holds more than one approval, and each retry was told the same one.
	for _, e := range s.books(t, "demo") {
		if e.State == "APPROVED" {
			assert.LessOrEqual(t, e.Received, 1, e.Ref)
		}
	}
}

// Stellr takes neither retries nor advices: a retry is declined hard, a reversal is accepted and goes nowhere.
func walkStellr(t *testing.T, s *sandboxProcess) {
	l := newTill(s)
	sale := l.sale("STL-50", "90000021", "Stellr")
	l.bought(t, sale)
	l.must(t, http.StatusBadRequest, "FUNCTION_NOT_SUPPORTED", "/vouchers/"+sale.id()+"/retry", sale)
	l.must(t, http.StatusAccepted, "", "/vouchers/reversals", l.reversal(sale.id()))

	db := s.open(t)
	var state, final string
	var doubt bool
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select s.state, t.final, t.recon_required from "check".txn t
		join "check".saf s on s.txn_id = t.id where t.client_ref = $1`, sale.id()).Scan(&state, &final, &doubt))
	require.Equal(t, "CONSUMED", state)
	require.Equal(t, "REVERSED", final)
	require.True(t, doubt, "the voucher may still be live: a break is open")
	books := s.books(t, "stellr")
	require.Len(t, books, 1)
	require.Empty(t, books[0].Advice, "nothing was forwarded")
}

// SIGTERM ends everything within eight seconds, also while a provider keeps a call waiting for longer: that is recovered when the
// sandbox is started again.
func walkEnd(t *testing.T, s *sandboxProcess) {
	server := s.databasePid(t)
	require.True(t, alive(server))
	l := newTill(s)
	before := len(s.books(t, "demo"))
	answered := make(chan answer, 1)
	go func() { answered <- l.post("/vouchers", l.request().with("basketRef", "sim:lost-answer")) }()
	require.Eventually(t, func() bool { return len(s.books(t, "demo")) > before }, 10*time.Second, 20*time.Millisecond, "the provider has the call")
	began := time.Now()
	require.NoError(t, s.end(syscall.SIGTERM), "exit code 0; the simulator is gone, or Wait would not return")
	require.Less(t, time.Since(began), 8*time.Second)
	require.False(t, alive(server), "the database is gone")
	<-answered
	for name, address := range map[string]string{"console": s.console, "api": s.api, "simulator": s.simulator} {
		_, err := http.Get(address)
		require.Error(t, err, name)
	}
}

// TestCommandLine is what the program says to those who ask for the impossible.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	foreign := place(t)
	require.NoError(t, os.MkdirAll(foreign, 0o755))
	precious := filepath.Join(foreign, "holiday.jpg")
	require.NoError(t, os.WriteFile(precious, []byte("not ours"), 0o600))
	busy := busyPort(t)
	sandbox := func(flags ...string) []string {
		ports := map[string]string{"--console-addr": "127.0.0.1:0", "--api-addr": "127.0.0.1:0", "--simulator-addr": "127.0.0.1:0"}
		for i := 0; i < len(flags)-1; i++ {
			delete(ports, flags[i])
		}
		args := append([]string{"sandbox", "--traffic", "off"}, flags...)
		for flag, address := range ports {
			args = append(args, flag, address)
		}
		return args
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"unknown flag":         {[]string{"sandbox", "--frsh"}, 2, []string{"--frsh"}},
		"unknown command":      {[]string{"sandbx"}, 2, []string{"sandbx"}},
		"bad traffic":          {sandbox("--data-dir", place(t), "--traffic", "much"), 2, []string{"--traffic", "much"}},
		"impossible settings":  {sandbox("--data-dir", place(t), "--provider-timeout", "60s"), 2, []string{"client-budget"}},
		"busy console port":    {sandbox("--data-dir", place(t), "--console-addr", busy), 1, []string{"--console-addr", busy}},
		"busy api port":        {sandbox("--data-dir", place(t), "--api-addr", busy), 1, []string{"--api-addr", busy}},
		"busy simulator port":  {sandbox("--data-dir", place(t), "--simulator-addr", busy), 1, []string{"--simulator-addr", busy}},
		"foreign directory":    {sandbox("--data-dir", foreign, "--fresh"), 1, []string{foreign, "holiday.jpg"}},
		"no database":          {[]string{"check", "--data-dir", t.TempDir()}, 2, []string{"--database-url"}},
		"no password":          {[]string{"client", "add", "--id", "1", "--name", "N", "--data-dir", t.TempDir()}, 1, nil},
		"serve without TLS":    {[]string{"serve", "--data-dir", t.TempDir()}, 2, []string{"--tls-cert", "--tls-key", "--behind-tls-proxy"}},
		"report of a bad date": {[]string{"report", "run", "settlement", "--date", "yesterday", "--out", t.TempDir()}, 2, []string{"--date", "yesterday"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, "", c.args...)
			assert.Equal(t, c.code, got.code, got.errors)
			for _, word := range c.says {
				assert.Contains(t, got.errors, word)
			}
			assert.NotContains(t, got.out, "ready ")
		})
	}
	t.Cleanup(func() {
		text, err := os.ReadFile(precious)
		require.NoError(t, err)
		require.Equal(t, "not ours", string(text))
	})
	help := command(t, "", "help")
	require.Zero(t, help.code)
	for _, word := range []string{"sandbox", "serve", "migrate", "client", "operator", "check", "audit", "report", "simulator"} {
		require.Contains(t, help.out, word)
	}
}
