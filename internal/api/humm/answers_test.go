package humm

import (
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	const auth, adj, rec, rev = rail.ProcessAuthorisation, rail.ProcessAdjustment, rail.SendReceipt, rail.ReverseAdjustment
	no := func(status int, errorType string) switchcore.Reply {
		return switchcore.Reply{Status: status, ErrorType: errorType, ErrorMessage: "why"}
	}
	declined := func(code, text string) switchcore.Reply {
		r := no(400, switchcore.ErrDoNotHonor)
		r.Provider = switchcore.ProviderWords{Code: code, Message: text}
		return r
	}
	for name, c := range map[string]struct {
		op                 rail.Operation
		reply              switchcore.Reply
		status, code, text string
	}{
		"declined":                 {auth, declined("FPRA04", "Limit!"), "Failed", "FPRA04", "Limit!"},
		"declined without words":   {auth, declined("FPRA04", ""), "Failed", "FPRA04", "Customer limit exceeded"},
		"declined, unlisted":       {auth, declined("FPRA15", "Hm"), "Failed", "FPRA15", "Hm"},
		"cancelled":                {auth, declined("FCNL01", ""), "Cancelled", "FCNL01", "Cancelled by the buyer"},
		"set-up wrong there":       {auth, declined("ESIG01", ""), "Error", "ESIG01", "Signature does not match"},
		"code used":                {auth, no(400, switchcore.ErrDuplicate), "Failed", "FPRA22", "Code already used"},
		"reversed":                 {auth, no(400, switchcore.ErrVoucherReversed), "Failed", "FPRA24", "Code cancelled"},
		"refund used":              {adj, no(400, switchcore.ErrDuplicate), "Failed", "FPSA08", "Reference already used"},
		"refund reversed":          {adj, no(400, switchcore.ErrVoucherReversed), "Failed", "FPSA08", "Reference already used"},
		"receipt used":             {rec, no(400, switchcore.ErrDuplicate), "Failed", "FSER02", "Receipt number already in use"},
		"nothing to undo":          {rev, no(404, switchcore.ErrNotLocated), "Failed", "FPAR01", "No such adjustment"},
		"undone before":            {rev, no(400, switchcore.ErrVoucherReversed), "Failed", "FPAR08", "Already undone"},
		"no route":                 {auth, no(400, switchcore.ErrRouting), "Error", "EVAL01", "why"},
		"not offered":              {rail.Invite, no(400, switchcore.ErrNotSupported), "Error", "EVAL01", "why"},
		"no answer":                {auth, no(504, switchcore.ErrUpstream), "Error", "EISE01", "No result yet; please repeat the same request"},
		"unknown there":            {auth, no(500, switchcore.ErrStatusUnknown), "Error", "EISE01", "No result yet; please repeat the same request"},
		"not reachable":            {adj, no(503, switchcore.ErrUpstream), "Error", "EISE01", "No result yet; please repeat the same request"},
		"internal":                 {rec, no(500, switchcore.ErrGeneral), "Error", "EISE01", "No result yet; please repeat the same request"},
		"accepted":                 {rev, switchcore.Reply{Kind: switchcore.ReplyEcho}, "Success", "SPAR01", "Adjustment undone"},
		"reversal, refund's code":  {rev, declined("FPSA02", ""), "Failed", "FPAR02", "Contract already completed"},
		"waiting, nobody confirms": {auth, waiting(), "Error", "EISE01", "No result yet; please repeat the same request"},
		"approved without members": {auth, approval(), "Success", "SPRA01", "Approved"},
		"approved, broken member":  {auth, approval(switchcore.Member{Name: "x_code", Raw: []byte("{")}), "Success", "SPRA01", "Approved"},
		"approved without a body":  {adj, switchcore.Reply{Kind: switchcore.ReplyApproved}, "Success", "SPSA01", "Refund done"},
		"stored body unreadable":   {adj, switchcore.Reply{Kind: switchcore.ReplyStored, Body: []byte("{")}, "Error", "EISE01", "No result yet; please repeat the same request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.inner.Reply = c.reply
			a := h.call(t, c.op, sign(t, deviceKey, base(c.op), nil), deviceKey)
			require.Equal(t, []any{c.status, c.code, c.text}, []any{a.body["x_status"], a.body["x_code"], a.body["x_message"]})
			require.NotContains(t, a.body, "retry_duration")
		})
	}
}

func waiting() switchcore.Reply {
	return switchcore.Reply{Status: 500, ErrorType: switchcore.ErrStatusUnknown, Provider: switchcore.ProviderWords{Code: "SPND01", Message: "Ask again"}}
}

// Only a till that said it could is told to wait for its buyer; the pace is not signed.
func TestWaitingForTheBuyer(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = waiting()
	a := h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"buyer_confirms": true}), deviceKey)
	require.Equal(t, "SPND01", a.code())
	require.Equal(t, "Pending", a.body["x_status"])
	require.EqualValues(t, 5, a.body["retry_duration"])
}

// A repeat hears the first answer again, with its own tracking data.
func TestStoredAnswer(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SPRA01"), member("x_message", "Approved"), member("x_purchase_number", "H7001234"))
	first := h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"tracking_data": values{"try": "1"}}), deviceKey)

	h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyStored, Status: 200, Body: []byte(first.raw)}
	again := h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), values{"tracking_data": values{"try": "2", "b": "é"}}), deviceKey)
	require.Equal(t, first.body["signature"], again.body["signature"])
	require.Equal(t, "H7001234", again.body["x_purchase_number"])
	require.Equal(t, map[string]any{"try": "2", "b": "é"}, again.body["tracking_data"])
	none := h.call(t, rail.ProcessAuthorisation, sign(t, deviceKey, base(rail.ProcessAuthorisation), nil), deviceKey)
	require.NotContains(t, none.body, "tracking_data")
}

// Tracking data are echoed as they were written, byte for byte.
func TestTrackingDataIsUnaltered(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.inner.Reply = approval(member("x_code", "SINV01"))
	raw := `{ "b" : "\u00e9\/", "a":""}`
	body := sign(t, deviceKey, base(rail.Invite), nil)
	a := h.call(t, rail.Invite, body[:len(body)-1]+`,"tracking_data":`+raw+`}`, deviceKey)
	require.Contains(t, a.raw, `"tracking_data":`+raw)
}
