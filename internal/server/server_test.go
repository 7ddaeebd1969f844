package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/server"
)

func TestMain(m *testing.M) {
	// The HTTP server's clock and its idle workers end by themselves a little later.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// routes are what the tests serve on either server.
func routes(r fiber.Router) {
	r.Get("/ok", func(c *fiber.Ctx) error { return c.SendString(c.IP()) })
	r.Post("/ok", func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusCreated) })
	r.Get("/file", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		return c.SendString("body {}")
	})
	r.Get("/panic/:token", func(*fiber.Ctx) error { panic("secret-in-a-panic") })
	r.Get("/failed", func(c *fiber.Ctx) error {
		_ = c.SendString("half a page")
		return errors.New("the reason for the log")
	})
	for _, code := range []apperr.Code{apperr.Invalid, apperr.Unauthorized, apperr.Forbidden, apperr.NotFound, apperr.Conflict, apperr.TooMany, apperr.Unavailable} {
		r.Get("/"+string(code), func(*fiber.Ctx) error { return apperr.Errorf(code, "for a person") })
	}
}

func page(c *fiber.Ctx, status int, err error) error {
	return c.SendString(fmt.Sprintf("page %d %s", status, apperr.CodeOf(err)))
}

// start serves an app on a free port until the test ends and gives its address.
func start(t *testing.T, app *server.App) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = app.Fiber.ShutdownWithContext(ctx)
		assert.NoError(t, <-served)
	})
	return ln.Addr().String()
}

func both(o server.Options) map[string]*server.App {
	return map[string]*server.App{"console": server.NewConsole(o, routes, page), "api": server.NewAPI(o, routes)}
}

// send writes a raw request and reads the answer.
func send(t *testing.T, addr, raw string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = io.WriteString(conn, raw)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func get(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	t.Parallel()
	for name, app := range both(server.Options{Secure: true}) {
		addr := start(t, app)
		csp := policy
		if name == "console" {
			csp += "; report-uri /csp-report"
		}
		for what, c := range map[string]struct {
			raw    string
			status int
			cache  string
		}{
			"page":           {get("/ok"), 200, "no-store"},
			"static file":    {get("/file"), 200, "public, max-age=31536000, immutable"},
			"health":         {get("/healthz"), 200, "no-store"},
			"unknown path":   {get("/nowhere"), 404, "no-store"},
			"wrong method":   {"DELETE /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "no-store"},
			"no such method": {"BREW /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "no-store"},
			"failure":        {get("/failed"), 500, "no-store"},
			"panic":          {get("/panic/x"), 500, "no-store"},
			"huge body":      {"POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n", 413, "no-store"},
			"huge head":      {"GET /ok HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 17<<10) + "\r\n\r\n", 431, "no-store"},
			"garbage":        {"\x16\x03\x01nonsense\r\n\r\n", 400, "no-store"},
		} {
			res, _ := send(t, addr, c.raw)
			label := name + ": " + what
			assert.Equal(t, c.status, res.StatusCode, label)
			assert.Equal(t, csp, res.Header.Get("Content-Security-Policy"), label)
			assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), label)
			assert.Equal(t, "same-origin", res.Header.Get("Referrer-Policy"), label)
			assert.Equal(t, "same-origin", res.Header.Get("Cross-Origin-Opener-Policy"), label)
			assert.Equal(t, "same-origin", res.Header.Get("Cross-Origin-Resource-Policy"), label)
			assert.Equal(t, "max-age=31536000; includeSubDomains", res.Header.Get("Strict-Transport-Security"), label)
			assert.Equal(t, c.cache, res.Header.Get("Cache-Control"), label)
			assert.Empty(t, res.Header.Get("Server"), label)
		}
	}
}

func TestNoHSTSWithoutTLS(t *testing.T) {
	t.Parallel()
	for _, app := range both(server.Options{}) {
		res, err := app.Fiber.Test(mustRequest(t, "GET", "/ok"))
		require.NoError(t, err)
		res.Body.Close()
		assert.Empty(t, res.Header.Get("Strict-Transport-Security"))
	}
}

func mustRequest(t *testing.T, method, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	require.NoError(t, err)
	return req
}

func TestTheAPIAnswersErrorDetails(t *testing.T) {
	t.Parallel()
	addr := start(t, server.NewAPI(server.Options{}, routes))
	for _, c := range []struct {
		raw    string
		status int
		kind   string
		header string
	}{
		{get("/nowhere"), 404, "FUNCTION_NOT_SUPPORTED", ""},
		{"PUT /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405, "FUNCTION_NOT_SUPPORTED", "Allow"},
		{"POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n", 413, "FORMAT_ERROR", ""},
		{get("/failed"), 500, "GENERAL_ERROR", ""},
		{get("/panic/x"), 500, "GENERAL_ERROR", ""},
		{get("/INVALID"), 400, "FORMAT_ERROR", ""},
		{get("/UNAUTHORIZED"), 401, "AUTHENTICATION_ERROR", "WWW-Authenticate"},
		{get("/FORBIDDEN"), 403, "AUTHENTICATION_ERROR", ""},
		{get("/NOT_FOUND"), 404, "UNABLE_TO_LOCATE_RECORD", ""},
		{get("/CONFLICT"), 400, "GENERAL_ERROR", ""},
		{get("/TOO_MANY"), 429, "GENERAL_ERROR", "Retry-After"},
		{get("/UNAVAILABLE"), 503, "GENERAL_ERROR", "Retry-After"},
	} {
		res, body := send(t, addr, c.raw)
		assert.Equal(t, c.status, res.StatusCode, c.raw)
		assert.Equal(t, "application/json", res.Header.Get("Content-Type"), c.raw)
		assert.Regexp(t, `^\{"errorType":"`+c.kind+`","errorMessage":"[A-Za-z ]{1,20}"\}$`, body, c.raw)
		if c.header != "" {
			assert.NotEmpty(t, res.Header.Get(c.header), c.raw)
		}
	}
	res, _ := send(t, addr, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\nConnection: close\r\n\r\n"+strings.Repeat("x", 262144))
	assert.Equal(t, 201, res.StatusCode, "the limit itself is allowed")
	chunked := "POST /ok HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40001\r\n" + strings.Repeat("x", 0x40001) + "\r\n0\r\n\r\n"
	res, _ = send(t, addr, chunked)
	assert.Equal(t, 413, res.StatusCode, "a body of unknown length is limited too")
}

func TestSomePathsTakeLargerBodies(t *testing.T) {
	t.Parallel()
	const wide = 300_000
	addr := start(t, server.NewAPI(server.Options{Wide: func(path string) bool { return path == "//wide?a=1" }, WideLimit: wide}, func(r fiber.Router) {
		r.Post("*", func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusCreated) })
	}))
	for _, c := range []struct {
		path         string
		size, status int
	}{
		{"//wide?a=1", wide, 201}, // as it was sent: nothing is tidied up before
		{"//wide?a=1", wide + 1, 413},
		{"/ok", wide, 413},
	} {
		raw := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", c.path, c.size)
		if c.status == 201 { // the others are refused by their head
			raw += strings.Repeat("x", c.size)
		}
		res, _ := send(t, addr, raw)
		assert.Equal(t, c.status, res.StatusCode, "%s %d", c.path, c.size)
	}
}

func TestTheConsoleAnswersPagesOrJSON(t *testing.T) {
	t.Parallel()
	addr := start(t, server.NewConsole(server.Options{}, routes, page))
	for path, want := range map[string]string{
		"/nowhere": "page 404 INTERNAL", "/failed": "page 500 INTERNAL", "/FORBIDDEN": "page 403 FORBIDDEN", "/CONFLICT": "page 409 CONFLICT",
		"/INVALID": "page 400 INVALID", "/UNAUTHORIZED": "page 401 UNAUTHORIZED", "/NOT_FOUND": "page 404 NOT_FOUND", "/TOO_MANY": "page 429 TOO_MANY",
		"/UNAVAILABLE": "page 503 UNAVAILABLE",
	} {
		_, body := send(t, addr, get(path))
		assert.Equal(t, want, body)
	}
	_, body := send(t, addr, "GET /failed HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
	assert.Regexp(t, `^\{"error":\{"code":"INTERNAL","field":"","message":"[^"]+","requestId":"rq-[0-9a-f]{16}"\}\}$`, body)
	assert.NotContains(t, body, "reason for the log")
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	app := server.NewConsole(server.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, routes, page)
	for _, path := range []string{"/panic/secret-in-a-path?q=secret-in-a-query", "/nowhere/secret-in-a-path", "/failed?q=secret-in-a-query"} {
		res, err := app.Fiber.Test(mustRequest(t, "GET", path))
		require.NoError(t, err)
		res.Body.Close()
	}
	text := log.String()
	assert.NotContains(t, text, "secret-in")
	assert.Contains(t, text, "route=/panic/:token")
	assert.Contains(t, text, "route=unmatched")
	assert.Contains(t, text, "the reason for the log")
	assert.Contains(t, text, "server_test.go", "a panic is logged with its stack")
}

func TestSlowClientsAreDropped(t *testing.T) {
	t.Parallel()
	for what, raw := range map[string]string{
		"nothing at all": "", "half a head": "POST /ok HTTP/1.1\r\nHost: x", "half a body": "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			addr := start(t, server.NewAPI(server.Options{ReadTimeout: 200 * time.Millisecond, IdleTimeout: 400 * time.Millisecond}, routes))
			conn, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, raw)
			require.NoError(t, err)
			began := time.Now()
			stop := make(chan struct{})
			go drip(conn, stop, raw != "")
			defer close(stop)
			require.NoError(t, conn.SetReadDeadline(began.Add(5*time.Second)))
			_, err = io.ReadAll(conn)
			var late net.Error
			assert.False(t, errors.As(err, &late) && late.Timeout(), "the server hangs up by itself")
			assert.Less(t, time.Since(began), 2*time.Second)
		})
	}
}

// TestAnswersThatNobodyReadsAreGivenUp: otherwise such a caller would keep its connection, and a stop of the program, for ever.
func TestAnswersThatNobodyReadsAreGivenUp(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("all work and no play\n"), 1<<20) // more than the system's buffers hold
	app := server.NewAPI(server.Options{WriteTimeout: 100 * time.Millisecond, DrainDelay: time.Millisecond}, func(r fiber.Router) {
		r.Get("/large", func(c *fiber.Ctx) error { return c.Send(large) })
	})
	conn, err := net.Dial("tcp", start(t, app))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	_, err = conn.Read(make([]byte, 1)) // the answer has begun
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	assert.NoError(t, app.Drain(ctx), "nobody waits for a caller who does not read")
}

// drip keeps a request alive with a byte now and then, as a slowloris does.
func drip(conn net.Conn, stop <-chan struct{}, on bool) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for on {
		select {
		case <-stop:
			return
		case <-tick.C:
			if _, err := conn.Write([]byte("a")); err != nil {
				return
			}
		}
	}
}

func TestOtherClientsAreServedBesideIdleOnes(t *testing.T) {
	t.Parallel()
	addr := start(t, server.NewAPI(server.Options{}, routes))
	for range 300 {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer conn.Close()
	}
	res, _ := send(t, addr, get("/ok"))
	assert.Equal(t, 200, res.StatusCode)
}

func TestDraining(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	app := server.NewAPI(server.Options{DrainDelay: 300 * time.Millisecond}, func(r fiber.Router) {
		r.Get("/slow", func(c *fiber.Ctx) error {
			close(entered)
			<-leave
			if err := c.UserContext().Err(); err != nil {
				return err
			}
			return c.SendString("finished")
		})
		routes(r)
	})
	addr := start(t, app)
	idle, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer idle.Close()
	_, _ = io.WriteString(idle, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
	_, err = http.ReadResponse(bufio.NewReader(idle), nil)
	require.NoError(t, err)

	slow := make(chan string, 1)
	go func() {
		_, body := send(t, addr, get("/slow"))
		slow <- body
	}()
	<-entered
	drained := make(chan error, 1)
	go func() { drained <- app.Drain(t.Context()) }()
	require.Eventually(t, func() bool {
		res, body := send(t, addr, get("/readyz"))
		return res.StatusCode == 503 && body == "draining\n"
	}, 250*time.Millisecond, 10*time.Millisecond, "not ready while still answering")
	res, _ := send(t, addr, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.True(t, res.Close, "clients are told to come back on another connection")
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, 3*time.Second, 20*time.Millisecond, "the listener closes")
	close(leave)
	assert.Equal(t, "finished", <-slow, "running requests end in peace")
	assert.NoError(t, <-drained, "idle connections do not hold it up")
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	down := errors.New("database gone")
	app := server.NewAPI(server.Options{Ready: func(context.Context) error { return down }}, routes)
	res, err := app.Fiber.Test(mustRequest(t, "GET", "/readyz"))
	require.NoError(t, err)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	assert.Equal(t, 503, res.StatusCode)
	assert.Equal(t, "not ready\n", string(body), "the reason stays inside")
}

func TestForwardedAddressesAreBelievedFromProxiesOnly(t *testing.T) {
	t.Parallel()
	forwarded := func(value string) string {
		return "GET /ok HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + value + "\r\nConnection: close\r\n\r\n"
	}
	open := start(t, server.NewAPI(server.Options{}, routes))
	_, body := send(t, open, forwarded("203.0.113.9"))
	assert.Equal(t, "127.0.0.1", body)

	behind := start(t, server.NewAPI(server.Options{TrustedProxies: []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"),
	}}, routes))
	for value, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "198.51.100.1, 203.0.113.9": "203.0.113.9", "198.51.100.1, 203.0.113.9, 10.1.2.3": "203.0.113.9",
		"nonsense": "127.0.0.1", "": "127.0.0.1", "2001:db8::1": "2001:db8::1",
	} {
		_, body := send(t, behind, forwarded(value))
		assert.Equal(t, want, body, value)
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	t.Parallel()
	addr := start(t, server.NewConsole(server.Options{}, routes, page))
	send(t, addr, get("/ok"))
	res, body := send(t, addr, get("/metrics"))
	assert.Equal(t, 200, res.StatusCode)
	assert.Contains(t, body, `signalbox_http_requests_total{method="GET",route="/ok",server="console",status="200"} 1`)
	res, _ = send(t, addr, "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n")
	assert.Equal(t, 404, res.StatusCode, "a proxy nobody configured")

	elsewhere := start(t, server.NewConsole(server.Options{MetricsFrom: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, routes, page))
	res, _ = send(t, elsewhere, get("/metrics"))
	assert.Equal(t, 404, res.StatusCode)
	api := start(t, server.NewAPI(server.Options{}, routes))
	res, _ = send(t, api, get("/metrics"))
	assert.Equal(t, 404, res.StatusCode, "never on the API")
}
