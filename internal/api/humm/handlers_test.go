package humm

import (
	"context"
	"encoding/hex"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SINV01"))
	body := sign(t, deviceKey, base(rail.Invite), nil)
	for path, want := range map[string]int{
		"/humm/webapi/v1/Invite": 200, "/webapi/v1/Invite": 200, "/webapi/v1//Invite": 200, "//webapi/v1/Invite": 200, "/humm//webapi/v1//Invite": 200,
		"//humm/webapi//v1/Invite": 200, "/webapi/v1/Invite/": 200,
		"/webapi/Invite": 404, "/humm/webapi/Invite": 404, "/webapi/v2/Invite": 404, "/webapi/v1/invite": 404, "/webapi/v1/": 404, "/humm/v1/Invite": 404,
		"/humm/Invite": 404, "/humm/humm/webapi/v1/Invite": 404, "/webapi/v1/Invite/x": 404, "/webapi/v1/Test/Invite": 404,
	} {
		status, _ := h.post(t, path, body)
		require.Equal(t, want, status, path)
	}
	for method, want := range map[string]int{"GET": 405, "PUT": 405} {
		res, err := h.app.Test(httptest.NewRequest(method, "/webapi/v1/Invite", nil), -1)
		require.NoError(t, err)
		require.Equal(t, want, res.StatusCode)
		require.Equal(t, "POST", res.Header.Get("Allow"))
		require.NoError(t, res.Body.Close())
	}
	require.True(t, Owns("/humm/webapi/v1/Invite") && Owns("//webapi/v1/Invite"))
	require.False(t, Owns("/vouchers") || Owns("/") || Owns("/hummus"))
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SINV01"))
	big := values{"tracking_data": values{"a": strings.Repeat("x", 900_000)}}
	a := h.call(t, rail.Invite, sign(t, deviceKey, base(rail.Invite), big), deviceKey)
	require.Equal(t, "SINV01", a.code())
	require.Len(t, a.body["tracking_data"].(map[string]any)["a"], 900_000)
	status, _ := h.post(t, "/webapi/v1/Invite", strings.Repeat(" ", MaxBody+1))
	require.Equal(t, 413, status)
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, body := range []string{"", "x", "[]", `{"x_merchant_id":"1","x_merchant_id":"2"}`, `{"a":1}{}`} {
		require.Equal(t, "EVAL01", h.call(t, rail.Invite, body, "").code())
	}
	require.True(t, h.inner.Untouched())
	registry := prometheus.NewRegistry()
	require.NoError(t, h.service.Register(registry))
	shown, err := registry.Gather()
	require.NoError(t, err)
	require.EqualValues(t, 5, shown[0].GetMetric()[0].GetCounter().GetValue())
}

func TestKeyIsLocatedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change values
		key    string
		code   string
		signed string
	}{
		"no merchant":        {values{"x_merchant_id": nil}, deviceKey, "EAUT01", ""},
		"no device":          {values{"x_device_id": nil}, deviceKey, "EAUT01", ""},
		"unknown merchant":   {values{"x_merchant_id": "1"}, deviceKey, "EAUT01", ""},
		"unknown device":     {values{"x_device_id": "lane-05"}, deviceKey, "EAUT01", ""},
		"disabled device":    {values{"x_device_id": "off"}, deviceKey, "EAUT01", ""},
		"impossible name":    {values{"x_device_id": "a\x00b"}, deviceKey, "EAUT01", ""},
		"record unreachable": {values{"x_merchant_id": "broken"}, deviceKey, "EISE01", ""},
		"wrong key":          {nil, "other", "ESIG01", deviceKey},
		"wrong key, bad too": {values{"x_pos_transaction_ref": nil}, "other", "ESIG01", deviceKey},
		"field missing":      {values{"x_pos_transaction_ref": nil}, deviceKey, "EVAL01", deviceKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			a := h.call(t, rail.ProcessAuthorisation, sign(t, c.key, base(rail.ProcessAuthorisation), c.change), c.signed)
			require.Equal(t, c.code, a.code())
			require.Equal(t, c.code == "EVAL01", h.inner.Unreadable != nil, "only a proved sender leaves a trace")
			require.Nil(t, h.inner.Retried)
		})
	}
}

// A key that was replaced a moment ago is not held against the till.
func TestReplacedKeyActsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	name := rail.DeviceName(merchant, device)
	h.service.Devices = fakeDevices{
		stale: map[string]rail.Device{name: {Key: "old", Active: true}}, fresh: map[string]rail.Device{name: {Key: deviceKey, Active: true}},
	}
	h.inner.Reply = approval(member("x_code", "SINV01"))
	require.Equal(t, "SINV01", h.call(t, rail.Invite, sign(t, deviceKey, base(rail.Invite), nil), deviceKey).code())
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SCRK01"), member("x_key", deviceKey), member("x_message", "Success"))
	a := h.call(t, rail.CreateKey, sign(t, token, base(rail.CreateKey), nil), token)
	require.Equal(t, deviceKey, a.body["x_key"])
	require.Equal(t, "9be9c8bf77ecc73bc2519f89f83f144d6c529133237bc3a353be4d906ba40427", a.body["signature"], "as in the worked example")
	r := h.inner.Processed
	require.True(t, r.Transient && r.Exact)
	require.Equal(t, transactions.CreateKey, r.Key.Operation)
	require.NotEmpty(t, r.Key.RequestID)
	out := r.Render(h.inner.Reply)
	require.NotContains(t, r.In.Body+out.Masked, token)
	require.NotContains(t, r.In.Body+out.Masked, deviceKey)

	h = newHarness(t)
	require.Equal(t, "EVAL01", h.call(t, rail.CreateKey, sign(t, token, base(rail.CreateKey), values{"x_device_token": nil}), "").code())
	require.Equal(t, "ESIG01", h.call(t, rail.CreateKey, sign(t, "other", base(rail.CreateKey), nil), token).code())
	require.Equal(t, "EAUT01", h.call(t, rail.CreateKey, sign(t, token, base(rail.CreateKey), values{"x_merchant_id": "1"}), token).code())
	require.Equal(t, "EVAL01", h.call(t, rail.CreateKey, sign(t, token, base(rail.CreateKey), values{"x_pos_vendor": nil}), token).code())
	require.Nil(t, h.inner.Processed)
}

func TestSandboxAdoptsSellers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var adopted []string
	h.service.Adopt = func(_ context.Context, id string) (rail.Merchant, error) {
		adopted = append(adopted, id)
		return rail.Merchant{ID: id, ClientID: "new-" + id}, nil
	}
	h.inner.Reply = approval(member("x_code", "SCRK01"), member("x_key", "k"))
	unknown := values{"x_merchant_id": "7"}
	require.Equal(t, "ESIG01", h.call(t, rail.CreateKey, sign(t, "other", base(rail.CreateKey), unknown), token).code())
	require.Equal(t, "EAUT01", h.call(t, rail.Invite, sign(t, deviceKey, base(rail.Invite), unknown), "").code())
	require.Empty(t, adopted, "only a proved request for a key makes a seller known")
	require.Equal(t, "SCRK01", h.call(t, rail.CreateKey, sign(t, token, base(rail.CreateKey), unknown), token).code())
	require.Equal(t, []string{"7"}, adopted)
	require.Equal(t, "new-7", h.inner.Processed.Key.ClientID)
}

func TestPermission(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"disabled":    {&api.Error{Status: 401}, "EAUT01"},
		"elsewhere":   {&api.Error{Status: 403}, "EAUT01"},
		"too fast":    {&api.Error{Status: 429, RetryAfter: 1500 * time.Millisecond}, "EISE01"},
		"unreachable": {&api.Error{Status: 503, RetryAfter: time.Second}, "EISE01"},
		"broken":      {apperr.Errorf(apperr.Internal, "x"), "EISE01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.service.Clients = fakePermit(func(id string, _ api.Caller) (switchcore.Client, error) {
				require.Equal(t, chain, id)
				return switchcore.Client{}, c.err
			})
			require.Equal(t, c.code, h.call(t, rail.Invite, sign(t, deviceKey, base(rail.Invite), nil), deviceKey).code())
			require.True(t, h.inner.Untouched())
		})
	}
}

func TestAuthorisation(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SPRA01"), member("x_message", "Approved"), member("x_purchase_number", "H7001234"), member("x_other", "no"))
	body := sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"tracking_data": values{"lane": "4"}})
	a := h.call(t, rail.ProcessAuthorisation, body, deviceKey)
	require.Equal(t, "95cfdc8ea9a38aeb33d318790991d96fbcc217e80feff7b87e8626dd99c386f4", a.body["signature"], "as in the worked example")
	require.Contains(t, a.raw, `"tracking_data":{"lane":"4"}`)

	r := h.inner.Retried
	code := hex.EncodeToString(transactions.Digest([]byte("APPROVAL_CODE/482913")))
	require.Equal(t, transactions.Key{ClientID: chain, Service: transactions.Humm, Operation: transactions.Authorisation, RequestID: code}, r.Key)
	require.Equal(t, "54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca", string(r.Fingerprint))
	require.Equal(t, body, string(r.Body))
	require.True(t, r.Exact)
	require.False(t, r.Transient)
	require.Equal(t, &money.Amount{Minor: 10000, Currency: "036"}, r.Amount)
	require.Equal(t, []switchcore.Reference{
		{Scope: "*", Kind: switchcore.RefApprovalCode, Value: "482913"}, {Scope: chain, Kind: switchcore.RefSale, Value: "R-000123"},
	}, r.References)
	require.Equal(t, []switchcore.Term{
		{Kind: transactions.TermPurchase, Value: "R-000123"}, {Kind: transactions.TermApproval, Value: "482913"},
	}, r.Terms)
	require.Equal(t, merchant, r.MerchantID)
	require.Equal(t, "op-17", r.CashierID)
	require.Regexp(t, `^device-[0-9a-f]{8}$`, r.TerminalID)
	require.Equal(t, transactions.TraceRequest, r.In.Kind)
	require.Equal(t, "/humm/webapi/v1/ProcessAuthorisation", r.In.Path)
	for _, secret := range []string{"482913", device, `"4"`, "54795b994b6ac6d5"} {
		require.NotContains(t, r.In.Body, secret)
	}
}

// The public client sends cents as text, joins a base address that ends in a slash, and compares signatures in lower case.
func TestPublicClient(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SPRA01"), member("x_purchase_number", "H7001234"))
	body := sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"x_purchase_amount": "12500", "x_finance_amount": "10000"})
	status, raw := h.post(t, "/webapi/v1//ProcessAuthorisation", body)
	require.Equal(t, 200, status)
	require.Contains(t, raw, `"x_code":"SPRA01"`)
	require.Equal(t, int64(10000), h.inner.Retried.Amount.Minor)
	require.Equal(t, "54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca", string(h.inner.Retried.Fingerprint), "text or number: one payment")
	require.NotContains(t, raw, "tracking_data")
}

// A scanned and a typed code are one code; the signatures differ, so it is another request for it.
func TestOneCodeInTwoForms(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_ = h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), nil), deviceKey)
	first := h.inner.Retried
	_ = h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"x_pre_approval_code": "482913"}), deviceKey)
	require.Equal(t, first.Key, h.inner.Retried.Key)
	require.NotEqual(t, first.Fingerprint, h.inner.Retried.Fingerprint)
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyEcho, Status: 202}
	require.Equal(t, "SSER01", h.call(t, rail.SendReceipt, sign(t, deviceKey, base(rail.SendReceipt), nil), deviceKey).code(), "the switch delivers it")
	first := h.inner.Retried
	require.Equal(t, "INV-88012", first.Key.RequestID)
	require.Equal(t, transactions.Receipt, first.Key.Operation)
	require.Nil(t, first.Amount)
	_ = h.call(t, rail.SendReceipt, sign(t, deviceKey, base(rail.SendReceipt), values{"x_operator_id": "op-18"}), deviceKey)
	require.Equal(t, first.Fingerprint, h.inner.Retried.Fingerprint, "the same pair is the same receipt")
	_ = h.call(t, rail.SendReceipt, sign(t, deviceKey, base(rail.SendReceipt), values{"x_pos_transaction_ref": "R-2"}), deviceKey)
	require.NotEqual(t, first.Fingerprint, h.inner.Retried.Fingerprint)
}

func TestAdjustment(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SPSA01"), member("x_message", "Approved"))
	a := h.call(t, rail.ProcessAdjustment, sign(t, deviceKey, base(rail.ProcessAdjustment), nil), deviceKey)
	require.Equal(t, "75b4876425ce9b6ce935a1a872470026f756a22cdb1df03699acc26c0e2dae09", a.body["signature"])
	first := h.inner.Retried
	require.Equal(t, "RF-000045", first.Key.RequestID)
	require.Equal(t, &money.Amount{Minor: 2500, Currency: "036"}, first.Amount)
	require.Equal(t, []switchcore.Reference{
		{Scope: chain, Kind: switchcore.RefSignature, Value: "b0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee"},
	}, first.References)
	for name, same := range map[string]bool{"x_operator_id": true, "x_purchase_ref": false, "x_amount": false} {
		change := values{name: "7"}
		_ = h.call(t, rail.ProcessAdjustment, sign(t, deviceKey, base(rail.ProcessAdjustment), change), deviceKey)
		require.Equal(t, same, string(first.Fingerprint) == string(h.inner.Retried.Fingerprint), name)
	}
	_ = h.call(t, rail.ProcessAdjustment, sign(t, deviceKey, base(rail.ProcessAdjustment), values{"x_amount": "002500"}), deviceKey)
	require.Equal(t, first.Fingerprint, h.inner.Retried.Fingerprint)
}

func TestReversal(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyEcho, Status: 202}
	body := sign(t, deviceKey, base(rail.ReverseAdjustment), nil)
	a := h.call(t, rail.ReverseAdjustment, body, deviceKey)
	require.Equal(t, "SPAR01", a.code())
	got := h.inner.Advised
	require.Equal(t, transactions.Key{ClientID: chain, Service: transactions.Humm, Operation: transactions.Adjustment}, got.Key)
	require.Equal(t, strings.Repeat("b0a4794a", 8), got.Signature)
	require.Equal(t, "RV-000046", got.AdviceID)
	require.Equal(t, transactions.Reverse, got.Kind)
	require.Equal(t, body, string(got.Body))
	require.Equal(t, transactions.TraceReversal, got.In.Kind)
	require.NotContains(t, got.In.Body, "B0A4794AB0A4")
}

func TestInvite(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SINV01"))
	_ = h.call(t, rail.Invite, sign(t, deviceKey, base(rail.Invite), nil), deviceKey)
	require.Equal(t, []switchcore.Term{{Kind: transactions.TermMSISDN, Value: "0400111222"}}, h.inner.Processed.Terms)
	require.NotContains(t, h.inner.Processed.In.Body, "0400111")
}

// Nothing secret of any message, whatever is answered, reaches a trace or the log.
func TestNothingSecretIsShown(t *testing.T) {
	t.Parallel()
	secrets := []string{token, deviceKey, "482913", "0400111", "canary-tracking", "canary-items", strings.Repeat("B0A4794A", 8), device}
	for _, op := range rail.Operations() {
		for _, key := range []string{keyOf(op), "wrong"} {
			h := newHarness(t)
			h.inner.Reply = approval(member("x_key", deviceKey))
			extra := values{"tracking_data": values{"a": "canary-tracking"}, "purchase_items": "canary-items", "x_unknown": "canary-items"}
			_, _ = h.post(t, "/webapi/v1/"+string(op), sign(t, key, base(op), extra))
			shown := h.log.String()
			for _, r := range []*switchcore.Request{h.inner.Processed, h.inner.Retried} {
				if r != nil {
					shown += r.In.Body + r.In.Path + r.In.Headers + r.TerminalID + r.Render(h.inner.Reply).Masked
				}
			}
			if a := h.inner.Advised; a != nil {
				shown += a.In.Body + a.In.Path + a.Render(h.inner.Reply).Masked
			}
			for _, secret := range secrets {
				require.NotContains(t, shown, secret, op)
			}
		}
	}
}
