package humm

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	const jsonType = "Content-Type: application/json"
	for _, c := range []struct {
		method, path, header string
		want                 int
	}{
		{http.MethodPost, "/webapi/v1/Invite", jsonType, 200},
		{http.MethodPost, "//webapi//v1//Invite/", jsonType + "; charset=utf-8", 200},
		{http.MethodPost, "/webapi/Invite", jsonType, 404},
		{http.MethodPost, "/Invite", jsonType, 404},
		{http.MethodPost, "/webapi/v1/invite", jsonType, 404},
		{http.MethodPost, "/webapi/v1/Invite/x", jsonType, 404},
		{http.MethodGet, "/webapi/v1/Invite", jsonType, 405},
		{http.MethodPost, "/webapi/v1/Invite", "Content-Type: text/plain", 415},
	} {
		require.Equal(t, c.want, k.Send(c.method, c.path, "{}", c.header).Status, c.method+" "+c.path+" "+c.header)
	}
	require.Equal(t, 413, k.till.post("Invite", `{"x":"`+strings.Repeat("a", maxBody)+`"}`).Status)
	require.Equal(t, 200, k.till.send("Invite", object{"x_mobile": "0400111222", "x_purchase_amount": 1, "tracking_data": object{"a": strings.Repeat("a", stage.MaxBody)}}).Status)
}

func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	pay := payment("R-1", "482913", 10000)
	with := func(name string, value any) object {
		m := payment("R-1", "482913", 10000)
		m[name] = value
		return m
	}
	strangerTill := &till{k: k, merchant: seller, device: "lane-05", key: "whatever"}
	r := strangerTill.send("ProcessAuthorisation", with("x_operator_id", nil))
	require.Equal(t, "EAUT01", code(r), "before the members are looked at")
	require.Equal(t, "", r.Body["signature"], "no key is shared")
	require.Equal(t, "EAUT01", code((&till{k: k, merchant: sibling, device: "lane-04", key: k.till.key}).send("ProcessAuthorisation", pay)), "a device belongs to its seller")
	wrong := &till{k: k, merchant: seller, device: "lane-04", key: "wrong"}
	r = wrong.send("ProcessAuthorisation", with("x_operator_id", nil))
	require.Equal(t, "ESIG01", code(r), "before the members are looked at")
	require.True(t, verified(r, k.till.key), "signed with the key on record")
	require.Equal(t, "Error", r.Body["x_status"])
	for name, c := range map[string]struct {
		more object
		want string
	}{
		"no operator":            {with("x_operator_id", nil), "EVAL01"},
		"empty operator":         {with("x_operator_id", ""), "EVAL01"},
		"long operator":          {with("x_operator_id", strings.Repeat("ü", 65)), "EVAL01"},
		"no reference":           {with("x_pos_transaction_ref", nil), "EVAL01"},
		"empty reference":        {with("x_pos_transaction_ref", ""), "EVAL01"},
		"fraction":               {with("x_finance_amount", 100.5), "EVAL01"},
		"sign":                   {with("x_finance_amount", -100), "EVAL01"},
		"plus":                   {with("x_finance_amount", "+100"), "EVAL01"},
		"exponent":               {with("x_purchase_amount", "1e6"), "EVAL01"},
		"13 digits":              {with("x_purchase_amount", "1000000000000"), "EVAL01"},
		"finance above purchase": {with("x_finance_amount", 10001), "EVAL01"},
		"below the minimum":      {with("x_finance_amount", 99), "EVAL02"},
		"unprintable code":       {with("x_pre_approval_code", "48\t2913"), "EVAL01"},
		"nested items":           {with("purchase_items", object{"PurchaseItems": []string{"a"}}), "EVAL01"},
		"long items":             {with("purchase_items", strings.Repeat("a", 201)), "EVAL01"},
		"other confirmation":     {with("buyer_confirms", 1), "EVAL01"},
		"tracking of numbers":    {with("tracking_data", object{"a": 1}), "EVAL01"},
		"tracking text":          {with("tracking_data", "a"), "EVAL01"},
	} {
		r := k.till.send("ProcessAuthorisation", c.more)
		require.Equal(t, c.want, code(r), name)
		require.True(t, verified(r, k.till.key), name)
		require.Equal(t, 200, r.Status)
	}
	require.Equal(t, "ESIG01", code(k.till.send("ProcessAuthorisation", with("signature", ""))))
	r = k.till.post("ProcessAuthorisation", `{"x_merchant_id":"1","x_merchant_id":"1"}`)
	require.Equal(t, "EVAL01", code(r))
	require.Equal(t, "", r.Body["signature"])
	require.Empty(t, k.Lines(""), "none of them left a trace")

	more := payment("R-1", "482913", 10000)
	more["x_new_member"], more["x_purchase_amount"], more["other"] = "signed all the same", "10000", true
	more["purchase_items"], more["buyer_confirms"], more["tracking_data"] = `{"PurchaseItems":["a"]}`, "False", object{"lane": "<4>"}
	m := k.till.message(more)
	m["signature"] = strings.ToUpper(m["signature"].(string))
	r = k.till.send("ProcessAuthorisation", m)
	require.Equal(t, "SPRA01", code(r), "the code was not used up, and upper case is as good")
	require.Equal(t, object{"lane": "<4>"}, r.Body["tracking_data"])
	require.Contains(t, r.Text, `"<4>"`, "echoed as it came")
	require.Regexp(t, `^application/json; charset=utf-8$`, r.Header.Get("Content-Type"))
}

func TestEmptyMembersInEitherForm(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	m := payment("R-1", "482913", 10000)
	m["x_note"] = ""
	require.Equal(t, "SPRA01", code(k.till.send("ProcessAuthorisation", m)), "left out")
	var pairs []pair
	m = k.till.message(payment("R-2", "482914", 10000))
	delete(m, "signature")
	m["x_note"] = ""
	for name, v := range m {
		pairs = append(pairs, pair{name, fmt.Sprint(v)})
	}
	m["signature"] = sign(k.till.key, append(pairs, pair{"x_other", "1"}))
	require.Equal(t, "ESIG01", code(k.till.send("ProcessAuthorisation", m)), "of something else")
	m["signature"] = hex.EncodeToString(digest(k.till.key, canonical(pairs, true)))
	require.Equal(t, "SPRA01", code(k.till.send("ProcessAuthorisation", m)), "with its bare name")
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	register := func(merchant, device, token, signer string) (string, bool) {
		x := &till{k: k, merchant: merchant, device: device, key: signer}
		r := x.send("CreateKey", object{"x_device_token": token, "x_pos_vendor": "V"})
		return code(r), verified(r, token)
	}
	for _, c := range []struct {
		name, device, token, signer, want string
		verified                          bool
	}{
		{"no such token", "d1", "OTHER-1", "OTHER-1", "FCRK01", true},
		{"not signed by it", "d1", "GUDID-1", "GUDID-2", "ESIG01", true},
		{"first", "d1", "GUDID-1", "GUDID-1", "SCRK01", true},
		{"again", "d1", "GUDID-1", "GUDID-1", "FCRK02", true},
		{"by another device", "d2", "GUDID-1", "GUDID-1", "FCRK02", true},
		{"none", "d2", "", "", "EAUT01", false},
	} {
		got, signed := register(seller, c.device, c.token, c.signer)
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, c.verified, signed, c.name)
	}
	require.Equal(t, "EVAL01", code((&till{k: k, merchant: seller, device: "d2", key: "GUDID-3"}).send("CreateKey", object{"x_device_token": "GUDID-3"})))
	old := *k.till
	k.till = k.newTill(seller, "lane-05") // another device changes nothing
	require.Equal(t, "SINV01", code(old.send("Invite", object{"x_mobile": "04", "x_purchase_amount": 1})))
	again := &till{k: k, merchant: seller, device: "lane-04", key: "GUDID-new"}
	require.Equal(t, "SCRK01", code(again.send("CreateKey", object{"x_device_token": "GUDID-new", "x_pos_vendor": "V"})))
	require.Equal(t, "ESIG01", code(old.send("Invite", object{"x_mobile": "04", "x_purchase_amount": 1})), "the key was replaced")
}

func TestInvite(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	more := object{"x_mobile": "0400111222", "x_purchase_amount": 12500}
	for range 2 {
		r := k.till.send("Invite", more)
		require.Equal(t, "SINV01", code(r))
		require.True(t, verified(r, k.till.key))
	}
	require.Equal(t, 2, k.books()["invite"].Approved, "every call is one more message to the customer")
	for _, bad := range []string{"+400111222", "04001112223", ""} {
		require.Equal(t, "EVAL01", code(k.till.send("Invite", object{"x_mobile": bad, "x_purchase_amount": 1})), bad)
	}
	k.set(`{"script":[{"on":"invite","fault":"decline:EVAL01"},{"on":"invite","fault":"internal-error"},{"on":"invite","fault":"internal-error:processed"}]}`)
	for _, want := range []string{"EVAL01", "EISE01", "EISE01", "SINV01"} {
		require.Equal(t, want, code(k.till.send("Invite", more)))
	}
	require.Equal(t, 4, k.books()["invite"].Approved)
}
