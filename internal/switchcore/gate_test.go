package switchcore

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// silent is a provider that never answers.
type silent struct{ Connector }

func (silent) Send(ctx context.Context, _ Message) Answer {
	<-ctx.Done()
	return Answer{Sent: true, Err: ctx.Err()}
}

// An exchange ends with its lease, however long the provider's own time-out is: then others may take over (I9, A6). One whose
// lease is over is not begun.
func TestAnExchangeEndsWithItsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gates, provider := NewGates(middle, time.Now), Provider{ID: "p", Profile: Profile{MaxInFlight: 1}}
		began := time.Now()
		answer, late := gates.send(exchange{connector: silent{}, provider: provider, timeout: 45 * time.Second, leaseEnd: began.Add(7 * time.Second)})
		require.True(t, answer.Timeout)
		require.Equal(t, 7*time.Second, time.Since(began))
		<-late
		answer, _ = gates.send(exchange{connector: silent{}, provider: provider, timeout: 45 * time.Second, leaseEnd: time.Now()})
		require.False(t, answer.Sent)
		require.Error(t, answer.Err)
	})
}
