package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// providerSide stands between the switch and the simulator: it writes down every message by digest, and misbehaves.
type providerSide struct {
	addr    string // stays the same when the link is cut and healed
	target  string
	journal *journal
	noisy   atomic.Bool
	server  *http.Server
	client  http.RoundTripper
}

func newProviderSide(target string, j *journal) (*providerSide, error) {
	p := &providerSide{addr: "127.0.0.1:0", target: target, journal: j, client: &http.Transport{DisableKeepAlives: true}}
	return p, p.heal()
}

func (p *providerSide) url() string { return "http://" + p.addr }

// heal listens, at the same address as before.
func (p *providerSide) heal() error {
	ln, err := net.Listen("tcp", p.addr)
	if err != nil {
		return err
	}
	p.addr = ln.Addr().String()
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func(s *http.Server) { _ = s.Serve(ln) }(p.server)
	return nil
}

// cut refuses connections and breaks those that are open.
func (p *providerSide) cut() { _ = p.server.Close() }

// mishap is what may happen to one message; most of them pass.
type mishap int

const (
	passes mishap = iota
	requestLost
	answerLost
	answerLate
	errorInstead
)

func (p *providerSide) draw() mishap {
	if !p.noisy.Load() {
		return passes
	}
	switch n := rand.IntN(1000); {
	case n < 5:
		return requestLost
	case n < 12:
		return answerLost
	case n < 15:
		return answerLate
	case n < 18:
		return errorInstead
	}
	return passes
}

// stored gives what the record holds of a message: OTT's signature is made from it and the key when it is sent, and is kept
// nowhere.
func stored(path string, body []byte) []byte {
	if strings.HasPrefix(path, "/ott/native/") {
		body, _, _ = bytes.Cut(body, []byte("&hash="))
	}
	return body
}

// untraced tells which messages belong to no transaction: a native provider's sign-in.
func untraced(path string) bool { return strings.Contains(strings.ToLower(path), "token") }

func (p *providerSide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // half a message is none
	}
	x := witness.Exchange{Side: witness.ProviderSide, Path: r.URL.Path, Request: witness.DigestOf(stored(r.URL.Path, body))}
	if !untraced(r.URL.Path) {
		defer func() { p.journal.exchange(x) }()
	}
	what := p.draw()
	if what == requestLost {
		panic(http.ErrAbortHandler)
	}
	status, header, answer, err := p.pass(r, body)
	switch {
	case err != nil, what == answerLost:
		panic(http.ErrAbortHandler)
	case what == answerLate: // later than the provider's time-out, within the window for late answers
		time.Sleep(providerTimeout + time.Second)
	case what == errorInstead:
		status, header, answer = http.StatusInternalServerError, http.Header{}, []byte(`{}`)
	}
	x.Status, x.Response = status, witness.DigestOf(answer)
	give(w, status, header, answer)
}

// pass asks the simulator, whatever becomes of who asked.
func (p *providerSide) pass(r *http.Request, body []byte) (int, http.Header, []byte, error) {
	return forward(p.client, p.target, r.Clone(context.WithoutCancel(r.Context())), body)
}

// forward sends a request on and reads the whole answer.
func forward(client http.RoundTripper, base string, r *http.Request, body []byte) (int, http.Header, []byte, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	out.GetBody = nil // net/http must not learn how to send it twice
	out.Header = r.Header.Clone()
	res, err := client.RoundTrip(out)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, answer, err
}

// give passes an answer on as it came.
func give(w http.ResponseWriter, status int, header http.Header, answer []byte) {
	for name, values := range header {
		if name != "Content-Length" && name != "Connection" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the other side may be dead; that is what this is about
}
