package connectortest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Mix makes 300 or more transactions, by several hands at a time, and compares the books: what stands with us stands with
// the provider, once and with the same amount and code, and nothing else does, but for what is a break with a reason. Every
// end must occur. deals makes the transactions of one number.
func Mix(t *testing.T, books stage.Source, deals func(n int) []Deal) {
	t.Helper()
	const total, hands = 300, 16
	var mu sync.Mutex
	ours := map[string]Deal{}
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for n := hand; n < total; n += hands {
				for _, x := range deals(n) {
					mu.Lock()
					ours[x.Ref] = x
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	require.GreaterOrEqual(t, len(ours), total)
	ends := map[End]int{}
	for _, x := range ours {
		ends[x.End]++
	}
	t.Log("ends:", ends)
	require.Zero(t, ends[Open], "everything comes to an end")
	for _, e := range []End{Stands, Declined, Undone, Doubt} {
		require.NotZero(t, ends[e], "the mix shows no transaction that ended as %s", e)
	}
	books.Lines(stage.Window{}, func(lines []stage.Line) {
		for _, line := range lines {
			x, known := ours[line.Ref]
			require.True(t, known, "a transaction that is not ours, or one that stands twice: %s", line.Ref)
			compare(t, x, line)
			delete(ours, line.Ref)
		}
	})
	for _, x := range ours {
		require.NotEqual(t, Stands, x.End, "the provider knows nothing of %s %s", x.Op, x.Ref)
	}
}

func compare(t *testing.T, x Deal, line stage.Line) {
	t.Helper()
	if x.End == Doubt {
		return
	}
	live := line.State == stage.Approved && line.Advice != stage.Reversed
	about := fmt.Sprintf("%s %s of %d: %s with us, %s %s there", x.Op, line.Product, line.Amount, x.End, line.State, line.Advice)
	require.Equal(t, x.End == Stands, live, about)
	if live {
		require.Equal(t, line.Amount, x.Amount, about)
	}
	if live && x.Op == transactions.Provision {
		require.Equal(t, line.CodeHash, stage.HashCode(x.Code), about)
	}
}
