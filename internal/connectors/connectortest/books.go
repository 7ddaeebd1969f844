package connectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator"
)

// Sandbox is a running simulator, of which a connector's test reads the books.
type Sandbox struct {
	t   testing.TB
	URL string
}

// BookLine is one line of a provider's books, as far as a comparison needs it.
type BookLine struct {
	Ref         string `json:"ref"`
	ProviderRef string `json:"provider_ref"`
	Operation   string `json:"operation"`
	State       string `json:"state"`
	Advice      string `json:"advice"`
	FinalAmount int64  `json:"final_amount"`
}

// NewSandbox starts a simulator that ends with the test.
func NewSandbox(t testing.TB) *Sandbox {
	t.Helper()
	s, err := simulator.New(simulator.Config{})
	require.NoError(t, err)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		srv.Close()
		require.NoError(t, s.Close())
	})
	return &Sandbox{t, srv.URL}
}

// Faults asks a provider for shares of faults; nil ends them.
func (s *Sandbox) Faults(provider string, seed uint64, shares map[string]float64) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"faults": shares, "seed": seed})
	require.NoError(s.t, err)
	s.ask(http.MethodPut, "/control/"+provider, body, nil)
}

// Books reads a provider's lines by wire reference.
func (s *Sandbox) Books(provider string) map[string][]BookLine {
	s.t.Helper()
	var page struct {
		Entries []BookLine `json:"entries"`
	}
	s.ask(http.MethodGet, "/books/"+provider, nil, &page)
	lines := map[string][]BookLine{}
	for _, l := range page.Entries {
		lines[l.Ref] = append(lines[l.Ref], l)
	}
	return lines
}

func (s *Sandbox) ask(method, path string, body []byte, into any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.URL+path, bytes.NewReader(body))
	require.NoError(s.t, err)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(s.t, http.StatusOK, res.StatusCode, fmt.Sprint(method, " ", path))
	if into != nil {
		require.NoError(s.t, json.NewDecoder(res.Body).Decode(into))
	}
}
