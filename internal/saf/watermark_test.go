package saf

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func taken(at ...time.Time) []Delivery {
	out := make([]Delivery, len(at))
	for i := range at {
		out[i].Entry.NextAt = at[i]
	}
	return out
}

func TestWatermark(t *testing.T) {
	t.Parallel()
	var w watermark
	require.Zero(t, w.from(false, now), "nothing is known yet")
	w.claimed(Claim{}, taken(now.Add(-time.Hour), now.Add(-time.Minute)))
	require.Equal(t, now.Add(-time.Minute-markSlack), w.from(false, now))
	w.claimed(Claim{}, nil)
	w.claimed(Claim{ManualOnly: true}, taken(now))
	w.claimed(Claim{FIFO: true}, taken(now))
	require.Equal(t, now.Add(-time.Minute-markSlack), w.from(false, now), "these did not take the queue in its order")
	require.Zero(t, w.from(true, now), "somebody asked for the whole queue")
	require.Zero(t, w.from(false, now.Add(SweepEvery)), "and after a while nobody needs to")
	require.NotZero(t, w.from(false, now.Add(SweepEvery)), "the next begins at the mark again")
	w.claimed(Claim{}, taken(now.Add(-2*time.Hour)))
	require.Equal(t, now.Add(-2*time.Hour-markSlack), w.from(false, now.Add(SweepEvery)), "a sweep without room for all goes on from where it ended")
}

// However claims, wakes and time fall, no two looks at the whole queue are further apart than the pause between sweeps and the
// time to the next claim.
func TestWatermarkSweepsForever(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w watermark
		at, swept := now, now
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 2000), 1, 200).Draw(t, "steps") {
			at = at.Add(time.Duration(step) * time.Millisecond)
			if w.from(step%97 == 0, at).IsZero() {
				swept = at
			}
			if at.Sub(swept) >= SweepEvery {
				t.Fatalf("%s without a sweep", at.Sub(swept))
			}
			w.claimed(Claim{}, taken(at.Add(-time.Duration(step)*time.Second)))
		}
	})
}

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	require.Equal(t, 8, p.ahead(8), "one wave until something is known")
	p.claimed(now)
	p.ended.Store(100)
	p.claimed(now.Add(shortest / 2))
	require.Equal(t, 8, p.ahead(8), "too short to tell")
	p.claimed(now.Add(200 * time.Millisecond))
	require.Equal(t, 50, p.ahead(8), "500 a second, for a tenth of one")
	p.ended.Store(100000)
	p.claimed(now.Add(400 * time.Millisecond))
	require.Equal(t, 64, p.ahead(8), "no more than eight waves")
	p.claimed(now.Add(time.Minute))
	require.Equal(t, 8, p.ahead(8), "a provider that stopped gets one wave")
}
