package flash

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
)

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
	switch connectortest.ScenarioOf(x.Amount) {
	case connectortest.Silence:
		<-r.Context().Done()
	case connectortest.Late:
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, body)
	case connectortest.DuplicateAnswer:
		connectortest.AnswerTwice(w, body)
	case connectortest.Malformed:
		_, _ = io.WriteString(w, `{"responseCode":0,"voucher":`)
	case connectortest.OtherReference:
		_, _ = io.WriteString(w, `{"responseCode":0,"reference":"b5e7","amount":5,"voucher":{"pin":"1111222233334444"}}`)
	case connectortest.ServerError:
		w.WriteHeader(http.StatusInternalServerError)
	case connectortest.Reset:
		connectortest.ResetInstead(w)
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
	case connectortest.ScenarioOf(x.Amount) == connectortest.Decline:
		body = fmt.Sprintf(`{"responseCode":2351,"responseMessage":"Out of stock",%s}`, echo)
	case connectortest.ScenarioOf(x.Amount) == connectortest.UnknownCode:
		body = fmt.Sprintf(`{"responseCode":9876,"responseMessage":"Weather",%s}`, echo)
	case connectortest.ScenarioOf(x.Amount) == connectortest.NoVoucher:
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
