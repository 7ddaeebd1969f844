package wire

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// issuer is a token address: it counts what it was asked and answers as told.
type issuer struct {
	*httptest.Server
	asked  atomic.Int64
	last   atomic.Pointer[http.Request]
	form   atomic.Pointer[string]
	answer func(n int64, w http.ResponseWriter)
}

func newIssuer(t *testing.T, answer func(n int64, w http.ResponseWriter)) *issuer {
	t.Helper()
	i := &issuer{answer: answer}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body := string(raw)
		i.form.Store(&body)
		i.last.Store(r)
		i.answer(i.asked.Add(1), w)
	}))
	t.Cleanup(i.Close)
	return i
}

func grant(life string) func(int64, http.ResponseWriter) {
	return func(n int64, w http.ResponseWriter) {
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","scope":"s","expires_in":%s}`, n, life)
	}
}

// clock is a time that only tests move.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time       { return time.Unix(1_900_000_000, 0).Add(time.Duration(c.at.Load())) }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

func source(t *testing.T, url string, c *clock) *TokenSource {
	t.Helper()
	s, err := NewTokenSource(TokenConfig{URL: url, Key: func() string { return "a2V5LWNhbmFyeQ==" }, Scope: "sell refund", Timeout: patience, Now: c.now})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestTokenIsKept(t *testing.T) {
	t.Parallel()
	for life, want := range map[string]time.Duration{
		"3600": 55 * time.Minute, `"3600"`: 55 * time.Minute, "600": 5 * time.Minute, "400": 200 * time.Second, "60.0": 30 * time.Second,
		"100000000": 24*time.Hour - 5*time.Minute,
	} {
		t.Run(life, func(t *testing.T) {
			t.Parallel()
			i, c := newIssuer(t, grant(life)), &clock{}
			s := source(t, i.URL+"/oauth/token/", c)
			get := func() string {
				token, err := s.Token(context.Background())
				require.NoError(t, err)
				return token
			}
			require.Equal(t, "token-1", get())
			c.pass(want - time.Second)
			require.Equal(t, "token-1", get())
			c.pass(time.Second)
			require.Equal(t, "token-2", get(), "fetched anew before it expires")
			r := i.last.Load()
			require.Equal(t, "/oauth/token/", r.URL.Path, "as configured, with its slash")
			require.Equal(t, "Basic a2V5LWNhbmFyeQ==", r.Header.Get("Authorization"))
			require.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
			require.Equal(t, "grant_type=client_credentials&scope=sell+refund", *i.form.Load())
		})
	}
}

func TestTokenOfNoUse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer func(int64, http.ResponseWriter)
		want   error
	}{
		"key refused":    {status(401), ErrTokenRefused},
		"bad request":    {status(400), ErrTokenRefused},
		"forbidden":      {status(403), ErrTokenRefused},
		"busy":           {status(429), ErrTokenUnavailable},
		"too slow":       {status(408), ErrTokenUnavailable},
		"broken":         {status(500), ErrTokenUnavailable},
		"unavailable":    {status(503), ErrTokenUnavailable},
		"redirect":       {status(302), ErrTokenUnavailable},
		"no JSON":        {body(`<html>token-canary</html>`), ErrTokenUnavailable},
		"no token":       {body(`{"token_type":"Bearer"}`), ErrTokenUnavailable},
		"empty token":    {body(`{"access_token":""}`), ErrTokenUnavailable},
		"other type":     {body(`{"access_token":"x","token_type":"mac"}`), ErrTokenUnavailable},
		"line break":     {body(`{"access_token":"x\r\nX-Evil: 1"}`), ErrTokenUnavailable},
		"token is a map": {body(`{"access_token":{"x":1}}`), ErrTokenUnavailable},
		"twice":          {body(`{"access_token":"x","access_token":"y"}`), ErrTokenUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, c := newIssuer(t, tc.answer), &clock{}
			s := source(t, i.URL, c)
			_, err := s.Token(context.Background())
			require.ErrorIs(t, err, tc.want)
			require.NotContains(t, err.Error(), "canary")
			_, err = s.Token(context.Background())
			require.ErrorIs(t, err, tc.want)
			asked := int64(2)
			if tc.want == ErrTokenRefused {
				asked = 1 // a refused key rests for a moment
			}
			require.Equal(t, asked, i.asked.Load())
			c.pass(refusedFor)
			i.answer = grant("3600")
			_, err = s.Token(context.Background())
			require.NoError(t, err, "and is tried again")
			a := Untokened(err)
			require.False(t, a.Sent)
		})
	}
}

func status(code int) func(int64, http.ResponseWriter) {
	return func(_ int64, w http.ResponseWriter) { w.WriteHeader(code) }
}

func body(text string) func(int64, http.ResponseWriter) {
	return func(_ int64, w http.ResponseWriter) { _, _ = io.WriteString(w, text) }
}

func TestTokenAddressNotReached(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	s := source(t, closed.URL, &clock{})
	_, err := s.Token(context.Background())
	require.ErrorIs(t, err, ErrTokenUnavailable)
	i := newIssuer(t, grant("3600"))
	guarded, err := NewTokenSource(TokenConfig{URL: i.URL, Key: func() string { return "x" }, Guard: PublicOnly()})
	require.NoError(t, err)
	t.Cleanup(guarded.Close)
	_, err = guarded.Token(context.Background())
	require.ErrorIs(t, err, ErrTokenUnavailable)
	require.Zero(t, i.asked.Load(), "the guard holds for the token address too")
}

// TestTokenForMany: however many ask at once, the address is asked once, and one caller who gives up spoils nothing.
func TestTokenForMany(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	i := newIssuer(t, func(n int64, w http.ResponseWriter) {
		<-release
		grant("3600")(n, w)
	})
	s := source(t, i.URL, &clock{})
	impatient, cancel := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() {
		_, err := s.Token(impatient)
		gone <- err
	}()
	require.Eventually(t, func() bool { return i.asked.Load() == 1 }, patience, time.Millisecond)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if token, err := s.Token(context.Background()); token != "token-1" {
				t.Errorf("got %q, %v", token, err)
			}
		})
	}
	cancel()
	require.ErrorIs(t, <-gone, ErrTokenUnavailable)
	close(release)
	all.Wait()
	require.Equal(t, int64(1), i.asked.Load())
}

func TestForget(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, grant("3600"))
	s := source(t, i.URL, &clock{})
	first, err := s.Token(context.Background())
	require.NoError(t, err)
	s.Forget(first)
	second, err := s.Token(context.Background())
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	s.Forget(first) // late news about the old one
	still, err := s.Token(context.Background())
	require.NoError(t, err)
	require.Equal(t, second, still)
	require.Equal(t, int64(2), i.asked.Load())
}

func TestTokenKeyFromIDAndSecret(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, grant("3600"))
	secret := "p%ss:word"
	s, err := NewTokenSource(TokenConfig{URL: i.URL, ID: func() string { return "shop one" }, Secret: func() string { return secret }})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	for _, want := range []string{"shop+one:p%25ss%3Aword", "shop+one:new"} {
		token, err := s.Token(context.Background())
		require.NoError(t, err)
		require.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte(want)), i.last.Load().Header.Get("Authorization"))
		s.Forget(token)
		secret = "new" // a changed secret counts at the next fetch
	}
}

func TestNewTokenSourceRefusesBadSettings(t *testing.T) {
	t.Parallel()
	key := func() string { return "canary-key" }
	for name, cfg := range map[string]TokenConfig{
		"no key":      {URL: "https://hub.example/token"},
		"id only":     {URL: "https://hub.example/token", ID: key},
		"no address":  {Key: key},
		"query":       {URL: "https://hub.example/token?k=canary-key", Key: key},
		"credentials": {URL: "https://u:canary-key@hub.example/token", Key: key},
	} {
		_, err := NewTokenSource(cfg)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.NotContains(t, err.Error(), "canary", name)
	}
}
