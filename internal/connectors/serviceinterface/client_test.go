package serviceinterface

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func postMessage() switchcore.Message {
	return switchcore.Message{Method: http.MethodPost, Path: "/vouchers", Body: []byte(`{"id":"` + wireRef + `"}`)}
}

// twice answers two messages on one connection with raw bytes.
func twice(t *testing.T, answers ...string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		for i, answer := range answers {
			if i > 0 {
				next, err := http.ReadRequest(rw.Reader)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, next.Body)
			}
			_, _ = io.WriteString(conn, answer)
		}
		_, _ = rw.ReadByte() // until the other side hangs up
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func say(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// TestSecondAnswerOnTheConnection sends two answers to one message. The second may be met by the next message; its id
// gives it away then.
func TestSecondAnswerOnTheConnection(t *testing.T) {
	t.Parallel()
	const second = "5e1f0000-0000-4000-8000-0000000000ff"
	for _, body := range []string{
		`{"id":"` + wireRef + `","voucher":{"code":"730011882245"}}`, failed("DO_NOT_HONOR"),
	} {
		base := twice(t, say(201, body)+say(201, body), say(400, strings.ReplaceAll(failed("OUT_OF_STOCK"), wireRef, second)))
		c := newConnector(t, base)
		require.Equal(t, body, string(c.Send(context.Background(), postMessage()).Body))
		call := callOf(transactions.AttemptRequest, transactions.Provision)
		call.WireRef = second
		got := c.Read(call, c.Send(context.Background(), postMessage()))
		switch got.Class {
		case classDeclined:
			require.Equal(t, "OUT_OF_STOCK", got.ErrorType, "only its own answer may decline it")
		default:
			require.Equal(t, classUnknown, got.Class)
		}
	}
}

func TestSendSpeaksAsConfigured(t *testing.T) {
	t.Parallel()
	var seen atomic.Pointer[http.Request]
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(s.Close)
	password := "first"
	c, err := New(Config{
		Config: wire.Config{BaseURL: s.URL + "/suv/v1/", TLS: s.Client().Transport.(*http.Transport).TLSClientConfig}, User: "90000009", Password: func() string { return password },
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	m := postMessage()
	require.Equal(t, http.StatusAccepted, c.Send(context.Background(), m).Status)
	r := seen.Load()
	require.Equal(t, "/suv/v1/vouchers", r.URL.Path)
	require.Equal(t, "HTTP/1.1", r.Proto)
	require.Equal(t, int64(len(m.Body)), r.ContentLength)
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.Empty(t, r.Header.Values("Idempotency-Key"))
	require.Empty(t, r.Header.Values("Accept-Encoding"))
	user, pass, _ := r.BasicAuth()
	require.Equal(t, []string{"90000009", "first"}, []string{user, pass})
	password = "second" // a changed secret needs no restart
	c.Send(context.Background(), m)
	_, pass, _ = seen.Load().BasicAuth()
	require.Equal(t, "second", pass)
}

func TestNewRefusesBadSettings(t *testing.T) {
	t.Parallel()
	good := Config{Config: wire.Config{BaseURL: "https://hub.example"}, User: "u", Password: func() string { return "canary-pw" }}
	for name, change := range map[string]func(*Config){
		"no address":     func(c *Config) { c.BaseURL = "" },
		"no host":        func(c *Config) { c.BaseURL = "https:///x" },
		"other scheme":   func(c *Config) { c.BaseURL = "ftp://hub.example" },
		"password in it": func(c *Config) { c.BaseURL = "https://u:canary-pw@hub.example" },
		"query":          func(c *Config) { c.BaseURL = "https://hub.example?key=canary-pw" },
		"not parseable":  func(c *Config) { c.BaseURL = "https://canary-pw\x7f" },
		"no user":        func(c *Config) { c.User = "" },
		"colon in user":  func(c *Config) { c.User = "a:b" },
		"no password":    func(c *Config) { c.Password = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			change(&cfg)
			_, err := New(cfg)
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			require.NotContains(t, err.Error(), "canary-pw")
		})
	}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", good, good, good), "canary-pw")
	c, err := New(good)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", c), "canary-pw")
}
