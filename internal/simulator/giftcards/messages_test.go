package giftcards

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestAnswer(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive)
	path, m := k.request(strings.Fields("load L1 a 20"))
	m["amounts"].(object)["requestAmount"] = object{"amount": "20", "currency": 710, "ledgerIndicator": "DEBIT"}
	m["time"] = "2031-11-15T13:59:59.12+02:00"
	m["card"].(object)["clearPin"] = "1234"
	m["card"].(object)["pin"] = object{"type": "CLEAR_PIN", "pin": "5678"}
	m["posInfo"] = object{"entryMode": object{"panEntryMode": "BARCODE", "pinEntryCapability": "CANNOT_ACCEPT"}}
	m["loyalty"], m["originator"].(object)["mood"] = object{"deep": true}, "good"
	r := k.post(path, m)
	require.Equal(t, http.StatusCreated, r.status, r.text)
	require.Equal(t, "/giftcard/v3/loads/L1", r.header.Get("Location"))
	require.Equal(t, "2031-11-15T11:59:59.120Z", r.body["time"])
	require.Equal(t, object{"pan": pan("a"), "expiryDate": "3512"}, r.body["card"])
	require.Equal(t, "till0007", r.body["originator"].(object)["terminalId"])
	require.Contains(t, r.body, "posInfo")
	require.NotContains(t, r.text, "1234")
	require.NotContains(t, r.text, "5678")
	require.NotContains(t, r.text, "null")
	require.NotContains(t, r.text, "mood")
	require.NotContains(t, r.body, "loyalty")
	require.NotContains(t, r.body, "product")
	require.Contains(t, r.text, `"requestAmount":{"amount":20,"currency":"710"}`)
	require.Contains(t, r.text, `"approvedAmount":{"amount":20,"currency":"710"}`)
	require.Equal(t, "120/100", r.balances())
	ids := r.body["thirdPartyIdentifiers"].([]any)
	require.Len(t, ids, 3)
	require.Equal(t, "T-1", ids[0].(object)["transactionIdentifier"])
	require.Equal(t, r.body["settlementEntity"].(object)["id"], ids[1].(object)["institutionId"])
	require.Equal(t, r.body["receiver"].(object)["id"], ids[2].(object)["institutionId"])
	require.Regexp(t, "^[A-Z0-9]{1,20}$", r.body["slipData"].(object)["issuerReference"])

	path, m = k.request(strings.Fields("load L2 a 20"))
	m["receiver"], m["settlementEntity"] = object{"id": "1", "name": "Mine"}, object{"id": "2", "name": "Ours"}
	m["product"] = object{"id": "ANY", "type": "x"}
	r = k.post(path, m)
	require.Equal(t, object{"id": "1", "name": "Mine"}, r.body["receiver"])
	require.Equal(t, "2", r.body["thirdPartyIdentifiers"].([]any)[1].(object)["institutionId"])
	require.Equal(t, object{"id": "ANY", "type": "x"}, r.body["product"])

	catalogue := object{"id": "P0", "barcode": "100", "type": "physical"}
	require.Equal(t, catalogue, k.do("lookup K1 a").body["product"])
	require.NotContains(t, k.do("lookup K2 zero").body, "product")
	r = k.do("void V1 a")
	require.Equal(t, catalogue, r.body["product"])
	require.NotContains(t, r.body["amounts"], "requestAmount")
	r = k.do("transfer T1 b b 1")
	require.Equal(t, errUnknownCard, r.errorType())
	require.NotContains(t, k.do("activate A9 zero").body["amounts"], "approvedAmount")
}

func TestAdviceAnswer(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run("activate A1 a 5 = 201")
	path, m := k.advice([]string{"confirm-activation", "C1", "A1"})
	m["tenders"] = []any{object{
		"amount": object{"amount": 5, "currency": "710"}, "tenderType": "CREDIT_CARD", "cardNumber": "512345******0001", "reference": "r",
	}}
	m["thirdPartyIdentifiers"] = []any{object{"institutionId": "9", "transactionIdentifier": "z", "extra": 1}}
	r := k.post(path+"/", m) // a trailing slash changes nothing
	require.Equal(t, http.StatusAccepted, r.status, r.text)
	require.Equal(t, object{
		"id": "C1", "requestId": "A1", "time": "2031-11-15T12:00:01.000Z",
		"thirdPartyIdentifiers": []any{object{"institutionId": "9", "transactionIdentifier": "z"}},
	}, r.body)
}

func TestErrorDetails(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	k.run(bothActive + "activate E1 enc 5 = 201\nreverse-activation E2 E1 = 202")
	card := object{"pan": pan("enc"), "expiryDate": "3512"}
	cases := []struct {
		step, label, kind string
		detail            object
	}{
		{"load N1 enc 1", "Not active", "LOAD_REQUEST", object{"card": card, "activationId": "E1", "requestTime": "2031-11-15T11:59:59.120Z", "reversalId": "E2", "reversalTime": "2031-11-15T12:00:01.000Z"}},
		{"activate N2 a", "Card active", "ACTIVATION_REQUEST", object{"activationId": "S1", "confirmationId": "S2"}},
		{"redeem N3 a 500", "Insufficient funds", "REDEMPTION_REQUEST", object{"requestId": "N3", "amounts": object{
			"requestAmount": object{"amount": 500.0, "currency": "710"}, "approvedAmount": object{"amount": 0.0, "currency": "710"},
			"balanceAmount": object{"amount": 100.0, "currency": "710"},
		}}},
		{"activate N4 zero 1 NOPE", "Unknown product", "ACTIVATION_REQUEST", object{"product": object{"id": "NOPE"}}},
		{"lookup N5 77", "Unknown card", "LOOKUP_REQUEST", object{"card": object{"pan": "77", "expiryDate": "3512"}}},
		{"reverse-activation N6 S1", "Request confirmed", "ACTIVATION_REVERSAL", object{"reversalId": "N6", "confirmationId": "S2", "confirmDate": "2031-11-15T12:00:01.000Z"}},
		{"confirm-activation N7 E1", "Request reversed", "ACTIVATION_CONFIRMATION", object{"confirmationId": "N7", "reversalId": "E2", "reversalTime": "2031-11-15T12:00:01.000Z"}},
		{"confirm-void N8 GONE", "No request record.", "VOID_CONFIRMATION", object{"requestId": "GONE"}},
		{"confirm-load N9 N1", "Request failed", "LOAD_CONFIRMATION", object{"requestId": "N1"}},
		{"lookup S1 a", "Repeated UUID", "LOOKUP_REQUEST", object{}},
	}
	for _, c := range cases {
		r := k.do(c.step)
		require.Equal(t, c.label, r.body["errorMessage"], r.text)
		require.Equal(t, c.kind, r.body["requestType"], r.text)
		w := strings.Fields(c.step)
		require.Equal(t, w[1], r.body["id"], r.text)
		if strings.Contains(w[0], "-") {
			require.Equal(t, w[2], r.body["originalId"], r.text)
		} else {
			require.NotContains(t, r.body, "originalId", r.text)
		}
		require.NotEmpty(t, r.detail()["freeString"], r.text)
		for name, want := range c.detail {
			require.Equal(t, want, r.detail()[name], "%s: %s", c.step, r.text)
		}
	}
	k.wear = map[string]any{"clearPin": "4711"}
	r := k.do("redeem N10 a 1")
	require.Equal(t, "INCORRECT_PIN", r.errorType())
	require.NotContains(t, r.text, "4711")
	k.wear = map[string]any{"expiryDate": "2001"}
	require.NotContains(t, k.do("redeem N11 a 1").text, "3512", "the date on file is not given away")
}

func TestFormat(t *testing.T) {
	t.Parallel()
	change := func(path string, v any) func(object) {
		return func(m object) {
			names := strings.Split(path, ".")
			for _, n := range names[:len(names)-1] {
				m = m[n].(object)
			}
			if last := names[len(names)-1]; v == "-" {
				delete(m, last)
			} else {
				m[last] = v
			}
		}
	}
	long := strings.Repeat("x", 65)
	cases := []struct {
		step  string
		path  string
		value any // "-" leaves the member out
		field string
	}{
		{"load L a 1", "time", "yesterday", "time"},
		{"load L a 1", "time", "-", "time"},
		{"load L a 1", "originator", "-", "originator"},
		{"load L a 1", "originator.terminalId", "till", "terminalId"},
		{"load L a 1", "originator.merchant.merchantType", "54x1", "merchantType"},
		{"load L a 1", "originator.merchant.merchantId", "short", "merchantId"},
		{"load L a 1", "originator.merchant.merchantName.city", "-", "city"},
		{"load L a 1", "originator.merchant.merchantName.name", strings.Repeat("n", 24), "name"},
		{"load L a 1", "client.name", nil, "name"},
		{"load L a 1", "settlementEntity", object{"id": "1"}, "name"},
		{"load L a 1", "thirdPartyIdentifiers", nil, "thirdPartyIdentifiers"},
		{"load L a 1", "thirdPartyIdentifiers", []any{object{}}, "institutionId"},
		{"load L a 1", "thirdPartyIdentifiers", []any{nil}, "thirdPartyIdentifiers[0]"},
		{"load L a 1", "posInfo", object{"entryMode": object{"panEntryMode": "GUESS", "pinEntryCapability": "UNKNOWN"}}, "panEntryMode"},
		{"load L a 1", "card", "-", "card"},
		{"load L a 1", "card.pan", "12345678901234567890", "pan"},
		{"load L a 1", "card.pan", "12x", "pan"},
		{"load L a 1", "card.expiryDate", "353", "expiryDate"},
		{"load L a 1", "card.encryptedPin", "abc", "encryptedPin"},
		{"load L a 1", "card.pin", object{"type": "ENCRYPTED_PIN", "pinBlock": "12"}, "pinBlock"},
		{"load L a 1", "card.pin", object{"type": "CLEAR_PIN"}, "pin"},
		{"load L a 1", "product", object{"id": "A B"}, "id"},
		{"load L a 1", "amounts", "-", "amounts"},
		{"load L a 1", "amounts.requestAmount", "-", "requestAmount"},
		{"load L a 1", "amounts.requestAmount.amount", "1.5", "amount"},
		{"load L a 1", "amounts.requestAmount.amount", true, "amount"},
		{"load L a 1", "amounts.requestAmount.currency", "ZAR", "currency"},
		{"load L a 1", "amounts.approvedAmount", object{"amount": 1}, "currency"},
		{"redeem R a 1", "amounts", object{}, "requestAmount"},
		{"redeem R a 1", "basket", object{"items": []any{}}, "basketId"},
		{"activate A a 1", "amounts", object{}, "requestAmount"},
		{"activate A a 1", "product", "-", "product"},
		{"void V a", "card", "-", "card"},
		{"transfer T a b 1", "targetCard", "-", "targetCard"},
		{"transfer T a b 1", "amounts", "-", "amounts"},
		{"replace E a b", "oldCard", "-", "oldCard"},
		{"lookup K a", "card", "-", "card"},
		{"lookup K a", "card", object{"expiryDate": "4012"}, "pan"},
		{"load " + long + " a 1", "client", object{"id": "1", "name": "n"}, "id"},
		{"confirm-load C L", "requestId", "-", "requestId"},
		{"reverse-load C L", "reversalReason", "-", "reversalReason"},
		{"reverse-load C L", "reversalReason", "TIRED", "reversalReason"},
		{"confirm-load C L", "tenders", []any{object{"tenderType": "CASH"}}, "amount"},
		{"confirm-activation C L", "tenders", []any{object{"tenderType": "SHELLS", "amount": object{"amount": 1, "currency": "710"}}}, "tenderType"},
		{"confirm-load C L", "tenders", []any{object{"tenderType": "CASH", "cardNumber": "12", "amount": object{"amount": 1, "currency": "710"}}}, "cardNumber"},
	}
	for _, c := range cases {
		t.Run(c.step[:4]+" "+c.path, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, Config{})
			w := strings.Fields(c.step)
			build := k.request
			if strings.Contains(w[0], "-") {
				build = k.advice
			}
			path, m := build(w)
			change(c.path, c.value)(m)
			r := k.post(path, m)
			require.Equal(t, http.StatusBadRequest, r.status, r.text)
			require.Equal(t, errFormat, r.errorType(), r.text)
			faults := r.detail()["formatErrors"].([]any)
			require.Len(t, faults, 1, r.text)
			require.Equal(t, c.field, faults[0].(object)["field"], r.text)
			require.NotEmpty(t, r.body["requestType"])
			if c.value != "-" && c.step != "lookup K a" && (c.field == "pan" || c.field == "encryptedPin" || c.field == "cardNumber") {
				require.NotContains(t, faults[0], "value", "secrets stay out of answers")
			}
			require.Empty(t, k.issuer.entries, "nothing is used up")
			require.Nil(t, k.issuer.accounts[k.user].set)
		})
	}
	k := newKit(t, Config{})
	_, m := k.request(strings.Fields("load L a 1"))
	delete(m, "time")
	delete(m, "client")
	require.Len(t, k.post("loads/L", m).detail()["formatErrors"], 2, "all violations are listed")
}

func TestUnreadableBodiesAndIDs(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	for _, body := range []string{"", "{", "[]", "nope", `{"id":"L","id":"L"}`, `{"id":"L"} {}`, strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)} {
		r := k.post("loads/L", body)
		require.Equal(t, http.StatusBadRequest, r.status, body)
		require.Equal(t, errFormat, r.errorType(), body)
		require.Equal(t, "LOAD_REQUEST", r.body["requestType"], body)
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, k.post("loads/L", strings.Repeat(" ", 300<<10)).status)

	_, m := k.request(strings.Fields("activate A1 a 1"))
	r := k.post("activations/A2", m)
	require.Equal(t, errFormat, r.errorType())
	require.Equal(t, "UUID inconsistent", r.body["errorMessage"])
	require.Equal(t, "A2", r.detail()["pathId"])
	require.Equal(t, "A1", r.detail()["requestId"])
	require.Equal(t, http.StatusCreated, k.post("activations/A1", m).status, "neither id was used up")
	_, m = k.advice([]string{"reverse-activation", "R1", "A1"})
	require.Equal(t, "R1", k.post("activations/A1/reversals/R2", m).detail()["reversalId"])
	require.Equal(t, errFormat, k.post("activations/A9/reversals/R1", m).errorType(), "the middle id counts too")
	require.Equal(t, http.StatusAccepted, k.post("activations/A1/reversals/R1", m).status)

	_, m = k.request(strings.Fields("lookup K/1 a"))
	require.Equal(t, http.StatusCreated, k.post("lookupGiftcard/K%2F1", m).status)
	_, m = k.request(strings.Fields("lookup K2 a"))
	delete(m, "card")
	m["cardHolder"] = object{"msisdn": "27820000000"}
	require.Equal(t, errUnknownCard, k.post("lookupGiftcard/K2", m).errorType(), "no card is known by its holder")
}

func TestPathsMethodsAndUsers(t *testing.T) {
	t.Parallel()
	k := newKit(t, Config{})
	for _, path := range []string{"", "activations", "activations/1/2", "activations/1/confirmations", "lookupGiftcard/1/reversals/2", "wishes/1", "testServerAdmin", "testServerAdmin/data/card"} {
		require.Equal(t, http.StatusNotFound, k.post(path, "{}").status, path)
	}
	require.Equal(t, http.StatusMethodNotAllowed, k.send(http.MethodGet, "/giftcard/v3/loads/1", nil).status)
	_, m := k.request(strings.Fields("lookup K a"))
	require.Equal(t, http.StatusCreated, k.send(http.MethodPost, "/lookupGiftcard/K", m).status, "the base may be left out")

	call := func(user, password string) reply {
		req := httptest.NewRequest(http.MethodPost, "/giftcard/v3/loads/1", strings.NewReader("{}"))
		if user != "" {
			req.SetBasicAuth(user, password)
		}
		return k.exchange(k.issuer, req)
	}
	for _, r := range []reply{call("", ""), call(k.user, "wrong")} {
		require.Equal(t, http.StatusUnauthorized, r.status)
		require.Equal(t, errGeneral, r.errorType())
		require.NotEmpty(t, r.header.Get("WWW-Authenticate"))
	}
	require.Equal(t, http.StatusBadRequest, call("somebody", "new").status)
}

func TestNegativeAndForeignAmounts(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"activate X zero 1", "load X a 1", "redeem X a 1", "transfer X a b 1"} {
		for _, money := range []object{{"amount": -1, "currency": "710"}, {"amount": 1, "currency": "840"}, {"amount": int64(2_000_000_000_000_000), "currency": "710"}} {
			k := newKit(t, Config{})
			k.run(bothActive)
			path, m := k.request(strings.Fields(step))
			m["amounts"] = object{"requestAmount": money}
			r := k.post(path, m)
			require.Equal(t, http.StatusBadRequest, r.status)
			require.Equal(t, errAmount, r.errorType(), "%s %v", step, money)
			k.run("lookup Y a = 201 100/100")
		}
	}
}
