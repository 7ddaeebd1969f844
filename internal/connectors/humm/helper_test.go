package humm

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	merchant  = "30477001"
	device    = "lane-04"
	deviceKey = "k3yT3rm0042"
	token     = "GUDID-7QpLw2"
	entryID   = "0190f3b2-7c11-7a51-9f6e-111111111111"
)

// keys are the devices known to a test.
type keys map[string]string

func (k keys) DeviceKey(_ context.Context, merchantID, deviceID string) (string, error) {
	key, ok := k[rail.DeviceName(merchantID, deviceID)]
	if !ok {
		return "", apperr.Errorf(apperr.NotFound, "no such device")
	}
	return key, nil
}

func newConnector(t testing.TB, baseURL string) *Connector {
	t.Helper()
	c, err := New(Config{Config: wire.Config{BaseURL: baseURL}, Keys: keys{rail.DeviceName(merchant, device): deviceKey}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// pure is a connector that sends nothing.
func pure(t testing.TB) *Connector { return newConnector(t, "http://rail.invalid/webapi/v1") }

type values map[string]any

// request is a till's message of an operation, signed.
func request(t testing.TB, op transactions.Operation) []byte {
	t.Helper()
	v := values{"x_merchant_id": merchant, "x_device_id": device, "x_operator_id": "op-17", "x_firmware_version": "switch-1.0"}
	maps.Copy(v, map[transactions.Operation]values{
		transactions.CreateKey: {"x_device_token": token, "x_pos_vendor": "Example Tills"},
		transactions.Invite:    {"x_mobile": "0400111222", "x_purchase_amount": 12500},
		transactions.Authorisation: {
			"x_pos_transaction_ref": "R-000123", "x_pre_approval_code": "6199482913", "x_purchase_amount": 12500, "x_finance_amount": "10000",
			"tracking_data": values{"lane": "4"},
		},
		transactions.Receipt:    {"x_pos_transaction_ref": "R-000123", "x_receipt_number": "INV-88012"},
		transactions.Adjustment: {"x_pos_transaction_ref": "RF-000045", "x_purchase_ref": "R-000123", "x_amount": 2500},
	}[op])
	key := deviceKey
	if op == transactions.CreateKey {
		key = token
	}
	return sign(t, key, v)
}

func sign(t testing.TB, key string, v values) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	m, err := rail.Parse(raw)
	require.NoError(t, err)
	v["signature"] = rail.Sign(key, m.Canonical(false))
	raw, err = json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func call(t testing.TB, op transactions.Operation, kind transactions.AttemptKind) switchcore.Call {
	t.Helper()
	c := switchcore.Call{
		Kind: kind, Service: transactions.Humm, Operation: op, WireRef: "w-1", Provider: switchcore.Provider{ID: "humm"},
		Request: &switchcore.Request{Body: request(t, op)},
	}
	if kind == transactions.AttemptReverse {
		c.Advice, c.EntryID = &switchcore.Advice{ID: entryID}, entryID
	}
	return c
}

// sent prepares a call and gives it as Read gets it.
func sent(t testing.TB, c *Connector, call switchcore.Call) switchcore.Call {
	t.Helper()
	m, err := c.Prepare(call)
	require.NoError(t, err)
	call.Sent, call.Request, call.Advice = m, nil, nil
	return call
}

// says is an answer signed with the key of a call.
func says(call switchcore.Call, code, status string, more ...rail.Field) switchcore.Answer {
	key := deviceKey
	if call.Operation == transactions.CreateKey {
		key = token
	}
	return signedAnswer(key, code, status, more...)
}

func signedAnswer(key, code, status string, more ...rail.Field) switchcore.Answer {
	fields := append([]rail.Field{{Name: "x_status", Value: status}, {Name: "x_code", Value: code}, {Name: "x_message", Value: "Said so"}}, more...)
	return switchcore.Answer{Sent: true, Status: 200, Body: rail.Compose(key, fields...)}
}

func mustMessage(t testing.TB, body []byte) *rail.Message {
	t.Helper()
	m, err := rail.Parse(body)
	require.NoError(t, err)
	return m
}

// shown is everything of messages and results that is stored or shown in clear.
func shown(m switchcore.Message, a switchcore.Answer, r switchcore.Result) string {
	return strings.Join([]string{m.Masked, m.TracedPath, m.Path, m.Headers, a.Masked, a.Headers, r.Words.Code, r.Words.Ref, r.Detail}, "\n")
}
