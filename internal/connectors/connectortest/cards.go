package connectortest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// RunCards runs the suite for a gift card issuer: Fixture.Provision makes a request of money, a load, to a card that takes
// it. What a voucher has and a card has not is left out; that a message is never repeated, how a doubt reads and how
// advices end is the same.
func RunCards(t *testing.T, f Fixture) {
	t.Helper()
	for _, s := range []Scenario{Approve, Decline, UnknownCode, Silence, Late, Malformed, OtherReference, ServerError, Reset} {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			f.skip(t, s)
			f.start(t).card(s)
		})
	}
	for name, run := range map[string]func(*rig){
		string(DuplicateAnswer):           (*rig).cardAnsweredTwice,
		"not reachable":                   (*rig).notReachable,
		"confirmation acknowledged":       (*rig).confirmed,
		"reversal acknowledged":           (*rig).reversed,
		"reversal after silence":          (*rig).reversedAfterSilence,
		"reversal of what never came":     (*rig).reversedNothing,
		"advice unanswered":               (*rig).adviceUnanswered,
		"no retry":                        (*rig).noRetry,
		"prepare is pure":                 (*rig).prepareIsPure,
		"read takes anything":             (*rig).readTakesAnything,
		"a call that ended is not resent": (*rig).abandoned,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(f.start(t))
		})
	}
}

// card asks for money to be moved.
func (r *rig) card(s Scenario) {
	limit := patience
	if s == Silence {
		limit = short
	}
	call := r.Provision(r.t, uuid.NewString(), s)
	a, result := r.ask(call, limit)
	require.True(r.t, a.Sent)
	require.Equal(r.t, r.expected(s), result.Class, "detail %s, status %d: %s", result.Detail, a.Status, a.Masked)
	require.NotEmpty(r.t, result.Detail)
	require.Nil(r.t, result.Voucher, "a card is no voucher")
	r.noCards(call, a, result)
	switch result.Class {
	case switchcore.ClassApproved:
		require.NotNil(r.t, result.ApprovedAmount)
		require.NotNil(r.t, result.BalanceAmount)
		require.NotEmpty(r.t, result.Members)
		require.NotEmpty(r.t, result.Identifiers)
	case switchcore.ClassDeclined:
		require.NotEmpty(r.t, result.ErrorType)
	}
	if s == Silence {
		require.True(r.t, a.Timeout)
	}
}

// noCards looks for the number of the card, and for what the test gave as its PIN, in everything that is stored in clear
// or shown.
func (r *rig) noCards(call switchcore.Call, a switchcore.Answer, result switchcore.Result) {
	r.t.Helper()
	m, err := r.connector.Prepare(call)
	require.NoError(r.t, err)
	shown := m.Masked + m.TracedPath + m.Headers + a.Masked + a.Headers + result.Identifiers + result.Detail + result.ErrorType +
		result.Words.Code + result.Words.Message + result.Words.Ref
	for _, term := range result.Terms {
		shown += " " + term.Value
	}
	for _, member := range result.Members {
		shown += " " + string(member.Raw)
	}
	require.NotEmpty(r.t, call.Request.CardNumber)
	require.NotContains(r.t, shown, call.Request.CardNumber)
}

// cardAnsweredTwice asks again behind an answer that came twice: it may stay unknown, but it is never approved by the
// answer to another message.
func (r *rig) cardAnsweredTwice() {
	r.skip(r.t, DuplicateAnswer)
	_, first := r.ask(r.Provision(r.t, uuid.NewString(), DuplicateAnswer), patience)
	require.Equal(r.t, r.expected(DuplicateAnswer), first.Class)
	for range 3 {
		_, result := r.ask(r.Provision(r.t, uuid.NewString(), Approve), patience)
		require.Contains(r.t, []switchcore.Class{switchcore.ClassApproved, switchcore.ClassUnknown, switchcore.ClassNotSent}, result.Class)
		if result.Class == switchcore.ClassApproved {
			require.NotEqual(r.t, first.Identifiers, result.Identifiers, "its own answer: references are fresh in each")
		}
	}
}

// noRetry: requests of this interface are sent once (giftcards.md 4.1).
func (r *rig) noRetry() {
	call := r.Provision(r.t, uuid.NewString(), Approve)
	call.Kind = transactions.AttemptRetry
	_, err := r.connector.Prepare(call)
	require.Error(r.t, err)
	require.Zero(r.t, r.messages.Load())
}
