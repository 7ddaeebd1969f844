package switchcore_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const prov = transactions.Provision

// The table of vouchers.md 4.2: each message against each record.
func TestProvisionStates(t *testing.T) {
	t.Parallel()
	setups := map[string]func(*world){
		"nothing":   func(*world) {},
		"tombstone": func(w *world) { w.reverse(prov, "1", "rev") },
		"approved":  func(w *world) { w.provision("1") },
		"confirmed": func(w *world) { w.provision("1"); w.confirm(prov, "1", "con") },
		"reversed":  func(w *world) { w.provision("1"); w.reverse(prov, "1", "rev") },
		"declined":  func(w *world) { w.provider.answers = []string{"decline"}; w.provision("1") },
		"unknown":   func(w *world) { w.provider.answers = []string{"unknown"}; w.provision("1") },
		"unsent":    func(w *world) { w.provider.answers = []string{"unsent"}; w.provision("1") },
	}
	for _, c := range []struct {
		state, message string
		want           said
	}{
		{"nothing", "provision", said{201, "", "", false}},
		{"nothing", "confirm", said{404, switchcore.ErrNotLocated, "1", false}},
		{"nothing", "reverse", said{404, switchcore.ErrNotLocated, "1", false}},
		{"nothing", "retry", said{201, "", "", false}},
		{"tombstone", "provision", said{400, switchcore.ErrVoucherReversed, "rev", false}},
		{"tombstone", "confirm", said{404, switchcore.ErrNotLocated, "1", false}},
		{"tombstone", "reverse", said{404, switchcore.ErrNotLocated, "1", false}},
		{"tombstone", "retry", said{400, switchcore.ErrVoucherReversed, "rev", false}},
		{"approved", "provision", said{400, switchcore.ErrDuplicate, "", true}},
		{"approved", "confirm", said{202, "", "", false}},
		{"approved", "reverse", said{202, "", "", false}},
		{"approved", "retry", said{201, "", "", false}},
		{"confirmed", "provision", said{400, switchcore.ErrDuplicate, "", true}},
		{"confirmed", "confirm", said{202, "", "", false}},
		{"confirmed", "reverse", said{400, switchcore.ErrVoucherConfirmed, "1", false}},
		{"confirmed", "retry", said{201, "", "", false}},
		{"reversed", "provision", said{400, switchcore.ErrDuplicate, "", true}},
		{"reversed", "confirm", said{400, switchcore.ErrVoucherReversed, "1", false}},
		{"reversed", "reverse", said{202, "", "", false}},
		{"reversed", "retry", said{400, switchcore.ErrVoucherReversed, "rev", false}},
		{"declined", "provision", said{201, "", "", false}},
		{"declined", "confirm", said{404, switchcore.ErrNotLocated, "1", false}},
		{"declined", "reverse", said{404, switchcore.ErrNotLocated, "1", false}},
		{"declined", "retry", said{400, switchcore.ErrDoNotHonor, "", false}},
		{"unknown", "provision", said{400, switchcore.ErrDuplicate, "", false}},
		{"unknown", "confirm", said{504, switchcore.ErrUpstream, "1", false}},
		{"unknown", "reverse", said{202, "", "", false}},
		{"unknown", "retry", said{201, "", "", false}},
		{"unsent", "reverse", said{202, "", "", false}},
		{"unsent", "retry", said{201, "", "", false}},
	} {
		t.Run(c.state+"/"+c.message, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			setups[c.state](w)
			var got said
			switch c.message {
			case "provision":
				got = w.provision("1")
			case "confirm":
				got = w.confirm(prov, "1", "advice")
			case "reverse":
				got = w.reverse(prov, "1", "advice")
			case "retry":
				got = w.retry("1")
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestRepeatedAdviceIsAcknowledgedAndCreatesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	require.Equal(t, 202, w.confirm(prov, "1", "a").Status)
	require.Equal(t, 202, w.confirm(prov, "1", "a").Status)
	require.Equal(t, 202, w.confirm(prov, "1", "b").Status)
	require.Len(t, w.store.Entries, 1)
	w.drain()
	w.drain()
	require.Equal(t, []string{"approve", "approve"}, w.provider.sent, "one provision, one confirmation")
	require.Equal(t, transactions.Confirmed, w.only(prov, "1").Final)
}

func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		call func(w *world) said
		ok   int
	}{
		{"requests", func(w *world) said { return w.provision("1") }, 1},
		{"retries", func(w *world) said { return w.retry("1") }, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			var mu sync.Mutex
			count := map[int]int{}
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					s := c.call(w)
					mu.Lock()
					defer mu.Unlock()
					count[s.Status]++
				})
			}
			wg.Wait()
			require.Equal(t, c.ok, count[201])
			require.Equal(t, 50-c.ok, count[400])
			require.Len(t, w.provider.sent, 1)
		})
	}
}

func TestNoRetriesIsAHardDeclineWhateverTheState(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"approve", "decline", "unknown"} {
		w := newWorld(t, func(p *switchcore.Profile) { p.Retry = false })
		w.provider.answers = []string{answer}
		w.provision("1")
		before := *w.only(prov, "1")
		require.Equal(t, said{400, switchcore.ErrNotSupported, "", false}, w.retry("1"))
		require.Equal(t, before.Outcome, w.only(prov, "1").Outcome)
		require.Len(t, w.provider.sent, 1)
	}
	w := newWorld(t, func(p *switchcore.Profile) { p.Retry = false })
	require.Equal(t, said{400, switchcore.ErrNotSupported, "", false}, w.retry("new"))
	require.Empty(t, w.provider.sent)
}

func TestAdvicesThatTheProviderDoesNotTakeAreConsumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.ConfirmProvision, p.ReverseProvision = false, false })
	w.provision("1")
	require.Equal(t, 202, w.confirm(prov, "1", "a").Status)
	require.Equal(t, transactions.Confirmed, w.only(prov, "1").Final)
	require.False(t, w.only(prov, "1").ReconRequired)
	w.provision("2")
	require.Equal(t, 202, w.reverse(prov, "2", "b").Status)
	require.Equal(t, transactions.Reversed, w.only(prov, "2").Final)
	require.True(t, w.only(prov, "2").ReconRequired, "the voucher may be live")
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Consumed, e.State)
	}
	w.drain()
	require.Len(t, w.provider.sent, 2)
}

func TestNothingSentIsReversedLocallyWithoutABreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unsent"}
	require.Equal(t, said{503, switchcore.ErrUpstream, "", false}, w.provision("1"))
	require.Equal(t, 202, w.reverse(prov, "1", "r").Status)
	txn := w.only(prov, "1")
	require.Equal(t, transactions.Reversed, txn.Final)
	require.False(t, txn.ReconRequired)
	w.drain()
	require.Empty(t, w.provider.sent)
}

// A reversal while the request is in flight: the answer is recorded, its voucher never given out, and the advice goes
// out only after the attempt has ended (I11).
func TestReversalWhileInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.gate = make(chan struct{})
	answer := make(chan said)
	go func() { answer <- w.provision("1") }()
	require.Eventually(t, func() bool { w.provider.mu.Lock(); defer w.provider.mu.Unlock(); return len(w.provider.sent) == 1 }, waitFor, tick)
	require.Equal(t, 202, w.reverse(prov, "1", "rev").Status)
	require.Empty(t, w.store.claim("n1"), "the advice waits for the end of the attempt")
	close(w.provider.gate)
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "rev", false}, <-answer)
	w.drain()
	txn := w.only(prov, "1")
	require.Equal(t, transactions.Success, txn.Outcome)
	require.Equal(t, transactions.Reversed, txn.Final)
	require.False(t, txn.Told)
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.provision("1"), "a code learned after the decision is never given out")
}

func TestConfirmationWaitsForTheRunningRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.gate = make(chan struct{})
	go w.provision("1")
	require.Eventually(t, func() bool { w.provider.mu.Lock(); defer w.provider.mu.Unlock(); return len(w.provider.sent) == 1 }, waitFor, tick)
	confirmed := make(chan said)
	go func() { confirmed <- w.confirm(prov, "1", "c") }()
	close(w.provider.gate)
	require.Equal(t, 202, (<-confirmed).Status)
	require.Equal(t, transactions.Confirm, w.only(prov, "1").Decision)
}

func TestDeliveryResults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answers []string
		state   saf.State
		final   transactions.Final
		recon   bool
	}{
		{[]string{"done"}, saf.Acked, transactions.Reversed, false},
		{[]string{"refuse"}, saf.Refused, transactions.Open, true},
		{[]string{"repeat"}, saf.Queued, transactions.Open, false},
		{[]string{"unknown"}, saf.Queued, transactions.Open, false},
		{[]string{"unsent"}, saf.Queued, transactions.Open, false},
		{[]string{"notfound"}, saf.Queued, transactions.Open, false},
		{[]string{"notfound", "notfound"}, saf.Acked, transactions.Reversed, false},
	} {
		w := newWorld(t, nil)
		w.provision("1")
		w.reverse(prov, "1", "r")
		w.provider.answers = c.answers
		for range c.answers {
			w.store.now = w.store.now.Add(w.p.Core.Settings.SAF.MaxDelay)
			w.drain()
		}
		for _, e := range w.store.Entries {
			require.Equal(t, c.state, e.State, c.answers)
		}
		require.Equal(t, c.final, w.only(prov, "1").Final, c.answers)
		require.Equal(t, c.recon, w.only(prov, "1").ReconRequired, c.answers)
	}
}

func TestStaleResultChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	w.confirm(prov, "1", "c")
	old := w.store.claim("n1")[0]
	for id, e := range w.store.Entries { // the lease lapsed and another node took it
		next := *e
		next.Fence, next.LeaseOwner = e.Fence+1, "n2"
		w.store.Entries[id] = &next
	}
	w.deliver.Deliver(t.Context(), old)()
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Leased, e.State)
		require.Equal(t, "n2", e.LeaseOwner)
	}
	require.Equal(t, transactions.Open, w.only(prov, "1").Final)
	last := w.store.Traces[len(w.store.Traces)-1]
	require.True(t, last.Late, "the stale answer is traced")
}

func TestSystemReversesWhatStaysUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	w.provision("1")
	sweep := &switchcore.Sweep{Core: w.p.Core}
	n, err := sweep.Decide(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "not before its time")
	w.store.now = w.store.now.Add(w.p.Core.Settings.UnknownMaxAge)
	n, err = sweep.Decide(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	w.drain()
	txn := w.only(prov, "1")
	require.Equal(t, transactions.BySystem, txn.DecisionOrigin)
	require.Equal(t, transactions.Reversed, txn.Final)
}

func TestSingleMessaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.client.Mode = transactions.Single
	w.provision("1")
	sweep := &switchcore.Sweep{Core: w.p.Core}
	w.store.now = w.store.now.Add(w.p.Core.Settings.UnknownMaxAge)
	n, err := sweep.Decide(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n, "the switch confirms towards a provider that wants it")
	require.Equal(t, said{400, switchcore.ErrVoucherConfirmed, "1", false}, w.reverse(prov, "1", "r"))

	w = newWorld(t, func(p *switchcore.Profile) { p.ConfirmProvision = false })
	w.client.Mode = transactions.Single
	w.provision("1")
	n, err = (&switchcore.Sweep{Core: w.p.Core}).Complete(t.Context(), w.only(prov, "1").BusinessDate.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, transactions.Completed, w.only(prov, "1").Final)
	require.Equal(t, 202, w.confirm(prov, "1", "late").Status)
	require.Equal(t, said{400, switchcore.ErrVoucherConfirmed, "1", false}, w.reverse(prov, "1", "r"))
}

func TestRecoveryClosesWhatADeadNodeLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	intent, lease, err := switchcore.Intent(t.Context(), w.p, w.request(prov, "1", ""))
	require.NoError(t, err)
	_, err = w.store.Apply(t.Context(), intent)
	require.NoError(t, err)
	sweep := &switchcore.Sweep{Core: w.p.Core}
	n, err := sweep.Recover(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "its lease still runs")
	w.store.now = w.store.now.Add(lease)
	n, err = sweep.Recover(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, transactions.Unknown, w.only(prov, "1").Outcome)
	require.Equal(t, 201, w.retry("1").Status)
}

// An answer after the time-out settles an unknown outcome and is then what a retry is given (I14).
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	req := w.request(prov, "1", "")
	w.p.Process(req)
	txn := w.only(prov, "1")
	var attempt *transactions.Attempt
	for _, a := range w.store.Attempts {
		attempt = a
	}
	answer := switchcore.Answer{Sent: true, Status: 201, Body: []byte("approve")}
	provider, _ := w.p.Core.Directory().Provider("demo")
	_, err := w.store.Apply(t.Context(), switchcore.LateEnd(w.p.Core, req, switchcore.Call{Kind: transactions.AttemptRequest, Provider: provider}, switchcore.Ruling{TransactionID: txn.ID, AttemptID: attempt.ID, BeganAt: attempt.StartedAt}, answer, w.provider.Read(switchcore.Call{Kind: transactions.AttemptRequest}, answer)))
	require.NoError(t, err)
	txn = w.only(prov, "1")
	require.Equal(t, transactions.Success, txn.Outcome)
	require.False(t, txn.Told)
	require.Equal(t, transactions.NoAnswer, w.store.Attempts[attempt.ID].State)
	require.Equal(t, said{201, "", "", false}, w.retry("1"))
	require.True(t, w.only(prov, "1").Told)
	require.Len(t, w.provider.sent, 1)
}

func TestACodeThatAnotherSaleHoldsIsNotAnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.code = "123456789012"
	w.provision("1")
	require.Equal(t, said{504, switchcore.ErrUpstream, "", false}, w.provision("2"))
	require.True(t, w.only(prov, "2").ReconRequired)
	require.Equal(t, transactions.Unknown, w.only(prov, "2").Outcome)
}

func TestEarlyReversalKeepsTheFirstStone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.reverse(prov, "1", "first")
	w.reverse(prov, "1", "second")
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "first", false}, w.provision("1"))
	require.Empty(t, w.provider.sent)
}

func TestOtherContentUnderAKnownIDIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	r := w.request(prov, "1", "")
	r.Fingerprint = []byte("other")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.read(w.p.Retry(r)))
}

// A retry of an id that nobody knows is a first request: its answer is read as one, so a decline is a decline.
func TestAnswersAreReadAsWhatWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	require.Equal(t, 504, w.retry("1").Status)
	require.Equal(t, 201, w.retry("1").Status)
	require.Equal(t, []transactions.AttemptKind{transactions.AttemptRequest, transactions.AttemptRetry}, w.provider.read)
}

// An answer that our own code cannot read was still an answer: the attempt says so, and the advice stays queued.
func TestAFaultInReadingKeepsWhatHappenedOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provision("1")
	w.confirm(prov, "1", "c")
	w.provider.answers = []string{"panic"}
	w.drain()
	for _, a := range w.store.Attempts {
		require.Equal(t, transactions.Answered, a.State, a.Kind)
	}
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Queued, e.State)
		require.Equal(t, 1, e.Faults)
	}
}

func TestRetryTowardsAProviderThatLeftServiceIsTurnedAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	w.provision("1")
	w.p.Core.Connector = func(string) switchcore.Connector { return nil }
	require.Equal(t, said{503, switchcore.ErrUpstream, "", false}, w.retry("1"))
	require.Equal(t, transactions.Unknown, w.only(prov, "1").Outcome)
}

// A repeat is prepared while the first request still runs, and its turn comes when that has ended without a usable answer: what
// would go out then was never prepared, so it is prepared anew; nothing empty is ever sent.
func TestRetryIsPreparedAnewWhenTheRunningRequestEnds(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"unknown", "unsent"} {
		w := newWorld(t, nil)
		w.provider.gate, w.provider.answers = make(chan struct{}), []string{answer}
		first := make(chan said)
		go func() { first <- w.provision("1") }()
		require.Eventually(t, func() bool { w.store.mu.Lock(); defer w.store.mu.Unlock(); return len(w.store.Attempts) == 1 }, waitFor, tick)
		early, err := switchcore.Repeat(t.Context(), w.p, w.request(prov, "1", ""))
		require.NoError(t, err)
		close(w.provider.gate)
		require.GreaterOrEqual(t, (<-first).Status, 500)

		ruling, err := w.store.Apply(t.Context(), early)
		require.NoError(t, err)
		require.Equal(t, switchcore.Redo, ruling.Verdict, "nothing is prepared that could be sent")
		require.Len(t, w.store.Attempts, 1)

		require.Equal(t, 201, w.retry("1").Status)
		kinds := map[transactions.AttemptKind]int{}
		for _, a := range w.store.Attempts {
			kinds[a.Kind]++
		}
		want := map[transactions.AttemptKind]int{transactions.AttemptRequest: 1, transactions.AttemptRetry: 1}
		if answer == "unsent" {
			want = map[transactions.AttemptKind]int{transactions.AttemptRequest: 2} // no byte of it had left
		}
		require.Equal(t, want, kinds)
	}
}
