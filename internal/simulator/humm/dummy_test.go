package humm

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dummyMessages are messages in which %s stands where the two digits are looked for.
func dummyMessages() map[string]object {
	return map[string]object{
		"CreateKey":                      {"x_device_token": "%sabc", "x_pos_vendor": "Example Tills"},
		"Invite":                         {"x_mobile": "0400111222", "x_purchase_amount": "125%s"},
		"ProcessAuthorisation":           {"x_pos_transaction_ref": "R-1", "x_pre_approval_code": "%sabcdef", "x_purchase_amount": 5, "x_finance_amount": 10},
		"SendReceipt":                    {"x_pos_transaction_ref": "R-1", "x_receipt_number": "%s-7"},
		"ProcessSalesAdjustment":         {"x_pos_transaction_ref": "R-1", "x_purchase_ref": "R-0", "x_amount": "25%s"},
		"ProcessSalesAdjustmentReversal": {"x_pos_transaction_ref": "R-1", "x_adjustment_signature": "%sff"},
	}
}

func TestDummyService(t *testing.T) {
	t.Parallel()
	codes := func(family string, numbers string) (list []string) {
		for n := range strings.FieldsSeq(numbers) {
			list = append(list, family+n)
		}
		return list
	}
	refusals := map[string][]string{ // from 10 on
		"CreateKey": codes("FCRK", "01 02"), "Invite": nil, "SendReceipt": codes("FSER", "01 02"),
		"ProcessAuthorisation":           codes("FPRA", "01 02 03 04 05 06 07 08 21 22 23 24 99 09"),
		"ProcessSalesAdjustment":         codes("FPSA", "01 02 03 04 05 06 07 08 09"),
		"ProcessSalesAdjustmentReversal": codes("FPAR", "01 02 03 05 06 07 08"),
	}
	success := map[string]string{
		"CreateKey": "SCRK01", "Invite": "SINV01", "ProcessAuthorisation": "SPRA01", "SendReceipt": "SSER01",
		"ProcessSalesAdjustment": "SPSA01", "ProcessSalesAdjustmentReversal": "SPAR01",
	}
	k := start(t, "")
	for operation, model := range dummyMessages() {
		want := map[string]string{"01": success[operation], "30": "EVAL01", "31": "EAUT01", "77": "EISE01", "09": "EISE01", "32": "EISE01"}
		if operation == "ProcessAuthorisation" {
			want["32"] = "EVAL02"
		}
		for n, code := range refusals[operation] {
			want[strconv.Itoa(10+n)] = code
		}
		for digits, wanted := range want {
			m := maps.Clone(model)
			for name, v := range m {
				if text, is := v.(string); is && strings.Contains(text, "%s") {
					m[name] = fmt.Sprintf(text, digits)
				}
			}
			dummy := &till{k: k, merchant: seller, device: "any", key: dummyKey}
			if operation == "CreateKey" {
				dummy.key = m["x_device_token"].(string)
			}
			for range 2 { // it remembers nothing
				r := dummy.send("Test/"+operation, m)
				require.Equal(t, wanted, dummy.outcome(r), "%s %s: %s", operation, digits, r.Text)
			}
		}
	}
	dummy := &till{k: k, merchant: seller, device: "any", key: dummyKey}
	require.Equal(t, "H7000001", dummy.send("Test/ProcessAuthorisation", payment("R", "01234567", 500)).Body["x_purchase_number"])
	require.Equal(t, "ESIG01", code(dummy.send("Test/ProcessAuthorisation", object{"x_pre_approval_code": "01234567", "signature": "ab"})))
	require.Equal(t, http.StatusNotFound, dummy.send("Test/Test/Invite", object{}).Status)
	require.Zero(t, k.books()["authorisation"].Entries)
}
