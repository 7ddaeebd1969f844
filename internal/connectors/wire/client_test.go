package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

func TestNewRefusesBadAddresses(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"", "https:///x", "ftp://hub.example", "https://u:canary-pw@hub.example", "https://hub.example?key=canary-pw",
		"https://hub.example#canary-pw", "https://canary-pw\x7f",
	} {
		_, err := New(Config{BaseURL: base})
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), base)
		require.NotContains(t, err.Error(), "canary-pw")
	}
}

func TestHeadersOfAnExchange(t *testing.T) {
	t.Parallel()
	var seen atomic.Pointer[http.Request]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r)
		_, _ = w.Write([]byte(`{"pin":"730011882245"}`))
	}))
	t.Cleanup(s.Close)
	c := newClient(t, s.URL+"/base/")
	a := c.Send(context.Background(), Exchange{
		Method: http.MethodPost, Path: "/form", Body: []byte("a=b"), ContentType: "application/x-www-form-urlencoded",
		Header: http.Header{"authorization": {"Bearer t"}, "Accept": {"text/plain"}, "X-Till": {"7"}},
	})
	require.Equal(t, http.StatusOK, a.Status)
	require.JSONEq(t, `{"hidden":{"length":22}}`, a.Masked, "without a mask nothing of the body is stored")
	r := seen.Load()
	require.Equal(t, "/base/form", r.URL.Path)
	require.Equal(t, "Bearer t", r.Header.Get("Authorization"))
	require.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
	require.Equal(t, "text/plain", r.Header.Get("Accept"))
	require.Equal(t, "7", r.Header.Get("X-Till"))
	require.Equal(t, "Signalbox", r.Header.Get("User-Agent"))
	c.Send(context.Background(), Exchange{Method: http.MethodGet, Path: "/x"})
	require.Empty(t, seen.Load().Header.Get("Content-Type"), "no body, no type")
	require.Equal(t, "application/json", seen.Load().Header.Get("Accept"))
}
