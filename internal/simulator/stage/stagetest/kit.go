// Package stagetest runs one native interface of the simulator in a test: a real HTTP server, a clock that stands
// still until told, books that can be closed and opened again.
package stagetest

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// House is a played interface.
type House interface {
	http.Handler
	stage.Source
	Open(path string, v *stage.Vault) error
	Close() error
}

// Kit is a running house and its caller.
type Kit struct {
	T       testing.TB
	URL     string
	Client  *http.Client
	House   House
	control *stage.Control
	clock   *atomic.Int64
	make    func(stage.Config) House
	dir     string
	end     func()
}

// Start runs the house that make makes. With a dir its books outlive Restart.
func Start(t testing.TB, dir string, make func(stage.Config) House) *Kit {
	t.Helper()
	clock := new(atomic.Int64)
	clock.Store(time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC).UnixNano())
	k := &Kit{T: t, make: make, dir: dir, clock: clock}
	k.run()
	t.Cleanup(func() { k.end() })
	return k
}

func (k *Kit) run() {
	stopping := make(chan struct{})
	k.control = stage.NewControl(stage.NativeFaults(), stage.NativeKinds()...)
	k.House = k.make(stage.Config{
		Control: k.control, Log: slog.New(slog.DiscardHandler), Stopping: stopping,
		Now: func() time.Time { return time.Unix(0, k.clock.Load()) },
	})
	if k.dir != "" {
		v, err := stage.OpenVault(filepath.Join(k.dir, "key"))
		require.NoError(k.T, err)
		require.NoError(k.T, k.House.Open(filepath.Join(k.dir, "books"), v))
	}
	server := httptest.NewServer(k.House)
	transport := &http.Transport{DisableKeepAlives: true} // a kept connection would log the second of two answers
	k.URL, k.Client = server.URL, &http.Client{Timeout: 10 * time.Second, Transport: transport}
	k.end = func() {
		close(stopping)
		server.Close()
		require.NoError(k.T, k.House.Close())
	}
}

// Restart ends the house and starts it again on its journal.
func (k *Kit) Restart() {
	k.T.Helper()
	k.end()
	k.run()
}

// Advance moves the clock.
func (k *Kit) Advance(d time.Duration) { k.clock.Add(int64(d)) }

// Reply is an answer read to the end; Err is a broken exchange. Numbers in Body are json.Number.
type Reply struct {
	Status int
	Header http.Header
	Text   string
	Body   map[string]any
	Err    error
}

// Send makes one request. Header lines are given as "Name: value".
func (k *Kit) Send(method, path, body string, header ...string) Reply {
	k.T.Helper()
	req, err := http.NewRequest(method, k.URL+path, strings.NewReader(body))
	require.NoError(k.T, err)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	res, err := k.Client.Do(req)
	if err != nil {
		return Reply{Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	r := Reply{Status: res.StatusCode, Header: res.Header, Text: string(raw), Err: err}
	dec := json.NewDecoder(strings.NewReader(r.Text))
	dec.UseNumber()
	_ = dec.Decode(&r.Body) // not every answer is a JSON object; tests look at Body then
	return r
}

// Impatient makes the caller give up after d.
func (k *Kit) Impatient(d time.Duration) { k.Client.Timeout = d }

// Control puts settings to the control side.
func (k *Kit) Control(body string) {
	k.T.Helper()
	w := httptest.NewRecorder()
	k.control.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", strings.NewReader(body)))
	require.Equal(k.T, http.StatusOK, w.Code, w.Body.String())
}

// Lines are the entries of the books under a reference, all of them for an empty one.
func (k *Kit) Lines(ref string) (list []stage.Line) {
	k.House.Lines(stage.Window{Ref: ref}, func(part []stage.Line) { list = append(list, part...) })
	return list
}

// Line is the only entry under a reference.
func (k *Kit) Line(ref string) stage.Line {
	k.T.Helper()
	lines := k.Lines(ref)
	require.Len(k.T, lines, 1, ref)
	return lines[0]
}

// Outcome puts what happened in one word: no answer, not JSON, or the status.
func (r Reply) Outcome() string {
	switch {
	case r.Err != nil:
		return "no answer"
	case r.Body == nil:
		return "not JSON " + http.StatusText(r.Status)
	}
	return http.StatusText(r.Status)
}
