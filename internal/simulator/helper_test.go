package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// kit is a running simulator and one caller at one provider.
type kit struct {
	t        *testing.T
	sim      *Server
	url      string
	provider string
	user     string
	client   *http.Client
	codes    map[string]string // provision name -> code
	basket   string            // basketRef of the next requests
}

func newKit(t *testing.T, provider string, cfg Config) *kit {
	t.Helper()
	sim, err := New(cfg)
	require.NoError(t, err)
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(func() {
		sim.release()
		srv.Close()
		require.NoError(t, sim.Close())
	})
	tr := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(tr.CloseIdleConnections)
	return &kit{
		t: t, sim: sim, url: srv.URL, provider: provider, user: "90000002",
		client: &http.Client{Transport: tr, Timeout: 20 * time.Second}, codes: map[string]string{},
	}
}

// uuidOf makes a stable message id from a short name.
func uuidOf(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

type object = map[string]any

func (k *kit) request(name string) object {
	m := object{
		"id": uuidOf(name), "time": "2031-02-03T04:05:06.007Z",
		"client": object{"id": k.user, "name": "Kiosk Net"},
		"originator": object{
			"institution": object{"id": "90000001", "name": "Corner Shop"}, "terminalId": "till0007",
			"merchant": object{
				"merchantType": "5411", "merchantId": "cornershop00001",
				"merchantName": object{"name": "Corner Shop", "city": "Durban", "region": "KZ", "country": "ZA"},
			},
		},
		"thirdPartyIdentifiers": []object{{"institutionId": "90000001", "transactionIdentifier": "T-1"}},
		"amounts":               object{"requestAmount": object{"amount": 5000, "currency": "710"}},
	}
	if k.basket != "" {
		m["basketRef"] = k.basket
	}
	return m
}

func (k *kit) advice(name, request string) object {
	return object{
		"id": uuidOf(name), "requestId": uuidOf(request), "time": "2031-02-03T04:05:07.007Z",
		"thirdPartyIdentifiers": []object{}, "reversalReason": "TIMEOUT",
	}
}

// reply is an answer read to the end; err is a broken exchange.
type reply struct {
	status int
	header http.Header
	text   string
	body   object
	err    error
}

func (r reply) errorType() string { s, _ := r.body["errorType"].(string); return s }

func (r reply) code() string {
	v, _ := r.body["voucher"].(object)
	s, _ := v["code"].(string)
	return s
}

func (k *kit) send(method, path string, body any) reply {
	k.t.Helper()
	var rd io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		rd = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(k.t, err)
		rd = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, k.url+path, rd)
	require.NoError(k.t, err)
	req.SetBasicAuth(k.user, "secret-"+k.user)
	return k.exchange(req)
}

func (k *kit) exchange(req *http.Request) reply {
	res, err := k.client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	r := reply{status: res.StatusCode, header: res.Header, text: string(raw), err: err}
	_ = json.Unmarshal(raw, &r.body) // not every answer is JSON; tests look at body then
	return r
}

func (k *kit) post(path string, body any) reply {
	k.t.Helper()
	return k.send(http.MethodPost, "/"+k.provider+"/suv/v1/"+path, body)
}

// do runs one step written as words: what, name, about what.
func (k *kit) do(text string) reply {
	k.t.Helper()
	w := append(strings.Fields(text), "", "")
	switch w[0] {
	case "provision":
		r := k.post("vouchers", k.request(w[1]))
		if r.status == http.StatusCreated {
			k.codes[w[1]] = r.code()
		}
		return r
	case "retry":
		r := k.post("vouchers/"+uuidOf(w[1])+"/retry", k.request(w[1]))
		if r.status == http.StatusCreated {
			k.codes[w[1]] = r.code()
		}
		return r
	case "lookup":
		return k.send(http.MethodGet, "/"+k.provider+"/suv/v1/vouchers?provisionRequestId="+uuidOf(w[1]), nil)
	}
	return k.doAbout(w)
}

func (k *kit) doAbout(w []string) reply {
	k.t.Helper()
	m := k.request(w[1])
	code := k.codes[w[2]]
	if code == "" {
		code = "000000000000"
	}
	m["voucher"] = object{"code": code}
	delete(m, "amounts")
	paths := map[string]string{
		"confirm-provision": "vouchers/confirmations", "reverse-provision": "vouchers/reversals",
		"confirm-redeem": "redemptions/confirmations", "reverse-redeem": "redemptions/reversals",
		"confirm-refund": "refunds/confirmations", "reverse-refund": "refunds/reversals",
	}
	switch w[0] {
	case "redeem":
		return k.post("redemptions", m)
	case "refund":
		return k.post("refunds", m)
	}
	path, ok := paths[w[0]]
	require.True(k.t, ok, "unknown step %q", w[0])
	return k.post(path, k.advice(w[1], w[2]))
}

// expect runs a step and compares status, error type and the name behind
// originalId: "202", "400 DUPLICATE_RECORD", "400 X A1".
func (k *kit) expect(text, want string) reply {
	k.t.Helper()
	r := k.do(text)
	require.NoError(k.t, r.err, text)
	w := append(strings.Fields(want), "", "")
	require.Equal(k.t, w[0], fmt.Sprint(r.status), "%s: %s", text, r.text)
	require.Equal(k.t, w[1], r.errorType(), text)
	if r.status >= 400 {
		original, _ := r.body["originalId"].(string)
		if w[2] == "" {
			require.Empty(k.t, original, text)
		} else {
			require.Equal(k.t, uuidOf(w[2]), original, text)
		}
	}
	return r
}

type books struct {
	Provider  string                 `json:"provider"`
	Entries   []stage.Line           `json:"entries"`
	Totals    map[string]stage.Tally `json:"totals"`
	Unmatched []stage.Stray          `json:"unmatched_advices"`
}

func (k *kit) books(query string) books {
	k.t.Helper()
	r := k.send(http.MethodGet, "/books/"+k.provider+query, nil)
	require.Equal(k.t, http.StatusOK, r.status, r.text)
	var b books
	require.NoError(k.t, json.Unmarshal([]byte(r.text), &b), r.text)
	return b
}

func (k *kit) control(body string) {
	k.t.Helper()
	r := k.send(http.MethodPut, "/control/"+k.provider, body)
	require.Equal(k.t, http.StatusOK, r.status, r.text)
}
