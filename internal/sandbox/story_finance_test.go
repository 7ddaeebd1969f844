package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// heard counts what the lender answered, as "operation code".
func (f *front) heard() map[string]int {
	told := map[string]int{}
	for _, s := range f.seen {
		if operation, is := strings.CutPrefix(s.Path, financeBase); is {
			told[operation+" "+s.Code]++
		}
	}
	return told
}

// The tills of consumer finance sign as the lender reads it, refund only what was sold, and end well what they asked for.
func TestFinanceStories(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	for seq := range 300 {
		if p := draw(1, seq, finance, ""); p.Fault != "lost-answer" || seq < 40 { // of those the front waits for each
			w.play(t.Context(), p)
		}
	}
	told := f.heard()
	require.Equal(t, sellerTill, told["CreateKey SCRK01"], "one key for each till: %v", told)
	delete(told, "CreateKey SCRK01")
	for _, kind := range []string{"Invite SINV01", "ProcessAuthorisation SPRA01", "SendReceipt SSER01", "ProcessSalesAdjustment SPSA01", "ProcessSalesAdjustmentReversal SPAR01"} {
		require.Greater(t, told[kind], 3, "%s: %v", kind, told)
		delete(told, kind)
	}
	for _, asked := range []string{"ProcessAuthorisation FPRA04", "ProcessAuthorisation FPRA21", "ProcessAuthorisation FPRA09", "ProcessAuthorisation EISE01", "ProcessAuthorisation "} {
		require.Positive(t, told[asked], asked)
		delete(told, asked)
	}
	require.Empty(t, told, "nothing was refused that was not meant to be")
	for _, s := range f.seen {
		require.Empty(t, s.User, "these messages carry no password")
	}
}

// The worked example of humm.md 4.1.
func TestFinanceSignature(t *testing.T) {
	t.Parallel()
	m := financeMessage{
		"x_merchant_id": "30477001", "x_device_id": "lane-04", "x_operator_id": "op-17", "x_firmware_version": "switch-1.0",
		"x_pos_transaction_ref": "R-000123", "x_pre_approval_code": "6199482913", "x_purchase_amount": 12500, "x_finance_amount": 10000,
		"tracking_data": map[string]string{"lane": "4"},
	}
	m.sign("k3yT3rm0042")
	require.Equal(t, "54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca", m["signature"])
}

// Without an outcome a purchase is asked again in the same words; an invitation is not, and a till without a key sells nothing.
func TestFinanceWithoutOutcome(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		silent string
		want   int
	}{
		"no key":     {"CreateKey", maxRetries},
		"purchase":   {"ProcessAuthorisation", maxRetries},
		"invitation": {"Invite", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			w := f.world(t)
			seq := 0
			for ; ; seq++ { // a story with the message in question
				w.play(t.Context(), draw(1, seq, finance, ""))
				if last := f.seen[len(f.seen)-1]; strings.HasSuffix(last.Path, tc.silent) || tc.silent == "CreateKey" {
					break
				}
			}
			w, f.seen = f.world(t), nil
			f.before = func(s sent) int {
				if strings.HasSuffix(s.Path, tc.silent) {
					return http.StatusGatewayTimeout
				}
				return 0
			}
			w.play(t.Context(), draw(1, seq, finance, ""))
			var asked []string
			for _, s := range f.seen {
				if strings.HasSuffix(s.Path, tc.silent) {
					asked = append(asked, string(s.Body))
				}
			}
			require.Len(t, asked, tc.want)
			for _, body := range asked {
				require.Equal(t, asked[0], body)
			}
			var last struct {
				Signature string `json:"signature"`
			}
			require.NoError(t, json.Unmarshal(f.seen[len(f.seen)-1].Body, &last))
			require.Len(t, last.Signature, 64)
			require.True(t, strings.HasSuffix(f.seen[len(f.seen)-1].Path, tc.silent), "nothing follows")
		})
	}
}

// A code that comes twice is declined, and nobody knows why.
func TestApprovalCodesNeverComeAgain(t *testing.T) {
	t.Parallel()
	w, seen := newWorld("", "", nil), map[string]bool{}
	for range 20_000 {
		code := w.approvalCode()
		require.Len(t, code, 10)
		require.Less(t, code, "6199777000")
		require.False(t, seen[code], code)
		seen[code] = true
	}
}
