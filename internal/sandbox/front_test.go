package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator"
)

// sent is one message that a till sent, with the answer it got.
type sent struct {
	Method, Path, User string
	Body               []byte
	Status             int
	Code               string // of an answer of consumer finance
}

// front stands in for the channel API: it hands each message to the simulated provider that it is for, cuts what hangs,
// and remembers what it saw. Providers with an API of their own are asked through the voucher service, where prices ask for no
// fault; gift cards go to the simulated issuer, consumer finance to the simulated lender. before, when set, may answer in its place.
type front struct {
	url    string // of the API
	sim    string // of the simulator
	before func(sent) int

	providers http.Handler
	mu        sync.Mutex
	seen      []sent
	homes     map[string]string // request id -> provider
	codes     map[string]string // voucher code -> provider
}

func newFront(t *testing.T) *front {
	t.Helper()
	sim, err := simulator.New(simulator.Config{})
	require.NoError(t, err)
	f := &front{providers: sim.Handler(), homes: map[string]string{}, codes: map[string]string{}}
	played, api := httptest.NewServer(f.providers), httptest.NewServer(http.HandlerFunc(f.serve))
	f.url, f.sim = api.URL, played.URL
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
		require.NoError(t, sim.Close())
		played.Close()
	})
	return f
}

// world makes tills that neither think nor wait.
func (f *front) world(t *testing.T) *world {
	t.Helper()
	w := newWorld(f.url, f.sim, nil)
	w.think = func(context.Context, time.Duration) {}
	w.pause = w.think
	t.Cleanup(w.http.CloseIdleConnections)
	return w
}

func (f *front) serve(w http.ResponseWriter, r *http.Request) {
	user, _, _ := r.BasicAuth()
	s := sent{Method: r.Method, Path: r.URL.Path, User: user}
	s.Body, _ = io.ReadAll(r.Body)
	if f.before != nil {
		if s.Status = f.before(s); s.Status != 0 {
			f.remember(s)
			w.WriteHeader(s.Status)
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	home := f.home(r, s.Body)
	out := f.pass(r.Clone(ctx), home, r.URL.Path, s.Body)
	if s.Status = out.Code; ctx.Err() != nil {
		s.Status = http.StatusGatewayTimeout
	}
	if user == forecourtsID && s.Status == http.StatusCreated && strings.HasPrefix(s.Path, "/vouchers") {
		f.pass(r.Clone(ctx), home, "/vouchers/confirmations", confirmationFor(s.Body)) // single messaging
	}
	f.note(r, s, out.Body.Bytes())
	var told struct {
		Code string `json:"x_code"`
	}
	if _ = json.Unmarshal(out.Body.Bytes(), &told); s.Status == http.StatusOK {
		s.Code = told.Code
	}
	f.remember(s)
	w.WriteHeader(s.Status)
	_, _ = w.Write(out.Body.Bytes())
}

// pass hands a message to a provider; one that drops the connection gives no answer.
func (f *front) pass(r *http.Request, home, path string, body []byte) (out *httptest.ResponseRecorder) {
	out = httptest.NewRecorder()
	defer func() { _ = recover() }()
	r.Method = http.MethodPost
	if len(body) == 0 {
		r.Method = http.MethodGet
	}
	switch {
	case strings.HasPrefix(path, cardBase):
		r.URL.Path = "/giftcards" + path
	case strings.HasPrefix(path, financeBase):
		r.URL.Path = path
	default:
		r.URL.Path = "/" + home + "/suv/v1" + path
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.providers.ServeHTTP(out, r)
	return out
}

func confirmationFor(request []byte) []byte {
	var m routing
	_ = json.Unmarshal(request, &m)
	return []byte(`{"id":"` + m.ID + `","requestId":"` + m.ID + `","time":"2031-02-03T04:05:06Z","thirdPartyIdentifiers":[]}`)
}

func (f *front) remember(s sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, s)
}

type routing struct {
	ID, RequestID string
	Receiver      struct{ ID string }
	Voucher       voucher
}

// home is the provider that a message is for.
func (f *front) home(r *http.Request, body []byte) string {
	var m routing
	_ = json.Unmarshal(body, &m)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, known := range []string{f.homes[m.RequestID], f.codes[m.Voucher.Code], f.codes[r.URL.Query().Get("voucherCode")]} {
		if known != "" {
			return known
		}
	}
	home := defaultProvider
	for _, p := range simulator.Providers() {
		if p.Institution.ID == m.Receiver.ID {
			home = p.ID
		}
	}
	return home
}

// note learns where a request and its voucher live.
func (f *front) note(r *http.Request, s sent, answer []byte) {
	var m, a routing
	_ = json.Unmarshal(s.Body, &m)
	_ = json.Unmarshal(answer, &a)
	home := f.home(r, s.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.RequestID == "" && m.ID != "" {
		f.homes[m.ID] = home
	}
	if a.Voucher.Code != "" {
		f.codes[a.Voucher.Code] = home
	}
}

var idInPath = regexp.MustCompile(`/[0-9a-f]{8}-[0-9a-f-]{27}`)

// story gives what was sent, as lines "METHOD /path status", with ids cut from paths.
func (f *front) story() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines := []string{}
	for _, s := range f.seen {
		path := idInPath.ReplaceAllString(s.Path, "/-")
		lines = append(lines, s.Method+" "+path+" "+http.StatusText(s.Status))
	}
	return lines
}
