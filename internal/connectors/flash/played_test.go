package flash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// patience bounds tests that must not come to it.
const patience = 20 * time.Second

// tokens is a token address that counts what it gives out.
type tokens struct {
	url     string
	fetched atomic.Int64
	status  atomic.Int64 // instead of a token; 0: a token
}

func tokenAddress(t testing.TB) *tokens {
	t.Helper()
	k := &tokens{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := k.fetched.Add(1)
		if status := k.status.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		if r.FormValue("grant_type") != "client_credentials" || r.Header.Get("Authorization") != "Basic "+key {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","scope":"default","expires_in":3600}`, n)
	}))
	t.Cleanup(s.Close)
	k.url = s.URL + "/token"
	return k
}

// played is Flash as far as these tests need it: idempotent by reference, with a scenario by amount.
type played struct {
	mu      sync.Mutex
	answers map[string]string // by reference: what was answered first
	held    map[string]bool   // references of purchases that count
	refused map[string]bool   // tokens no longer taken
	count   int
	got     [][]byte
}

func newPlayed() *played {
	return &played{answers: map[string]string{}, held: map[string]bool{}, refused: map[string]bool{}}
}

// wish is a message as Flash reads it.
type wish struct {
	Reference string `json:"reference"`
	Account   string `json:"accountNumber"`
	Original  string `json:"originalReference"`
	Pin       string `json:"pin"`
	Amount    int64  `json:"amount"`
}

// scenarios are told by the amount.
func scenarios() map[int64]connectortest.Scenario {
	return map[int64]connectortest.Scenario{
		10001: connectortest.Decline, 10002: connectortest.UnknownCode, 10003: connectortest.Silence, 10004: connectortest.Late,
		10005: connectortest.DuplicateAnswer, 10006: connectortest.Malformed, 10007: connectortest.OtherReference,
		10008: connectortest.NoVoucher, 10009: connectortest.ServerError, 10010: connectortest.Reset,
	}
}

func amountOf(s connectortest.Scenario) int64 {
	for amount, name := range scenarios() {
		if name == s {
			return amount
		}
	}
	return 5000
}

func (p *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var x wish
	if json.Unmarshal(raw, &x) != nil || x.Account != account {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"responseCode":2200}`)
		return
	}
	p.mu.Lock()
	p.got = append(p.got, raw)
	stale := p.refused[r.Header.Get("Authorization")]
	p.mu.Unlock()
	if stale {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body := p.settle(r.URL.Path, x)
	switch scenarios()[x.Amount] {
	case connectortest.Silence:
		<-r.Context().Done()
	case connectortest.Late:
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, body)
	case connectortest.DuplicateAnswer:
		twice(w, body)
	case connectortest.Malformed:
		_, _ = io.WriteString(w, `{"responseCode":0,"voucher":`)
	case connectortest.OtherReference:
		_, _ = io.WriteString(w, `{"responseCode":0,"reference":"b5e7","amount":5,"voucher":{"pin":"1111222233334444"}}`)
	case connectortest.ServerError:
		w.WriteHeader(http.StatusInternalServerError)
	case connectortest.Reset:
		cut(w)
	default:
		_, _ = io.WriteString(w, body)
	}
}

// settle books a message once, and answers every repeat as the first.
func (p *played) settle(path string, x wish) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.answers[x.Reference]; known != "" {
		return known
	}
	p.count++
	echo := fmt.Sprintf(`"reference":%q,"accountNumber":%q`, x.Reference, x.Account)
	body := fmt.Sprintf(`{"responseCode":0,"transactionId":%d,%s,"amount":%d,"voucher":{"amount":%d,"pin":"%016d","serialNumber":"S%d"}}`,
		p.count, echo, x.Amount, x.Amount, 7000000000000000+p.count, p.count)
	switch {
	case x.Original != "" && !p.held[x.Original]:
		return fmt.Sprintf(`{"responseCode":2249,%s}`, echo) // not kept: the purchase may come yet
	case x.Original != "":
		body = fmt.Sprintf(`{"responseCode":0,%s}`, echo)
		p.held[x.Original] = false
	case scenarios()[x.Amount] == connectortest.Decline:
		body = fmt.Sprintf(`{"responseCode":2351,"responseMessage":"Out of stock",%s}`, echo)
	case scenarios()[x.Amount] == connectortest.UnknownCode:
		body = fmt.Sprintf(`{"responseCode":9876,"responseMessage":"Weather",%s}`, echo)
	case scenarios()[x.Amount] == connectortest.NoVoucher:
		body = fmt.Sprintf(`{"responseCode":0,%s,"amount":%d}`, echo, x.Amount)
	default:
		p.held[x.Reference] = true
	}
	p.answers[x.Reference] = body
	return body
}

func (p *played) sales() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, held := range p.held {
		if held {
			n++
		}
	}
	return n
}

func (p *played) refuse(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused["Bearer "+token] = true
}

func (p *played) messages() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

// twice writes an answer two times on the connection.
func twice(w http.ResponseWriter, body string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	one := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	_, _ = io.WriteString(conn, one+one)
}

// cut resets the connection instead of an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// journey sends a call and what its answers ask for, the way the switch does, and gives the results in order.
func journey(t testing.TB, c *Connector, call switchcore.Call) []switchcore.Result {
	t.Helper()
	m, err := c.Prepare(call)
	require.NoError(t, err)
	var results []switchcore.Result
	for {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		a := c.Send(ctx, m)
		cancel()
		call.Sent = m
		r := c.Read(call, a)
		results = append(results, r)
		if r.Follow == nil || r.Class == switchcore.ClassApproved || r.Class == switchcore.ClassDeclined {
			return results
		}
		m = r.Follow.Message
		call.Step, call.Kind = r.Follow.Step, r.Follow.Kind
	}
}
