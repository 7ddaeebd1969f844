package yoyo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Secrets that must be seen nowhere but on the wire; the digest is what the transaction engine wants of its password.
const (
	issuerPassword   = "password-canary-issuer-1"
	terminalPassword = "password"
	terminalDigest   = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"
)

const (
	wireRef  = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	adviceID = "5e1f0000-0000-4000-8000-00000000000a"
	code     = "800123456"
)

func config(base string) Config {
	return Config{
		Config: wire.Config{BaseURL: base + "/issuer"}, User: "api-7", Password: func() string { return issuerPassword },
		Options: Options{
			RedemptionBaseURL: base + "/engine/pos-providers", RedemptionUser: "pos-9", RedemptionPasswordSecret: "yoyo-terminal", StoreID: "4711",
		},
		Secret: func(name string) func() string {
			if name != "yoyo-terminal" {
				return nil
			}
			return func() string { return terminalPassword }
		},
	}
}

func connect(t testing.TB, base string, change ...func(*Config)) *Connector {
	t.Helper()
	cfg := config(base)
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func provider() switchcore.Provider {
	return switchcore.Provider{ID: "yoyo", User: "api-7", Profile: switchcore.Profile{
		ReverseProvision: true, Retry: true, Lookup: true, Redeem: true, ConfirmRedeem: true, ReverseRedeem: true, Products: true,
	}}
}

func callOf(kind transactions.AttemptKind, op transactions.Operation) switchcore.Call {
	return switchcore.Call{Kind: kind, Operation: op, WireRef: wireRef, Provider: provider()}
}

func with(call switchcore.Call, change func(*switchcore.Call)) switchcore.Call {
	change(&call)
	return call
}

func rands(minor int64) *money.Amount { return &money.Amount{Minor: minor, Currency: "710"} }

func gift() *switchcore.Product {
	return &switchcore.Product{ID: "gift", ProviderCode: "501", ProviderGroup: "giftcard", Currency: "710"}
}

// sale is a provision of a gift card.
func sale(minor int64) switchcore.Call {
	return with(callOf(transactions.AttemptRequest, transactions.Provision), func(c *switchcore.Call) {
		c.Product, c.Request = gift(), &switchcore.Request{Amount: rands(minor), TerminalID: "till0007", CashierID: "jane"}
	})
}

func retry(age time.Duration) switchcore.Call {
	return with(sale(5000), func(c *switchcore.Call) { c.Kind, c.Age = transactions.AttemptRetry, age })
}

func redemption(minor int64) switchcore.Call {
	return with(callOf(transactions.AttemptRequest, transactions.Redemption), func(c *switchcore.Call) {
		c.Request = &switchcore.Request{VoucherCode: code, Amount: rands(minor), TerminalID: "till0007", CashierID: "jane", RRN: "000000012345"}
	})
}

func advice(op transactions.Operation, kind transactions.AttemptKind, change ...func(*switchcore.Call)) switchcore.Call {
	call := with(callOf(kind, op), func(c *switchcore.Call) {
		c.Advice = &switchcore.Advice{ID: adviceID}
		if op == transactions.Provision {
			c.Product = gift()
		}
	})
	for _, f := range change {
		f(&call)
	}
	return call
}

func lookup(r switchcore.Request) switchcore.Call {
	return with(callOf(transactions.AttemptLookup, transactions.Lookup), func(c *switchcore.Call) { c.Request = &r })
}

type object = map[string]any

// played is Yoyo as its documents describe it, seen from outside: it knows nothing of this package.
type played struct {
	mu       sync.Mutex
	items    []object
	trxs     []object
	posts    map[string]int // per userRef
	scenario map[string]connectortest.Scenario
	singular bool // spells its users the other way
	requests []string
}

func play() *played {
	return &played{scenario: map[string]connectortest.Scenario{}, posts: map[string]int{}}
}

func (p *played) set(ref string, s connectortest.Scenario) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scenario[ref] = s
}

func (p *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body object
	_ = json.NewDecoder(r.Body).Decode(&body) // a GET has none
	p.mu.Lock()
	p.requests = append(p.requests, r.Method+" "+r.URL.Path)
	p.mu.Unlock()
	if path, terminal := strings.CutPrefix(r.URL.Path, "/engine/pos-providers"); terminal {
		if r.Header.Get("id") != "pos-9" || r.Header.Get("password") != terminalDigest || r.Header.Get("apiServerVersion") != "1.14" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		p.terminal(w, r, path, body)
		return
	}
	if r.Header.Get("apiId") != "api-7" || r.Header.Get("apiPassword") != issuerPassword {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p.issuer(w, r, strings.TrimPrefix(r.URL.Path, "/issuer"), body)
}

func (p *played) issuer(w http.ResponseWriter, r *http.Request, path string, body object) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	users := "users"
	if p.singular {
		users = "user"
	}
	switch {
	case r.Method == http.MethodPost:
		p.issue(w, r, strings.TrimSuffix(parts[0], "s"), body)
	case len(parts) == 3 && parts[0] == users:
		p.mu.Lock()
		defer p.mu.Unlock()
		list := []object{}
		for _, it := range p.items {
			if it["userRef"] == parts[1] && it["kind"].(string)+"s" == parts[2] {
				list = append(list, it)
			}
		}
		say(w, 200, object{"responseCode": "-1", parts[2]: list})
	case len(parts) == 2 && (parts[0] == "giftcards" || parts[0] == "coupons"):
		p.one(w, r, parts[0], parts[1])
	default:
		http.NotFound(w, r)
	}
}

func (p *played) issue(w http.ResponseWriter, r *http.Request, kind string, body object) {
	ref, _ := body["userRef"].(string)
	p.mu.Lock()
	s := p.scenario[ref]
	p.mu.Unlock()
	switch s {
	case connectortest.Decline:
		say(w, 200, object{"responseCode": "2156", "responseDesc": "limit exceeded"})
		return
	case connectortest.UnknownCode:
		say(w, 200, object{"responseCode": "3", "responseDesc": "database"})
		return
	case connectortest.ServerError, "lost request":
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	it := p.add(kind, ref, body["balance"])
	switch s {
	case connectortest.Silence:
		<-r.Context().Done() // the caller gave up
	case connectortest.Late:
		time.Sleep(50 * time.Millisecond)
	case connectortest.Reset:
		panic(http.ErrAbortHandler)
	case connectortest.Malformed:
		_, _ = w.Write([]byte(`{"responseCode":"-1","giftc`))
		return
	case connectortest.OtherReference:
		it = clone(it)
		it["userRef"] = "another"
	case connectortest.DuplicateAnswer:
		body, _ := json.Marshal(object{"responseCode": "-1", kind: it}) //nolint:errchkjson // strings and numbers only
		connectortest.AnswerTwice(w, string(body))
		return
	case connectortest.NoVoucher:
		it = clone(it)
		delete(it, "wicode")
	case "refused though issued":
		say(w, 400, object{"responseCode": "9999"})
		return
	}
	say(w, 200, object{"responseCode": "-1", "responseDesc": "Success", kind: it})
}

func clone(it object) object {
	out := object{}
	for k, v := range it {
		out[k] = v
	}
	return out
}

func (p *played) add(kind, ref string, balance any) object {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.items) + 1
	it := object{
		"kind": kind, "id": 9000 + n, "wicode": 800123000000 + n, "userRef": ref, "campaignId": 501, "stateId": "A",
		"expiryDate": "2033-01-02T01:04:05+0200",
	}
	if kind == "giftcard" {
		it["balance"], it["issuedAmount"], it["redeemedAmount"] = balance, balance, 0
	} else {
		it["voucherAmount"] = 2500
	}
	p.items = append(p.items, it)
	p.posts[ref]++
	return it
}

func (p *played) one(w http.ResponseWriter, r *http.Request, path, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range p.items {
		if strconv.Itoa(it["id"].(int)) != id || it["kind"].(string)+"s" != path {
			continue
		}
		if r.Method == http.MethodDelete {
			if r.Header.Get("id") != id || it["stateId"] != "A" {
				say(w, 400, object{"responseCode": "77", "responseDesc": "Item expired"})
				return
			}
			it["stateId"] = "E"
		}
		say(w, 200, object{"responseCode": -1, it["kind"].(string): it})
		return
	}
	say(w, 404, object{"responseCode": "78", "responseDesc": "Item not found"})
}

func (p *played) terminal(w http.ResponseWriter, r *http.Request, path string, body object) {
	p.mu.Lock()
	defer p.mu.Unlock()
	basket := ""
	if s, ok := body["storeTrxDetails"].(object); ok {
		basket, _ = s["basketId"].(string)
	}
	switch path {
	case "/transaction":
		p.pay(w, r, basket, body)
	case "/transaction-history":
		list := []object{}
		for _, trx := range p.trxs {
			if trx["basketId"] == basket {
				list = append(list, trx)
			}
		}
		say(w, 200, object{"responseCode": "-1", "transactions": list})
	case "/advise":
		p.advise(w, body)
	case "/token-info":
		say(w, 200, object{"responseCode": "-1", "value": 12345, "validity": "VALID"})
	default:
		http.NotFound(w, r)
	}
}

func (p *played) pay(w http.ResponseWriter, r *http.Request, basket string, body object) {
	s := p.scenario[basket]
	switch s {
	case connectortest.Decline:
		say(w, 200, object{"responseCode": "02101", "responseDesc": "wiCode 800123456 unknown"})
		return
	case "locked":
		say(w, 200, object{"responseCode": "2113"})
		return
	case "lost request":
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	asked := int64(body["totalAmount"].(float64))
	trx := object{
		"id": 7000 + len(p.trxs), "type": "PAYMENT", "state": "S", "basketId": basket, "totalAmountProcessed": min(asked, 4000),
		"storeTrxDetails": body["storeTrxDetails"],
	}
	if s == "failed" {
		trx["state"], trx["responseCode"] = "F", "2156"
	}
	p.trxs = append(p.trxs, trx)
	if s == connectortest.Reset || s == "failed" {
		panic(http.ErrAbortHandler)
	}
	say(w, 200, object{"responseCode": "-1", "wiTrxId": trx["id"], "totalAmountProcessed": trx["totalAmountProcessed"]})
}

func (p *played) advise(w http.ResponseWriter, body object) {
	original := body["originalTrx"].(object)
	for _, trx := range p.trxs {
		if fmt.Sprint(trx["id"]) != fmt.Sprint(original["wiTrxId"]) {
			continue
		}
		switch {
		case body["action"] == "REVERSE" && trx["final"] != "FINALISE":
			trx["state"] = "R"
		case body["action"] == "REVERSE":
			say(w, 200, object{"responseCode": "2114"})
			return
		default:
			trx["final"] = "FINALISE"
		}
		say(w, 200, object{"responseCode": "-1"})
		return
	}
	say(w, 200, object{"responseCode": "2145"})
}

func say(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
