package humm

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const vectorToken, vectorKey = "GUDID-7QpLw2", "k3yT3rm0042"

// lane are the members that all requests of the worked example share.
const lane = `"x_merchant_id":"30477001","x_device_id":"lane-04","x_operator_id":"op-17","x_firmware_version":"switch-1.0"`

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	const common = "x_device_idlane-04"
	cases := map[string]struct{ key, body, text, want string }{
		"create key": {
			vectorToken, `{` + lane + `,"x_device_token":"GUDID-7QpLw2","x_pos_vendor":"Example Tills"}`,
			common + "x_device_tokenGUDID-7QpLw2x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_vendorExample Tills",
			"f1f787a79708696129a2eaf4d1c99e82dc2ac6bff5cf0ed04282e047dbf05e4f",
		},
		"key issued": {
			vectorToken, `{"x_status":"Success","x_code":"SCRK01","x_message":"Success","x_key":"k3yT3rm0042"}`,
			"x_codeSCRK01x_keyk3yT3rm0042x_messageSuccessx_statusSuccess",
			"9be9c8bf77ecc73bc2519f89f83f144d6c529133237bc3a353be4d906ba40427",
		},
		"authorisation": {
			vectorKey, `{` + lane + `,"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913","x_purchase_amount":12500,
			 "x_finance_amount":"10000","tracking_data":{"lane":"4"},"signature":"00","buyer_confirms":true,"purchase_items":"{}"}`,
			common + "x_finance_amount10000x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refR-000123x_pre_approval_code6199482913x_purchase_amount12500",
			"54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca",
		},
		"approval": {
			vectorKey, `{"x_status":"Success","x_code":"SPRA01","x_message":"Approved","x_purchase_number":"H7001234","retry_duration":1,"x_key":""}`,
			"x_codeSPRA01x_messageApprovedx_purchase_numberH7001234x_statusSuccess",
			"95cfdc8ea9a38aeb33d318790991d96fbcc217e80feff7b87e8626dd99c386f4",
		},
		"altered authorisation": {
			vectorKey, `{` + lane + `,"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913","x_purchase_amount":12500,"x_finance_amount":9900}`,
			common + "x_finance_amount9900x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refR-000123x_pre_approval_code6199482913x_purchase_amount12500",
			"cd027e352563669a4272288e1a36886a477a21e5bbc1b83bb114504c22c95a8b",
		},
		"code used": {
			vectorKey, `{"x_status":"Failed","x_code":"FPRA22","x_message":"Code already consumed"}`,
			"x_codeFPRA22x_messageCode already consumedx_statusFailed",
			"44d634fd69ce5b3caeb4a39037ed5bc3dbfc7a775f10e5c446eeedd3e5088f14",
		},
		"adjustment": {
			vectorKey, `{` + lane + `,"x_pos_transaction_ref":"RF-000045","x_purchase_ref":"R-000123","x_amount":2500}`,
			"x_amount2500" + common + "x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refRF-000045x_purchase_refR-000123",
			"b0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee",
		},
		"adjusted": {
			vectorKey, `{"x_status":"Success","x_code":"SPSA01","x_message":"Approved"}`,
			"x_codeSPSA01x_messageApprovedx_statusSuccess",
			"75b4876425ce9b6ce935a1a872470026f756a22cdb1df03699acc26c0e2dae09",
		},
		"reversal": {
			vectorKey, `{` + lane + `,"x_pos_transaction_ref":"RV-000046","x_adjustment_signature":"b0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee"}`,
			"x_adjustment_signatureb0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee" + common + "x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refRV-000046",
			"924118fe5acd25fc1ccb4c717b5a9a3cef66ed6f27691473512b345817130295",
		},
		"receipt": {
			vectorKey, `{` + lane + `,"x_pos_transaction_ref":"R-000123","x_receipt_number":"INV-88012"}`,
			common + "x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refR-000123x_receipt_numberINV-88012",
			"9a76183dd0b1ed0af236e5314a1d6be9b69e6efbaea83436ec614b40c305d81a",
		},
		"invite": {
			vectorKey, `{` + lane + `,"x_mobile":"0400111222","x_purchase_amount":12500}`,
			common + "x_firmware_versionswitch-1.0x_merchant_id30477001x_mobile0400111222x_operator_idop-17x_purchase_amount12500",
			"6e45d8b299c747fa47dfb998e63e9c4a1c7c2049cf62ef3e4d2c5750a4c6060f",
		},
	}
	for name, c := range cases {
		m, err := parse([]byte(c.body))
		require.NoError(t, err, name)
		require.Equal(t, c.text, canonical(m.signed, false), name)
		require.Equal(t, c.want, sign(c.key, m.signed), name)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	pairs := []pair{{"x_b", "2"}, {"x_a", ""}, {"x_c", "Ünï"}}
	require.Equal(t, "x_ax_b2x_cÜnï", canonical(pairs, true))
	require.Equal(t, "x_b2x_cÜnï", canonical(pairs, false))
	skipping, naming := sign("k", pairs), hex.EncodeToString(digest("k", "x_ax_b2x_cÜnï"))
	require.True(t, verify("k", pairs, skipping))
	require.True(t, verify("k", pairs, naming), "a bare name for an empty value")
	require.True(t, verify("k", pairs, strings.ToUpper(skipping)))
	require.False(t, verify("k", pairs, sign("k", pairs[:1])), "a member is missing")
	for _, bad := range []string{"", "zz", skipping[:62], naming + "00"} {
		require.False(t, verify("k", pairs, bad), bad)
	}
	require.False(t, verify("", pairs, sign("", pairs)), "without a key nobody signs")
	require.False(t, verify("K", pairs, skipping))
}

func TestUnreadableMessages(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `[]`, `"x"`, `{`, `{"x_a":1`, `{"x_a":1}{}`, `{"x_a":1} x`, `{"x_a":"1","x_a":"1"}`, `{"a":1,"a":1}`,
		`{"x_a":true}`, `{"x_a":{}}`, `{"x_a":[1]}`, `{"signature":{}}`, `{"x_a":01}`,
	} {
		_, err := parse([]byte(body))
		require.Error(t, err, body)
	}
	m, err := parse([]byte(` {"x_a":null,"x_b":1e2,"x_c":"A\u0042","other":{"x_d":1},"tracking_data":null} `))
	require.NoError(t, err)
	require.Equal(t, []pair{{"x_a", ""}, {"x_b", "1e2"}, {"x_c", "AB"}}, m.signed)
	require.Nil(t, m.tracking)
}
