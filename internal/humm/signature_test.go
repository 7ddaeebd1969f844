package humm_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/humm"
)

// The worked example of spec/humm.md 4.1. Every digest was also computed once with "openssl dgst -sha256 -hmac".
const (
	token     = "GUDID-7QpLw2"
	deviceKey = "k3yT3rm0042"
	common    = `"x_merchant_id":"30477001","x_device_id":"lane-04","x_operator_id":"op-17","x_firmware_version":"switch-1.0"`
)

type vector struct{ name, key, body, canonical, signature string }

func vectors() []vector {
	return []vector{
		{
			"key request", token, `{` + common + `,"x_device_token":"GUDID-7QpLw2","x_pos_vendor":"Example Tills"}`,
			"x_device_idlane-04x_device_tokenGUDID-7QpLw2x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_vendorExample Tills",
			"f1f787a79708696129a2eaf4d1c99e82dc2ac6bff5cf0ed04282e047dbf05e4f",
		},
		{
			"key answer", token, `{"x_status":"Success","x_code":"SCRK01","x_message":"Success","x_key":"k3yT3rm0042"}`,
			"x_codeSCRK01x_keyk3yT3rm0042x_messageSuccessx_statusSuccess",
			"9be9c8bf77ecc73bc2519f89f83f144d6c529133237bc3a353be4d906ba40427",
		},
		{
			"authorisation", deviceKey, `{` + common + `,"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913",` +
				`"x_purchase_amount":12500,"x_finance_amount":10000,"tracking_data":{"lane":"4"}}`,
			"x_device_idlane-04x_finance_amount10000x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17" +
				"x_pos_transaction_refR-000123x_pre_approval_code6199482913x_purchase_amount12500",
			"54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca",
		},
		{
			"authorisation, amounts as text", deviceKey, `{` + common + `,"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913",` +
				`"x_purchase_amount":"12500","x_finance_amount":"10000","buyer_confirms":true,"purchase_items":"{}"}`,
			"x_device_idlane-04x_finance_amount10000x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17" +
				"x_pos_transaction_refR-000123x_pre_approval_code6199482913x_purchase_amount12500",
			"54795b994b6ac6d5de3b64338f9481d26c49bdcda789bfd026c5b674b7d3e8ca",
		},
		{
			"approval", deviceKey, `{"x_status":"Success","x_code":"SPRA01","x_message":"Approved","x_purchase_number":"H7001234","x_key":null}`,
			"x_codeSPRA01x_messageApprovedx_purchase_numberH7001234x_statusSuccess",
			"95cfdc8ea9a38aeb33d318790991d96fbcc217e80feff7b87e8626dd99c386f4",
		},
		{
			"other amount", deviceKey, `{` + common + `,"x_pos_transaction_ref":"R-000123","x_pre_approval_code":"6199482913",` +
				`"x_purchase_amount":12500,"x_finance_amount":9900}`,
			"x_device_idlane-04x_finance_amount9900x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17" +
				"x_pos_transaction_refR-000123x_pre_approval_code6199482913x_purchase_amount12500",
			"cd027e352563669a4272288e1a36886a477a21e5bbc1b83bb114504c22c95a8b",
		},
		{
			"code used", deviceKey, `{"x_status":"Failed","x_code":"FPRA22","x_message":"Code already consumed"}`,
			"x_codeFPRA22x_messageCode already consumedx_statusFailed",
			"44d634fd69ce5b3caeb4a39037ed5bc3dbfc7a775f10e5c446eeedd3e5088f14",
		},
		{
			"adjustment", deviceKey, `{` + common + `,"x_pos_transaction_ref":"RF-000045","x_purchase_ref":"R-000123","x_amount":2500}`,
			"x_amount2500x_device_idlane-04x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17" +
				"x_pos_transaction_refRF-000045x_purchase_refR-000123",
			"b0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee",
		},
		{
			"adjusted", deviceKey, `{"x_status":"Success","x_code":"SPSA01","x_message":"Approved"}`,
			"x_codeSPSA01x_messageApprovedx_statusSuccess",
			"75b4876425ce9b6ce935a1a872470026f756a22cdb1df03699acc26c0e2dae09",
		},
		{
			"reversal", deviceKey, `{` + common + `,"x_pos_transaction_ref":"RV-000046",` +
				`"x_adjustment_signature":"b0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58fee"}`,
			"x_adjustment_signatureb0a4794a7d799b13723ba7f23242dd08989e13095ae0ab064f588654b7d58feex_device_idlane-04" +
				"x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17x_pos_transaction_refRV-000046",
			"924118fe5acd25fc1ccb4c717b5a9a3cef66ed6f27691473512b345817130295",
		},
		{
			"receipt", deviceKey, `{` + common + `,"x_pos_transaction_ref":"R-000123","x_receipt_number":"INV-88012"}`,
			"x_device_idlane-04x_firmware_versionswitch-1.0x_merchant_id30477001x_operator_idop-17" +
				"x_pos_transaction_refR-000123x_receipt_numberINV-88012",
			"9a76183dd0b1ed0af236e5314a1d6be9b69e6efbaea83436ec614b40c305d81a",
		},
		{
			"invitation", deviceKey, `{` + common + `,"x_mobile":"0400111222","x_purchase_amount":12500}`,
			"x_device_idlane-04x_firmware_versionswitch-1.0x_merchant_id30477001x_mobile0400111222x_operator_idop-17x_purchase_amount12500",
			"6e45d8b299c747fa47dfb998e63e9c4a1c7c2049cf62ef3e4d2c5750a4c6060f",
		},
	}
}

func mustParse(t testing.TB, body string) *humm.Message {
	t.Helper()
	m, err := humm.Parse([]byte(body))
	require.NoError(t, err)
	return m
}

// signed adds a signature to a message.
func signed(body, signature string) string {
	return strings.TrimSuffix(body, "}") + `,"signature":"` + signature + `"}`
}

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			m := mustParse(t, v.body)
			require.Equal(t, v.canonical, m.Canonical(false))
			require.Equal(t, v.signature, humm.Sign(v.key, m.Canonical(false)))
			require.True(t, mustParse(t, signed(v.body, v.signature)).Verify(v.key))
			require.True(t, mustParse(t, signed(v.body, strings.ToUpper(v.signature))).Verify(v.key), "case does not count")
			require.False(t, mustParse(t, signed(v.body, v.signature)).Verify(v.key+"x"))
			require.False(t, mustParse(t, signed(v.body, v.signature[:62])).Verify(v.key), "a shorter signature is none")
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	good := humm.Sign("", "x_codeA")
	require.False(t, mustParse(t, signed(`{"x_code":"A"}`, good)).Verify(""), "an empty key verifies nothing")
	require.False(t, mustParse(t, `{"x_code":"A"}`).Verify("k"), "no signature")
	require.False(t, mustParse(t, `{"x_code":"A","signature":""}`).Verify("k"))
	require.False(t, mustParse(t, `{"x_code":"A","signature":null}`).Verify("k"))
	require.False(t, mustParse(t, signed(`{"x_code":"A"}`, "zz")).Verify("k"))
	require.False(t, mustParse(t, signed(`{"x_code":"A","x_extra":"1"}`, humm.Sign("k", "x_codeA"))).Verify("k"), "unknown x_ members are signed")
	require.True(t, mustParse(t, signed(`{"x_code":"A","extra":"1"}`, humm.Sign("k", "x_codeA"))).Verify("k"), "others are not")
}

// Senders sign empty members in two ways; both are taken, and only where there is an empty member.
func TestEmptyMembers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty": `{"x_code":"A","x_pos_transaction_ref":""}`, "null": `{"x_code":"A","x_pos_transaction_ref":null}`,
	} {
		for _, canonical := range []string{"x_codeA", "x_codeAx_pos_transaction_ref"} {
			require.True(t, mustParse(t, signed(body, humm.Sign("k", canonical))).Verify("k"), "%s signed as %s", name, canonical)
		}
	}
	full := `{"x_code":"A"}`
	require.False(t, mustParse(t, signed(full, humm.Sign("k", "x_codeAx_pos_transaction_ref"))).Verify("k"))
}

func TestCanonicalDecodesEscapesAndKeepsDigits(t *testing.T) {
	t.Parallel()
	m := mustParse(t, `{"x_b":"Caf\u00e9 \"1\"","x_a":1250,"X_c":"no","x_d":true,"\u0078_e":" s "}`)
	require.Equal(t, `x_a1250x_bCafé "1"x_dtruex_e s `, m.Canonical(false))
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", `"x"`, `{"a":1`, `{"a":1}{}`, `{"x_code":"A","x_code":"A"}`, "{\"a\":\"\xff\"}"} {
		_, err := humm.Parse([]byte(body))
		require.Error(t, err, "%q", body)
	}
}

func TestNullIsAbsent(t *testing.T) {
	t.Parallel()
	m := mustParse(t, `{"a":null,"b":{"c":1},"d":"x","e":7}`)
	_, found := m.Find("a")
	require.False(t, found)
	require.Nil(t, m.Raw("a"))
	require.Empty(t, m.Text("b"))
	require.JSONEq(t, `{"c":1}`, string(m.Raw("b")))
	require.Equal(t, "7", m.Text("e"))
}

func TestComposeSignsWhatItWrites(t *testing.T) {
	t.Parallel()
	body := humm.Compose(deviceKey,
		humm.Field{Name: "x_status", Value: "Success"}, humm.Field{Name: "x_code", Value: "SPRA01"},
		humm.Field{Name: "x_message", Value: "Approved"}, humm.Field{Name: "x_purchase_number", Value: "H7001234"},
		humm.Field{Name: "x_key"}, humm.Field{Name: "tracking_data", Raw: []byte(`{"a":"b"}`)},
	)
	require.Equal(t, `{"x_status":"Success","x_code":"SPRA01","x_message":"Approved","x_purchase_number":"H7001234",`+
		`"tracking_data":{"a":"b"},"signature":"95cfdc8ea9a38aeb33d318790991d96fbcc217e80feff7b87e8626dd99c386f4"}`, string(body))
	require.Equal(t, `{"x_code":"EAUT01","signature":""}`, string(humm.Compose("", humm.Field{Name: "x_code", Value: "EAUT01"})))
}

// What Compose writes verifies, whatever the values; another key does not.
func TestComposeVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringN(1, 20, -1).Draw(t, "key")
		names := rapid.SliceOfDistinct(rapid.StringMatching(`x_[a-z_]{1,8}`), rapid.ID[string]).Draw(t, "names")
		fields := []humm.Field{{Name: "tracking_data", Raw: []byte(`{"x_code":"no"}`)}}
		for _, name := range names {
			f := humm.Field{Name: name, Value: rapid.String().Draw(t, "value")}
			if rapid.Bool().Draw(t, "number") {
				f = humm.Field{Name: name, Raw: []byte("120")}
			}
			fields = append(fields, f)
		}
		m, err := humm.Parse(humm.Compose(key, fields...))
		require.NoError(t, err)
		require.True(t, m.Verify(key))
		require.False(t, m.Verify(key+"!"))
	})
}
