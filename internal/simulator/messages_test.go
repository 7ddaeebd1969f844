package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

func TestSuccessAnswer(t *testing.T) {
	t.Parallel()
	k := newKit(t, "hollywoodbets", Config{})
	m := k.request("P1")
	m["product"] = object{"productId": "HWB-50"}
	m["rrn"], m["basketRef"] = "000011112222", "basket-7"
	m["thirdPartyIdentifiers"] = []object{
		{"institutionId": "90000001", "transactionIdentifier": "T-1"},
		{"institutionId": "90000002", "transactionIdentifier": "K-1"},
	}
	r := k.send(http.MethodPost, "/hollywoodbets/vouchers/", m)
	require.Equal(t, http.StatusCreated, r.status, r.text)

	for _, field := range []string{"id", "time", "originator", "client", "rrn", "basketRef", "product"} {
		want, _ := json.Marshal(m[field])
		got, _ := json.Marshal(r.body[field])
		require.JSONEq(t, string(want), string(got), field)
	}
	require.Equal(t, object{"id": "90000024", "name": "Hollywoodbets"}, r.body["receiver"])
	require.NotEmpty(t, r.body["settlementEntity"].(object)["name"])

	ids := r.body["thirdPartyIdentifiers"].([]any)
	require.Len(t, ids, 4)
	require.Equal(t, "K-1", ids[1].(object)["transactionIdentifier"])
	require.Equal(t, r.body["settlementEntity"].(object)["id"], ids[2].(object)["institutionId"])
	require.Equal(t, "90000024", ids[3].(object)["institutionId"])
	require.NotEqual(t, ids[2].(object)["transactionIdentifier"], ids[3].(object)["transactionIdentifier"])

	v := r.body["voucher"].(object)
	require.Regexp(t, `^[0-9]{16}$`, v["code"])
	require.Regexp(t, `^[0-9A-Za-z]{1,20}$`, v["serialNumber"])
	expiry, err := time.Parse(wireTime, v["expiryDate"].(string))
	require.NoError(t, err)
	require.True(t, expiry.After(time.Now()))
	require.NotEmpty(t, r.body["slipData"].(object)["messageLines"])
}

func TestClientParties(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	m := k.request("P1")
	m["receiver"] = object{"id": "90000077", "name": "Chosen"}
	m["settlementEntity"] = object{"id": "90000078", "name": "Mine"}
	delete(m, "amounts")
	r := k.post("vouchers", m)
	require.Equal(t, http.StatusCreated, r.status, r.text)
	require.Equal(t, object{"id": "90000077", "name": "Chosen"}, r.body["receiver"])
	require.Equal(t, object{"id": "90000078", "name": "Mine"}, r.body["settlementEntity"])
	require.NotContains(t, r.body, "amounts")
}

func TestAdviceIsEchoed(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.expect("provision P1", "201")
	adv := k.advice("A1", "P1")
	delete(adv, "reversalReason")
	adv["tenders"] = []object{{"tenderType": "CASH", "amount": object{"amount": 5000, "currency": "710"}}}
	r := k.post("vouchers/confirmations", adv)
	require.Equal(t, http.StatusAccepted, r.status, r.text)
	want, _ := json.Marshal(adv)
	require.JSONEq(t, string(want), r.text)
}

func TestMalformedMessages(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	edit := func(change func(object)) object {
		m := k.request("P1")
		change(m)
		return m
	}
	cases := []struct {
		name, path string
		body       any
		status     int
		msg        string
	}{
		{"not JSON", "vouchers", `{"id":`, 400, "not a JSON object"},
		{"empty", "vouchers", "", 400, "not a JSON object"},
		{"two values", "vouchers", `{} {}`, 400, "more than one JSON value"},
		{"unknown member", "vouchers", edit(func(m object) { m["colour"] = "red" }), 400, "Unrecognized field 'colour'"},
		{"unknown nested member", "vouchers", edit(func(m object) { m["client"].(object)["x"] = 1 }), 400, "Unrecognized field 'x'"},
		{"no id", "vouchers", edit(func(m object) { delete(m, "id") }), 400, "id may not be null"},
		{"bad id", "vouchers", edit(func(m object) { m["id"] = "123" }), 400, "UUID must conform to the format 8-4-4-4-12 hexadecimal values"},
		{"no list", "vouchers", edit(func(m object) { delete(m, "thirdPartyIdentifiers") }), 400, "thirdPartyIdentifiers may not be null"},
		{"no city", "vouchers", edit(func(m object) {
			delete(m["originator"].(object)["merchant"].(object)["merchantName"].(object), "city")
		}), 400, "originator.merchant.merchantName.city may not be null"},
		{"no reference", "vouchers", edit(func(m object) {
			m["thirdPartyIdentifiers"] = []object{{"institutionId": "1"}}
		}), 400, "thirdPartyIdentifiers[0].transactionIdentifier may not be null"},
		{"wrong type", "vouchers", edit(func(m object) { m["time"] = 7 }), 400, "time has the wrong type"},
		{"no currency", "vouchers", edit(func(m object) {
			m["amounts"] = object{"requestAmount": object{"amount": 1}}
		}), 400, "amounts.requestAmount.currency may not be null"},
		{"no voucher", "redemptions", k.request("R1"), 400, "voucher may not be null"},
		{"no code", "refunds", edit(func(m object) { m["voucher"] = object{} }), 400, "voucher.code may not be null"},
		{"no reason", "vouchers/reversals", object{
			"id": uuidOf("A"), "requestId": uuidOf("P"), "time": "2031-02-03T04:05:06Z", "thirdPartyIdentifiers": []object{},
		}, 400, "reversalReason may not be null"},
	}
	for _, c := range cases {
		r := k.post(c.path, c.body)
		require.Equal(t, c.status, r.status, "%s: %s", c.name, r.text)
		require.Equal(t, "FORMAT_ERROR", r.errorType(), c.name)
		faults := r.body["detailMessage"].(object)["formatErrors"].([]any)
		require.Equal(t, c.msg, faults[0].(object)["msg"], c.name)
	}
	require.Empty(t, k.books("").Entries, "a malformed message leaves nothing")

	r := k.post("vouchers", `{"id":"`+strings.Repeat("x", stage.MaxBody)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, r.status)
}

func TestAccess(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.expect("provision P1", "201")

	r := k.post("vouchers", func() object {
		m := k.request("P2")
		m["client"] = object{"id": "someone", "name": "Else"}
		return m
	}())
	require.Equal(t, http.StatusBadRequest, r.status)
	require.Equal(t, "AUTHENTICATION_ERROR", r.errorType())
	require.Equal(t, uuidOf("P2"), r.body["id"])
	require.Equal(t, "someone", r.body["detailMessage"].(object)["client"].(object)["id"])

	req, _ := http.NewRequest(http.MethodGet, k.url+"/demo/products", nil)
	require.Equal(t, http.StatusUnauthorized, k.exchange(req).status)
	req.SetBasicAuth(k.user, "another password")
	r = k.exchange(req)
	require.Equal(t, http.StatusUnauthorized, r.status)
	require.NotEmpty(t, r.header.Get("WWW-Authenticate"))
	require.Equal(t, "AUTHENTICATION_ERROR", r.errorType())

	require.Equal(t, http.StatusNotFound, k.post("nothing", nil).status)
	require.Equal(t, http.StatusMethodNotAllowed, k.send(http.MethodPut, "/demo/vouchers", nil).status)
	require.Equal(t, http.StatusNotFound, k.send(http.MethodGet, "/books/nobody", nil).status)
	require.Equal(t, http.StatusOK, k.send(http.MethodGet, "/healthz", nil).status)
	require.Contains(t, k.send(http.MethodGet, "/", nil).text, "lost-answer")
}

func TestLookupKeys(t *testing.T) {
	t.Parallel()
	k := newKit(t, "flash", Config{})
	first := k.expect("provision P1", "201")
	k.expect("provision P2", "201")
	k.expect("confirm-provision A1 P1", "202")
	serial := first.body["voucher"].(object)["serialNumber"].(string)
	cases := []struct {
		query  string
		status int
	}{
		{"voucherCode=" + k.codes["P1"], 200},
		{"voucherSerialNumber=" + serial, 200},
		{"voucherSerialNumber=FLA000000000002", 400}, // P2 is not confirmed
		{"voucherSerialNumber=FLA000000000009", 404},
		{"voucherSerialNumber=1", 404},
		{"voucherCode=1", 404},
		{"receiverInstId=90000029", 400},
	}
	for _, c := range cases {
		r := k.send(http.MethodGet, "/flash/suv/v1/vouchers/?"+c.query, nil)
		require.Equal(t, c.status, r.status, "%s: %s", c.query, r.text)
		if c.status == 200 {
			require.Equal(t, k.codes["P1"], r.code())
			require.Equal(t, 5000.0, r.body["amounts"].(object)["balanceAmount"].(object)["amount"])
		}
	}
}

func TestProductsOfEveryProvider(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	require.Len(t, Providers(), 11)
	for _, p := range Providers() {
		r := k.send(http.MethodGet, "/"+p.ID+"/suv/v1/products?receiverInstId="+p.Institution.ID, nil)
		require.Equal(t, http.StatusOK, r.status, p.ID)
		list := r.body["products"].([]any)
		require.GreaterOrEqual(t, len(list), 2, p.ID)
		for _, x := range list {
			pr := x.(object)
			require.Equal(t, pr["isFixedValue"].(bool), pr["amount"] != nil, pr["productId"])
			require.Equal(t, p.Institution.ID, pr["receiver"].(object)["id"])
		}
		r = k.send(http.MethodGet, "/"+p.ID+"/suv/v1/products?receiverInstId=1", nil)
		require.Empty(t, r.body["products"])
	}
}

func TestPartialAmounts(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.expect("provision P1", "201")
	adv := k.advice("A1", "P1")
	adv["amounts"] = object{"approvedAmount": object{"amount": 5001, "currency": "710"}}
	r := k.post("vouchers/confirmations", adv)
	require.Equal(t, "INVALID_AMOUNT", r.errorType(), r.text)
	adv["amounts"] = object{"approvedAmount": object{"amount": 4000, "currency": "710"}}
	require.Equal(t, http.StatusAccepted, k.post("vouchers/confirmations", adv).status)
	require.EqualValues(t, 4000, k.books("").Entries[0].FinalAmount)

	m := k.request("R1")
	m["voucher"] = object{"code": k.codes["P1"]}
	m["amounts"] = object{"requestAmount": object{"amount": 5001, "currency": "710"}}
	require.Equal(t, "INVALID_AMOUNT", k.post("redemptions", m).errorType())
	m["amounts"] = object{"requestAmount": object{"amount": 3000, "currency": "710"}}
	require.Equal(t, http.StatusCreated, k.post("redemptions", m).status)
}
