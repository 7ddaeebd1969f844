package simulator

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// story is a run of steps, each "step -> status [errorType [originalId]]".
type story struct {
	name     string
	provider string
	steps    [][2]string
}

func TestStateRules(t *testing.T) {
	t.Parallel()
	for _, group := range [][]story{provisionStories(), redemptionStories(), refundStories(), profileStories()} {
		for _, st := range group {
			t.Run(st.name, func(t *testing.T) {
				t.Parallel()
				provider := st.provider
				if provider == "" {
					provider = "demo"
				}
				k := newKit(t, provider, Config{})
				for _, s := range st.steps {
					k.expect(s[0], s[1])
				}
			})
		}
	}
}

func provisionStories() []story {
	return []story{
		{"provision again is a duplicate in every state", "", [][2]string{
			{"provision P1", "201"},
			{"provision P1", "400 DUPLICATE_RECORD"},
			{"confirm-provision A1 P1", "202"},
			{"provision P1", "400 DUPLICATE_RECORD"},
			{"provision P2", "201"},
			{"reverse-provision A2 P2", "202"},
			{"provision P2", "400 DUPLICATE_RECORD"},
		}},
		{"advices about nothing", "", [][2]string{
			{"confirm-provision A1 P1", "404 UNABLE_TO_LOCATE_RECORD P1"},
			{"reverse-provision A2 P1", "404 UNABLE_TO_LOCATE_RECORD P1"},
			{"reverse-provision A3 P1", "404 UNABLE_TO_LOCATE_RECORD P1"},
			{"confirm-provision A4 P1", "404 UNABLE_TO_LOCATE_RECORD P1"},
			{"provision P1", "400 VOUCHER_ALREADY_REVERSED A2"},
			{"retry P1", "400 VOUCHER_ALREADY_REVERSED A2"},
		}},
		{"confirmed stays confirmed", "", [][2]string{
			{"provision P1", "201"},
			{"confirm-provision A1 P1", "202"},
			{"confirm-provision A1 P1", "202"},
			{"confirm-provision A2 P1", "202"},
			{"reverse-provision A1 P1", "400 VOUCHER_ALREADY_CONFIRMED P1"}, // same advice id, other kind
			{"reverse-provision A3 P1", "400 VOUCHER_ALREADY_CONFIRMED P1"},
			{"retry P1", "201"},
			{"redeem R1 P1", "201"},
			{"confirm-provision A4 P1", "202"},
			{"redeem R2 P1", "400 VOUCHER_ALREADY_REDEEMED"},
		}},
		{"reversed stays reversed", "", [][2]string{
			{"provision P1", "201"},
			{"reverse-provision A1 P1", "202"},
			{"reverse-provision A1 P1", "202"},
			{"reverse-provision A2 P1", "202"},
			{"confirm-provision A3 P1", "400 VOUCHER_ALREADY_REVERSED P1"},
			{"retry P1", "400 VOUCHER_ALREADY_REVERSED A1"},
			{"redeem R1 P1", "400 VOUCHER_NOT_REDEEMABLE"},
		}},
		{"retry of the unknown is a first provision", "", [][2]string{
			{"retry P1", "201"},
			{"retry P1", "201"},
			{"provision P1", "400 DUPLICATE_RECORD"},
			{"confirm-provision A1 P1", "202"},
		}},
		{"look-up tells the state", "", [][2]string{
			{"lookup P1", "404 UNABLE_TO_LOCATE_RECORD"},
			{"provision P1", "201"},
			{"lookup P1", "400 VOUCHER_NOT_REDEEMABLE"},
			{"confirm-provision A1 P1", "202"},
			{"lookup P1", "200"},
			{"redeem R1 P1", "201"},
			{"lookup P1", "400 VOUCHER_ALREADY_REDEEMED"},
			{"provision P2", "201"},
			{"reverse-provision A2 P2", "202"},
			{"lookup P2", "400 VOUCHER_ALREADY_REVERSED"},
		}},
	}
}

func redemptionStories() []story {
	ready := [][2]string{{"provision P1", "201"}, {"confirm-provision C1 P1", "202"}}
	return []story{
		{"voucher not available", "", [][2]string{
			{"redeem R1 P1", "400 VOUCHER_NOT_REDEEMABLE"},
			{"provision P1", "201"},
			{"redeem R1 P1", "400 VOUCHER_NOT_REDEEMABLE"},
			{"confirm-redeem A1 R1", "404 UNABLE_TO_LOCATE_RECORD R1"},
			{"confirm-provision C1 P1", "202"},
			{"redeem R1 P1", "201"},
		}},
		{"redeem, confirm, spent", "", append(ready[:2:2], [][2]string{
			{"redeem R1 P1", "201"},
			{"redeem R1 P1", "400 VOUCHER_ALREADY_REDEEMED"},
			{"refund F1 P1", "400 REDEMPTION_NOT_CONFIRMED"},
			{"confirm-redeem A1 R1", "202"},
			{"confirm-redeem A1 R1", "202"},
			{"confirm-redeem A2 R1", "400 VOUCHER_NOT_REDEEMED R1"},
			{"reverse-redeem A3 R1", "400 REDEMPTION_ALREADY_CONFIRMED R1"},
			{"redeem R2 P1", "400 VOUCHER_ALREADY_REDEEMED"},
		}...)},
		{"redeem, reverse, available again", "", append(ready[:2:2], [][2]string{
			{"redeem R1 P1", "201"},
			{"reverse-redeem A1 R1", "202"},
			{"reverse-redeem A1 R1", "202"},
			{"reverse-redeem A2 R1", "404 UNABLE_TO_LOCATE_RECORD R1"},
			{"confirm-redeem A3 R1", "400 VOUCHER_NOT_REDEEMED R1"},
			{"redeem R1 P1", "400 REDEMPTION_ALREADY_REVERSED A1"},
			{"redeem R2 P1", "201"},
			{"confirm-redeem A4 R1", "400 VOUCHER_NOT_REDEEMED R1"},
			{"confirm-redeem A5 R2", "202"},
		}...)},
		{"early reversal refuses the redemption", "", append(ready[:2:2], [][2]string{
			{"reverse-redeem A1 R1", "404 UNABLE_TO_LOCATE_RECORD R1"},
			{"redeem R1 P1", "400 REDEMPTION_ALREADY_REVERSED A1"},
			{"redeem R2 P1", "201"},
		}...)},
		{"an id may be used for another voucher", "", append(ready[:2:2], [][2]string{
			{"provision P2", "201"},
			{"confirm-provision C2 P2", "202"},
			{"redeem R1 P1", "201"},
			{"confirm-redeem A1 R1", "202"},
			{"redeem R1 P2", "201"},
			{"confirm-redeem A1 R1", "202"}, // repeat of the superseded use, P2 stays open
			{"reverse-redeem A2 R1", "202"},
			{"redeem R3 P2", "201"},
		}...)},
	}
}

func refundStories() []story {
	spentOnce := [][2]string{
		{"provision P1", "201"},
		{"confirm-provision C1 P1", "202"},
		{"redeem R1 P1", "201"},
		{"confirm-redeem C2 R1", "202"},
	}
	return []story{
		{"nothing to refund", "", [][2]string{
			{"refund F1 P1", "404 UNABLE_TO_LOCATE_RECORD"},
			{"provision P1", "201"},
			{"refund F1 P1", "404 UNABLE_TO_LOCATE_RECORD"},
			{"confirm-provision C1 P1", "202"},
			{"refund F1 P1", "400 VOUCHER_NOT_REDEEMED"},
			{"confirm-refund A1 F1", "404 UNABLE_TO_LOCATE_RECORD F1"},
		}},
		{"refund confirmed makes it spendable", "", append(spentOnce[:4:4], [][2]string{
			{"refund F1 P1", "201"},
			{"refund F2 P1", "400 VOUCHER_ALREADY_REFUNDED"},
			{"redeem R2 P1", "400 VOUCHER_ALREADY_REDEEMED"},
			{"confirm-redeem A0 R1", "400 VOUCHER_NOT_REDEEMED R1"},
			{"reverse-redeem A0 R1", "404 UNABLE_TO_LOCATE_RECORD R1"},
			{"confirm-refund A1 F1", "202"},
			{"confirm-refund A1 F1", "202"},
			{"confirm-refund A2 F1", "400 VOUCHER_NOT_REFUNDED F1"},
			{"reverse-refund A3 F1", "400 REFUND_ALREADY_CONFIRMED F1"},
			{"refund F3 P1", "400 VOUCHER_NOT_REDEEMED"},
			{"redeem R1 P1", "201"},
			{"reverse-refund A4 F1", "400 REFUND_ALREADY_CONFIRMED F1"},
		}...)},
		{"refund reversed leaves it spent", "", append(spentOnce[:4:4], [][2]string{
			{"refund F1 P1", "201"},
			{"reverse-refund A1 F1", "202"},
			{"reverse-refund A1 F1", "202"},
			{"reverse-refund A2 F1", "202"},
			{"confirm-refund A3 F1", "400 VOUCHER_NOT_REFUNDED F1"},
			{"refund F1 P1", "400 REFUND_ALREADY_REVERSED A1"},
			{"redeem R2 P1", "400 VOUCHER_ALREADY_REDEEMED"},
			{"refund F2 P1", "201"},
		}...)},
		{"early reversal refuses the refund", "", append(spentOnce[:4:4], [][2]string{
			{"reverse-refund A1 F1", "404 UNABLE_TO_LOCATE_RECORD F1"},
			{"refund F1 P1", "400 REFUND_ALREADY_REVERSED A1"},
		}...)},
	}
}

func profileStories() []story {
	return []story{
		{"no advices and no retries", "stellr", [][2]string{
			{"provision P1", "201"},
			{"confirm-provision A1 P1", "400 FUNCTION_NOT_SUPPORTED P1"},
			{"reverse-provision A2 P1", "400 FUNCTION_NOT_SUPPORTED P1"},
			{"reverse-provision A3 P2", "400 FUNCTION_NOT_SUPPORTED P2"},
			{"retry P1", "400 FUNCTION_NOT_SUPPORTED"},
			{"retry P3", "400 FUNCTION_NOT_SUPPORTED"},
			{"provision P2", "201"},
			{"lookup P1", "400 FUNCTION_NOT_SUPPORTED"},
		}},
		{"no retries", "netcare", [][2]string{
			{"provision P1", "201"},
			{"retry P1", "400 FUNCTION_NOT_SUPPORTED"},
			{"reverse-provision A1 P1", "202"},
		}},
		{"no redemption", "betway", [][2]string{
			{"provision P1", "201"},
			{"confirm-provision A1 P1", "202"},
			{"redeem R1 P1", "400 FUNCTION_NOT_SUPPORTED"},
			{"refund F1 P1", "400 FUNCTION_NOT_SUPPORTED"},
			{"reverse-redeem A2 R1", "400 FUNCTION_NOT_SUPPORTED R1"},
			{"retry P1", "201"},
		}},
	}
}

func TestRetryReturnsTheSameVoucher(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	first := k.expect("provision P1", "201")
	again := k.expect("retry P1", "201")
	require.Equal(t, first.body, again.body)
	alias := k.post("vouchers/"+uuidOf("P1")+"/retries/", k.request("P1"))
	require.Equal(t, first.text, alias.text)

	other := k.request("P1")
	other["amounts"] = object{"requestAmount": object{"amount": 6000, "currency": "710"}}
	r := k.post("vouchers/"+uuidOf("P1")+"/retry", other)
	require.Equal(t, "DUPLICATE_RECORD", r.errorType(), r.text)
	r = k.post("vouchers/"+uuidOf("P9")+"/retry", k.request("P1"))
	require.Equal(t, "FORMAT_ERROR", r.errorType(), r.text)
}

func TestDuplicateCarriesTheVoucher(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.expect("provision P1", "201")
	k.expect("reverse-provision A1 P1", "202")
	r := k.expect("provision P1", "400 DUPLICATE_RECORD")
	v := r.body["detailMessage"].(object)["voucher"].(object)
	require.Equal(t, k.codes["P1"], v["code"])
	require.Equal(t, uuidOf("P1"), r.body["id"])
}

func TestUsersDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	k.expect("provision P1", "201")
	k.expect("confirm-provision A1 P1", "202")
	code := k.codes["P1"]
	k.user = "90000099"
	k.expect("reverse-provision A2 P1", "404 UNABLE_TO_LOCATE_RECORD P1")
	k.expect("lookup P1", "404 UNABLE_TO_LOCATE_RECORD")
	k.expect("provision P3", "201")
	k.codes["P1"] = code
	k.expect("redeem R1 P1", "201") // whoever holds the code may spend it
}

func TestClientGivenCodeIsIssuedUnchanged(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	give := func(name string) reply {
		m := k.request(name)
		m["voucher"] = object{"code": "MY-OWN-CODE", "expiryDate": "2031-02-03T04:05:06.007Z"}
		return k.post("vouchers", m)
	}
	r := give("P1")
	require.Equal(t, http.StatusCreated, r.status, r.text)
	require.Equal(t, "MY-OWN-CODE", r.code())
	k.codes["P1"] = "MY-OWN-CODE"
	k.expect("confirm-provision A1 P1", "202")
	require.Equal(t, http.StatusCreated, give("P2").status)
	k.expect("redeem R1 P1", "201")
	k.expect("reverse-provision A2 P2", "202") // the latest issue of the code takes it down
	k.expect("redeem R2 P1", "400 VOUCHER_NOT_REDEEMABLE")
}

func TestReversalOfAnEarlierIssueLeavesTheCode(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	for _, name := range []string{"P1", "P2"} {
		m := k.request(name)
		m["voucher"] = object{"code": "MY-OWN-CODE"}
		require.Equal(t, http.StatusCreated, k.post("vouchers", m).status)
		k.codes[name] = "MY-OWN-CODE"
	}
	k.expect("confirm-provision A2 P2", "202")
	k.expect("reverse-provision A1 P1", "202")
	k.expect("redeem R1 P2", "201")
}

func TestExpiredVoucher(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	k := newKit(t, "demo", Config{Now: func() time.Time { return time.Unix(0, now.Load()) }})
	k.expect("provision P1", "201")
	k.expect("confirm-provision A1 P1", "202")
	now.Add(int64(shelfLife) + int64(time.Second))
	k.expect("redeem R1 P1", "400 VOUCHER_NOT_REDEEMABLE")
	now.Add(-2 * int64(time.Second))
	k.expect("redeem R1 P1", "201")
}

func TestPricesFollowTheCatalogue(t *testing.T) {
	t.Parallel()
	k := newKit(t, "hollywoodbets", Config{})
	amount := func(n int) object { return object{"requestAmount": object{"amount": n, "currency": 710}} }
	cases := []struct {
		name, product string
		amounts       object
		want          string
		approved      float64
	}{
		{"fixed without amount", "HWB-50", nil, "", 5000},
		{"fixed with its price", "HWB-50", amount(5000), "", 5000},
		{"fixed with another price", "HWB-50", amount(5001), "INVALID_AMOUNT", 0},
		{"variable in range", "HWB-VAR", amount(777), "", 777},
		{"variable below", "HWB-VAR", amount(499), "INVALID_AMOUNT", 0},
		{"variable without amount", "HWB-VAR", nil, "INVALID_AMOUNT", 0},
		{"not sold", "XYZ-1", amount(500), "INVALID_PRODUCT", 0},
	}
	for _, c := range cases {
		m := k.request(c.name)
		m["product"] = object{"productId": c.product}
		delete(m, "amounts")
		if c.amounts != nil {
			m["amounts"] = c.amounts
		}
		r := k.post("vouchers", m)
		require.Equal(t, c.want, r.errorType(), "%s: %s", c.name, r.text)
		if c.want == "" {
			require.Equal(t, object{"amount": c.approved, "currency": "710"}, r.body["amounts"].(object)["approvedAmount"], c.name)
		}
	}
}
