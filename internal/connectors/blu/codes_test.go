package blu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status  int
		message string
		class   switchcore.Class
		want    string
		ours    bool
	}{
		{200, "", switchcore.ClassApproved, "", false},
		{201, "redeemed", switchcore.ClassApproved, "", false},
		{202, "", switchcore.ClassUnknown, "", false},
		{302, "", switchcore.ClassUnknown, "", false},
		{400, "Voucher has been REDEEMED.", switchcore.ClassDeclined, switchcore.ErrAlreadyRedeemed, false},
		{404, "The voucher was used", switchcore.ClassDeclined, switchcore.ErrAlreadyRedeemed, false},
		{400, "Request refused", switchcore.ClassDeclined, switchcore.ErrDoNotHonor, false},
		{400, "unused", switchcore.ClassDeclined, switchcore.ErrDoNotHonor, false},
		{400, "Voucher expired", switchcore.ClassDeclined, switchcore.ErrNotRedeemable, false},
		{400, "inactive voucher", switchcore.ClassDeclined, switchcore.ErrNotRedeemable, false},
		{404, "Voucher not found", switchcore.ClassDeclined, switchcore.ErrNotLocated, false},
		{400, "Invalid voucher token", switchcore.ClassDeclined, switchcore.ErrNotLocated, false},
		{400, "token of an invalid kind", switchcore.ClassDeclined, switchcore.ErrDoNotHonor, false},
		{400, "amount out of range", switchcore.ClassDeclined, switchcore.ErrAmount, false},
		{400, "Insufficient balance", switchcore.ClassDeclined, switchcore.ErrAmount, false},
		{400, "", switchcore.ClassDeclined, switchcore.ErrDoNotHonor, false},
		{404, "weather", switchcore.ClassDeclined, switchcore.ErrDoNotHonor, false},
		{400, "You are not authorised", switchcore.ClassDeclined, switchcore.ErrGeneral, true},
		{400, "No permission to redeem", switchcore.ClassDeclined, switchcore.ErrGeneral, true},
		{401, "voucher used", switchcore.ClassDeclined, switchcore.ErrGeneral, true},
		{403, "", switchcore.ClassDeclined, switchcore.ErrGeneral, true},
		{400, "requestId has been used", switchcore.ClassUnknown, "", false},
		{400, "Duplicate request", switchcore.ClassUnknown, "", false},
		{409, "redeemed", switchcore.ClassUnknown, "", false},
		{422, "voucher used", switchcore.ClassUnknown, "", false},
		{429, "", switchcore.ClassUnknown, "", false},
		{500, "voucher used", switchcore.ClassUnknown, "", false},
		{503, "", switchcore.ClassUnknown, "", false},
		{999, "", switchcore.ClassUnknown, "", false},
		{-1, "", switchcore.ClassUnknown, "", false},
	} {
		require.Equal(t, verdict{class: tc.class, errorType: tc.want, ours: tc.ours}, judge(tc.status, tc.message), "%d %s", tc.status, tc.message)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]voucherState{
		"ACTIVE": stateActive, " valid ": stateActive, "Used": stateUsed, "REDEEMED": stateUsed, "expired": stateExpired,
		"": stateOther, "BLOCKED": stateOther, "UNUSED": stateOther,
	} {
		require.Equal(t, want, stateOf(word), word)
	}
}
