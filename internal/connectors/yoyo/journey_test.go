package yoyo

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func start(t *testing.T) (*played, *Connector) {
	t.Helper()
	p := play()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return p, connect(t, srv.URL)
}

func reverse() switchcore.Call { return advice(transactions.Provision, transactions.AttemptReverse) }

func TestRetryFindsWhatWasIssued(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	it := p.add("giftcard", wireRef, 5000)
	w := connectortest.MustWalk(t, c, retry(time.Hour))
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, strconv.Itoa(it["wicode"].(int)), w.Result.Voucher.Code)
	require.Equal(t, 1, p.posts[wireRef])
}

func TestRetryIssuesOnlyAfterTwoEmptyLists(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.set(wireRef, "lost request")
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, sale(5000)).Result.Class)
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, retry(settled-time.Second)).Result.Class)
	require.Empty(t, p.posts)
	p.set(wireRef, connectortest.Approve)
	w := connectortest.MustWalk(t, c, retry(settled))
	require.Equal(t, []string{stepListAgain, stepIssueAgain}, w.Steps())
	require.Equal(t, 5*time.Second, w.Results[0].Follow.After)
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, map[string]int{wireRef: 1}, p.posts)
}

func TestRetryKeepsTheOldestOfSeveral(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	for range 3 {
		p.add("giftcard", wireRef, 5000)
	}
	w := connectortest.MustWalk(t, c, retry(0))
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, "9001", w.Result.Words.Ref)
	require.Equal(t, several, w.Result.Break)
	require.Equal(t, []string{stepDrop, stepListDropped, stepDrop, stepListDropped}, w.Steps())
	require.Equal(t, []any{"A", "E", "E"}, []any{p.items[0]["stateId"], p.items[1]["stateId"], p.items[2]["stateId"]})
}

func TestOtherSpellingOfUsers(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.singular = true
	w := connectortest.MustWalk(t, c, retry(0))
	require.Equal(t, detailNotFound, w.Result.Detail)
	p.add("giftcard", wireRef, 5000)
	w = connectortest.MustWalk(t, c, retry(0))
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, []string{stepOther}, w.Steps())
	require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, reverse()).Result.Class)
	require.Equal(t, "E", p.items[0]["stateId"])
}

// TestRefusalIsBelievedOnlyAfterALook: a refused POST may have made an item all the same.
func TestRefusalIsBelievedOnlyAfterALook(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.set(wireRef, connectortest.Decline)
	got := connectortest.MustWalk(t, c, sale(5000)).Result
	require.Equal(t, switchcore.ClassDeclined, got.Class)
	require.Equal(t, switchcore.ErrDoNotHonor, got.ErrorType)
	require.Equal(t, "2156", got.Words.Code)
	p.set(wireRef, "refused though issued")
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, sale(5000)).Result.Class)
}

func TestReversalLooksBeforeItDeletes(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	none := connectortest.MustWalk(t, c, reverse()).Result
	require.Equal(t, switchcore.ClassDone, none.Class)
	require.True(t, none.NotFound)

	sold := connectortest.MustWalk(t, c, sale(5000)).Result
	known := with(reverse(), func(c *switchcore.Call) { c.ProviderRef, c.Advice.Identifiers = sold.Words.Ref, sold.Identifiers })
	p.items[0]["redeemedAmount"] = 100
	spent := connectortest.MustWalk(t, c, known)
	require.Equal(t, switchcore.ClassRefused, spent.Result.Class)
	require.Len(t, spent.Messages, 1)
	require.Equal(t, "A", p.items[0]["stateId"])

	p.items[0]["redeemedAmount"] = 0
	for range 2 {
		require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, known).Result.Class)
	}
	require.Equal(t, "E", p.items[0]["stateId"])
}

func TestReversalDeletesEveryItem(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	for range 3 {
		p.add("giftcard", wireRef, 5000)
	}
	w := connectortest.MustWalk(t, c, reverse())
	require.Equal(t, switchcore.ClassDone, w.Result.Class)
	require.False(t, w.Result.NotFound)
	for _, it := range p.items {
		require.Equal(t, "E", it["stateId"])
	}
}

func TestReversalOfSeveralWithASpentOne(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.add("giftcard", wireRef, 5000)
	p.add("giftcard", wireRef, 5000)
	p.items[0]["stateId"] = "R"
	require.Equal(t, switchcore.ClassRefused, connectortest.MustWalk(t, c, reverse()).Result.Class)
	require.Equal(t, "E", p.items[1]["stateId"])
}

func TestCouponLife(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	deal := with(sale(1), func(c *switchcore.Call) {
		c.Request.Amount = nil
		c.Product = coupons()
		c.Product.ProviderCode = "501"
	})
	sold := connectortest.MustWalk(t, c, deal).Result
	require.Equal(t, switchcore.ClassApproved, sold.Class)
	require.Equal(t, rands(2500), sold.ApprovedAmount)
	found := connectortest.MustWalk(t, c, lookup(switchcore.Request{VoucherSerial: sold.Voucher.Serial}))
	require.Equal(t, []string{stepCoupons}, found.Steps())
	require.Equal(t, switchcore.ClassApproved, found.Result.Class)
	undo := with(reverse(), func(c *switchcore.Call) { c.Product, c.Advice.Identifiers = nil, sold.Identifiers })
	require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, undo).Result.Class)
	require.Equal(t, "E", p.items[0]["stateId"])
}

func TestRedemptionLife(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	got := connectortest.MustWalk(t, c, redemption(5000)).Result
	require.Equal(t, switchcore.ClassApproved, got.Class)
	require.Equal(t, rands(4000), got.ApprovedAmount, "less than was asked")
	known := func(call *switchcore.Call) {
		call.ProviderRef, call.Advice.Identifiers = got.Words.Ref, got.Identifiers
	}
	for range 2 {
		require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, advice(transactions.Redemption, transactions.AttemptConfirm, known)).Result.Class)
	}
	require.Equal(t, switchcore.ClassRefused, connectortest.MustWalk(t, c, advice(transactions.Redemption, transactions.AttemptReverse, known)).Result.Class)
	require.Equal(t, "S", p.trxs[0]["state"])
}

func TestLostRedemption(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	undo := advice(transactions.Redemption, transactions.AttemptReverse)

	p.set(wireRef, "lost request")
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, redemption(5000)).Result.Class)
	none := connectortest.MustWalk(t, c, undo).Result
	require.Equal(t, switchcore.ClassDone, none.Class)
	require.True(t, none.NotFound)

	p.set(wireRef, "locked")
	locked := connectortest.MustWalk(t, c, redemption(5000)).Result
	require.Equal(t, switchcore.ErrNotRedeemable, locked.ErrorType)
	require.Equal(t, "2113", locked.Words.Code)

	p.set(wireRef, "failed")
	require.Equal(t, "LIMIT_EXCEEDED", connectortest.MustWalk(t, c, redemption(5000)).Result.ErrorType)
	p.trxs = nil

	p.set(wireRef, connectortest.Reset)
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, redemption(5000)).Result.Class)
	require.Len(t, p.trxs, 1, "never sent again")
	w := connectortest.MustWalk(t, c, undo)
	require.Equal(t, []string{stepAdvise}, w.Steps())
	require.Equal(t, switchcore.ClassDone, w.Result.Class)
	require.Equal(t, "R", p.trxs[0]["state"])
	require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, undo).Result.Class)
}

func TestWrongCredentialsSettleNothing(t *testing.T) {
	t.Parallel()
	p := play()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	c := connect(t, srv.URL, func(cfg *Config) {
		cfg.Password = func() string { return "other" }
		cfg.Secret = func(string) func() string { return func() string { return "other" } }
	})
	for _, call := range []switchcore.Call{
		reverse(), advice(transactions.Redemption, transactions.AttemptReverse),
		advice(transactions.Redemption, transactions.AttemptConfirm, func(c *switchcore.Call) { c.ProviderRef = "7001" }),
	} {
		got := connectortest.MustWalk(t, c, call).Result
		require.Equal(t, switchcore.ClassRepeat, got.Class)
		require.True(t, got.Alarm)
	}
	got := connectortest.MustWalk(t, c, sale(5000)).Result
	require.Equal(t, switchcore.ClassDeclined, got.Class)
	require.Equal(t, switchcore.ErrGeneral, got.ErrorType)
	require.True(t, got.Alarm)
}

// catalogue plays campaigns; offsets count campaigns, or pages.
func catalogue(n int, pages bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("pageOffset"))
		size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
		if pages {
			offset *= size
		}
		list := []object{}
		for i := offset; i < min(n, offset+size) && r.URL.Path == "/issuer/giftcardcampaigns"; i++ {
			state := "A"
			if i%7 == 3 {
				state = "D"
			}
			list = append(list, object{"id": 100 + i, "name": "Campaign " + strconv.Itoa(i), "minValue": 1000, "maxValue": "50000", "stateId": state})
		}
		name := r.URL.Path[len("/issuer/"):]
		if name == "couponcampaigns" && offset == 0 {
			list = append(list, object{"id": 7, "description": "Free coffee", "voucherAmount": 2500, "stateId": "A"})
		}
		say(w, 200, object{"responseCode": "-1", name: list})
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	for _, pages := range []bool{true, false} {
		for _, n := range []int{0, 1, 20, 21, 45, 60} {
			srv := httptest.NewServer(catalogue(n, pages))
			list, err := connect(t, srv.URL).Products(t.Context())
			srv.Close()
			require.NoError(t, err)
			active := 0
			for i := range n {
				if i%7 != 3 {
					active++
				}
			}
			require.Len(t, list, active+1, "%d campaigns, offset in pages %t", n, pages)
			last := list[len(list)-1]
			require.Equal(t, "coupon-7", last.ID)
			require.Equal(t, int64(2500), *last.Amount)
			if n > 0 {
				require.Equal(t, switchcore.Product{
					ID: "giftcard-100", Description: "Campaign 0", Currency: "710", Min: &[]int64{1000}[0], Max: &[]int64{50000}[0],
					ProviderCode: "100", ProviderGroup: "giftcard", NoClientCodes: true,
				}, list[0])
			}
		}
	}
}

func TestProductsFail(t *testing.T) {
	t.Parallel()
	for _, h := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		func(w http.ResponseWriter, _ *http.Request) { say(w, 200, object{"responseCode": "300"}) },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
	} {
		srv := httptest.NewServer(h)
		_, err := connect(t, srv.URL).Products(t.Context())
		srv.Close()
		require.Equal(t, apperr.Unavailable, apperr.CodeOf(err))
	}
}
