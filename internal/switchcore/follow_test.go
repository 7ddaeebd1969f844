package switchcore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// asks makes the provider's reading ask for one more message whenever it does not know.
func (w *world) asks(f func(switchcore.Call) *switchcore.Follow) {
	w.provider.reading = func(c switchcore.Call, r switchcore.Result) switchcore.Result {
		if r.Class == switchcore.ClassUnknown || r.Class == switchcore.ClassRepeat {
			r.Follow = f(c)
		}
		return r
	}
}

func check(step string) *switchcore.Follow {
	return &switchcore.Follow{Step: step, Kind: transactions.AttemptLookup, Message: switchcore.Message{Method: "POST", Path: "/check", Body: []byte(step)}}
}

// attemptsOf lists the attempts of a transaction in the order they began.
func (w *world) attemptsOf(t *transactions.Transaction) []*transactions.Attempt {
	list := make([]*transactions.Attempt, t.AttemptCount)
	for _, a := range w.store.Attempts {
		if a.TransactionID == t.ID {
			list[a.No-1] = a
		}
	}
	return list
}

// An unknown answer is settled by a status check inside the same call: an attempt of its own, written before it is sent.
func TestAStatusCheckSettlesAnUnknownAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown", "approve"}
	w.asks(func(c switchcore.Call) *switchcore.Follow { return check("found") })
	require.Equal(t, 201, w.provision("1").Status)
	txn := w.only(prov, "1")
	attempts := w.attemptsOf(txn)
	require.Len(t, attempts, 2)
	require.Equal(t, []transactions.AttemptKind{transactions.AttemptRequest, transactions.AttemptLookup}, []transactions.AttemptKind{attempts[0].Kind, attempts[1].Kind})
	require.False(t, attempts[1].StartedAt.Before(attempts[0].EndedAt), "no two attempts overlap (I9)")
	require.Equal(t, transactions.Unknown, attempts[0].Result)
	require.Equal(t, transactions.Success, attempts[1].Result)
	require.Equal(t, transactions.Success, txn.Outcome)
	require.Len(t, w.provider.sent, 2)
}

// No check goes out once somebody has decided: the answer counts as it reads, and the advice goes its way.
func TestNoFollowAfterADecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	w.asks(func(switchcore.Call) *switchcore.Follow {
		require.Equal(t, 202, w.reverse(prov, "1", "r").Status)
		return check("late")
	})
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "r", false}, w.provision("1"))
	require.Len(t, w.provider.sent, 1)
	require.Len(t, w.attemptsOf(w.only(prov, "1")), 1)
}

// Too little time left: the answer of the client comes first (I10).
func TestNoFollowWithoutTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.p.Core.Settings.ResolveLeft = time.Minute
	w.provider.answers = []string{"unknown"}
	w.asks(func(switchcore.Call) *switchcore.Follow { return check("x") })
	require.Equal(t, 504, w.provision("1").Status)
	require.Len(t, w.provider.sent, 1)
}

// A provider that deduplicates nothing gets a new reference after the proof; the old one is rejected from the queue (I9).
func TestANewWireReferenceSupersedesTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown", "unknown", "approve"}
	w.provision("1")
	var asked []switchcore.Call
	w.asks(func(c switchcore.Call) *switchcore.Follow {
		if asked = append(asked, c); c.Step != "" {
			return nil
		}
		return &switchcore.Follow{Step: "again", Kind: transactions.AttemptRequest, NewWireRef: true, Message: switchcore.Message{Body: []byte(c.NextWireRef)}, Cleanup: &switchcore.Message{Body: []byte("reject")}}
	})
	require.Equal(t, 201, w.retry("1").Status)
	txn := w.only(prov, "1")
	require.Equal(t, txn.ID.String()+"-2", txn.WireRef())
	require.Equal(t, txn.WireRef(), w.attemptsOf(txn)[2].WireRef)
	require.Len(t, w.store.Superseded, 2, "the request and its repeat under the old reference, not the new request")
	require.Positive(t, asked[0].Age)
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Cleanup, e.Kind)
		require.Equal(t, txn.ID.String(), e.WireRef)
	}
	w.drain() // the clean-up is no advice of the sale: the sale stays open
	require.Equal(t, transactions.Open, w.only(prov, "1").Final)
	require.Equal(t, 202, w.confirm(prov, "1", "c").Status)
}

// A delivery may need several messages; each is an attempt under the same lease.
func TestADeliveryInTwoMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	w.reverse(prov, "1", "r")
	w.provider.answers = []string{"repeat", "done"}
	w.asks(func(c switchcore.Call) *switchcore.Follow {
		require.Empty(t, c.Step)
		return check("then")
	})
	w.drain()
	require.Equal(t, transactions.Reversed, w.only(prov, "1").Final)
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Acked, e.State)
		require.Equal(t, 1, e.Attempts)
	}
	require.Len(t, w.store.Attempts, 3)
	for _, a := range w.store.Attempts {
		require.Equal(t, transactions.Answered, a.State)
	}
}

// A provider that turns out to have no message for an advice consumes it, with a break (I12).
func TestADeliveryThatIsConsumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	w.reverse(prov, "1", "r")
	w.provider.reading = func(_ switchcore.Call, _ switchcore.Result) switchcore.Result {
		return switchcore.Result{Class: switchcore.ClassConsumed, Detail: "NOTHING_TO_SEND", Break: "money to return by hand"}
	}
	w.drain()
	txn := w.only(prov, "1")
	require.Equal(t, transactions.Reversed, txn.Final)
	require.True(t, txn.ReconRequired)
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Consumed, e.State)
	}
}
