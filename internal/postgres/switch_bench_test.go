package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// BenchmarkSwitch measures provisions with their confirmations on a database without fsync: what is left is our own work
// and the server's.
func BenchmarkSwitch(b *testing.B) {
	w := newSwitchBench(b, everything())
	w.provider.answer(switchcore.ClassApproved, 201)
	const callers = 64
	work := make(chan string)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for id := range work {
				w.process(transactions.Provision, id, "")
				w.advise(transactions.Confirm, transactions.Provision, id, uuid.NewString())
			}
		})
	}
	b.ResetTimer()
	for range b.N {
		work <- uuid.NewString()
	}
	close(work)
	wg.Wait()
	b.StopTimer()
	w.reportInPlace(b, "transactions", "saf_entries", "attempts", "vouchers")
}

// reportInPlace tells which share of a table's updates stayed on the page, without an entry in any index.
func (w *switchBench) reportInPlace(b *testing.B, tables ...string) {
	time.Sleep(1500 * time.Millisecond) // sessions hand in their counts when they have been idle for a second
	for _, table := range tables {
		var share float64
		require.NoError(b, w.db.Pool.QueryRow(b.Context(), `select coalesce(n_tup_hot_upd::float8 / nullif(n_tup_upd, 0), 0) from pg_stat_user_tables where relname = $1`, table).Scan(&share))
		b.ReportMetric(100*share, table+"-in-place-%")
	}
}
