package switchcore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// A late decline of the request proves nothing about its repeat, which may have been provisioned (I14), whatever became of
// the database's clock between the two (F26).
func TestALateDeclineOfTheRequestDoesNotSettleItsRepeat(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{0, time.Hour, -time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			t.Parallel()
			lateDecline(t, jump)
		})
	}
}

func lateDecline(t *testing.T, jump time.Duration) {
	t.Helper()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown", "unknown", "unknown"}
	req := w.request(prov, "1", "")
	w.p.Process(req)
	first := w.attemptsOf(w.only(prov, "1"))[0]
	late := func() transactions.Outcome {
		answer := switchcore.Answer{Sent: true, Status: 400, Body: []byte("decline")}
		call := switchcore.Call{Kind: transactions.AttemptRequest}
		ruling := switchcore.Ruling{TransactionID: first.TransactionID, AttemptID: first.ID, BeganAt: first.StartedAt}
		_, err := w.store.Apply(t.Context(), switchcore.LateEnd(w.p.Core, req, call, ruling, answer, w.provider.Read(call, answer)))
		require.NoError(t, err)
		return w.only(prov, "1").Outcome
	}
	w.store.now = w.store.now.Add(jump)
	require.Equal(t, 504, w.retry("1").Status)
	require.Equal(t, transactions.Unknown, late())
	w.provider.answers = nil
	require.Equal(t, 201, w.retry("1").Status)
}

// A node that stops between the commit of an intent and its send finds its lease too short, and does not send (A6).
func TestAnIntentThatWaitedTooLongIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.p.Core.Store = slowCommit{w.store, w.p.Core.Settings.ProviderLimit + w.p.Core.Settings.LeaseMargin - w.p.Core.Settings.SendMargin}
		require.Equal(t, 503, w.provision("1").Status)
		require.Empty(t, w.provider.sent)
		require.Equal(t, transactions.NotSent, w.attemptsOf(w.only(prov, "1"))[0].State)
	})
}

// An answer that breaks the connector's own code is one that nobody can read: unknown, and the retry finds the truth (I16).
func TestAnAnswerThatBreaksTheConnectorIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	broken := true
	w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result {
		if broken {
			panic("planted")
		}
		return r
	}
	require.Equal(t, 504, w.provision("1").Status)
	require.Equal(t, transactions.Unknown, w.only(prov, "1").Outcome)
	broken = false
	require.Equal(t, 201, w.retry("1").Status)
}

// slowCommit is a store whose commits are answered late.
type slowCommit struct {
	*memory
	late time.Duration
}

func (s slowCommit) Apply(ctx context.Context, e switchcore.Event) (switchcore.Ruling, error) {
	defer time.Sleep(s.late)
	return s.memory.Apply(ctx, e)
}

// The answer to a commit that took effect was lost: the same end is stored once, and the client is told what is on record.
func TestALostCommitIsAnsweredFromTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	lossy := &lossyCommit{memory: w.store, lost: map[int]bool{2: true}}
	w.p.Core.Store = lossy
	require.Equal(t, 201, w.provision("1").Status)
	require.Equal(t, 3, lossy.commits)
	out := 0
	for _, trace := range w.store.Traces {
		if trace.Leg == transactions.SwitchToClient {
			out++
		}
	}
	require.Equal(t, 1, out)
	require.True(t, w.only(prov, "1").Told)
}

// lossyCommit commits everything and loses the answers to some.
type lossyCommit struct {
	*memory
	commits int
	lost    map[int]bool
}

func (l *lossyCommit) Apply(ctx context.Context, e switchcore.Event) (switchcore.Ruling, error) {
	ruling, err := l.memory.Apply(ctx, e)
	if l.commits++; l.lost[l.commits] {
		return switchcore.Ruling{}, apperr.Errorf(apperr.Unavailable, "the answer to a commit was lost")
	}
	return ruling, err
}
