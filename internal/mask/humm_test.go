package mask_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/mask"
)

func TestHumm(t *testing.T) {
	t.Parallel()
	digest := "54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca"
	for name, c := range map[string]struct{ body, want string }{
		"authorisation": {
			`{"x_merchant_id":"30477001", "x_device_id":"GUDID-7QpLw2-x1","x_operator_id":"op-17","x_firmware_version":"1.0",` +
				`"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913","x_purchase_amount":12500,"x_finance_amount":"10000",` +
				`"tracking_data":{"lane":"4","who":"Ann"},"purchase_items":"{\"PurchaseItems\":[\"tv\"]}","buyer_confirms":true,"signature":"` + digest + `"}`,
			`{"x_merchant_id":"30477001","x_device_id":"*","x_operator_id":"op-17","x_firmware_version":"1.0",` +
				`"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199****13","x_purchase_amount":12500,"x_finance_amount":"10000",` +
				`"tracking_data":{"keys":2,"bytes":24},"buyer_confirms":true,"signature":"54795b99…"}`,
		},
		"key": {
			`{"x_device_token":"GUDID-7QpLw2","x_pos_vendor":"Example","x_key":"k3yT3rm0042","x_code":"SCRK01","x_status":"Success"}`,
			`{"x_device_token":"*","x_pos_vendor":"Example","x_key":"*","x_code":"SCRK01","x_status":"Success"}`,
		},
		"invitation":     {`{"x_mobile":"0400111222"}`, `{"x_mobile":"*******222"}`},
		"reversal":       {`{"x_adjustment_signature":"` + strings.ToUpper(digest) + `"}`, `{"x_adjustment_signature":"54795B99…"}`},
		"no signature":   {`{"signature":"secret"}`, `{"signature":"******"}`},
		"typed code":     {`{"x_pre_approval_code":"482913"}`, `{"x_pre_approval_code":"****13"}`},
		"short code":     {`{"x_pre_approval_code":"619913"}`, `{"x_pre_approval_code":"****13"}`},
		"tiny code":      {`{"x_pre_approval_code":"913"}`, `{"x_pre_approval_code":"***"}`},
		"numeric code":   {`{"x_pre_approval_code":6199482913}`, `{"x_pre_approval_code":"6199****13"}`},
		"message":        {`{"x_message":"Code 61994829130 is used"}`, `{"x_message":"Code *********** is used"}`},
		"nested":         {`{"x_code":{"a":"secret"},"x_pre_approval_code":["1"]}`, `{"x_code":"*","x_pre_approval_code":"*"}`},
		"unknown":        {`{"x_extra":"secret","note":5,"482913482913":"a"}`, `{"x_extra":"*","note":"*","*":"*"}`},
		"null":           {`{"tracking_data":null,"x_key":null}`, `{"tracking_data":null,"x_key":null}`},
		"text tracking":  {`{"tracking_data":"secret"}`, `{"tracking_data":{"keys":0,"bytes":8}}`},
		"items first":    {`{"purchase_items":"tv","x_code":"A"}`, `{"x_code":"A"}`},
		"members twice":  {`{"x_key":"a","x_key":"b"}`, `{"x_key":"*","x_key":"*"}`},
		"nothing in it":  {`{}`, `{}`},
		"nothing at all": {``, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, string(mask.Humm([]byte(c.body))))
		})
	}
}

func TestHummUnreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"x_key=secret", `["secret"]`, `"secret"`, `{"x_key":"secret"`} {
		got := string(mask.Humm([]byte(body)))
		require.NotContains(t, got, "secret")
		require.Contains(t, got, `"unparsed":{"length":`)
	}
}

// FuzzHumm masks any message: valid JSON comes out, and nothing of a secret that was planted in it.
func FuzzHumm(f *testing.F) {
	f.Add([]byte(`{"x_merchant_id":"1","x_device_token":"t","tracking_data":{"a":"b"}}`), "x_note")
	f.Add([]byte(`{"a":[{"x_code":"b"}]}`), "x_key")
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		const canary = "Qz7canaryQz7"
		if strings.Contains(string(body)+name, canary) {
			return
		}
		for _, member := range []string{name, "x_device_token", "x_key", "x_device_id", "tracking_data", "purchase_items"} {
			if map[string]bool{
				"x_merchant_id": true, "x_operator_id": true, "x_firmware_version": true, "x_pos_vendor": true, "x_pos_transaction_ref": true,
				"x_receipt_number": true, "x_purchase_ref": true, "x_purchase_number": true, "x_purchase_amount": true, "x_finance_amount": true,
				"x_amount": true, "x_status": true, "x_code": true, "buyer_confirms": true, "retry_duration": true, "x_message": true,
			}[member] {
				continue
			}
			quoted, err := json.Marshal(member)
			require.NoError(t, err)
			whole := `{` + string(quoted) + `:"` + canary + `"`
			if rest, ok := strings.CutPrefix(strings.TrimSpace(string(body)), "{"); ok && !strings.HasPrefix(strings.TrimSpace(rest), "}") {
				whole += "," + rest
			} else {
				whole += "}"
			}
			got := mask.Humm([]byte(whole))
			require.True(t, json.Valid(got), "%q", got)
			require.NotContains(t, string(got), canary)
		}
	})
}
