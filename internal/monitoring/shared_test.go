package monitoring

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counted numbers its readings.
type counted struct {
	reads atomic.Int64
	fail  atomic.Bool
}

func (c *counted) Overview(context.Context, time.Time, []string) (Overview, error) {
	n := c.reads.Add(1)
	if c.fail.Load() {
		return Overview{}, errors.New("planted")
	}
	return Overview{Now: time.Unix(n, 0)}, nil
}

func TestSharedReading(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	pass := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	source := &counted{}
	s := Share(source, clock)
	midnight := now.Truncate(24 * time.Hour)
	look := func(scope []string) int64 {
		o, err := s.Overview(t.Context(), midnight, scope)
		require.NoError(t, err)
		return o.Now.Unix()
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { look(nil) })
	}
	wg.Wait()
	require.EqualValues(t, 1, source.reads.Load(), "twenty viewers, one reading")
	require.EqualValues(t, 2, look([]string{"till"}), "another scope sees its own")
	pass(freshFor)
	require.EqualValues(t, 1, look(nil), "the old one is shown while a newer is made")
	require.Eventually(t, func() bool { return look(nil) == 3 }, 2*time.Second, time.Millisecond)
	pass(staleAfter)
	require.EqualValues(t, 4, look(nil), "too old to be shown")
	midnight = midnight.AddDate(0, 0, 1)
	require.EqualValues(t, 5, look(nil), "a new day begins with its own figures")
	source.fail.Store(true)
	pass(staleAfter)
	_, err := s.Overview(t.Context(), midnight, nil)
	require.Error(t, err)
}
