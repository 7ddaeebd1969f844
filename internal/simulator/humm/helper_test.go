package humm

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
)

type object = map[string]any

const (
	seller   = "30477001"
	sibling  = "30477002" // another seller of the chain
	stranger = "99999001"
)

// kit is a running finance company with a till that has its key.
type kit struct {
	*stagetest.Kit
	control *stage.Control
	till    *till
}

func newKit(t *testing.T, dir string) *kit {
	t.Helper()
	k := start(t, dir)
	k.till = k.newTill(seller, "lane-04")
	return k
}

// start runs a finance company that has no tills yet, or those of its journal.
func start(t *testing.T, dir string) *kit {
	t.Helper()
	k := &kit{}
	k.Kit = stagetest.Start(t, dir, func(c stage.Config) stagetest.House {
		k.control = stage.NewControl(Faults(), Kinds()...)
		c.Control = k.control
		return New(Config{Config: c})
	})
	return k
}

// set tells the control side of this interface what to do.
func (k *kit) set(body string) {
	k.T.Helper()
	w := httptest.NewRecorder()
	k.control.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", strings.NewReader(body)))
	require.Equal(k.T, http.StatusOK, w.Code, w.Body.String())
}

// struck tells that all scripted faults are used up.
func (k *kit) struck() bool {
	w := httptest.NewRecorder()
	k.control.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return !strings.Contains(w.Body.String(), `"times"`)
}

// stands tells whether the only entry under a reference is in that state and was repeated so often.
func (k *kit) stands(ref, state string, retries int) func() bool {
	return func() bool {
		l := k.Lines(ref)
		return len(l) == 1 && l[0].State == state && l[0].Retries == retries
	}
}

func (k *kit) server() *Server { return k.House.(*Server) }

// till signs with the key that it bought.
type till struct {
	k                     *kit
	merchant, device, key string
}

func (k *kit) newTill(merchant, device string) *till {
	k.T.Helper()
	t := &till{k: k, merchant: merchant, device: device}
	t.key = "GUDID-" + merchant + device
	r := t.send("CreateKey", object{"x_device_token": t.key, "x_pos_vendor": "Example Tills"})
	require.Equal(k.T, "SCRK01", code(r), r.Text)
	t.key = r.Body["x_key"].(string)
	require.Regexp(k.T, `^[A-Z0-9]{12}$`, t.key)
	return t
}

// message is complete and signed; members of more override it, those that are nil are left out.
func (t *till) message(more object) object {
	m := object{"x_merchant_id": t.merchant, "x_device_id": t.device, "x_operator_id": "op-17", "x_firmware_version": "switch-1.0"}
	maps.Copy(m, more)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	if _, given := m["signature"]; !given {
		m["signature"] = signatureOf(m, t.key)
	}
	return m
}

func signatureOf(m object, key string) string {
	var pairs []pair
	for name, v := range m {
		if strings.HasPrefix(name, "x_") {
			pairs = append(pairs, pair{name, fmt.Sprint(v)})
		}
	}
	return sign(key, pairs)
}

// send posts a message. A signed answer must be signed well.
func (t *till) send(operation string, more object) stagetest.Reply {
	t.k.T.Helper()
	return t.post(operation, string(stage.Encode(t.message(more))))
}

func (t *till) post(operation, body string) stagetest.Reply {
	t.k.T.Helper()
	return t.k.Send(http.MethodPost, "/webapi/v1/"+operation, body, "Content-Type: application/json; charset=utf-8")
}

// verified tells whether an answer bears the signature of the key.
func verified(r stagetest.Reply, key string) bool {
	return key != "" && r.Body["signature"] == signatureOf(r.Body, key)
}

func code(r stagetest.Reply) string { c, _ := r.Body["x_code"].(string); return c }

func (t *till) pay(ref, approval string, cents int) stagetest.Reply {
	t.k.T.Helper()
	return t.send("ProcessAuthorisation", payment(ref, approval, cents))
}

func payment(ref, approval string, cents int) object {
	return object{"x_pos_transaction_ref": ref, "x_pre_approval_code": approval, "x_purchase_amount": cents, "x_finance_amount": cents}
}

// sell pays and expects an approval.
func (t *till) sell(ref, approval string, cents int) (number string) {
	t.k.T.Helper()
	r := t.pay(ref, approval, cents)
	require.Equal(t.k.T, "SPRA01", code(r), r.Text)
	return r.Body["x_purchase_number"].(string)
}

func (t *till) refund(ref, purchase string, cents int) string {
	t.k.T.Helper()
	return code(t.send("ProcessSalesAdjustment", refundOf(ref, purchase, cents)))
}

func refundOf(ref, purchase string, cents int) object {
	return object{"x_pos_transaction_ref": ref, "x_purchase_ref": purchase, "x_amount": cents}
}

func (t *till) receipt(ref, number string) string {
	t.k.T.Helper()
	return code(t.send("SendReceipt", object{"x_pos_transaction_ref": ref, "x_receipt_number": number}))
}

// undo reverses the refund of that message.
func (t *till) undo(ref string, refund object) string {
	t.k.T.Helper()
	return code(t.send("ProcessSalesAdjustmentReversal", object{
		"x_pos_transaction_ref": ref, "x_adjustment_signature": t.message(refund)["signature"],
	}))
}

// books are totals by operation, as the books page tells them.
func (k *kit) books() map[string]stage.Tally {
	k.T.Helper()
	w := httptest.NewRecorder()
	k.server().ServeBooks(w, httptest.NewRequest(http.MethodGet, "/", nil))
	var out struct {
		Totals map[string]stage.Tally `json:"totals"`
	}
	require.NoError(k.T, json.Unmarshal(w.Body.Bytes(), &out))
	return out.Totals
}

// outcome puts an exchange in one word: the code, with a mark when the answer is not signed as it should be, or what came instead.
func (t *till) outcome(r stagetest.Reply) string {
	switch {
	case code(r) == "":
		return r.Outcome()
	case !verified(r, t.key):
		return code(r) + " unverified"
	}
	return code(r)
}

// exchange sends a message of which that outcome is wanted. When no answer should come, the caller hangs up once the message
// is known to have arrived, so that nothing depends on how fast the machine is.
func (k *kit) exchange(want string, arrived func() bool, send func() string) string {
	k.T.Helper()
	if want != "no answer" {
		return send()
	}
	patient := k.Client
	defer func() { k.Client = patient }()
	over := make(chan struct{})
	k.Client = &http.Client{Transport: hangUp{patient.Transport, over}}
	outcome := make(chan string, 1)
	go func() { outcome <- send() }()
	require.Eventually(k.T, arrived, 10*time.Second, time.Millisecond)
	select {
	case got := <-outcome:
		return got
	case <-time.After(10 * time.Millisecond): // an answer would be here by now
	}
	close(over)
	return <-outcome
}

// hangUp ends all exchanges when over is closed.
type hangUp struct {
	http.RoundTripper
	over <-chan struct{}
}

func (h hangUp) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	go func() {
		select {
		case <-h.over:
		case <-ctx.Done():
		}
		cancel()
	}()
	return h.RoundTripper.RoundTrip(r.WithContext(ctx))
}
