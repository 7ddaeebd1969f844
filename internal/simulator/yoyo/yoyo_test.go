package yoyo

import (
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

const sha1OfSecret = "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"

type kit struct {
	*stagetest.Kit
	issuer, engine []string // headers
}

func newKit(t *testing.T, dir string) *kit {
	t.Helper()
	k := &kit{Kit: stagetest.Start(t, dir, func(c stage.Config) stagetest.House { return New(c) })}
	k.issuer = []string{"apiId: shop", "apiPassword: hunter2hunter2", "Content-Type: application/json"}
	k.engine = []string{
		"id: shop-pos", "password: " + sha1OfSecret, "apiClientVersion: 1", "apiServerVersion: 1.14", "Content-Type: application/json",
	}
	return k
}

func (k *kit) issuing(method, path string, body object) stagetest.Reply {
	k.T.Helper()
	return k.Send(method, issuerPath+path, string(stage.Encode(body)), append(k.issuer, "id: "+filepath.Base(path))...)
}

func (k *kit) card(userRef string, cents int) stagetest.Reply {
	k.T.Helper()
	return k.issuing("POST", "giftcards?issueWiCode=true", object{"campaignId": 7001, "balance": cents, "userRef": userRef})
}

func (k *kit) pos(path string, body object) stagetest.Reply {
	k.T.Helper()
	return k.Send("POST", enginePath+path, string(stage.Encode(body)), k.engine...)
}

func payment(basket, code string, cents int, more object) object {
	m := object{
		"type": "PAYMENT", "totalAmount": cents, "basketAmount": cents, "token": object{"id": code, "type": "WICODE"},
		"storeTrxDetails": object{"storeId": "S7", "basketId": basket, "trxId": "T-" + basket, "posId": "P1", "cashierId": "C1"},
	}
	maps.Copy(m, more)
	return m
}

func (k *kit) pay(basket, code string, cents int) stagetest.Reply {
	k.T.Helper()
	return k.pos("transaction", payment(basket, code, cents, nil))
}

func (k *kit) advise(action string, trx any) string {
	k.T.Helper()
	return codeOf(k.pos("advise", object{"action": action, "originalTrx": object{"wiTrxId": trx, "type": "PAYMENT"}}))
}

func codeOf(r stagetest.Reply) string { return fmt.Sprint(r.Body["responseCode"]) }

func cardOf(r stagetest.Reply) object { v, _ := r.Body["giftcard"].(object); return v }

// wiCode of an issued card, which may come as a number.
func wiCode(t *testing.T, r stagetest.Reply) string {
	t.Helper()
	require.Equal(t, "-1", codeOf(r), r.Text)
	return fmt.Sprint(cardOf(r)["wicode"])
}

func TestIssueListAndExpire(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.card("A", 5000)
	require.Regexp(t, `^[0-9]{9}$`, wiCode(t, r))
	c := cardOf(r)
	require.Equal(t, []string{"5000", "5000", "0", "A"}, []string{
		fmt.Sprint(c["balance"]), fmt.Sprint(c["issuedAmount"]), fmt.Sprint(c["redeemedAmount"]), fmt.Sprint(c["stateId"]),
	})
	require.Equal(t, "2034-05-05T09:08:09+0200", c["expiryDate"])
	l := k.Line("A")
	require.Equal(t, stage.HashCode(wiCode(t, r)), l.CodeHash)
	require.Equal(t, fmt.Sprint(c["id"]), l.Serial)
	require.Equal(t, "7001", l.Product)

	second := wiCode(t, k.card("A", 5000))
	require.NotEqual(t, wiCode(t, r), second, "every POST issues")
	require.Len(t, k.Lines("A"), 2)
	for _, path := range []string{"users/A/giftcards", "user/A/giftcards"} {
		require.Len(t, k.issuing("GET", path, nil).Body["giftcards"], 2)
	}
	require.Empty(t, k.issuing("GET", "users/B/giftcards", nil).Body["giftcards"])
	require.Empty(t, k.issuing("GET", "users/A/coupons", nil).Body["coupons"])

	path := "giftcards/" + fmt.Sprint(c["id"])
	require.Equal(t, "A", cardOf(k.issuing("GET", path, nil))["stateId"])
	require.Equal(t, "-1", codeOf(k.issuing("DELETE", path, nil)))
	require.Equal(t, "E", cardOf(k.issuing("GET", path, nil))["stateId"])
	r = k.issuing("DELETE", path, nil)
	require.Equal(t, []any{404, "1012"}, []any{r.Status, codeOf(r)})
	require.Equal(t, 404, k.issuing("DELETE", "giftcards/1", nil).Status)
	require.Len(t, k.House.Strays(stage.Window{Ref: "1"}), 1)
	l = k.Lines("A")[0]
	require.Equal(t, []any{stage.Reversed, int64(0), 2}, []any{l.Advice, l.FinalAmount, l.Advices})
	require.Equal(t, "21", codeOf(k.Send("GET", issuerPath+path, "", k.issuer...)), "the id belongs into a header too")
}

func TestCardWithoutCode(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.issuing("POST", "giftcards", object{"campaignId": 7001, "balance": 5000, "userRef": "A", "stateId": "D"})
	require.NotContains(t, cardOf(r), "wicode")
	require.Equal(t, "D", cardOf(r)["stateId"])
	r = k.issuing("POST", "giftcards/"+fmt.Sprint(cardOf(r)["id"])+"/wicode", nil)
	require.Equal(t, stage.HashCode(wiCode(t, r)), k.Line("A").CodeHash)
	require.Equal(t, "01008", codeOf(k.pay("B", wiCode(t, r), 100)), "inactive")
}

func TestCouponNeedsGoods(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.issuing("POST", "coupons?issueWiCode=true", object{"campaignId": 8001, "userRef": "A"})
	require.Equal(t, "-1", codeOf(r), r.Text)
	c := r.Body["coupon"].(object)
	require.Equal(t, "8500", fmt.Sprint(c["voucherAmount"]))
	code := fmt.Sprint(c["wiCode"])
	require.Regexp(t, `^[0-9]{7}$`, code)
	require.Equal(t, "02134", codeOf(k.pay("B", code, 8500)))
	require.Equal(t, "-1", codeOf(k.pos("transaction", payment("C", code, 8500, object{"products": []any{object{"id": "1"}}}))))
	require.EqualValues(t, 8500, k.Line("C").FinalAmount)
	require.Len(t, k.issuing("GET", "users/A/coupons", nil).Body["coupons"], 1)
	require.Len(t, k.issuing("GET", "users/A/transactions", nil).Body["transactions"], 1)
}

func TestCampaignPages(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	page := func(query string) []any {
		list, _ := k.issuing("GET", "giftcardcampaigns"+query, nil).Body["giftcardcampaigns"].([]any)
		return list
	}
	require.Len(t, page(""), 20)
	require.Len(t, page("?pageSize=20&pageOffset=20"), 2)
	require.Len(t, page("?pageSize=5"), 5)
	require.Empty(t, page("?pageOffset=40"))
	require.Equal(t, "Toys", page("?pageOffset=21")[0].(object)["name"])
	require.Len(t, k.issuing("GET", "couponcampaigns", nil).Body["couponcampaigns"], 2)
}

func TestRedeem(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	code := wiCode(t, k.card("A", 5000))
	info := func() stagetest.Reply {
		return k.pos("token-info", object{"token": object{"id": code, "type": "WICODE"}})
	}
	r := info()
	require.Equal(t, true, r.Body["hasGiftCard"], r.Text)
	require.Equal(t, "5000", fmt.Sprint(r.Body["vsp"].(object)["balances"].([]any)[0].(object)["balance"]))
	r = k.pay("B1", code, 2000)
	require.Equal(t, "-1", codeOf(r), r.Text)
	trx := r.Body["wiTrxId"]
	require.Equal(t, fmt.Sprint(trx), k.Line("B1").ProviderRef)
	require.Equal(t, "-1", k.advise("FINALISE", trx))
	require.Equal(t, "-1", k.advise("FINALISE", trx), "saying it again")
	require.Equal(t, "02138", k.advise("REVERSE", trx))
	require.Equal(t, stage.Confirmed, k.Line("B1").Advice)

	r = k.pay("B2", code, 9999)
	require.Equal(t, "3000", fmt.Sprint(r.Body["totalAmountProcessed"]), "no more than there is")
	require.EqualValues(t, 3000, k.Line("B2").Amount)
	require.Equal(t, "02120", codeOf(info()))
	require.Equal(t, "02120", codeOf(k.pay("B3", code, 1)))
	require.Equal(t, "-1", k.advise("REVERSE", fmt.Sprint(r.Body["wiTrxId"])))
	require.Equal(t, "-1", k.advise("REVERSE", r.Body["wiTrxId"]))
	require.Zero(t, k.Line("B2").FinalAmount)
	require.Equal(t, "3000", fmt.Sprint(info().Body["vsp"].(object)["balances"].([]any)[0].(object)["balance"]))
	require.Equal(t, "02145", k.advise("REVERSE", "1"))
	require.Equal(t, "02101", codeOf(k.pay("B4", "123456789", 100)))
	require.Equal(t, 400, k.issuing("DELETE", "giftcards/"+k.Line("A").Serial, nil).Status, "part of it was used")
	k.Advance(4 * 365 * 24 * time.Hour)
	require.Equal(t, "01012", codeOf(k.pay("B5", code, 100)))
}

func TestHistory(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	code := wiCode(t, k.card("A", 5000))
	history := func(store, basket string) []any {
		r := k.pos("transaction-history", object{"storeTrxDetails": object{"storeId": store, "basketId": basket}})
		list, ok := r.Body["transactions"].([]any)
		require.True(t, ok, r.Text)
		return list
	}
	require.Empty(t, history("S7", "B"))
	trx := k.pay("B", code, 2000).Body["wiTrxId"]
	require.Empty(t, history("S8", "B"))
	one := history("S7", "B")[0].(object)
	require.Equal(t, []any{fmt.Sprint(trx), "S", "-1"}, []any{one["id"], one["state"], one["responseCode"]})
	require.Equal(t, "-1", k.advise("REVERSE", trx))
	r := k.pos("transaction-history/v2", object{"transactionId": trx})
	require.Equal(t, "R", r.Body["transaction"].(object)["state"])
	require.Equal(t, "02145", codeOf(k.pos("transaction-history/v2", object{"transactionId": "1"})))
	k.pay("C", "123456789", 100)
	require.Equal(t, "F", history("S7", "C")[0].(object)["state"])
}

func TestRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	for _, c := range []struct {
		body object
		code string
	}{
		{object{"campaignId": 7001, "userRef": "A"}, "21"},
		{object{"campaignId": 7001, "balance": 5000}, "21"},
		{object{"campaignId": "x", "balance": 5000, "userRef": "A"}, "21"},
		{object{"campaignId": 7100, "balance": 5000, "userRef": "A"}, "3254"},
		{object{"campaignId": 7002, "balance": 4999, "userRef": "A"}, "2143"},
	} {
		r := k.issuing("POST", "giftcards?issueWiCode=true", c.body)
		require.Equal(t, []any{400, c.code}, []any{r.Status, codeOf(r)}, "%v %s", c.body, r.Text)
	}
	for code, more := range map[string]object{
		"02114": {"type": "REFUND"}, "02111": {"storeTrxDetails": object{"basketId": "B"}},
		"00021": {"token": object{"type": "WICODE"}}, "02122": {"basketAmount": 1},
	} {
		require.Equal(t, code, codeOf(k.pos("transaction", payment("B", "123456789", 100, more))))
	}
	require.Equal(t, "02101", codeOf(k.pos("transaction", payment("B", "123456789", 100,
		object{"storeTrxDetails": object{"remoteStoreId": "7", "retailerId": "9", "basketId": "B", "trxId": "T"}}))))
	require.Equal(t, "00021", codeOf(k.Send("POST", enginePath+"transaction", "{", k.engine...)))
	require.Equal(t, "00021", k.advise("UNDO", "1"))
	require.Equal(t, 404, k.pos("refund", object{}).Status)
	require.Equal(t, 404, k.issuing("GET", "wallets", nil).Status)
	require.Equal(t, 405, k.issuing("PUT", "giftcards", nil).Status)
	require.Equal(t, 404, k.issuing("GET", "users/A/wallets", nil).Status)
	require.Equal(t, "-1", codeOf(k.card("A", 5000)))
	require.Equal(t, http.StatusOK, k.Send("POST", advisePath+"advise", "{}", k.engine...).Status, "also printed in the singular")
	require.Equal(t, http.StatusNotFound, k.Send("POST", advisePath+"transaction", "{}", k.engine...).Status)
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	require.Equal(t, "-1", codeOf(k.card("A", 5000)))
	require.Equal(t, "02101", codeOf(k.pay("B", "123456789", 100)))
	k.issuer[1] = "apiPassword: other"
	require.Equal(t, 401, k.card("B", 5000).Status)
	k.engine[1] = "password: " + "0" + sha1OfSecret[1:]
	require.Equal(t, "00300", codeOf(k.pay("B", "123456789", 100)))
	k.engine[0], k.engine[1] = "id: other", "password: clear-text"
	require.Equal(t, "00300", codeOf(k.pay("B", "123456789", 100)), "the password is sent as a hash")
	k.engine[1], k.engine[3] = "password: "+sha1OfSecret, "apiServerVersion: "
	require.Equal(t, "00021", codeOf(k.pay("B", "123456789", 100)))
	k.issuer = k.issuer[2:]
	require.Equal(t, 401, k.card("B", 5000).Status)
	require.Equal(t, 401, k.issuing("GET", "giftcardcampaigns", nil).Status)
}

func TestEveryFaultOfIssuing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cents   int
		outcome string
		state   string
		items   int
	}{
		{7701, "OK", stage.Declined, 0},
		{7702, "no answer", stage.Approved, 1},
		{7703, "no answer", stage.Unprocessed, 0},
		{7704, "no answer", stage.Approved, 1},
		{7705, "OK", stage.Approved, 1},
		{7706, "OK", stage.Unprocessed, 0},
		{7708, "OK", stage.Approved, 1},
		{7709, "not JSON Bad Gateway", stage.Unprocessed, 0},
		{7710, "not JSON OK", stage.Approved, 1},
		{7711, "OK", stage.Approved, 1},
		{7712, "no answer", stage.Unprocessed, 0},
		{7714, "Internal Server Error", stage.Unprocessed, 0},
		{7715, "Internal Server Error", stage.Approved, 1},
		{7716, "Service Unavailable", stage.Unprocessed, 0},
		{7717, "OK", stage.Approved, 1},
		{7718, "Bad Request", stage.Unprocessed, 0},
	} {
		t.Run(fmt.Sprint(c.cents), func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			if c.outcome == "no answer" {
				k.Impatient(150 * time.Millisecond)
			}
			r := k.card("A", c.cents)
			require.Equal(t, c.outcome, r.Outcome(), r.Text)
			require.Equal(t, c.state, k.Line("A").State)
			k.Impatient(10 * time.Second)
			require.Len(t, k.issuing("GET", "users/A/giftcards", nil).Body["giftcards"], c.items)
			switch c.cents {
			case 7701:
				require.Equal(t, "2156", codeOf(r))
				return
			case 7705:
				require.Equal(t, "-1", codeOf(r))
				require.NotContains(t, cardOf(r), "wicode")
			case 7706, 7717:
				require.Equal(t, "2107", codeOf(r))
			case 7708:
				path := "giftcards/" + k.Line("A").Serial
				require.Equal(t, 400, k.issuing("DELETE", path, nil).Status)
				require.Equal(t, "R", cardOf(k.issuing("GET", path, nil))["stateId"])
			}
			require.NotEmpty(t, wiCode(t, k.card("A", c.cents)), "struck once")
			require.Len(t, k.Lines("A"), 1+c.items, "a dropped request is the one that comes again")
		})
	}
}

func TestFaultsOfRedemption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    string
		outcome string
		answer  string
		state   string
	}{
		{"777700001", "OK", "02156", stage.Declined},
		{"777700002", "no answer", "", stage.Approved},
		{"777700003", "no answer", "", stage.Unprocessed},
		{"777700006", "OK", "02107", stage.Unprocessed},
		{"777700017", "OK", "02107", stage.Approved},
		{"777700009", "not JSON Bad Gateway", "", stage.Unprocessed},
		{"777700000", "OK", "-1", stage.Approved},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			k.Impatient(150 * time.Millisecond)
			r := k.pay("B", c.code, 4000)
			require.Equal(t, c.outcome, r.Outcome(), r.Text)
			if c.answer != "" {
				require.Equal(t, c.answer, codeOf(r))
			}
			require.Equal(t, c.state, k.Line("B").State)
		})
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.Control(`{"script":[{"on":"provision","fault":"decline:4001"},{"on":"retry","fault":"unavailable"},{"on":"reverse","fault":"decline"},
		{"on":"confirm","fault":"lost-request:reset"},{"on":"redeem","fault":"decline:2113"},{"on":"products","fault":"error-500"}]}`)
	require.Equal(t, "4001", codeOf(k.card("A", 5000)))
	code := wiCode(t, k.card("B", 5000))
	require.Equal(t, 503, k.issuing("GET", "users/B/giftcards", nil).Status)
	require.Equal(t, 400, k.issuing("DELETE", "giftcards/"+k.Line("B").Serial, nil).Status)
	require.Equal(t, "02113", codeOf(k.pay("C", code, 100)))
	trx := k.pay("D", code, 100).Body["wiTrxId"]
	require.Error(t, k.pos("advise", object{"action": "FINALISE", "originalTrx": object{"wiTrxId": trx}}).Err)
	require.Equal(t, "-1", k.advise("FINALISE", trx))
	require.Equal(t, 2, k.Line("D").Advices)
	require.Equal(t, 500, k.issuing("GET", "giftcardcampaigns", nil).Status)
	k.Control(`{"down":true}`)
	require.Error(t, k.card("E", 5000).Err)
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	code := wiCode(t, k.card("A", 5000))
	trx := k.pay("B", code, 2000).Body["wiTrxId"]
	require.Equal(t, 404, k.issuing("DELETE", "giftcards/1", nil).Status)
	before, strays := k.Lines(""), k.House.Strays(stage.Window{})
	k.Restart()
	require.Equal(t, before, k.Lines(""))
	require.Equal(t, strays, k.House.Strays(stage.Window{}))
	require.Equal(t, "-1", k.advise("REVERSE", trx))
	require.Equal(t, "5000", fmt.Sprint(k.pay("C", code, 9000).Body["totalAmountProcessed"]))
	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{code, "hunter2", sha1OfSecret} {
		require.NotContains(t, string(raw), secret)
	}
	k.issuer[1] = "apiPassword: other"
	require.Equal(t, 401, k.card("D", 5000).Status)
}

func TestOneCardPaysNoMoreThanItHolds(t *testing.T) {
	t.Parallel()
	k := newKit(t, t.TempDir())
	code := wiCode(t, k.card("A", 5000))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { k.pay(fmt.Sprint("B", i), code, 1000) })
	}
	wg.Wait()
	var sum int64
	for _, l := range k.Lines("") {
		if l.Operation == "redemption" {
			sum += l.FinalAmount
		}
	}
	require.EqualValues(t, 5000, sum)
}
