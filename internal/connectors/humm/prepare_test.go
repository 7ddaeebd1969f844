package humm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestNew(t *testing.T) {
	t.Parallel()
	four, two := 4, 2
	for name, cfg := range map[string]Config{
		"no keys":          {Config: wire.Config{BaseURL: "http://rail.invalid"}},
		"no address":       {Keys: keys{}},
		"too many repeats": {Config: wire.Config{BaseURL: "http://rail.invalid"}, Keys: keys{}, Options: Options{Reasks: &four}},
	} {
		_, err := New(cfg)
		require.True(t, apperr.Is(err, apperr.Invalid), name)
	}
	c, err := New(Config{Config: wire.Config{BaseURL: "http://rail.invalid"}, Keys: keys{}, Options: Options{Reasks: &two}})
	require.NoError(t, err)
	require.Equal(t, 2, c.reasks)
}

// Whatever a till sent goes up byte for byte, first time and every other time.
func TestRequestsGoUpAsTheyCame(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for op, path := range map[transactions.Operation]string{
		transactions.CreateKey: "/CreateKey", transactions.Invite: "/Invite", transactions.Authorisation: "/ProcessAuthorisation",
		transactions.Receipt: "/SendReceipt", transactions.Adjustment: "/ProcessSalesAdjustment",
	} {
		for _, kind := range []transactions.AttemptKind{transactions.AttemptRequest, transactions.AttemptRetry, transactions.AttemptReceipt} {
			m, err := c.Prepare(call(t, op, kind))
			require.NoError(t, err)
			require.Equal(t, path, m.Path)
			require.Equal(t, "POST", m.Method)
			require.Equal(t, request(t, op), m.Body)
			require.Empty(t, m.Kind)
			for _, secret := range []string{token, "482913", "0400111", device, "lane\":\"4"} {
				require.NotContains(t, m.Masked, secret)
			}
		}
	}
}

func TestNotInTheProtocol(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for name, cl := range map[string]switchcore.Call{
		"confirmation":      call(t, transactions.Authorisation, transactions.AttemptConfirm),
		"status check":      call(t, transactions.Authorisation, transactions.AttemptLookup),
		"voucher":           {Kind: transactions.AttemptRequest, Operation: transactions.Provision},
		"receipt's undoing": call(t, transactions.Receipt, transactions.AttemptReverse),
		"nothing on record": {Kind: transactions.AttemptRequest, Operation: transactions.Authorisation, Request: &switchcore.Request{}},
		"no advice":         {Kind: transactions.AttemptReverse, Operation: transactions.Authorisation, Request: &switchcore.Request{Body: []byte("{}")}},
		"unreadable":        {Kind: transactions.AttemptReverse, Operation: transactions.Authorisation, Request: &switchcore.Request{Body: []byte("x")}, Advice: &switchcore.Advice{}},
	} {
		_, err := c.Prepare(cl)
		require.True(t, apperr.Is(err, apperr.Invalid), name)
	}
}

// A sale with an unknown outcome is first asked about, with its own bytes.
func TestReversalOfAnUnknownSaleAsksFirst(t *testing.T) {
	t.Parallel()
	m, err := pure(t).Prepare(call(t, transactions.Authorisation, transactions.AttemptReverse))
	require.NoError(t, err)
	require.Equal(t, transactions.AttemptResolve, m.Kind)
	require.Equal(t, "/ProcessAuthorisation", m.Path)
	require.Equal(t, request(t, transactions.Authorisation), m.Body)
}

func TestReversalOfAnApprovedSaleRefundsIt(t *testing.T) {
	t.Parallel()
	cl := call(t, transactions.Authorisation, transactions.AttemptReverse)
	cl.ProviderRef = "H7001234"
	m, err := pure(t).Prepare(cl)
	require.NoError(t, err)
	require.Empty(t, m.Kind)
	require.Equal(t, "/ProcessSalesAdjustment", m.Path)
	got := mustMessage(t, m.Body)
	require.True(t, got.Verify(deviceKey))
	require.Equal(t, "x_amount10000x_device_idlane-04x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17"+
		"x_pos_transaction_ref"+entryID+"x_purchase_refH7001234", got.Canonical(false))
	require.Equal(t, "10000", string(got.Raw("x_amount")), "a number")

	cl.ProviderRef, cl.Advice.Identifiers = "", "[]"
	m, err = pure(t).Prepare(cl)
	require.NoError(t, err)
	require.Equal(t, "R-000123", mustMessage(t, m.Body).Text("x_purchase_ref"), "without a purchase number by the till's reference")
}

func TestReversalOfARefund(t *testing.T) {
	t.Parallel()
	cl := call(t, transactions.Adjustment, transactions.AttemptReverse)
	original := mustMessage(t, cl.Request.Body)
	m, err := pure(t).Prepare(cl)
	require.NoError(t, err)
	require.Equal(t, "/ProcessSalesAdjustmentReversal", m.Path)
	got := mustMessage(t, m.Body)
	require.True(t, got.Verify(deviceKey))
	require.Equal(t, original.Signature(), got.Text("x_adjustment_signature"))
	require.Equal(t, entryID, got.Text("x_pos_transaction_ref"))
	require.NotContains(t, m.Masked, original.Signature())
}

// A till's own reversal goes up as it came, if it names the refund as the rail knows it.
func TestTillsReversalGoesUpAsItCame(t *testing.T) {
	t.Parallel()
	cl := call(t, transactions.Adjustment, transactions.AttemptReverse)
	v := values{
		"x_merchant_id": merchant, "x_device_id": device, "x_operator_id": "op-17", "x_firmware_version": "switch-1.0",
		"x_pos_transaction_ref": "RV-000046", "x_adjustment_signature": "B0A4794A7D799B13723BA7F23242DD08989E13095AE0AB064F588654B7D58FEE",
	}
	cl.Advice.Body = sign(t, deviceKey, v)
	m, err := pure(t).Prepare(cl)
	require.NoError(t, err)
	require.Equal(t, cl.Advice.Body, m.Body)

	v["x_adjustment_signature"] = "00" // another signature that the refund was repeated with
	cl.Advice.Body = sign(t, deviceKey, v)
	m, err = pure(t).Prepare(cl)
	require.NoError(t, err)
	require.Equal(t, mustMessage(t, request(t, transactions.Adjustment)).Signature(), mustMessage(t, m.Body).Text("x_adjustment_signature"))
}

func TestOurOwnMessagesNeedTheKey(t *testing.T) {
	t.Parallel()
	c := pure(t)
	c.keys = keys{}
	cl := call(t, transactions.Adjustment, transactions.AttemptReverse)
	_, err := c.Prepare(cl)
	require.Error(t, err)
	_, err = c.Prepare(call(t, transactions.Authorisation, transactions.AttemptReverse))
	require.NoError(t, err, "asking with the till's own bytes needs none")
}

func TestPrepareIsPure(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := call(t, transactions.Adjustment, transactions.AttemptReverse)
	first, err := c.Prepare(cl)
	require.NoError(t, err)
	again, err := c.Prepare(cl)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, rail.ReverseAdjustment.Path(), again.Path)
}
