package humm

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// farSide answers every message as its function says, and counts them.
type farSide struct {
	*httptest.Server
	messages atomic.Int64
	bodies   chan []byte
}

func newFarSide(t *testing.T, answer http.HandlerFunc) *farSide {
	t.Helper()
	f := &farSide{bodies: make(chan []byte, 10)}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.messages.Add(1)
		body, _ := io.ReadAll(r.Body)
		f.bodies <- body
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *farSide) exchange(t *testing.T, cl switchcore.Call, limit time.Duration) (switchcore.Call, switchcore.Answer, switchcore.Result) {
	t.Helper()
	c := newConnector(t, f.URL+"/webapi/v1/")
	cl = sent(t, c, cl)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	a := c.Send(ctx, cl.Sent)
	return cl, a, c.Read(cl, a)
}

func TestOneSignedMessageOnTheWire(t *testing.T) {
	t.Parallel()
	f := newFarSide(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/webapi/v1/ProcessAuthorisation" || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = w.Write(rail.Compose(deviceKey, rail.Field{Name: "x_status", Value: "Success"}, rail.Field{Name: "x_code", Value: "SPRA01"},
			rail.Field{Name: "x_purchase_number", Value: "H7001234"}, rail.Field{Name: "tracking_data", Raw: []byte(`{"lane":"4 canary"}`)}))
	})
	cl, a, r := f.exchange(t, call(t, transactions.Authorisation, transactions.AttemptRequest), 5*time.Second)
	require.Equal(t, switchcore.ClassApproved, r.Class, a.Masked)
	require.Equal(t, cl.Sent.Body, <-f.bodies)
	require.EqualValues(t, 1, f.messages.Load())
	require.Contains(t, a.Masked, `"tracking_data":{"keys":1,"bytes":19}`)
	for _, secret := range []string{"canary", "482913", deviceKey, device} {
		require.NotContains(t, shown(cl.Sent, a, r), secret)
	}
}

func TestKeysAreShownNowhere(t *testing.T) {
	t.Parallel()
	f := newFarSide(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(rail.Compose(token, rail.Field{Name: "x_status", Value: "Success"}, rail.Field{Name: "x_code", Value: "SCRK01"},
			rail.Field{Name: "x_key", Value: "fresh-secret"}))
	})
	cl, a, r := f.exchange(t, call(t, transactions.CreateKey, transactions.AttemptRequest), 5*time.Second)
	require.Equal(t, "fresh-secret", r.DeviceKey.Key)
	for _, secret := range []string{"fresh-secret", token, device} {
		require.NotContains(t, shown(cl.Sent, a, r), secret)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	f := newFarSide(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, a, r := f.exchange(t, call(t, transactions.Adjustment, transactions.AttemptRequest), 100*time.Millisecond)
	require.True(t, a.Sent && a.Timeout)
	require.Equal(t, switchcore.ClassUnknown, r.Class)
	require.NotNil(t, r.Follow)
}

func TestTroubleOnTheWire(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"gateway":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"not JSON": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html></html>") },
		"cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		},
		"reset": func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		},
		"huge": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat(" ", 4<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFarSide(t, answer)
			_, a, r := f.exchange(t, call(t, transactions.Authorisation, transactions.AttemptRequest), 5*time.Second)
			require.True(t, a.Sent)
			require.Equal(t, switchcore.ClassUnknown, r.Class)
			require.EqualValues(t, 1, f.messages.Load())
		})
	}
}

func TestNotReachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c := newConnector(t, "http://"+l.Addr().String())
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
	a := c.Send(t.Context(), cl.Sent)
	require.False(t, a.Sent)
	require.Equal(t, switchcore.ClassNotSent, c.Read(cl, a).Class)
}
