package postgres_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

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
}
