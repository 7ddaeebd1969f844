package vouchers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	states := []State{None, Available, Redeemed, RedemptionConfirmed, RefundPending}
	events := []Event{Issued, Activated, Withdrawn, RedemptionTaken, RedemptionUndone, RedemptionSettled, RefundTaken, RefundUndone, RefundSettled, RedeemedElsewhere}
	listed := map[State]map[Event]State{}
	for _, r := range lifecycle {
		if listed[r.from] == nil {
			listed[r.from] = map[Event]State{}
		}
		require.NotContains(t, listed[r.from], r.on, "%s on %s is listed twice", r.from, r.on)
		listed[r.from][r.on] = r.to
	}
	for _, s := range states {
		for _, e := range events {
			v := Voucher{State: s}
			err := v.Step(e)
			if to, ok := listed[s][e]; ok {
				require.NoError(t, err)
				require.Equal(t, to, v.State)
				continue
			}
			require.Equal(t, apperr.Conflict, apperr.CodeOf(err))
			require.Equal(t, s, v.State, "a refused event changed the voucher")
		}
	}
}

// Only an available code can be taken for a redemption, only a spent one for a refund (vouchers.md 4.1).
func TestWhatMayBeTaken(t *testing.T) {
	t.Parallel()
	for _, r := range lifecycle {
		if r.on == RedemptionTaken {
			require.Equal(t, Available, r.from)
		}
		if r.on == RefundTaken {
			require.Equal(t, RedemptionConfirmed, r.from)
		}
	}
}
