package ott

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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

// Secrets that must be seen nowhere but on the wire.
const (
	issuingKey      = "key-canary-issuing-0001"
	redemptionKey   = "key-canary-redemption-0002"
	issuingPassword = "password-canary-issuing-3"
	redeemPassword  = "password-canary-redemption-4"
)

const (
	wireRef  = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	nextRef  = wireRef + "-2"
	adviceID = "5e1f0000-0000-4000-8000-00000000000a"
)

func options() Options {
	return Options{
		VendorCode: "77", APIKeySecret: "ott-key", BranchDefault: "HEADOFFICE",
		RedemptionUser: "merchant-9", RedemptionPasswordSecret: "ott-redemption-password", RedemptionAPIKeySecret: "ott-redemption-key",
		VendorID: "88",
	}
}

func config(base string) Config {
	return Config{
		Config: wire.Config{BaseURL: base}, User: "reseller-1", Password: func() string { return issuingPassword }, Options: options(),
		Secret: func(name string) func() string {
			secret, known := map[string]string{
				"ott-key": issuingKey, "ott-redemption-password": redeemPassword, "ott-redemption-key": redemptionKey,
			}[name]
			if !known {
				return nil
			}
			return func() string { return secret }
		},
	}
}

func connect(t testing.TB, base string) *Connector {
	t.Helper()
	c, err := New(config(base))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func provider() switchcore.Provider {
	return switchcore.Provider{ID: "ott", User: "reseller-1", Profile: switchcore.Profile{
		ConfirmProvision: true, ReverseProvision: true, Retry: true, Lookup: true, Redeem: true, ReverseRedeem: true,
	}}
}

func callOf(kind transactions.AttemptKind, op transactions.Operation) switchcore.Call {
	return switchcore.Call{Kind: kind, Operation: op, WireRef: wireRef, NextWireRef: nextRef, Provider: provider()}
}

func with(call switchcore.Call, change func(*switchcore.Call)) switchcore.Call {
	change(&call)
	return call
}

func rands(minor int64) *money.Amount { return &money.Amount{Minor: minor, Currency: "710"} }

// sale is a provision of an amount in cents.
func sale(minor int64) switchcore.Call {
	return with(callOf(transactions.AttemptRequest, transactions.Provision), func(c *switchcore.Call) {
		c.Request = &switchcore.Request{MerchantID: "cornershop00001", TerminalID: "till0007", CashierID: "jane", Amount: rands(minor)}
	})
}

// played is OTT as its documents describe it, seen from outside: it knows nothing of this package.
type played struct {
	mu       sync.Mutex
	vouchers map[string]*item // by reference
	remitted map[string]int64 // cents by reference
	gets     map[string]int   // GetVoucher per reference
	scenario map[string]connectortest.Scenario
	requests []string // paths and bodies, as they came
}

type item struct {
	pin, serial string
	cents       int64
	state       string
}

func play() *played {
	return &played{
		vouchers: map[string]*item{}, remitted: map[string]int64{}, gets: map[string]int{},
		scenario: map[string]connectortest.Scenario{},
	}
}

func (p *played) set(ref string, s connectortest.Scenario) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scenario[ref] = s
}

func (p *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	issuing := strings.HasPrefix(r.URL.Path, "/api/reseller/v1/")
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		http.Error(w, "form", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.requests = append(p.requests, r.URL.Path+" "+r.PostForm.Encode())
	p.mu.Unlock()
	user, password, key, field := "reseller-1", issuingPassword, issuingKey, "hash"
	if !issuing {
		user, password, key = "merchant-9", redeemPassword, redemptionKey
		if call == "CheckVoucher" {
			field = "Hash"
		}
	}
	if u, pw, _ := r.BasicAuth(); u != user || pw != password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.PostForm.Get(field) != digest(key, r.PostForm, field) {
		answer(w, map[string]any{"success": "false", "errorCode": 99, "message": "hash mismatch"})
		return
	}
	p.serve(w, r, call, issuing)
}

func digest(key string, form url.Values, field string) string {
	var names []string
	for name := range form {
		if name != field {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	text := key
	for _, name := range names {
		text += form.Get(name)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (p *played) serve(w http.ResponseWriter, r *http.Request, call string, issuing bool) {
	form := r.PostForm
	p.mu.Lock()
	ref := form.Get("uniqueReference")
	s := p.scenario[ref]
	p.mu.Unlock()
	switch {
	case call == "GetVoucher":
		p.get(w, r, s)
	case call == "RemitVoucher":
		p.remit(w, r, s)
	case call == "CheckRemitVoucher":
		p.mu.Lock()
		cents, known := p.remitted[ref]
		p.mu.Unlock()
		if !known {
			refuse(w, 0, "no such remittance")
			return
		}
		answer(w, remittance(cents))
	case call == "CheckVoucher" && !issuing:
		answer(w, map[string]any{"success": "true", "serial": "S-77", "value": "1,050.5000", "voucherID": 9})
	default:
		p.advise(w, ref, call)
	}
}

func (p *played) get(w http.ResponseWriter, r *http.Request, s connectortest.Scenario) {
	form := r.PostForm
	ref := form.Get("uniqueReference")
	switch s {
	case connectortest.Decline:
		refuse(w, 3, "no product")
		return
	case connectortest.UnknownCode:
		refuse(w, 4711, "weather")
		return
	case connectortest.ServerError, "lost request":
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var cents int64
	if _, err := fmt.Sscanf(strings.ReplaceAll(form.Get("value"), ".", ""), "%d", &cents); err != nil {
		refuse(w, 8, "value")
		return
	}
	p.mu.Lock()
	p.gets[ref]++
	n := len(p.vouchers) + 1
	v := &item{pin: fmt.Sprintf("4455%08d", n), serial: fmt.Sprintf("OTT%06d", n), cents: cents, state: "issued"}
	p.vouchers[ref] = v
	p.mu.Unlock()
	switch s {
	case connectortest.Silence:
		<-r.Context().Done() // the caller gave up
	case connectortest.Late:
		time.Sleep(50 * time.Millisecond)
	case connectortest.Reset:
		panic(http.ErrAbortHandler)
	case connectortest.Malformed:
		_, _ = w.Write([]byte(`{"success":"tr`))
		return
	case connectortest.DuplicateAnswer:
		body, _ := json.Marshal(issuedAnswer(v)) //nolint:errchkjson // strings and numbers only
		connectortest.AnswerTwice(w, string(body))
		return
	case connectortest.NoVoucher:
		answer(w, map[string]any{"success": "true", "voucher": "not json"})
		return
	}
	answer(w, issuedAnswer(v))
}

func issuedAnswer(v *item) map[string]any {
	inner, _ := json.Marshal(map[string]any{ //nolint:errchkjson // strings and numbers only
		"voucherID": 5, "saleID": 600, "pin": v.pin, "serialNumber": v.serial, "batch": "B7",
		"instructions": "Dial *130#\r\nEnter the PIN", "amount": fmt.Sprintf("%d.%02d00", v.cents/100, v.cents%100),
	})
	return map[string]any{"success": "true", "errorCode": 0, "voucher": string(inner)}
}

func (p *played) advise(w http.ResponseWriter, ref, call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.vouchers[ref]
	switch {
	case v == nil, call == "CheckVoucher" && v.state == "rejected":
		refuse(w, 0, "not found")
	case call == "CheckVoucher":
		answer(w, issuedAnswer(v))
	case call == "ConfirmVoucher" && v.state == "confirmed":
		refuse(w, 0, "already confirmed")
	case call == "ConfirmVoucher" && v.state == "issued":
		v.state = "confirmed"
		answer(w, map[string]any{"success": true, "message": "done"})
	case call == "RejectVoucher" && v.state != "confirmed":
		v.state = "rejected"
		answer(w, map[string]any{"success": true, "message": "done"})
	default:
		refuse(w, 0, "state does not allow it")
	}
}

func (p *played) remit(w http.ResponseWriter, r *http.Request, s connectortest.Scenario) {
	if s == connectortest.Decline {
		refuse(w, 5, "Voucher 445500000001 already redeemed")
		return
	}
	p.mu.Lock()
	p.remitted[r.PostForm.Get("uniqueReference")] = 4000
	p.mu.Unlock()
	if s == connectortest.Silence {
		<-r.Context().Done() // the caller gave up
	}
	answer(w, remittance(4000))
}

func remittance(cents int64) map[string]any {
	return map[string]any{
		"success": "true", "voucherID": "V-12", "voucherAmount": fmt.Sprintf("%d.%02d", cents/100, cents%100),
		"voucherBalance": 10.5, "message": "remitted",
	}
}

func answer(w http.ResponseWriter, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code int, message string) {
	body := map[string]any{"success": "false", "message": message}
	if code != 0 {
		body["errorCode"] = code
	}
	answer(w, body)
}
