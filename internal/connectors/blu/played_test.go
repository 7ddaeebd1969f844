package blu

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// stock is a voucher in the provider's books.
type stock struct {
	serial string
	amount int64
	used   bool
}

// played is the trade API as far as these tests need it, with a scenario by amount.
type played struct {
	mu       sync.Mutex
	vouchers map[string]*stock // by token
	sales    map[string]string // token by request id
	answers  map[string]string // by request id
	count    int
	requests []string // method, path with query, key of each message
}

func newPlayed() *played {
	return &played{vouchers: map[string]*stock{}, sales: map[string]string{}, answers: map[string]string{}}
}

// wish is a message as the provider reads it.
type wish struct {
	ID       string `json:"requestId"`
	Original string `json:"originalRequestId"`
	Token    string `json:"token"`
	Amount   int64  `json:"amount"`
}

func (p *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var x wish
	_ = json.Unmarshal(raw, &x)
	p.mu.Lock()
	p.requests = append(p.requests, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("apikey"))
	p.mu.Unlock()
	status, body := p.settle(r, x)
	switch connectortest.ScenarioOf(x.Amount) {
	case connectortest.Silence:
		<-r.Context().Done()
		return
	case connectortest.Late:
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
	case connectortest.DuplicateAnswer:
		connectortest.AnswerTwice(w, body)
		return
	case connectortest.Malformed:
		body = `{"token":`
	case connectortest.OtherReference:
		body = `{"requestId":"b5e7","token":"1111222233334444","amount":5}`
	case connectortest.ServerError:
		status, body = http.StatusInternalServerError, oops(500, "Oops")
	case connectortest.Reset:
		connectortest.ResetInstead(w)
		return
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (p *played) settle(r *http.Request, x wish) (status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case r.Method == http.MethodGet:
		return p.look(r.URL.Query().Get("token"))
	case x.Original != "":
		return p.undo(x)
	case p.answers[x.ID] != "":
		return http.StatusOK, p.answers[x.ID]
	case connectortest.ScenarioOf(x.Amount) == connectortest.Decline:
		return http.StatusBadRequest, oops(400, "Amount out of range")
	case connectortest.ScenarioOf(x.Amount) == connectortest.UnknownCode:
		return http.StatusUnprocessableEntity, oops(422, "Weather")
	case connectortest.ScenarioOf(x.Amount) == connectortest.NoVoucher:
		return http.StatusOK, fmt.Sprintf(`{"requestId":%q,"amount":%d,"reference":"R"}`, x.ID, x.Amount)
	case r.URL.Path == pathRedemptions:
		return p.redeem(x)
	}
	token := p.issue(x.Amount)
	p.sales[x.ID] = token
	p.answers[x.ID] = fmt.Sprintf(`{"requestId":%q,"token":%q,"serialNumber":%q,"amount":%d,"reference":"R%d"}`, x.ID, token, p.vouchers[token].serial, x.Amount, p.count)
	return http.StatusOK, p.answers[x.ID]
}

func (p *played) issue(amount int64) string {
	p.count++
	token := fmt.Sprintf("%016d", 7000000000000000+p.count)
	p.vouchers[token] = &stock{serial: fmt.Sprintf("S%d", p.count), amount: amount}
	return token
}

func (p *played) look(token string) (int, string) {
	v := p.vouchers[token]
	switch {
	case v == nil:
		return http.StatusNotFound, oops(404, "Voucher not found")
	case v.used:
		return http.StatusOK, fmt.Sprintf(`{"status":"USED","amount":%d,"currency":"ZAR"}`, v.amount)
	}
	return http.StatusOK, fmt.Sprintf(`{"status":"ACTIVE","amount":%d,"currency":"ZAR","expiryDate":"2034-02-03"}`, v.amount)
}

func (p *played) redeem(x wish) (int, string) {
	v := p.vouchers[x.Token]
	switch {
	case v == nil:
		return http.StatusNotFound, oops(404, "Voucher not found")
	case v.used:
		return http.StatusBadRequest, oops(400, "Voucher already redeemed")
	case x.Amount > v.amount:
		return http.StatusBadRequest, oops(400, "Amount exceeds the balance")
	}
	v.used = true
	rest := "null"
	if left := v.amount - x.Amount; left > 0 {
		token := p.issue(left)
		rest = fmt.Sprintf(`{"token":%q,"serialNumber":%q,"amount":%d,"expiryDateTime":"2034-02-03T00:00:00"}`, token, p.vouchers[token].serial, left)
	}
	p.count++
	p.answers[x.ID] = fmt.Sprintf(`{"requestId":%q,"reference":"R%d","amount":%d,"redeemedVoucherSerialNumber":%q,"replacementVoucher":%s}`, x.ID, p.count, x.Amount, v.serial, rest)
	return http.StatusOK, p.answers[x.ID]
}

func (p *played) undo(x wish) (int, string) {
	token := p.sales[x.Original]
	if token == "" {
		return http.StatusNotFound, oops(404, "Original request not found")
	}
	p.vouchers[token].used = true
	return http.StatusOK, fmt.Sprintf(`{"requestId":%q}`, x.ID)
}

// live is the money in vouchers that can still be spent.
func (p *played) live() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sum int64
	for _, v := range p.vouchers {
		if !v.used {
			sum += v.amount
		}
	}
	return sum
}

func (p *played) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// play gives a connector before a played trade API.
func play(t testing.TB, o Options) (*Connector, *played) {
	t.Helper()
	p := newPlayed()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return newConnector(t, s.URL, o), p
}

func fresh(call switchcore.Call) switchcore.Call {
	call.WireRef, call.EntryID = uuid.NewString(), uuid.NewString()
	if call.Advice != nil {
		call.Advice = &switchcore.Advice{ID: call.EntryID}
	}
	return call
}
