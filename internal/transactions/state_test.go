package transactions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

var (
	stages = []Stage{InFlight, InFlightReversed, InDoubt, DoubtReversing, Approved, Confirming, Reversing, EndDeclined, EndCompleted, EndConfirmed, EndReversed}
	events = []Event{
		RequestAccepted, RequestRefused, RecordRead, RetryStarted, AttemptApproved, AttemptDeclined, AttemptUnknown, AttemptUnsent, LookupFound, LookupFailed,
		LateApproved, LateDeclined, ConfirmAccepted, ConfirmAbsorbed, ReverseAccepted, ReverseAbsorbed, ReverseUnsent, CutoffReached, AdviceAcked, AdviceConsumed, AdviceRefused,
	}
	finals = map[Stage]bool{EndDeclined: true, EndCompleted: true, EndConfirmed: true, EndReversed: true}
)

// at builds a transaction in a stage by walking the table from its beginning.
func at(t *testing.T, goal Stage) *Transaction {
	t.Helper()
	type place struct {
		stage Stage
		path  []Event
	}
	seen := map[Stage]bool{Absent: true}
	queue := []place{{stage: Absent}}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if p.stage == goal {
			txn := &Transaction{}
			for _, e := range p.path {
				_, err := txn.Step(e)
				require.NoError(t, err)
			}
			return txn
		}
		for _, r := range lifecycle {
			if r.from == p.stage && !seen[r.to] {
				seen[r.to] = true
				queue = append(queue, place{r.to, append(append([]Event{}, p.path...), r.on)})
			}
		}
	}
	t.Fatalf("%s cannot be reached", goal)
	return nil
}

func TestEveryStageIsReachedAndReadBack(t *testing.T) {
	t.Parallel()
	for _, s := range stages {
		require.Equal(t, s, at(t, s).Stage())
	}
}

func TestTargetIsWhereTheTableSays(t *testing.T) {
	t.Parallel()
	for _, r := range lifecycle {
		txn := &Transaction{}
		if r.from != Absent {
			txn = at(t, r.from)
		}
		then, err := txn.Step(r.on)
		require.NoError(t, err)
		require.Equal(t, r.to, txn.Stage(), "%s on %s", r.from, r.on)
		require.Equal(t, r.then, then)
	}
}

func TestUnlistedPairsAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	for _, s := range stages {
		for _, e := range events {
			txn := at(t, s)
			if txn.Allows(e) {
				continue
			}
			before := *txn
			_, err := txn.Step(e)
			require.Equal(t, apperr.Conflict, apperr.CodeOf(err), "%s on %s", s, e)
			require.Equal(t, before, *txn)
		}
	}
}

func TestFinalsHaveNoExitAndWaitingStagesHaveOne(t *testing.T) {
	t.Parallel()
	exits := map[Stage]int{}
	for _, r := range lifecycle {
		if r.from != r.to {
			exits[r.from]++
		}
	}
	for _, s := range stages {
		if finals[s] {
			require.Zero(t, exits[s], s)
		} else {
			require.NotZero(t, exits[s], s)
		}
	}
}

// Outcomes SUCCESS and FAILED, a decision and a final never change, whatever happens in whatever order (I3, I5, V17).
func TestFinalWordsNeverChange(t *testing.T) {
	t.Parallel()
	for _, s := range stages {
		for _, e := range events {
			txn := at(t, s)
			before := *txn
			if _, err := txn.Step(e); err != nil {
				continue
			}
			if before.Outcome == Success || before.Outcome == Failed {
				require.Equal(t, before.Outcome, txn.Outcome, "%s on %s", s, e)
			}
			if before.Decision != Undecided {
				require.Equal(t, before.Decision, txn.Decision, "%s on %s", s, e)
			}
			require.Empty(t, before.Final, "%s is final and took %s", s, e)
		}
	}
}

// A restart leaves only rows; each waiting stage must have an event that needs nobody's memory (A4).
func TestWaitingStagesSurviveARestart(t *testing.T) {
	t.Parallel()
	restart := map[Stage]Event{
		InFlight: AttemptUnknown, InFlightReversed: AttemptUnknown, InDoubt: ReverseAccepted, DoubtReversing: AdviceAcked,
		Approved: ReverseAccepted, Confirming: AdviceAcked, Reversing: AdviceAcked,
	}
	for _, s := range stages {
		if !finals[s] {
			require.True(t, at(t, s).Allows(restart[s]), s)
		}
	}
}

func TestClosingIsAskedForExactlyByFinals(t *testing.T) {
	t.Parallel()
	for _, r := range lifecycle {
		closes := false
		for _, e := range r.then {
			closes = closes || e == Close
		}
		require.Equal(t, finals[r.to], closes, "%s on %s", r.from, r.on)
	}
}
