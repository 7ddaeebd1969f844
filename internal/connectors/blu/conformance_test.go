package blu

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// The suite runs twice: as the API is published, without reversals, and with a reversal path that was agreed.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"published": {}, "with reversals": {ReversalPath: "/voucher/variable/reversals"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Fixture{
				Provider: newPlayed(),
				Connect:  func(t testing.TB, base string) switchcore.Connector { return newConnector(t, base, o) },
				Provision: func(_ testing.TB, ref string, s connectortest.Scenario) switchcore.Call {
					call := asking(transactions.Provision, request(zar(connectortest.AmountOf(s))), listed("41"))
					call.WireRef, call.EntryID = ref, ""
					call.Provider.Profile.ReverseProvision = o.ReversalPath != ""
					return call
				},
			})
		})
	}
}

func sell(t *testing.T, c *Connector, amount int64) *switchcore.Issued {
	t.Helper()
	got := connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(amount)), listed("41")))).Results
	require.Equal(t, switchcore.ClassApproved, got[0].Class, got[0].Detail)
	return got[0].Voucher
}

func take(code string, amount int64) switchcore.Call {
	r := redeeming(nil)
	r.VoucherCode = code
	if amount > 0 {
		r.Amount = zar(amount)
	}
	return fresh(asking(transactions.Redemption, r, nil))
}

// A redemption without an amount begins with a look-up, and takes what the voucher is worth.
func TestWholeRedemptionLooksFirst(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{})
	v := sell(t, c, 5000)
	got := connectortest.MustWalk(t, c, take(v.Code, 0)).Results
	require.Len(t, got, 2)
	require.Equal(t, switchcore.ClassApproved, got[1].Class, got[1].Detail)
	require.Equal(t, zar(5000), got[1].ApprovedAmount)
	require.Nil(t, got[1].Voucher)
	require.Zero(t, p.live())
	again := connectortest.MustWalk(t, c, take(v.Code, 0)).Results
	require.Len(t, again, 1)
	require.Equal(t, switchcore.ErrAlreadyRedeemed, again[0].ErrorType)
	require.Equal(t, switchcore.ErrNotLocated, connectortest.MustWalk(t, c, take("0000000000000000", 0)).Results[0].ErrorType)
}

// A part comes with a replacement, which is spent like any other; the old code is dead.
func TestPartRedemptionReplaces(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{})
	v := sell(t, c, 5000)
	part := connectortest.MustWalk(t, c, take(v.Code, 3000)).Results[0]
	require.Equal(t, switchcore.ClassApproved, part.Class)
	require.Equal(t, zar(2000), part.BalanceAmount)
	require.EqualValues(t, 2000, p.live())
	require.Equal(t, switchcore.ErrAlreadyRedeemed, connectortest.MustWalk(t, c, take(v.Code, 1000)).Results[0].ErrorType)
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, take(part.Voucher.Code, 2000)).Results[0].Class)
	require.Zero(t, p.live())
}

func TestOnlyWholeVouchers(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{FullRedeemOnly: true})
	v := sell(t, c, 5000)
	require.Equal(t, switchcore.ErrAmount, connectortest.MustWalk(t, c, take(v.Code, 3000)).Results[0].ErrorType)
	require.EqualValues(t, 5000, p.live())
	got := connectortest.MustWalk(t, c, take(v.Code, 5000)).Results
	require.Equal(t, switchcore.ClassApproved, got[len(got)-1].Class)
}

// Where the provider certified request ids, a redemption whose answer was lost is settled by the same message again.
func TestCertifiedRepeatSettlesARedemption(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{RetryMode: retryResend})
	v := sell(t, c, 20000)
	got := connectortest.MustWalk(t, c, take(v.Code, connectortest.AmountOf(connectortest.Reset))).Results
	require.Len(t, got, 2)
	require.Equal(t, switchcore.ClassUnknown, got[1].Class, "reset twice")
	require.EqualValues(t, 20000-connectortest.AmountOf(connectortest.Reset), p.live(), "taken once")
}

// The reversal of a redemption finds out whether there is anything to undo.
func TestReversalOfARedemptionOnlyLooks(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{})
	v := sell(t, c, 5000)
	undo := fresh(reversing(transactions.Redemption))
	undo.Request = &switchcore.Request{Body: []byte(`{"voucher":{"code":"` + v.Code + `"}}`)}
	got := connectortest.MustWalk(t, c, undo).Results[0]
	require.Equal(t, switchcore.ClassDone, got.Class)
	require.True(t, got.NotFound, "it counts when seen twice")
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, take(v.Code, 3000)).Results[0].Class)
	got = connectortest.MustWalk(t, c, undo).Results[0]
	require.Equal(t, switchcore.ClassConsumed, got.Class)
	require.NotEmpty(t, got.Break)
	require.EqualValues(t, 2000, p.live())
}

// Each message goes out with the key of its trade, and a stored look-up keeps the code out of its address.
func TestKeysAndAddresses(t *testing.T) {
	t.Parallel()
	c, p := play(t, Options{User: "shop", VendChannel: "API"})
	v := sell(t, c, 5000)
	connectortest.MustWalk(t, c, take(v.Code, 0))
	look := looking(&switchcore.Request{VoucherSerial: "S 1"})
	m, err := c.Prepare(look)
	require.NoError(t, err)
	c.Send(context.Background(), switchcore.Message{Method: m.Method, Path: m.Path, Body: m.Body})
	require.Equal(t, []string{
		"POST " + pathSales + " " + sellKey, "GET " + pathVouchers + "?token=" + v.Code + " " + redeemKey,
		"POST " + pathRedemptions + " " + redeemKey, "GET " + pathVouchers + "?serialNumber=S+1 " + redeemKey,
	}, p.heard())
	h := c.credentials(switchcore.Message{Method: http.MethodPost, Path: pathSales})
	require.Equal(t, "Basic c2hvcDpwdy1jYW5hcnk=", h.Get("Authorization"))
	require.Equal(t, "API", h.Get("Trade-Vend-Channel"))
}
