package blu

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
)

type object = map[string]any

const base = "/v2/trade/voucher/variable/"

type kit struct {
	*stagetest.Kit
	sellKey, redeemKey string
}

func newKit(t *testing.T, dir string) *kit {
	t.Helper()
	return &kit{stagetest.Start(t, dir, func(c stage.Config) stagetest.House { return New(c) }), "sell-key-1", "redeem-key-1"}
}

func (k *kit) post(what, key string, body object, header ...string) stagetest.Reply {
	k.T.Helper()
	header = append([]string{"apikey: " + key, "Trade-Vend-Channel: API", "Content-Type: application/json"}, header...)
	return k.Send(http.MethodPost, base+what, string(stage.Encode(body)), header...)
}

func (k *kit) sell(id string, cents int) stagetest.Reply {
	k.T.Helper()
	return k.post("sales", k.sellKey, object{
		"requestId": id, "productId": 1042, "amount": cents,
		"vendMetaData": object{"transactionRequestDateTime": "2031-05-06T07:08:09Z", "transactionReference": "r-1"},
	})
}

func (k *kit) redeem(id, token string, cents int) stagetest.Reply {
	k.T.Helper()
	return k.post("redemptions", k.redeemKey, object{"requestId": id, "token": token, "amount": cents})
}

func (k *kit) look(name, value string) stagetest.Reply {
	k.T.Helper()
	return k.Send(http.MethodGet, base+"vouchers?"+name+"="+url.QueryEscape(value), "", "apikey: "+k.redeemKey, "Trade-Vend-Channel: API")
}

func tokenOf(t *testing.T, r stagetest.Reply) string {
	t.Helper()
	require.Equal(t, http.StatusCreated, r.Status, r.Text)
	return r.Body["token"].(string)
}

func TestSaleAndLookup(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.sell("A", 5000)
	token := tokenOf(t, r)
	require.Regexp(t, `^[0-9]{16}$`, token)
	require.Equal(t, "A", r.Body["requestId"])
	require.NotEmpty(t, r.Body["productInstructions"])
	l := k.Line("A")
	require.Equal(t, []any{stage.HashCode(token), r.Body["serialNumber"], r.Body["reference"], "1042"}, []any{l.CodeHash, l.Serial, l.ProviderRef, l.Product})

	require.Equal(t, r.Text, k.sell("A", 5000).Text, "a request id is remembered")
	require.Equal(t, 409, k.sell("A", 5001).Status)
	require.Equal(t, 1, k.Line("A").Retries)

	for name, value := range map[string]string{"token": token, "serialNumber": l.Serial, "token=1&serialNumber": l.Serial} {
		r = k.look(name, value)
		require.Equal(t, []any{200, "ACTIVE", "5000", "ZAR", "2034-05-06T07:08:09Z"},
			[]any{r.Status, r.Body["status"], fmt.Sprint(r.Body["amount"]), r.Body["currency"], r.Body["expiryDate"]})
	}
	r = k.Send(http.MethodGet, "/v2/api/trade/voucher/variable/vouchers/full?token="+token, "", "apikey: "+k.sellKey, "Trade-Vend-Channel: API")
	require.Equal(t, l.Serial, r.Body["serialNumber"])
	r = k.look("token", "1234567890123456")
	require.Equal(t, 404, r.Status)
	require.Equal(t, []any{"404", "Not Found", "Voucher not found", base + "vouchers"},
		[]any{fmt.Sprint(r.Body["status"]), r.Body["error"], r.Body["message"], r.Body["path"]})
	second := k.sell("B", 5000)
	require.Equal(t, "VALID", k.look("token", tokenOf(t, second)).Body["status"], "another spelling")
	k.Advance(4 * 365 * 24 * time.Hour)
	require.Equal(t, "EXPIRED", k.look("token", token).Body["status"])
	require.Equal(t, "Voucher has expired", k.redeem("U", token, 100).Body["message"])
}

func TestRedeem(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	token := tokenOf(t, k.sell("A", 5000))
	require.Equal(t, []any{400, "Amount exceeds voucher balance"}, pick(k.redeem("U0", token, 5001)))
	require.Equal(t, []any{404, "Invalid voucher token"}, pick(k.redeem("U1", "1", 100)))
	r := k.redeem("U2", token, 2000)
	require.Equal(t, 200, r.Status, r.Text)
	require.NotEmpty(t, r.Body["reference"])
	require.Equal(t, k.Line("A").Serial, r.Body["redeemedVoucherSerialNumber"])
	next := r.Body["replacementVoucher"].(object)
	rest := next["amount"]
	if rest == nil {
		rest = next["balance"]
	}
	require.Equal(t, "3000", fmt.Sprint(rest))
	require.Equal(t, []any{400, "Voucher has already been redeemed"}, pick(k.redeem("U3", token, 100)))
	require.Contains(t, []any{"USED", "REDEEMED"}, k.look("token", token).Body["status"])
	require.Equal(t, r.Text, k.redeem("U2", token, 2000).Text)
	require.Equal(t, 409, k.redeem("U2", token, 2001).Status)
	require.EqualValues(t, 2000, k.Line("U2").FinalAmount)
	r = k.redeem("U4", next["token"].(string), 3000)
	require.Equal(t, 200, r.Status)
	require.NotContains(t, r.Body, "replacementVoucher")
}

func pick(r stagetest.Reply) []any { return []any{r.Status, r.Body["message"]} }

func TestRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.Equal(t, []any{400, "Invalid amount"}, pick(k.sell("L", 499)))
	require.Equal(t, stage.Declined, k.Line("L").State)
	for _, body := range []object{
		{"productId": 1, "amount": 500},
		{"requestId": "A", "productId": 1},
		{"requestId": "A", "amount": 500},
		{"requestId": "A", "productId": "x", "amount": 500},
		{"requestId": "A", "productId": 1, "amount": "500"},
		{"requestId": "A", "productId": 1, "amount": 500, "vendMetaData": object{"transactionReference": "r"}},
	} {
		require.Equal(t, 400, k.post("sales", k.sellKey, body).Status, body)
	}
	require.Equal(t, 400, k.post("redemptions", k.redeemKey, object{"requestId": "A", "amount": 500}).Status)
	require.Equal(t, 404, k.post("reversals", k.sellKey, object{}).Status)
	require.Equal(t, 405, k.Send("GET", base+"sales", "").Status)
	require.Empty(t, k.Lines("A"))
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	token := tokenOf(t, k.sell("A", 5000))
	require.Equal(t, 200, k.redeem("U", token, 100).Status)
	k.sellKey, k.redeemKey = k.redeemKey, k.sellKey
	require.Equal(t, []any{403, "Account is not authorised for selling"}, pick(k.sell("B", 5000)))
	require.Equal(t, 403, k.redeem("V", token, 100).Status)
	k.sellKey = "short"
	require.Equal(t, 401, k.sell("B", 5000).Status)
	require.Equal(t, 401, k.Send("GET", base+"vouchers?token=1", "").Status)
	require.Equal(t, 400, k.Send("GET", base+"vouchers?token=1", "", "apikey: sell-key-1").Status, "no channel")
	body := object{"requestId": "C", "productId": 1042, "amount": 5000}
	require.Equal(t, 201, k.post("sales", "sell-key-1", body, "Authorization: Basic c2hvcDpzZWNyZXQ=").Status)
	require.Equal(t, "shop", k.Line("C").User)
	require.Equal(t, 401, k.post("sales", "sell-key-1", body, "Authorization: Basic c2hvcDpvdGhlcg==").Status)
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cents   int
		outcome string
		state   string
		repeat  int // status
	}{
		{7701, "Bad Request", stage.Declined, 400},
		{7702, "no answer", stage.Approved, 201},
		{7703, "no answer", stage.Unprocessed, 201},
		{7704, "no answer", stage.Approved, 201},
		{7705, "Created", stage.Approved, 201},
		{7706, "Created", stage.Approved, 201}, // no such thing here
		{7707, "Created", stage.Approved, 201},
		{7708, "Created", stage.Approved, 201},
		{7709, "not JSON Bad Gateway", stage.Unprocessed, 201},
		{7710, "not JSON Created", stage.Approved, 201},
		{7711, "Created", stage.Approved, 201},
		{7712, "no answer", stage.Unprocessed, 201},
		{7713, "no answer", stage.Approved, 201},
		{7714, "Internal Server Error", stage.Unprocessed, 201},
		{7715, "Internal Server Error", stage.Approved, 201},
		{7716, "Service Unavailable", stage.Unprocessed, 201},
		{7718, "Unprocessable Entity", stage.Unprocessed, 201},
		{7719, "Created", stage.Approved, 201},
		{7720, "Too Many Requests", stage.Unprocessed, 201},
		{7770, "Too Many Requests", stage.Unprocessed, 429},
	} {
		t.Run(fmt.Sprint(c.cents), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			if c.outcome == "no answer" {
				k.Impatient(150 * time.Millisecond)
			}
			r := k.sell("A", c.cents)
			require.Equal(t, c.outcome, r.Outcome(), r.Text)
			require.Equal(t, c.state, k.Line("A").State)
			switch c.cents {
			case 7705:
				require.NotContains(t, r.Body, "token")
				require.Contains(t, r.Body, "serialNumber")
			case 7719:
				require.NotEqual(t, "A", r.Body["requestId"])
			}
			k.Impatient(10 * time.Second)
			r = k.sell("A", c.cents)
			require.Equal(t, c.repeat, r.Status, r.Text)
			l := k.Line("A")
			require.Equal(t, []int{1, 1}, []int{l.Received, l.Retries})
			if c.repeat == 201 {
				require.Equal(t, l.CodeHash, stage.HashCode(tokenOf(t, r)))
			}
		})
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.Control(`{"script":[{"on":"provision","fault":"decline:not-authorised"},{"on":"lookup","fault":"bad-gateway"},
		{"on":"redeem","fault":"lost-answer:reset"},{"on":"lookup","fault":"decline"}]}`)
	require.Equal(t, []any{400, "not authorised"}, pick(k.sell("A", 5000)))
	token := tokenOf(t, k.sell("B", 5000))
	require.Equal(t, 502, k.look("token", token).Status)
	require.Equal(t, 400, k.look("token", token).Status)
	require.Error(t, k.redeem("U", token, 5000).Err)
	require.Equal(t, 200, k.redeem("U", token, 5000).Status)
	require.Len(t, k.Lines("U"), 1)
	k.Control(`{"down":true}`)
	require.Error(t, k.look("token", token).Err)
}

func TestPINsThatAskForFaults(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.Equal(t, 200, k.redeem("U1", "7777000000000000", 100).Status)
	require.Equal(t, []any{400, "Transaction declined"}, pick(k.redeem("U2", "7777000000000001", 100)))
	require.Equal(t, 502, k.redeem("U3", "7777000000000009", 100).Status)
	require.Equal(t, 200, k.redeem("U3", "7777000000000009", 100).Status)
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	token := tokenOf(t, k.sell("A", 5000))
	next := k.redeem("U", token, 2000).Body["replacementVoucher"].(object)["token"].(string)
	k.sell("B", 7709) // dropped
	before := k.Lines("")
	require.Len(t, before, 3)
	k.Restart()
	require.Equal(t, before, k.Lines(""))
	require.Equal(t, token, tokenOf(t, k.sell("A", 5000)))
	require.Equal(t, 200, k.redeem("V", next, 3000).Status)
	k.sellKey, k.redeemKey = k.redeemKey, k.sellKey
	require.Equal(t, 403, k.sell("C", 5000).Status, "keys are known")
	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{token, next, "sell-key-1"} {
		require.NotContains(t, string(raw), secret)
	}
}
