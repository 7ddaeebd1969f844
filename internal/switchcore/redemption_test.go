package switchcore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	red     = transactions.Redemption
	ref     = transactions.Refund
	waitFor = 2 * time.Second
	tick    = time.Millisecond
	theCode = "730011882245"
)

// sold is a world with one voucher that can be redeemed.
func sold(t *testing.T) *world {
	w := newWorld(t, nil)
	w.provider.code = theCode
	w.provision("p")
	w.confirm(prov, "p", "pc")
	return w
}

// The table of vouchers.md 4.1: each message against each state of the voucher.
func TestVoucherStates(t *testing.T) {
	t.Parallel()
	steps := []struct {
		state string
		do    func(*world)
	}{
		{"AVAILABLE", func(*world) {}},
		{"REDEEMED", func(w *world) { w.redeem("r", theCode) }},
		{"REDEMPTION_CONFIRMED", func(w *world) { w.confirm(red, "r", "rc") }},
		{"REFUND_PENDING", func(w *world) { w.refund("f", theCode) }},
	}
	want := map[string]map[string]said{
		"AVAILABLE": {
			"redeem": {201, "", "", false}, "confirm": {404, switchcore.ErrNotLocated, "r", false}, "reverse": {404, switchcore.ErrNotLocated, "r", false},
			"refund": {400, switchcore.ErrNotRedeemed, "", false}, "confirmRefund": {404, switchcore.ErrNotLocated, "f", false}, "reverseRefund": {404, switchcore.ErrNotLocated, "f", false},
		},
		"REDEEMED": {
			"redeem": {400, switchcore.ErrAlreadyRedeemed, "", false}, "confirm": {202, "", "", false}, "reverse": {202, "", "", false},
			"refund": {400, switchcore.ErrRedemptionOpen, "", false},
		},
		"REDEMPTION_CONFIRMED": {
			"redeem": {400, switchcore.ErrAlreadyRedeemed, "", false}, "confirm": {400, switchcore.ErrNotRedeemed, "r", false}, "reverse": {400, switchcore.ErrRedemptionConfirmed, "r", false},
			"refund": {201, "", "", false},
		},
		"REFUND_PENDING": {
			"redeem": {400, switchcore.ErrAlreadyRedeemed, "", false}, "confirm": {400, switchcore.ErrNotRedeemed, "r", false}, "reverse": {404, switchcore.ErrNotLocated, "r", false},
			"refund": {400, switchcore.ErrAlreadyRefunded, "", false}, "confirmRefund": {202, "", "", false}, "reverseRefund": {202, "", "", false},
		},
	}
	for i, step := range steps {
		for message, expected := range want[step.state] {
			t.Run(step.state+"/"+message, func(t *testing.T) {
				t.Parallel()
				w := sold(t)
				for _, s := range steps[:i+1] {
					s.do(w)
				}
				var got said
				switch message {
				case "redeem":
					got = w.redeem("r2", theCode)
				case "confirm":
					got = w.confirm(red, "r", "new")
				case "reverse":
					got = w.reverse(red, "r", "new")
				case "refund":
					got = w.refund("f2", theCode)
				case "confirmRefund":
					got = w.confirm(ref, "f", "new")
				case "reverseRefund":
					got = w.reverse(ref, "f", "new")
				}
				require.Equal(t, expected, got)
			})
		}
	}
}

func TestUnknownAndUnconfirmedCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	require.Equal(t, said{400, switchcore.ErrNotRedeemable, "", false}, w.redeem("r", "nobody knows it"))
	require.Equal(t, said{404, switchcore.ErrNotLocated, "", false}, w.refund("f", "nobody knows it"))
	w.provider.code = theCode
	w.provision("p")
	require.Equal(t, said{400, switchcore.ErrNotRedeemable, "", false}, w.redeem("r", theCode))
	w.reverse(prov, "p", "pr")
	require.Equal(t, said{400, switchcore.ErrNotRedeemable, "", false}, w.redeem("r", theCode))
	require.Len(t, w.provider.sent, 1, "nothing but the provision was sent")
}

func TestWholeLifeOfAVoucher(t *testing.T) {
	t.Parallel()
	w := sold(t)
	require.Equal(t, 201, w.redeem("r1", theCode).Status)
	require.Equal(t, 202, w.reverse(red, "r1", "a1").Status)
	require.Equal(t, said{400, switchcore.ErrRedemptionReversed, "a1", false}, w.redeem("r1", theCode), "a reversed redemption leaves a stone")
	require.Equal(t, said{404, switchcore.ErrNotLocated, "r1", false}, w.reverse(red, "r1", "a2"), "a second reversal finds nothing")
	require.Equal(t, 202, w.reverse(red, "r1", "a1").Status, "the same one is acknowledged again")
	require.Equal(t, 201, w.redeem("r2", theCode).Status)
	require.Equal(t, 202, w.confirm(red, "r2", "a3").Status)
	require.Equal(t, 201, w.refund("f1", theCode).Status)
	require.Equal(t, 202, w.reverse(ref, "f1", "a4").Status)
	require.Equal(t, said{400, switchcore.ErrNotRefunded, "f1", false}, w.confirm(ref, "f1", "a5"))
	require.Equal(t, said{400, switchcore.ErrRefundReversed, "a4", false}, w.refund("f1", theCode))
	require.Equal(t, 201, w.refund("f2", theCode).Status)
	require.Equal(t, 202, w.confirm(ref, "f2", "a6").Status)
	require.Equal(t, said{400, switchcore.ErrRefundConfirmed, "f2", false}, w.reverse(ref, "f2", "a7"))
	require.Equal(t, 201, w.redeem("r2", theCode).Status, "after a confirmed refund the same id may be used again")
	require.Equal(t, 2, w.only(red, "r2").Generation)
	w.drain()
	w.drain()
}

// A redemption id used again for another voucher while the first use is open: the first is superseded and needs people.
func TestOpenGenerationIsSuperseded(t *testing.T) {
	t.Parallel()
	w := sold(t)
	w.provider.code = "999911882245"
	w.provision("p2")
	w.confirm(prov, "p2", "pc2")
	require.Equal(t, 201, w.redeem("r", theCode).Status)
	require.Equal(t, 201, w.redeem("r", "999911882245").Status)
	list, _ := w.store.FindByKey(t.Context(), transactions.Key{ClientID: "till", Service: transactions.Voucher, Operation: red, RequestID: "r"})
	require.Len(t, list, 2)
	require.True(t, list[0].Superseded)
	require.True(t, list[0].ReconRequired)
	require.False(t, list[1].Superseded)
	require.Equal(t, 202, w.confirm(red, "r", "c").Status, "advices mean the latest use")
	require.Equal(t, transactions.Confirm, w.only(red, "r").Decision)

	strict := sold(t)
	strict.client.StrictIDs = true
	strict.redeem("r", theCode)
	strict.confirm(red, "r", "c")
	strict.refund("f", theCode)
	strict.confirm(ref, "f", "fc")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, strict.redeem("r", theCode))
}

func TestDeclinedRedemptionPutsTheVoucherBack(t *testing.T) {
	t.Parallel()
	w := sold(t)
	w.provider.answers = []string{"decline", "unknown", "approve"}
	require.Equal(t, said{400, switchcore.ErrDoNotHonor, "", false}, w.redeem("r1", theCode))
	require.Equal(t, said{504, switchcore.ErrUpstream, "", false}, w.redeem("r1", theCode), "a declined id may be used again")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.redeem("r1", theCode), "unknown: the same id is in use")
	require.Equal(t, said{400, switchcore.ErrAlreadyRedeemed, "", false}, w.redeem("r2", theCode), "unknown counts as redeemed")
	require.Equal(t, 202, w.reverse(red, "r1", "a").Status)
	require.Equal(t, 201, w.redeem("r3", theCode).Status)
}

func TestRefundWithoutRedemptionID(t *testing.T) {
	t.Parallel()
	w := sold(t)
	w.redeem("r", theCode)
	w.confirm(red, "r", "rc")
	w.refund("f", theCode)
	w.confirm(ref, "f", "fc")
	require.Equal(t, said{404, switchcore.ErrNotLocated, "r", false}, w.reverse(red, "r", "x"), "the voucher is spendable again: nothing of r is left")
	require.Equal(t, said{400, switchcore.ErrNotRefunded, "f", false}, w.confirm(ref, "f", "y"))
	require.Equal(t, 202, w.confirm(ref, "f", "fc").Status)
}
