package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// front is what clients call: it passes a message to a node that listens, and writes down every message by digest. A node that
// refuses the connection is passed over, as a load balancer does; a node that dies with a message costs its answer.
type front struct {
	journal *journal
	server  *http.Server
	url     string
	client  http.RoundTripper

	mu      sync.Mutex
	nodes   []string
	next    int
	broken  int         // messages that a node took and did not answer
	waiting []chan bool // for the next 2xx
}

// nodeLimit is longer than a node ever takes.
const nodeLimit = clientBudget + 5*time.Second

func newFront(j *journal) (*front, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{journal: j, url: "http://" + ln.Addr().String(), client: &http.Transport{DisableKeepAlives: true}}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = f.server.Serve(ln) }()
	return f, nil
}

func (f *front) add(api string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes = append(f.nodes, api)
}

func (f *front) remove(api string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes = slices.DeleteFunc(f.nodes, func(n string) bool { return n == api })
}

// inTurn gives the nodes, each time beginning with another one.
func (f *front) inTurn() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.nodes) == 0 {
		return nil
	}
	f.next = (f.next + 1) % len(f.nodes)
	return append(slices.Clone(f.nodes[f.next:]), f.nodes[:f.next]...)
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	for _, node := range f.inTurn() {
		ctx, cancel := context.WithTimeout(r.Context(), nodeLimit)
		status, header, answer, err := forward(f.client, node, r.WithContext(ctx), body)
		cancel()
		if errors.Is(err, syscall.ECONNREFUSED) {
			continue
		}
		x := witness.Exchange{Side: witness.ClientSide, Path: r.URL.Path, Request: witness.DigestOf(body)}
		if err == nil {
			x.Status, x.Response = status, witness.DigestOf(answer)
		}
		f.journal.exchange(x)
		if err != nil {
			f.mu.Lock()
			f.broken++
			f.mu.Unlock()
			break
		}
		f.report(status)
		give(w, status, header, answer)
		return
	}
	panic(http.ErrAbortHandler)
}

func (f *front) report(status int) {
	if status < 200 || status >= 300 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.waiting {
		close(c)
	}
	f.waiting = nil
}

// answered is closed at the next 2xx.
func (f *front) answered() <-chan bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan bool)
	f.waiting = append(f.waiting, c)
	return c
}

// brokenSoFar counts messages that a node took and did not answer.
func (f *front) brokenSoFar() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}
