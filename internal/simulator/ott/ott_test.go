package ott

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
)

type (
	fields = map[string]string
	object = map[string]any
)

type kit struct {
	*stagetest.Kit
	user string
}

func newKit(t *testing.T, dir string) *kit {
	t.Helper()
	return &kit{stagetest.Start(t, dir, func(c stage.Config) stagetest.House { return New(c) }), "shop:hunter2hunter2"}
}

// call signs and sends the fields.
func (k *kit) call(path string, f fields) stagetest.Reply {
	k.T.Helper()
	return k.send(path, f, hashOf(SandboxKey, f), "hash")
}

func (k *kit) send(path string, f fields, hash, name string) stagetest.Reply {
	k.T.Helper()
	form := url.Values{}
	for n, v := range f {
		form.Set(n, v)
	}
	form.Set(name, hash)
	req, err := http.NewRequest(http.MethodPost, "/", nil)
	require.NoError(k.T, err)
	user, password, _ := strings.Cut(k.user, ":")
	req.SetBasicAuth(user, password)
	return k.Send(http.MethodPost, "/api/"+path, form.Encode(), "Authorization: "+req.Header.Get("Authorization"),
		"Content-Type: application/x-www-form-urlencoded")
}

func sale(ref, value string) fields {
	return fields{"branch": "SHOP1", "cashier": "TILL-7", "uniqueReference": ref, "value": value, "vendorCode": "77"}
}

func (k *kit) sell(ref, value string) stagetest.Reply {
	k.T.Helper()
	return k.call("reseller/v1/GetVoucher", sale(ref, value))
}

func (k *kit) about(call, ref string) stagetest.Reply {
	k.T.Helper()
	return k.call("reseller/v1/"+call, fields{"uniqueReference": ref})
}

func (k *kit) remit(ref, pin, amount string) stagetest.Reply {
	k.T.Helper()
	return k.call("v1/RemitVoucher", fields{"uniqueReference": ref, "pin": pin, "amount": amount, "mobile": "27820000000", "vendorID": "77"})
}

func good(r stagetest.Reply) bool { return fmt.Sprint(r.Body["success"]) == "true" }

// voucherOf reads the JSON text inside the answer; nil when it cannot be read.
func voucherOf(r stagetest.Reply) object {
	text, _ := r.Body["voucher"].(string)
	var v object
	_ = json.Unmarshal([]byte(text), &v) // nil is the answer then
	return v
}

func pinOf(t *testing.T, r stagetest.Reply) string {
	t.Helper()
	require.True(t, good(r), r.Text)
	return voucherOf(r)["pin"].(string)
}

// The vectors are the ones of the written interface.
func TestHash(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]fields{
		"4df6f72386e97fc580b1b309187be1151ac86d3be6442b8be4348668019604e8": {
			"branch": "SHOP1", "cashier": "TILL-7", "uniqueReference": "ref-000142", "value": "100.00", "vendorCode": "77",
		},
		"54bbce277aa1f3bdfc592d368b00c12f1bd67a9f8107de83194e41f5bac6c9d9": {"uniqueReference": "ref-000142"},
		"2a99ce15df322b6e0ff43cc32cb64b7f493fd1fb28c04e52cee5682b5d20ab1a": {"vendorID": "77", "voucherPIN": "123456789012"},
		"c560f675755c5278d556a4b553ea85beadf021764a91443e4f83a2f82cc921a0": {
			"amount": "0.00", "clientID": "c-9", "mobile": "27820000000", "pin": "123456789012", "uniqueReference": "ref-000143", "vendorID": "77",
		},
	} {
		require.Equal(t, want, hashOf("demo-key-0001", f))
	}
}

func TestAmountTexts(t *testing.T) {
	t.Parallel()
	for cents, want := range map[int64][2]string{
		1: {"0.0100", "0.01"}, 1000: {"10.0000", "10.00"}, 10000000: {"100,000.0000", "100,000.00"}, 123456789: {"1,234,567.8900", "1,234,567.89"},
	} {
		require.Equal(t, want, [2]string{rand(cents, 0), rand(cents, 1)})
	}
}

func TestSaleCheckConfirm(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.sell("A", "1000.00")
	require.Equal(t, http.StatusCreated, r.Status, r.Text)
	v := voucherOf(r)
	require.Regexp(t, `^[0-9]{12}$`, v["pin"])
	require.Equal(t, "1,000.00", v["amount"])
	for _, name := range []string{"voucherID", "saleID", "serialNumber", "batch", "instructions"} {
		require.NotEmpty(t, v[name], name)
	}
	require.Equal(t, v, voucherOf(k.about("CheckVoucher", "A")))
	require.False(t, good(k.about("CheckVoucher", "B")))
	for range 2 {
		require.True(t, good(k.about("ConfirmVoucher", "A")))
	}
	require.False(t, good(k.about("RejectVoucher", "A")), "confirmed")
	require.True(t, good(k.about("CheckVoucher", "A")))
	l := k.Line("A")
	require.Equal(t, []any{stage.Approved, stage.Confirmed, int64(100000), 1, 3}, []any{l.State, l.Advice, l.FinalAmount, l.Received, l.Advices})
	require.Equal(t, stage.HashCode(v["pin"].(string)), l.CodeHash)
	require.Equal(t, v["serialNumber"], l.Serial)
	require.Equal(t, "8800001", l.ProviderRef)
	r = k.about("GetBalance", "any")
	require.Equal(t, "99,999,000.0000", r.Body["availableBalance"])
}

func TestReject(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.False(t, good(k.about("RejectVoucher", "A")), "not known yet")
	pin := pinOf(t, k.sell("A", "50.00"))
	require.True(t, good(k.about("RejectVoucher", "A")))
	require.False(t, good(k.about("RejectVoucher", "A")))
	require.False(t, good(k.about("CheckVoucher", "A")))
	require.False(t, good(k.about("ConfirmVoucher", "A")))
	require.Equal(t, "12", fmt.Sprint(k.remit("U", pin, "0.00").Body["errorCode"]))
	require.Zero(t, k.Line("A").FinalAmount)

	pin = pinOf(t, k.sell("B", "50.00"))
	require.True(t, good(k.remit("V", pin, "0.00")))
	require.False(t, good(k.about("RejectVoucher", "B")), "redeemed")
	pinOf(t, k.sell("C", "77.08"))
	require.False(t, good(k.about("RejectVoucher", "C")), "too late, by the amount")
	require.True(t, good(k.about("CheckVoucher", "C")))
}

func TestDoubledReference(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	first, second := pinOf(t, k.sell("A", "50.00")), pinOf(t, k.sell("A", "50.00"))
	require.NotEqual(t, first, second)
	for _, call := range []string{"CheckVoucher", "ConfirmVoucher", "RejectVoucher"} {
		r := k.about(call, "A")
		require.False(t, good(r))
		require.Equal(t, "8", fmt.Sprint(r.Body["errorCode"]))
	}
	lines := k.Lines("A")
	require.Len(t, lines, 2)
	require.NotEqual(t, lines[0].CodeHash, lines[1].CodeHash)
}

func TestRemit(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	pin := pinOf(t, k.sell("A", "1500.00"))
	look := func(pin string) stagetest.Reply {
		f := fields{"vendorID": "77", "voucherPIN": pin}
		return k.send("v1/CheckVoucher", f, hashOf(SandboxKey, f), "Hash")
	}
	r := look(pin)
	require.True(t, good(r), r.Text)
	require.Equal(t, "1,500.00", r.Body["value"])
	require.NotEmpty(t, r.Body["serial"])
	require.Equal(t, "4", fmt.Sprint(look("000000000000").Body["errorCode"]))
	require.Equal(t, "7", fmt.Sprint(k.remit("U0", pin, "1500.01").Body["errorCode"]))
	f := fields{"uniqueReference": "U1", "pin": pin, "amount": "500.00", "vendorID": "77"}
	require.Equal(t, 400, k.call("v1/RemitVoucher", f).Status, "a rest needs a mobile number")
	require.False(t, good(k.call("v1/CheckRemitVoucher", fields{"uniqueReference": "U1"})))
	r = k.remit("U1", pin, "500.00")
	require.True(t, good(r), r.Text)
	require.Equal(t, []any{"500.00", "1,000.00"}, []any{r.Body["voucherAmount"], r.Body["voucherBalance"]})
	require.Equal(t, "5", fmt.Sprint(k.remit("U2", pin, "0.00").Body["errorCode"]), "the PIN is spent")
	require.Contains(t, k.remit("U2", pin, "0.00").Body["message"], "redeemed")
	require.False(t, good(look(pin)))
	again := k.call("v1/CheckRemitVoucher", fields{"uniqueReference": "U1"})
	require.Equal(t, r.Body["voucherAmount"], again.Body["voucherAmount"])
	require.NotEmpty(t, again.Body["serialNumber"])
	require.EqualValues(t, 50000, k.Line("U1").FinalAmount)
	require.Equal(t, "redemption", k.Line("U1").Operation)

	pin = pinOf(t, k.sell("B", "50.00"))
	k.Advance(4 * 365 * 24 * time.Hour)
	require.Equal(t, "11", fmt.Sprint(k.remit("U3", pin, "0.00").Body["errorCode"]))
}

func TestRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.Equal(t, "3", fmt.Sprint(k.sell("L", "4.99").Body["errorCode"]))
	require.Equal(t, "3", fmt.Sprint(k.sell("H", "4000.01").Body["errorCode"]))
	require.Equal(t, stage.Declined, k.Line("H").State)
	for name, change := range map[string]func(fields){
		"no branch":      func(f fields) { delete(f, "branch") },
		"long reference": func(f fields) { f["uniqueReference"] = strings.Repeat("x", 51) },
		"whole rand":     func(f fields) { f["value"] = "100" },
		"comma":          func(f fields) { f["value"] = "1,00.00" },
		"vendor text":    func(f fields) { f["vendorCode"] = "seventy" },
		"stranger":       func(f fields) { f["tip"] = "1.00" },
		"mobile":         func(f fields) { f["mobileForSMS"] = "+27" },
	} {
		f := sale("A", "100.00")
		change(f)
		r := k.call("reseller/v1/GetVoucher", f)
		require.Equal(t, 400, r.Status, name)
		require.False(t, good(r), name)
	}
	f := sale("A", "100.00")
	r := k.send("reseller/v1/GetVoucher", f, hashOf("another-key", f), "hash")
	require.Equal(t, 401, r.Status)
	require.Equal(t, 401, k.send("reseller/v1/GetVoucher", f, strings.ToUpper(hashOf(SandboxKey, f)), "hash").Status)
	require.Equal(t, 401, k.send("reseller/v1/GetVoucher", f, hashOf(SandboxKey, f), "Hash").Status)
	signed := hashOf(SandboxKey, f)
	f["value"] = "100.0"
	require.Equal(t, 401, k.send("reseller/v1/GetVoucher", f, signed, "hash").Status, "values are signed as sent")
	require.Equal(t, 404, k.sellAt("reseller/v1/GetAPIKey").Status)
	require.Equal(t, 405, k.Send(http.MethodGet, "/api/v1/CheckVoucher", "").Status)
	require.Empty(t, k.Lines("A"))
}

func (k *kit) sellAt(path string) stagetest.Reply { return k.call(path, sale("A", "50.00")) }

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.True(t, good(k.sell("A", "50.00")))
	k.user = "shop:wrong"
	r := k.sell("B", "50.00")
	require.Equal(t, 401, r.Status)
	require.Empty(t, r.Text)
	require.Equal(t, 200, k.remit("U", "000000000000", "0.00").Status, "the redemption side has credentials of its own")
	k.user = ":"
	require.Equal(t, 401, k.sell("B", "50.00").Status)
	require.Equal(t, 401, k.Send(http.MethodPost, "/api/v1/CheckVoucher", "").Status)
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value   string
		outcome string
		state   string // afterwards
		found   bool   // by CheckVoucher
	}{
		{"77.01", "OK", stage.Declined, false},
		{"77.02", "no answer", stage.Approved, true},
		{"77.03", "no answer", stage.Unprocessed, false},
		{"77.04", "no answer", stage.Approved, true},
		{"77.05", "Created", stage.Approved, true},
		{"77.06", "OK", stage.Unprocessed, false},
		{"77.07", "Created", stage.Approved, true}, // OTT has no tokens
		{"77.08", "Created", stage.Approved, true},
		{"77.09", "not JSON Bad Gateway", stage.Unprocessed, false},
		{"77.10", "not JSON Created", stage.Approved, true},
		{"77.11", "Created", stage.Approved, true},
		{"77.12", "no answer", stage.Unprocessed, false},
		{"77.13", "no answer", stage.Approved, true},
		{"77.14", "not JSON Internal Server Error", stage.Unprocessed, false},
		{"77.15", "not JSON Internal Server Error", stage.Approved, true},
		{"77.16", "not JSON Service Unavailable", stage.Unprocessed, false},
		{"77.17", "OK", stage.Approved, true},
		{"77.18", "OK", stage.Unprocessed, false},
		{"77.20", "not JSON Too Many Requests", stage.Unprocessed, false},
	} {
		t.Run(c.value, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			if c.outcome == "no answer" {
				k.Impatient(150 * time.Millisecond)
			}
			ref := "0b7e6a52-3f0e-4a7c-9a7f-1d2c3b4a5968"
			r := k.sell(ref, c.value)
			require.Equal(t, c.outcome, r.Outcome(), r.Text)
			require.Equal(t, c.state, k.Line(ref).State)
			switch c.value {
			case "77.01":
				require.Equal(t, "3", fmt.Sprint(r.Body["errorCode"]))
			case "77.06", "77.17":
				require.Equal(t, "1", fmt.Sprint(r.Body["errorCode"]))
			case "77.05":
				require.True(t, good(r))
				require.NotEmpty(t, r.Body["voucher"])
				require.Nil(t, voucherOf(r))
			}
			k.Impatient(10 * time.Second)
			require.Equal(t, c.found, good(k.about("CheckVoucher", ref)))
			if !c.found && c.value != "77.01" {
				require.NotEmpty(t, pinOf(t, k.sell(ref+"-2", c.value)), "the second attempt of a sale is not struck again")
			}
		})
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.Control(`{"script":[{"on":"provision","fault":"decline:6"},{"on":"retry","fault":"soft-error"},{"on":"reverse","fault":"decline"},
		{"on":"confirm","fault":"unavailable"},{"on":"redeem","fault":"decline:14"},{"on":"provision","fault":"late-reversal"}]}`)
	require.Equal(t, "6", fmt.Sprint(k.sell("A", "50.00").Body["errorCode"]))
	pin := pinOf(t, k.sell("B", "50.00"))
	require.Equal(t, "1", fmt.Sprint(k.about("CheckVoucher", "B").Body["errorCode"]))
	require.False(t, good(k.about("RejectVoucher", "B")))
	require.False(t, good(k.about("RejectVoucher", "B")), "held back")
	require.Equal(t, 503, k.about("ConfirmVoucher", "B").Status)
	require.Equal(t, "14", fmt.Sprint(k.remit("U", pin, "0.00").Body["errorCode"]))
	require.Equal(t, 3, k.Line("B").Advices)
	k.Control(`{"down":true}`)
	require.Error(t, k.about("GetBalance", "B").Err)
}

func TestPINsThatAskForFaults(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.True(t, good(k.remit("U1", "777700000000", "0.00")))
	require.Equal(t, "12", fmt.Sprint(k.remit("U2", "777700000001", "0.00").Body["errorCode"]))
	k.Impatient(150 * time.Millisecond)
	require.Error(t, k.remit("U3", "777700000002", "0.00").Err)
	k.Impatient(10 * time.Second)
	require.True(t, good(k.call("v1/CheckRemitVoucher", fields{"uniqueReference": "U3"})))
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	pin := pinOf(t, k.sell("A", "50.00"))
	k.about("ConfirmVoucher", "A")
	k.about("RejectVoucher", "Z")
	k.remit("U", pin, "20.00")
	other := pinOf(t, k.sell("B", "60.00"))
	before, strays := k.Lines(""), k.House.Strays(stage.Window{})
	k.Restart()
	require.Equal(t, before, k.Lines(""))
	require.Equal(t, strays, k.House.Strays(stage.Window{}))
	require.Equal(t, other, pinOf(t, k.about("CheckVoucher", "B")))
	require.True(t, good(k.call("v1/CheckRemitVoucher", fields{"uniqueReference": "U"})))
	require.Equal(t, "5", fmt.Sprint(k.remit("V", pin, "0.00").Body["errorCode"]))
	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{pin, other, "hunter2"} {
		require.NotContains(t, string(raw), secret)
	}
	k.user = "shop:wrong"
	require.Equal(t, 401, k.about("CheckVoucher", "B").Status)
}
