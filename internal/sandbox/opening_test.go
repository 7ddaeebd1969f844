package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOpeningDay(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	asked := 0
	day := OpeningDay{Seed: 7, world: f.world(t), Settled: func(context.Context) (bool, error) {
		asked++
		return asked == 3, nil
	}}
	date, err := day.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, asked)
	_, err = time.Parse(time.DateOnly, date)
	require.NoError(t, err)

	kinds := map[string]int{}
	for _, o := range openingBreaks() {
		r := day.world.toSimulator(t.Context(), "GET", "/statements/"+o.ProviderID+"/planted?date="+date, nil)
		var got struct{ Planted []struct{ Kind string } }
		require.NoError(t, json.Unmarshal(r.body, &got))
		for _, b := range got.Planted {
			kinds[b.Kind]++
		}
	}
	require.Equal(t, map[string]int{"missing": 1, "amount": 1, "extra": 1, "state": 1, "duplicate": 1}, kinds)

	requests, late, story := 0, 0, f.story()
	for _, line := range story {
		if !strings.Contains(line, "/confirmations") && !strings.Contains(line, "/reversals") {
			requests++
		}
		if strings.HasSuffix(line, gone) {
			late++
		}
	}
	require.InDelta(t, 170, requests, 10)
	require.Equal(t, slowStories-1, late, "few slow stories; the one at OTT is asked for by its price")
	for _, line := range []string{retryOf + created, reversalOf + accepted, "POST /redemptions/confirmations" + accepted, "POST /refunds/confirmations" + accepted} {
		require.Contains(t, story, line)
	}
	for _, resource := range []string{"activations", "loads", "redemptions", "voids", "replaces", "transfers"} {
		require.Contains(t, story, "POST /giftcard/v3/"+resource+"/-/confirmations/-"+accepted)
	}
	require.Contains(t, f.heard(), "ProcessAuthorisation SPRA01")
	require.Contains(t, f.heard(), "ProcessSalesAdjustment SPSA01")
}

func TestOpeningDayGivesUp(t *testing.T) {
	t.Parallel()
	broken := errors.New("database gone")
	for name, tc := range map[string]struct {
		settled func(context.Context) (bool, error)
		want    string
	}{
		"never settled": {func(context.Context) (bool, error) { return false, nil }, "not all delivered"},
		"cannot tell":   {func(context.Context) (bool, error) { return false, broken }, "database gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			day := OpeningDay{world: newFront(t).world(t), Settled: tc.settled}
			require.ErrorContains(t, day.awaitSettled(t.Context(), day.world), tc.want)
		})
	}
	f := newFront(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := OpeningDay{world: f.world(t), Settled: func(context.Context) (bool, error) { return true, nil }}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, f.seen)
}

// A statement without lines cannot be spoiled: the caller must hear of it.
func TestOpeningDayWithoutSales(t *testing.T) {
	t.Parallel()
	w := newFront(t).world(t)
	err := w.plant(t.Context(), "2031-02-03", breakOrder{ProviderID: "flash", Missing: 1})
	require.ErrorContains(t, err, "flash")
}
