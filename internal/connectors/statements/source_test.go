package statements

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

func newSource(t *testing.T, c Config, handler http.HandlerFunc) *Source {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c.BaseURL, c.Zone = server.URL+"/", "Africa/Johannesburg"
	s, err := New(c)
	require.NoError(t, err)
	return s
}

func TestFetchAsksForProviderDateAndZone(t *testing.T) {
	t.Parallel()
	s := newSource(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/statements/a%2Fb" || r.URL.Query().Get("date") != "2026-03-11" || r.URL.Query().Get("zone") != "Africa/Johannesburg" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = w.Write([]byte("body"))
	})
	got, err := s.Fetch(t.Context(), "a/b", "2026-03-11")
	require.NoError(t, err)
	require.Equal(t, "body", bodyOf(t, got))
	require.Equal(t, "a/b_20260311.csv", got.Name)
}

func TestFetchTakesTheGivenNameWithoutItsFolder(t *testing.T) {
	t.Parallel()
	s := newSource(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="../../x.csv"`)
	})
	got, err := s.Fetch(t.Context(), "flash", "2026-03-11")
	require.NoError(t, err)
	require.Equal(t, "x.csv", got.Name)
}

func TestFetchErrors(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	cases := []struct {
		name    string
		c       Config
		handler http.HandlerFunc
		code    apperr.Code
	}{
		{"no statement", Config{}, status(http.StatusNotFound), apperr.NotFound},
		{"empty", Config{}, status(http.StatusNoContent), apperr.NotFound},
		{"trouble", Config{}, status(http.StatusServiceUnavailable), apperr.Unavailable},
		{"redirect", Config{}, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }, apperr.Unavailable},
		{"cut off", Config{}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
		}, apperr.Unavailable},
		{"too large", Config{MaxBytes: 3}, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("four")) }, apperr.TooMany},
		{"too slow", Config{Timeout: 20 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, apperr.Unavailable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := newSource(t, c.c, c.handler).Fetch(t.Context(), "flash", "2026-03-11")
			require.Equal(t, c.code, apperr.CodeOf(err))
		})
	}
}

// TestAStatementOnDiskHasNoName: a process that dies while it takes one in leaves nothing behind.
func TestAStatementOnDiskHasNoName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := newSource(t, Config{}, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("body")) })
	got, err := s.Fetch(t.Context(), "flash", "2026-03-11")
	require.NoError(t, err)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Equal(t, "body", bodyOf(t, got))
}

func TestNewRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "host", "ftp://host", "http://", "://"} {
		_, err := New(Config{BaseURL: bad})
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), bad)
	}
}

func bodyOf(t *testing.T, raw finance.RawStatement) string {
	t.Helper()
	body, err := io.ReadAll(raw.Body)
	require.NoError(t, err)
	require.NoError(t, raw.Body.Close())
	return string(body)
}
