package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/ott"
)

// sellByOTT asks the native interface of OTT for a voucher.
func sellByOTT(k *kit, ref, value string) reply {
	k.t.Helper()
	form := url.Values{
		"branch": {"B"}, "cashier": {"C"}, "uniqueReference": {ref}, "value": {value}, "vendorCode": {"7"},
	}
	sum := sha256.Sum256([]byte(ott.SandboxKey + "B" + "C" + ref + value + "7"))
	form.Set("hash", hex.EncodeToString(sum[:]))
	req, err := http.NewRequest(http.MethodPost, k.url+"/ott/native/api/reseller/v1/GetVoucher", strings.NewReader(form.Encode()))
	require.NoError(k.t, err)
	req.SetBasicAuth("reseller", "hunter2hunter2")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return k.exchange(req)
}

func TestNativeStandsBesideTheVoucherService(t *testing.T) {
	t.Parallel()
	cfg := Config{DataDir: t.TempDir(), Now: func() time.Time { return time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC) }}
	k := newKit(t, "ott", cfg)
	k.expect("provision P1", "201")
	r := sellByOTT(k, "native-1", "60.00")
	require.Equal(t, http.StatusCreated, r.status, r.text)
	var sold struct {
		PIN string `json:"pin"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.body["voucher"].(string)), &sold))

	b := k.books("")
	require.Len(t, b.Entries, 2)
	require.Equal(t, 2, b.Totals["provision"].Approved)
	require.EqualValues(t, 11000, b.Totals["provision"].NetAmount)
	require.Len(t, k.books("?user=reseller").Entries, 1)
	one := k.books("?ref=native-1").Entries
	require.Len(t, one, 1)
	sum := sha256.Sum256([]byte(sold.PIN))
	require.Equal(t, hex.EncodeToString(sum[:]), one[0].CodeHash)
	const day = "2031-05-06"
	lines, _ := k.statement("?date=" + day)
	require.Len(t, lines, 2)
	require.Equal(t, []string{one[0].ProviderRef, "native-1", one[0].Serial, "OTT", "SALE", "SUCCESS", "6000", "710"}, lines[1][:8])

	r = k.send(http.MethodPost, "/statements/ott/plant", object{"date": day, "kind": "missing", "switch_ref": "native-1"})
	require.Equal(t, http.StatusCreated, r.status, r.text)
	lines, _ = k.statement("?date=" + day)
	require.Len(t, lines, 1)
	require.NoError(t, k.sim.Close())

	k = newKit(t, "ott", cfg)
	require.Equal(t, b, k.books(""))
	order := object{"userDataWillBeLost": "TRUE", "resetUserData": "TRUE"}
	require.Equal(t, http.StatusBadRequest, k.send(http.MethodPost, "/ott/native/testServerAdmin/reset", object{}).status)
	require.Equal(t, http.StatusOK, k.send(http.MethodPost, "/ott/native/testServerAdmin/reset", order).status)
	require.Len(t, k.books("").Entries, 1, "the voucher service's own stay")
}

func TestNativeListensToTheProvidersControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, "ott", Config{})
	k.control(`{"script":[{"on":"provision","fault":"soft-error"}]}`)
	require.Equal(t, "false", sellByOTT(k, "A", "60.00").body["success"])
	require.Equal(t, http.StatusCreated, sellByOTT(k, "A", "60.00").status)
	k.control(`{"down":true,"down_mode":"503"}`)
	require.Equal(t, http.StatusServiceUnavailable, sellByOTT(k, "B", "60.00").status)
}

func TestEveryNativeInterfaceAnswers(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	for path, want := range map[string]int{
		"/flash/native/aggregation/4.0/1voucher/purchase":                         401,
		"/ott/native/api/v1/CheckVoucher":                                         401,
		"/yoyo/native/cvs-issuer/rest/giftcards":                                  401,
		"/yoyo/native/wigroup-transactionengine/pos-providers/token-info":         200, // a code tells
		"/blu/native/v2/trade/voucher/variable/sales":                             401,
		"/demo/native/testServerAdmin/reset":                                      404,
		"/giftcards/giftcard/v3/activations/00000000-0000-4000-8000-000000000001": 401,
	} {
		req, err := http.NewRequest(http.MethodPost, k.url+path, strings.NewReader("{}"))
		require.NoError(t, err)
		require.Equal(t, want, k.exchange(req).status, path)
	}
	index := k.send(http.MethodGet, "/", nil).text
	for _, n := range nativeBases() {
		require.Contains(t, index, n[0])
	}
	require.Equal(t, http.StatusOK, k.send(http.MethodGet, "/books/giftcards", nil).status)
	require.Equal(t, http.StatusOK, k.send(http.MethodGet, "/control/giftcards", nil).status)
}
