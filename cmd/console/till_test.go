package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// till is a client of the channel API as an outside program would write it; it shares no type with the product.
type till struct {
	api      string
	mount    string // "" or "/suv/v1"
	id, name string
	password string
	http     *http.Client
}

func newTill(s *sandboxProcess) *till {
	return &till{api: s.api, id: "90000101", name: "Karoo Fresh Stores", password: "sandbox-karoo-fresh", http: &http.Client{Timeout: time.Minute}}
}

// answer is what a till was told; status 0 means that no answer came.
type answer struct {
	status int
	text   string
	body   struct {
		ID         string          `json:"id"`
		RequestID  string          `json:"requestId"`
		OriginalID string          `json:"originalId"`
		ErrorType  string          `json:"errorType"`
		Message    string          `json:"errorMessage"`
		Voucher    voucherSlip     `json:"voucher"`
		Parties    []partyRef      `json:"thirdPartyIdentifiers"`
		Detail     json.RawMessage `json:"detailMessage"`
	}
}

type voucherSlip struct {
	Code   string `json:"code"`
	Serial string `json:"serialNumber"`
}

type partyRef struct {
	InstitutionID string `json:"institutionId"`
	Transaction   string `json:"transactionIdentifier"`
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.text) }

// message is a JSON object in the making.
type message map[string]any

// with gives a copy with one member more; nil takes it out.
func (m message) with(name string, value any) message {
	out := message{}
	for k, v := range m {
		out[k] = v
	}
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}

func (m message) id() string { return m["id"].(string) }

const wireClock = "2006-01-02T15:04:05.000Z"

// request is a sale of R 50 at the fully capable default provider.
func (l *till) request() message {
	id := uuid.NewString()
	return message{
		"id": id, "time": time.Now().UTC().Format(wireClock), "stan": "000123", "rrn": "632600000123",
		"client": message{"id": l.id, "name": l.name},
		"originator": message{
			"institution": message{"id": l.id, "name": l.name}, "terminalId": "KF010001",
			"merchant": message{
				"merchantType": "5411", "merchantId": "KAROOFRESH00001",
				"merchantName": message{"name": "Karoo Fresh", "city": "Cape Town", "region": "WC", "country": "ZA"},
			},
		},
		"thirdPartyIdentifiers": []partyRef{{l.id, "T-" + id[:8]}},
		"amounts":               message{"requestAmount": message{"amount": 5000, "currency": "710"}},
	}
}

// sale is a request for a product of a provider.
func (l *till) sale(product, receiver, name string) message {
	return l.request().with("product", message{"productId": product}).with("receiver", message{"id": receiver, "name": name})
}

// advice is a confirmation or a reversal of a request.
func (l *till) advice(request string) message {
	return message{
		"id": uuid.NewString(), "requestId": request, "time": time.Now().UTC().Format(wireClock), "stan": "000123", "rrn": "632600000123",
		"thirdPartyIdentifiers": []partyRef{{l.id, "T-" + request[:8]}},
	}
}

func (l *till) confirmation(request string) message {
	return l.advice(request).with("tenders", []message{{"tenderType": "CASH", "amount": message{"amount": 5000, "currency": "710"}}})
}

func (l *till) reversal(request string) message {
	return l.advice(request).with("reversalReason", "TIMEOUT")
}

// post sends a message once.
func (l *till) post(path string, m message) answer {
	body, err := json.Marshal(m)
	if err != nil {
		panic(err) // plain maps and strings
	}
	return l.send(http.MethodPost, path, body)
}

func (l *till) send(method, path string, body []byte) (a answer) {
	req, err := http.NewRequest(method, l.api+l.mount+path, bytes.NewReader(body))
	if err != nil {
		return answer{text: err.Error()}
	}
	req.SetBasicAuth(l.id, l.password)
	req.Header.Set("Content-Type", "application/json")
	res, err := l.http.Do(req)
	if err != nil {
		return answer{text: err.Error()}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{text: err.Error()}
	}
	a.status, a.text = res.StatusCode, string(text)
	_ = json.Unmarshal(text, &a.body) // not every answer is an object
	return a
}

// must sends a message and asserts the status; errorType is that of a refusal.
func (l *till) must(t testing.TB, status int, errorType, path string, m message) answer {
	t.Helper()
	a := l.post(path, m)
	require.Equal(t, status, a.status, "POST %s: %s", path, a)
	require.Equal(t, errorType, a.body.ErrorType, "POST %s: %s", path, a)
	return a
}

// bought is a sale that the client holds a voucher for.
func (l *till) bought(t testing.TB, m message) answer {
	t.Helper()
	a := l.must(t, http.StatusCreated, "", "/vouchers", m)
	require.NotEmpty(t, a.body.Voucher.Code)
	return a
}

// control changes how a simulated provider behaves; nil makes it behave well.
func (s *sandboxProcess) control(t testing.TB, provider string, m message) {
	t.Helper()
	method, body := http.MethodDelete, []byte(nil)
	if m != nil {
		method = http.MethodPut
		body, _ = json.Marshal(m)
	}
	req, err := http.NewRequest(method, s.simulator+"/control/"+provider, bytes.NewReader(body))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, readAll(t, res.Body))
}

// bookEntry is one line of the simulator's books: what truly happened at a provider.
type bookEntry struct {
	Ref         string    `json:"ref"`
	ProviderRef string    `json:"provider_ref"`
	Operation   string    `json:"operation"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	CodeHash    string    `json:"code_hash"`
	State       string    `json:"state"`
	Advice      string    `json:"advice"`
	FinalAmount int64     `json:"final_amount"`
	Received    int       `json:"received"`
	Retries     int       `json:"retries"`
	At          time.Time `json:"at"`
}

// books reads everything that a provider wrote down.
func (s *sandboxProcess) books(t testing.TB, provider string) []bookEntry {
	t.Helper()
	var got struct {
		Entries []bookEntry `json:"entries"`
	}
	s.fromSimulator(t, "/books/"+provider, &got)
	return got.Entries
}

func (s *sandboxProcess) fromSimulator(t testing.TB, path string, into any) {
	t.Helper()
	res, err := http.Get(s.simulator + path)
	require.NoError(t, err)
	text := readAll(t, res.Body)
	require.Equal(t, http.StatusOK, res.StatusCode, text)
	require.NoError(t, json.Unmarshal([]byte(text), into))
}
