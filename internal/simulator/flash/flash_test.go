package flash

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
)

type object = map[string]any

// kit is a running Flash with a caller that has a token.
type kit struct {
	*stagetest.Kit
	token string
}

func newKit(t *testing.T, dir string) *kit {
	t.Helper()
	k := &kit{Kit: stagetest.Start(t, dir, func(c stage.Config) stagetest.House { return New(c) })}
	k.token = k.logIn("shop:hunter2hunter2")
	return k
}

func (k *kit) logIn(key string) string {
	k.T.Helper()
	r := k.Send(http.MethodPost, "/token", "grant_type=client_credentials",
		"Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(key)), "Content-Type: application/x-www-form-urlencoded")
	require.Equal(k.T, 200, r.Status, r.Text)
	require.Equal(k.T, "Bearer", r.Body["token_type"])
	require.Equal(k.T, json.Number("3600"), r.Body["expires_in"])
	return r.Body["access_token"].(string)
}

func (k *kit) post(path string, more object) stagetest.Reply {
	k.T.Helper()
	body := object{"accountNumber": "1234-5678-9012-3456"}
	maps.Copy(body, more)
	return k.Send(http.MethodPost, "/aggregation/4.0/"+path, string(stage.Encode(body)),
		"Authorization: Bearer "+k.token, "Content-Type: application/json", "Accept: application/json")
}

// buy purchases a 1Voucher and expects a code.
func (k *kit) buy(ref string, cents int) (pin string) {
	k.T.Helper()
	r := k.post("1voucher/purchase", object{"reference": ref, "amount": cents})
	require.Equal(k.T, "0", codeOf(r), r.Text)
	return voucherOf(r)["pin"].(string)
}

func voucherOf(r stagetest.Reply) object { v, _ := r.Body["voucher"].(object); return v }

func codeOf(r stagetest.Reply) string { return fmt.Sprint(r.Body["responseCode"]) }

func TestSale(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.post("1voucher/purchase", object{
		"reference": "A-1", "amount": 5000, "storeId": "S1", "terminalId": "T1", "metadata": object{"rrn": "000000000007"},
	})
	require.Equal(t, 200, r.Status)
	v := voucherOf(r)
	require.Regexp(t, `^[1-6][0-9]{15}$`, v["pin"])
	require.NotEmpty(t, v["serialNumber"])
	require.Equal(t, "Active", v["status"])
	require.Equal(t, "2034-05-05T09:08:09", v["expiryDate"], "South African time without a zone")
	require.Equal(t, json.Number("5000"), v["amount"])
	require.Equal(t, "A-1", r.Body["reference"])
	require.Equal(t, "S1", r.Body["storeId"])
	require.Equal(t, object{"rrn": "000000000007"}, r.Body["metadata"])

	require.Equal(t, r.Text, k.post("1voucher/purchase", object{
		"reference": "A-1", "amount": 5000, "storeId": "S1", "terminalId": "T1", "metadata": object{"rrn": "000000000007"},
	}).Text, "the same reference gets the same answer")
	require.Equal(t, "2256", codeOf(k.post("1voucher/purchase", object{"reference": "A-1", "amount": 5001})))
	require.Equal(t, "2256", codeOf(k.post("1voucher/disburse", object{"reference": "A-1", "amount": 5000})))
	l := k.Line("A-1")
	require.Equal(t, stage.Approved, l.State)
	require.EqualValues(t, 5000, l.FinalAmount)
	require.Equal(t, stage.HashCode(v["pin"].(string)), l.CodeHash)
	require.Equal(t, v["serialNumber"], l.Serial)
	require.Equal(t, []int{1, 1}, []int{l.Received, l.Retries})
	require.Equal(t, "shop", l.User)
	require.Equal(t, fmt.Sprint(r.Body["transactionId"]), l.ProviderRef)
}

func TestEveryGroupSells(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		more     object
		reversed string
	}{
		"1voucher/disburse":          {object{}, "0"},
		"gift-voucher/purchase":      {object{"productCode": 312, "storeId": "S", "terminalId": "T"}, ""},
		"cash-out-pin/purchase":      {object{"productCode": 321}, "0"},
		"exclusive-voucher/purchase": {object{"productCode": 331}, "0"},
		"flash-token/purchase":       {object{"productCode": 341}, "0"},
		"eezi-voucher/purchase":      {object{"productCode": 352}, "2273"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			body := object{"reference": "A", "amount": 5000}
			maps.Copy(body, want.more)
			r := k.post(path, body)
			require.Equal(t, "0", codeOf(r), r.Text)
			require.NotEmpty(t, voucherOf(r)["pin"])
			require.Equal(t, "0", codeOf(k.post("1voucher/purchase", object{"reference": "B", "amount": 5000})))
			group := filepath.Dir(path)
			r = k.post(group+"/reverse", object{"reference": "R", "originalReference": "A"})
			if want.reversed == "" {
				require.Equal(t, 404, r.Status)
				return
			}
			require.Equal(t, want.reversed, codeOf(r), r.Text)
			if group != "1voucher" {
				require.Equal(t, "2267", codeOf(k.post(group+"/reverse", object{"reference": "R2", "originalReference": "B"})), "another group")
			}
		})
	}
}

func TestGiftVoucherByBarcode(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.post("gift-voucher/purchase", object{"reference": "A", "amount": 10000, "barcode": "6009711000311", "storeId": "S", "terminalId": "T"})
	require.Equal(t, "0", codeOf(r), r.Text)
	require.Equal(t, "6009711000311", voucherOf(r)["barcode"])
}

func TestReversal(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	reverse := func(ref, original string) string {
		return codeOf(k.post("1voucher/reverse", object{"reference": ref, "originalReference": original}))
	}
	require.Equal(t, "2249", reverse("R0", "A"))
	pin := k.buy("A", 5000)
	require.Equal(t, "0", reverse("R0", "A"), "a reversal that found nothing is judged anew")
	require.Equal(t, "0", reverse("R0", "A"), "a repeat is done as well")
	require.Equal(t, "2280", reverse("R1", "A"))
	require.Equal(t, "2403", codeOf(k.post("1voucher/redeem", object{"reference": "U", "pin": pin, "amount": 0})))
	l := k.Line("A")
	require.Equal(t, stage.Reversed, l.Advice)
	require.Equal(t, "R0", l.AdviceID)
	require.Zero(t, l.FinalAmount)
	require.Equal(t, 3, l.Advices)

	pin = k.buy("B", 5000)
	require.Equal(t, "0", codeOf(k.post("1voucher/redeem", object{"reference": "V", "pin": pin, "amount": 0})))
	require.Equal(t, "2401", reverse("R2", "B"))
	k.buy("C", 7708)
	require.Equal(t, "2281", reverse("R3", "C"), "too late, by the amount")
}

func TestRedeemWholePartAndBack(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	pin := k.buy("A", 5000)
	redeem := func(ref, pin string, cents int) stagetest.Reply {
		return k.post("1voucher/redeem", object{"reference": ref, "pin": pin, "amount": cents})
	}
	require.Equal(t, "2406", codeOf(redeem("U0", pin, 5001)))
	require.Equal(t, "2402", codeOf(redeem("U1", "1111222233334444", 0)))
	r := redeem("U2", pin, 2000)
	require.Equal(t, "0", codeOf(r), r.Text)
	change := voucherOf(r)["pin"].(string)
	require.NotEqual(t, pin, change)
	require.Equal(t, "3000", fmt.Sprint(voucherOf(r)["amount"]))
	require.Equal(t, "2401", codeOf(redeem("U3", pin, 0)))
	require.EqualValues(t, 2000, k.Line("U2").FinalAmount)
	require.Equal(t, stage.HashCode(pin), k.Line("U2").CodeHash)

	reverse := func(ref, original string) string {
		return codeOf(k.post("1voucher/reverse", object{"reference": ref, "originalReference": original}))
	}
	require.Equal(t, "0", reverse("R1", "U2"))
	require.Equal(t, "2403", codeOf(redeem("U4", change, 0)), "the change is gone")
	r = redeem("U5", pin, 0)
	require.Equal(t, "0", codeOf(r), "the first voucher is back")
	require.Nil(t, voucherOf(r)["pin"], "nothing left, no change")
	require.Equal(t, "Redeemed", voucherOf(r)["status"])
	require.Equal(t, "5000", fmt.Sprint(r.Body["amount"]))

	pin = k.buy("B", 5000)
	change = voucherOf(redeem("U6", pin, 1000))["pin"].(string)
	require.Equal(t, "0", codeOf(redeem("U7", change, 0)))
	require.Equal(t, "2414", reverse("R2", "U6"), "the change has been spent")

	r = k.post("1voucher/refund", object{"reference": "F", "amount": 1000})
	fresh := voucherOf(r)["pin"].(string)
	require.NotEqual(t, pin, fresh, "a refund is a new voucher")
	require.Equal(t, "refund", k.Line("F").Operation)
	require.Equal(t, "0", reverse("R3", "F"))
	require.Equal(t, "2403", codeOf(redeem("U8", fresh, 0)))
	k.Advance(4 * 365 * 24 * time.Hour)
	k.token = k.logIn("shop:hunter2hunter2")
	pin = voucherOf(redeem("U9", k.buy("C", 900), 100))["pin"].(string)
	k.Advance(3*365*24*time.Hour + time.Second)
	k.token = k.logIn("shop:hunter2hunter2")
	require.Equal(t, "2405", codeOf(redeem("U10", pin, 0)))
}

func TestCashOutBySerial(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.post("cash-out-pin/purchase", object{"reference": "A", "amount": 5000, "productCode": 321})
	serial := voucherOf(r)["serialNumber"]
	about := func(op, ref string, serial any) stagetest.Reply {
		return k.post("cash-out-pin/"+op, object{"reference": ref, "productCode": 321, "serialNumber": serial})
	}
	r = about("lookup", "L1", serial)
	require.Equal(t, "Active", voucherOf(r)["status"], r.Text)
	require.NotContains(t, voucherOf(r), "pin")
	require.Equal(t, "2402", codeOf(about("lookup", "L2", "FL9")))
	require.Equal(t, "2402", codeOf(about("cancel", "X0", "FL9")))
	require.Equal(t, "0", codeOf(about("cancel", "X1", serial)))
	require.Equal(t, "2409", codeOf(about("cancel", "X2", serial)))
	require.Equal(t, "Reversed", voucherOf(about("lookup", "L3", serial))["status"])
}

func TestRefusedShapes(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.buy("A", 500)
	nine := object{}
	for i := range 10 {
		nine[fmt.Sprint(i)] = "x"
	}
	for _, c := range []struct {
		path string
		body object
		code string
	}{
		{"1voucher/purchase", object{"amount": 500}, "2301"},
		{"1voucher/purchase", object{"reference": "B_1", "amount": 500}, "2301"},
		{"1voucher/purchase", object{"reference": "B"}, "2301"},
		{"1voucher/purchase", object{"reference": "B", "amount": "500"}, "2301"},
		{"1voucher/purchase", object{"reference": "B", "amount": 5.5}, "2301"},
		{"1voucher/purchase", object{"reference": "B", "amount": 50}, "2204"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "accountNumber": ""}, "2200"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "accountNumber": "other"}, "2200"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "storeId": "S-1"}, "2301"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "mobileNumber": "27820000000"}, "2279"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "metadata": nine}, "2360"},
		{"1voucher/purchase", object{"reference": "B1", "amount": 500, "metadata": object{"elevenchars": "x"}}, "2360"},
		{"eezi-voucher/purchase", object{"reference": "B2", "amount": 500}, "2301"},
		{"eezi-voucher/purchase", object{"reference": "B2", "amount": 500, "productCode": 999}, "2101"},
		{"eezi-voucher/purchase", object{"reference": "B3", "amount": 500, "productCode": 341}, "2101"},
		{"gift-voucher/purchase", object{"reference": "B4", "amount": 5000, "productCode": 312}, "2301"},
		{"gift-voucher/purchase", object{"reference": "B4", "amount": 5000, "productCode": 312, "barcode": "6009711000311"}, "2301"},
		{"1voucher/redeem", object{"reference": "B5", "amount": 0, "pin": "123"}, "2301"},
		{"1voucher/redeem", object{"reference": "B5", "pin": "1234123412341234"}, "2301"},
		{"1voucher/refund", object{"reference": "B5", "amount": 0}, "2204"},
		{"1voucher/reverse", object{"reference": "B5"}, "2301"},
		{"cash-out-pin/cancel", object{"reference": "B5", "serialNumber": "FL1"}, "2301"},
	} {
		r := k.post(c.path, c.body)
		require.Equal(t, c.code, codeOf(r), "%s %v: %s", c.path, c.body, r.Text)
	}
	auth := "Authorization: Bearer " + k.token
	require.Equal(t, "2231", codeOf(k.Send("POST", "/aggregation/4.0/1voucher/purchase", "{}", auth, "Accept: application/json")))
	require.Equal(t, "2231", codeOf(k.Send("POST", "/aggregation/4.0/1voucher/purchase", "{}", auth, "Content-Type: application/json", "Accept: text/html")))
	require.Equal(t, 404, k.post("1voucher/gift", object{}).Status)
	require.Equal(t, 405, k.Send("PUT", "/aggregation/4.0/1voucher/purchase", "{}", auth).Status)
	require.Equal(t, 404, k.Send("GET", "/aggregation/3.0/1voucher/purchase", "", auth).Status)
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	key := func(text string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	form := "Content-Type: application/x-www-form-urlencoded"
	for _, c := range []struct {
		body   string
		header []string
		status int
	}{
		{"grant_type=client_credentials", []string{key("shop:other"), form}, 401},
		{"grant_type=client_credentials", []string{form}, 401},
		{"grant_type=password", []string{key("shop:hunter2hunter2"), form}, 400},
		{"grant_type=client_credentials", []string{key("shop:hunter2hunter2")}, 400},
		{"grant_type=client_credentials", []string{"Authorization: Basic opaque-key", form}, 200},
	} {
		require.Equal(t, c.status, k.Send("POST", "/token", c.body, c.header...).Status, c.header)
	}
	require.Equal(t, 405, k.Send("GET", "/token", "", key("shop:hunter2hunter2")).Status)
	good := k.token
	for _, bad := range []string{"", "nonsense", good + "0"} {
		k.token = bad
		require.Equal(t, 401, k.post("1voucher/purchase", object{"reference": "A", "amount": 500}).Status)
	}
	k.token = good
	k.Advance(time.Hour)
	require.Equal(t, 401, k.post("1voucher/purchase", object{"reference": "A", "amount": 500}).Status)
	require.Equal(t, 401, k.Send("GET", "/aggregation/4.0/accounts/1/products", "").Status)
	require.Empty(t, k.Lines(""))
}

func TestProducts(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	get := func(path string) []any {
		r := k.Send("GET", "/aggregation/4.0/accounts/77/products"+path, "", "Authorization: Bearer "+k.token)
		require.Equal(t, 200, r.Status, r.Text)
		return r.Body["products"].([]any)
	}
	require.Len(t, get(""), 8)
	require.Equal(t, "Cash Out PIN", get("/321")[0].(object)["productName"])
	require.Len(t, get("/Gift%20Vouchers"), 2)
	require.Empty(t, get("/999"))
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cents   int
		outcome string
		code    string // of the answer
		state   string // afterwards
		repeat  string // code of a repeat
	}{
		{7701, "Bad Request", "2351", stage.Declined, "2351"},
		{7702, "no answer", "", stage.Approved, "0"},
		{7703, "no answer", "", stage.Unprocessed, "0"},
		{7704, "no answer", "", stage.Approved, "0"},
		{7705, "OK", "0", stage.Approved, "0"},
		{7706, "OK", "2211", stage.Unprocessed, "0"},
		{7707, "Unauthorized", "3704", stage.Unprocessed, "0"},
		{7708, "OK", "0", stage.Approved, "0"},
		{7709, "not JSON Bad Gateway", "", stage.Unprocessed, "0"},
		{7710, "not JSON OK", "", stage.Approved, "0"},
		{7711, "OK", "0", stage.Approved, "0"},
		{7712, "no answer", "", stage.Unprocessed, "0"},
		{7713, "no answer", "", stage.Approved, "0"},
		{7714, "Internal Server Error", "", stage.Unprocessed, "0"},
		{7715, "Internal Server Error", "", stage.Approved, "0"},
		{7716, "Service Unavailable", "", stage.Unprocessed, "0"},
		{7717, "OK", "2211", stage.Approved, "0"},
		{7718, "OK", "9321", stage.Unprocessed, "0"},
		{7719, "OK", "0", stage.Approved, "0"},
		{7720, "Too Many Requests", "", stage.Unprocessed, "0"},
		{7756, "OK", "2211", stage.Unprocessed, "2211"},
		{7700, "OK", "0", stage.Approved, "0"},
	} {
		t.Run(fmt.Sprint(c.cents), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			if c.outcome == "no answer" {
				k.Impatient(150 * time.Millisecond)
			}
			buy := func() stagetest.Reply {
				return k.post("1voucher/purchase", object{"reference": "A", "amount": c.cents})
			}
			r := buy()
			require.Equal(t, c.outcome, r.Outcome(), r.Text)
			if c.code != "" {
				require.Equal(t, c.code, codeOf(r))
			} else if r.Body != nil {
				require.NotContains(t, r.Body, "responseCode")
			}
			require.Equal(t, c.state, k.Line("A").State)
			switch c.cents {
			case 7705:
				require.NotContains(t, voucherOf(r), "pin")
				require.Contains(t, voucherOf(r), "serialNumber")
			case 7719:
				require.NotEqual(t, "A", r.Body["reference"])
			case 7707:
				require.Equal(t, 401, buy().Status, "the token is gone")
				k.token = k.logIn("shop:hunter2hunter2")
			}
			k.Impatient(10 * time.Second)
			r = buy()
			require.Equal(t, c.repeat, codeOf(r), r.Text)
			l := k.Line("A")
			require.Equal(t, []int{1, 1}, []int{l.Received, l.Retries})
			if c.repeat == "0" {
				require.Equal(t, l.CodeHash, stage.HashCode(voucherOf(r)["pin"].(string)))
				require.Equal(t, stage.Approved, l.State)
			}
		})
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.Control(`{"script":[{"on":"reverse","fault":"unavailable"},{"on":"reverse","fault":"decline"},
		{"on":"redeem","fault":"decline:2676"},{"on":"token","fault":"error-500"},{"on":"provision","fault":"late-reversal","skip":1},
		{"on":"products","fault":"malformed"}]}`)
	pin := k.buy("A", 5000)
	k.buy("B", 5000)
	reverse := func(ref, original string) stagetest.Reply {
		return k.post("1voucher/reverse", object{"reference": ref, "originalReference": original})
	}
	require.Equal(t, 503, reverse("R1", "A").Status)
	require.Equal(t, "2282", codeOf(reverse("R1", "A")))
	require.Equal(t, "2676", codeOf(k.post("1voucher/redeem", object{"reference": "U", "pin": pin, "amount": 0})))
	require.Equal(t, "0", codeOf(reverse("R1", "A")))
	require.Equal(t, 3, k.Line("A").Advices)
	require.Equal(t, "2281", codeOf(reverse("R2", "B")))
	require.Equal(t, 500, k.Send("POST", "/token", "grant_type=client_credentials").Status)
	require.Nil(t, k.Send("GET", "/aggregation/4.0/accounts/1/products", "", "Authorization: Bearer "+k.token).Body)
	k.Control(`{"down":true,"down_mode":"503"}`)
	require.Equal(t, 503, reverse("R3", "A").Status)
	k.Control(`{"down":true}`)
	require.Error(t, reverse("R3", "A").Err)
}

func TestPINsThatAskForFaults(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	redeem := func(ref, pin string) stagetest.Reply {
		return k.post("1voucher/redeem", object{"reference": ref, "pin": pin, "amount": 4000})
	}
	require.Equal(t, "0", codeOf(redeem("U1", "7777000000000000")), "holds R100 without having been sold")
	require.Equal(t, "2351", codeOf(redeem("U2", "7777000000000001")))
	require.Equal(t, "2211", codeOf(redeem("U3", "7777000000000006")))
	require.Equal(t, "0", codeOf(redeem("U3", "7777000000000006")))
	require.Equal(t, "2351", codeOf(redeem("U4", "7777000000000051")))
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	pin := k.buy("A", 5000)
	change := voucherOf(k.post("1voucher/redeem", object{"reference": "U", "pin": pin, "amount": 2000}))["pin"].(string)
	k.post("1voucher/purchase", object{"reference": "B", "amount": 7706})
	k.post("1voucher/reverse", object{"reference": "R", "originalReference": "Z"})
	before, strays := k.Lines(""), k.House.Strays(stage.Window{})
	k.Restart()
	require.Equal(t, before, k.Lines(""))
	require.Equal(t, strays, k.House.Strays(stage.Window{}))
	require.Len(t, strays, 1)
	require.Equal(t, pin, k.buy("A", 5000), "the token and the answers are known")
	require.Equal(t, "2414", func() string {
		k.post("1voucher/redeem", object{"reference": "U2", "pin": change, "amount": 0})
		return codeOf(k.post("1voucher/reverse", object{"reference": "R2", "originalReference": "U"}))
	}())
	k.buy("B", 7706)
	require.Len(t, k.Lines("B"), 1)
	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{pin, change, "hunter2", k.token} {
		require.NotContains(t, string(raw), secret)
	}
}

func TestSameReferenceAtOnceSellsOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t, t.TempDir())
	pins := make([]string, 20)
	var wg sync.WaitGroup
	for i := range pins {
		wg.Go(func() {
			r := k.post("1voucher/purchase", object{"reference": "A", "amount": 5000})
			pins[i], _ = voucherOf(r)["pin"].(string)
		})
	}
	wg.Wait()
	for _, pin := range pins {
		require.NotEmpty(t, pin)
		require.Equal(t, pins[0], pin)
	}
	l := k.Line("A")
	require.Equal(t, []int{1, 19}, []int{l.Received, l.Retries})
}
