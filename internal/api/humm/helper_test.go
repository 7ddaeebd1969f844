package humm

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/apitest"
	"github.com/signalboxhq/signalbox/internal/apperr"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	merchant  = "30477001"
	device    = "lane-04"
	deviceKey = "k3yT3rm0042"
	token     = "GUDID-7QpLw2"
	chain     = "chain-1"
)

type fakeMerchants map[string]rail.Merchant

func (f fakeMerchants) Merchant(_ context.Context, id string) (rail.Merchant, error) {
	if id == "broken" {
		return rail.Merchant{}, apperr.Errorf(apperr.Unavailable, "the database cannot be reached")
	}
	m, ok := f[id]
	if !ok {
		return m, apperr.Errorf(apperr.NotFound, "no such merchant")
	}
	return m, nil
}

// fakeDevices gives the stale device until it is asked for the fresh one.
type fakeDevices struct{ stale, fresh map[string]rail.Device }

func (f fakeDevices) Device(_ context.Context, merchantID, deviceID string, fresh bool) (rail.Device, error) {
	from := f.stale
	if fresh {
		from = f.fresh
	}
	d, ok := from[rail.DeviceName(merchantID, deviceID)]
	if !ok {
		return d, apperr.Errorf(apperr.NotFound, "no such device")
	}
	return d, nil
}

type fakePermit func(string, api.Caller) (switchcore.Client, error)

func (f fakePermit) Permit(clientID string, caller api.Caller) (switchcore.Client, error) {
	return f(clientID, caller)
}

type harness struct {
	app     *fiber.App
	inner   *apitest.Switch
	service *Service
	log     *bytes.Buffer
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	known := map[string]rail.Device{
		rail.DeviceName(merchant, device): {MerchantID: merchant, Key: deviceKey, Active: true},
		rail.DeviceName(merchant, "off"):  {MerchantID: merchant, Key: deviceKey},
	}
	h := &harness{inner: &apitest.Switch{}, log: &bytes.Buffer{}}
	h.service = &Service{
		Switch: h.inner, NewID: uuid.New, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		Merchants: fakeMerchants{merchant: {ID: merchant, ClientID: chain, Country: "AU"}, "64000001": {ID: "64000001", ClientID: "kiwi", Country: "NZ"}},
		Devices:   fakeDevices{known, known},
		Clients: fakePermit(func(id string, _ api.Caller) (switchcore.Client, error) {
			return switchcore.Client{ID: id, Mode: transactions.Dual}, nil
		}),
		Hash:      func(kind, value string) []byte { return transactions.Digest([]byte(kind + "/" + value)) },
		Countries: map[string]Country{"AU": {Currency: "036"}, "NZ": {Currency: "554", MinFinance: 2000}},
	}
	h.app = fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, BodyLimit: 4 << 20})
	h.service.Mount(h.app)
	return h
}

func (h *harness) post(t *testing.T, path, body string) (int, string) {
	t.Helper()
	status, answer, header := apitest.Call(t, h.app, "POST", path, body, "")
	if status == 200 {
		require.Equal(t, "application/json; charset=utf-8", header.Get("Content-Type"))
	}
	return status, answer
}

// answer is what a till reads.
type answer struct {
	raw  string
	body map[string]any
}

func (a answer) code() string { c, _ := a.body["x_code"].(string); return c }

// call sends a message to an operation, and checks that the answer is signed with the key.
func (h *harness) call(t *testing.T, op rail.Operation, body, key string) answer {
	t.Helper()
	status, raw := h.post(t, "/humm/webapi/v1/"+string(op), body)
	require.Equal(t, 200, status, raw)
	a := answer{raw: raw}
	require.NoError(t, json.Unmarshal([]byte(raw), &a.body))
	m, err := rail.Parse([]byte(raw))
	require.NoError(t, err)
	if key == "" {
		require.Equal(t, "", a.body["signature"])
	} else {
		require.True(t, m.Verify(key), raw)
		require.Equal(t, strings.ToLower(m.Text("signature")), m.Text("signature"))
	}
	for name, value := range a.body {
		if strings.HasPrefix(name, "x_") {
			require.Contains(t, []string{"x_code", "x_key", "x_message", "x_purchase_number", "x_status"}, name)
			require.NotEmpty(t, value, name)
			require.IsType(t, "", value, name)
		}
	}
	return a
}

// values are the members of a message; nil takes one out.
type values map[string]any

// base gives a valid message of an operation.
func base(op rail.Operation) values {
	v := values{"x_merchant_id": merchant, "x_device_id": device, "x_operator_id": "op-17", "x_firmware_version": "switch-1.0"}
	maps.Copy(v, map[rail.Operation]values{
		rail.CreateKey: {"x_device_token": token, "x_pos_vendor": "Example Tills"},
		rail.Invite:    {"x_mobile": "0400111222", "x_purchase_amount": 12500},
		rail.ProcessAuthorisation: {
			"x_pos_transaction_ref": "R-000123", "x_pre_approval_code": "6199482913", "x_purchase_amount": 12500, "x_finance_amount": 10000,
		},
		rail.SendReceipt:       {"x_pos_transaction_ref": "R-000123", "x_receipt_number": "INV-88012"},
		rail.ProcessAdjustment: {"x_pos_transaction_ref": "RF-000045", "x_purchase_ref": "R-000123", "x_amount": 2500},
		rail.ReverseAdjustment: {"x_pos_transaction_ref": "RV-000046", "x_adjustment_signature": strings.Repeat("B0A4794A", 8)},
	}[op])
	return v
}

// keyOf is the key that an operation is signed with.
func keyOf(op rail.Operation) string {
	if op == rail.CreateKey {
		return token
	}
	return deviceKey
}

// sign changes a message, signs it as a till does, and writes it.
func sign(t *testing.T, key string, v, change values) string {
	t.Helper()
	all := maps.Clone(v)
	for name, value := range change {
		if value == nil {
			delete(all, name)
			continue
		}
		all[name] = value
	}
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	m, err := rail.Parse(raw)
	require.NoError(t, err)
	all["signature"] = rail.Sign(key, m.Canonical(false))
	raw, err = json.Marshal(all)
	require.NoError(t, err)
	return string(raw)
}

func approval(members ...switchcore.Member) switchcore.Reply {
	return switchcore.Reply{Kind: switchcore.ReplyApproved, Status: 201, Approval: &switchcore.Approval{Members: members}}
}

func member(name, value string) switchcore.Member {
	raw, _ := json.Marshal(value)
	return switchcore.Member{Name: name, Raw: raw}
}
