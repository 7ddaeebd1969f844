package vouchers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func printOf(t *testing.T, body string) string {
	t.Helper()
	req, _, err := DecodeRequest(transactions.Provision, []byte(body))
	require.NoError(t, err, body)
	require.Len(t, req.Fingerprint, 32)
	return string(req.Fingerprint)
}

const full = `"receiver":{"id":"4","name":"D"},"settlementEntity":{"id":"3","name":"S"},"basketRef":"b","rrn":"12","stan":"13",` +
	`"tranType":"RETURNS","srcAccType":"CHEQUE","destAccType":"CREDIT","transactionLabels":[{"name":"n","value":"v"}],` +
	`"voucher":{"code":"7300","expiryDate":"2032-01-01T00:00:00Z","serialNumber":"s"},` +
	`"product":{"productId":"P","description":"d","amount":{"amount":5,"currency":"710"},"isFixedValue":true},` +
	`"amounts":{"requestAmount":{"amount":5,"currency":"710","ledgerIndicator":"DEBIT"},"additionalAmounts":{"A":{"amount":1,"currency":"710"},"B":{"amount":2,"currency":"710"}}},` +
	`"tenders":[{"tenderType":"CASH","amount":{"amount":5,"currency":"710"},"reference":"r"}],` +
	`"paymentMethods":[{"type":"CARD","pan":"4111","expiryDate":"3101"},{"type":"QR","tranId":"q"}],` +
	`"posInfo":{"posConditionCode":"MANUAL_REVERSAL"},"recipient":{"msisdn":"27821","firstName":"A"},` +
	`"slipData":{"messageLines":[{"text":"t","fontWidthScaleFactor":2}]}`

func TestFingerprintStaysEqual(t *testing.T) {
	t.Parallel()
	body := plus(base, full)
	want := printOf(t, body)
	for name, other := range map[string]string{
		"blanks":         strings.ReplaceAll(body, `":`, "\" :\n"),
		"time":           with(t, body, "2031-02-03T04:05:06.007Z", "2033-02-03T04:05:06.007Z"),
		"number as text": with(t, body, `"rrn":"12"`, `"rrn":12`),
		"escapes":        with(t, body, `"b"`, `"\u0062"`),
		"null member":    with(t, body, `"isFixedValue":true`, `"isFixedValue":true,"name":null`),
		"order":          with(t, body, `"rrn":"12","stan":"13"`, `"stan":"13","rrn":"12"`),
		"order inside":   with(t, body, `"name":"n","value":"v"`, `"value":"v","name":"n"`),
		"order of names": with(t, body, `"A":{"amount":1,"currency":"710"},"B":{"amount":2,"currency":"710"}`, `"B":{"amount":2,"currency":"710"},"A":{"amount":1,"currency":"710"}`),
		"empty list":     with(t, body, `"productId":"P"`, `"productId":"P","channelProductListings":[]`),
	} {
		require.Equal(t, want, printOf(t, other), name)
	}
}

// TestFingerprintDiffersOnEveryField changes each scalar in turn to the first other value that is valid there.
func TestFingerprintDiffersOnEveryField(t *testing.T) {
	t.Parallel()
	body := plus(base, full)
	d, err := jsonedit.Parse([]byte(body))
	require.NoError(t, err)
	seen := map[string]string{printOf(t, body): body}
	for i := 1; i < len(d.Nodes); i++ {
		name := string(d.RawName(i))
		if k := d.Nodes[i].Kind; k == jsonedit.Object || k == jsonedit.Array || name == `"time"` || name == `"type"` {
			continue
		}
		changed := false
		for _, value := range otherValues() {
			other := body[:d.Nodes[i].Start] + value + body[d.Nodes[i].End:]
			req, _, err := DecodeRequest(transactions.Provision, []byte(other))
			if err != nil || value == string(d.Raw(i)) {
				continue
			}
			require.Empty(t, seen[string(req.Fingerprint)], other)
			seen[string(req.Fingerprint)] = other
			changed = true
			break
		}
		require.True(t, changed, "no other value fits %s", name)
	}
}

func otherValues() []string {
	return []string{
		`"9"`, `9`, `"890"`, `"8900"`, `"90000099"`, `"cornershop00002"`, `"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5c"`, `"DEPOSIT"`,
		`"SAVINGS"`, `"CREDIT"`, `"2033-01-01T00:00:00Z"`, `false`, `"OTHER"`, `"NORMAL_PRESENTMENT"`,
	}
}

func TestFingerprintKeepsStructuresApart(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{`"rrn":"12"`, `"stan":"12"`},
		{`"rrn":"1","stan":"23"`, `"rrn":"12","stan":"3"`},
		{`"transactionLabels":[{"name":"a"},{"value":"b"}]`, `"transactionLabels":[{"name":"a","value":"b"}]`},
		{`"voucher":{"redeemInstructions":["a","b"]}`, `"voucher":{"redeemInstructions":["ab"]}`},
		{`"voucher":{"redeemInstructions":["a"]}`, `"voucher":{"redeemInstructions":["` + strings.Repeat("a", 93) + `"]}`},
	} {
		require.NotEqual(t, printOf(t, plus(base, pair[0])), printOf(t, plus(base, pair[1])), pair)
	}
}

// TestNamesAreToldApart guards the two bytes that stand for a name within one object.
func TestNamesAreToldApart(t *testing.T) {
	t.Parallel()
	m := messages()
	for _, s := range []*message.Shape{m.provision, m.redemption, m.refund, m.tenderAdvice, m.basicAdvice, m.basicReversal} {
		require.Empty(t, s.Conflict())
	}
}
