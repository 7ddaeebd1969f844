package switchcore

import (
	"context"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// waiters wakes calls that wait for another call of the same key in this process; across nodes they poll (A6).
type waiters struct {
	mu    sync.Mutex
	calls map[transactions.Key]chan struct{}
}

// of gives the channel that closes at the next change under the key. Ask for it before reading the state that is waited
// on, so that no change falls between.
func (w *waiters) of(key transactions.Key) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[transactions.Key]chan struct{}{}
	}
	if w.calls[key] == nil {
		w.calls[key] = make(chan struct{})
	}
	return w.calls[key]
}

// wake ends the wait of all calls of a key.
func (w *waiters) wake(key transactions.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.calls[key]; c != nil {
		close(c)
		delete(w.calls, key)
	}
}

// wait returns at the next change, after the poll time, or when ctx is over.
func wait(ctx context.Context, change <-chan struct{}, poll time.Duration) {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-ctx.Done():
	}
}
