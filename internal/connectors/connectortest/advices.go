package connectortest

import (
	"context"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// advice makes the call of a stored advice about a provision.
func advice(of switchcore.Call, kind transactions.Decision, identifiers string) switchcore.Call {
	a := &switchcore.Advice{ID: uuid.NewString(), Time: "2031-02-03T04:05:06.007Z", Identifiers: identifiers}
	if kind == transactions.Reverse {
		a.Reason = "TIMEOUT"
	}
	of.Kind, of.Advice = transactions.AttemptKind(kind), a
	if identifiers != "" {
		of.Request = nil // the provider's own list is used then
	}
	return of
}

func takes(call switchcore.Call, kind transactions.Decision) bool {
	return call.Provider.Profile.Takes(call.Operation, kind)
}

// approved provisions something to advise about.
func (r *rig) approved() (switchcore.Call, switchcore.Result) {
	r.t.Helper()
	call := r.Provision(r.t, uuid.NewString(), Approve)
	_, result := r.ask(call, patience)
	require.Equal(r.t, switchcore.ClassApproved, result.Class)
	return call, result
}

// deliver sends an advice twice, byte for byte, as a queue does whose first acknowledgement was lost (I15, I18).
func (r *rig) deliver(call switchcore.Call) {
	r.t.Helper()
	m, err := r.connector.Prepare(call)
	require.NoError(r.t, err)
	m.Masked, m.Headers, m.TracedPath = "", "", "" // only these come back from the queue
	for range 2 {
		_, result := r.send(call, m, patience)
		require.Equal(r.t, switchcore.ClassDone, result.Class, result.Detail)
	}
}

func (r *rig) confirmed() {
	call, result := r.approved()
	if !takes(call, transactions.Confirm) {
		r.t.Skip("this provider takes no confirmations")
	}
	r.deliver(advice(call, transactions.Confirm, result.Identifiers))
	if takes(call, transactions.Reverse) {
		_, refused := r.ask(advice(call, transactions.Reverse, result.Identifiers), patience)
		require.Equal(r.t, switchcore.ClassRefused, refused.Class, "what is confirmed is not reversed")
	}
}

func (r *rig) reversed() {
	call, result := r.approved()
	if !takes(call, transactions.Reverse) {
		r.t.Skip("this provider takes no reversals")
	}
	r.deliver(advice(call, transactions.Reverse, result.Identifiers))
}

func (r *rig) reversedAfterSilence() {
	call := r.Provision(r.t, uuid.NewString(), Reset)
	if !takes(call, transactions.Reverse) {
		r.t.Skip("this provider takes no reversals")
	}
	r.skip(r.t, Reset)
	r.ask(call, patience)
	r.deliver(advice(call, transactions.Reverse, ""))
}

func (r *rig) reversedNothing() {
	call := r.Provision(r.t, uuid.NewString(), Approve)
	if !takes(call, transactions.Reverse) {
		r.t.Skip("this provider takes no reversals")
	}
	_, result := r.ask(advice(call, transactions.Reverse, ""), patience)
	require.Equal(r.t, switchcore.ClassDone, result.Class, result.Detail)
	require.True(r.t, result.NotFound, "so that the core asks once more (I16)")
}

// adviceUnanswered reads what is no final answer to an advice: it stays in the queue.
func (r *rig) adviceUnanswered() {
	call := r.Provision(r.t, uuid.NewString(), Approve)
	for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
		a := advice(call, kind, "")
		for _, status := range []int{302, 408, 425, 429, 500, 502, 503, 504} {
			got := r.read(a, switchcore.Answer{Sent: true, Status: status})
			require.Equal(r.t, switchcore.ClassRepeat, got.Class, "%s %d", kind, status)
		}
		for _, status := range []int{401, 403, 501} {
			got := r.read(a, switchcore.Answer{Sent: true, Status: status})
			require.Equal(r.t, switchcore.ClassRepeat, got.Class, "%s %d", kind, status)
			require.True(r.t, got.Alarm, "people must mend it: %s %d", kind, status)
		}
		require.Equal(r.t, switchcore.ClassRepeat, r.read(a, switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}).Class)
		require.Equal(r.t, switchcore.ClassNotSent, r.read(a, switchcore.Answer{}).Class)
	}
}

// reversalUnsupported asks for an advice that the provider's profile does not have: there is no message for it (I12).
func (r *rig) reversalUnsupported() {
	call := advice(r.Provision(r.t, uuid.NewString(), Approve), transactions.Reverse, "")
	call.Provider.Profile = switchcore.Profile{ConfirmProvision: true}
	_, err := r.connector.Prepare(call)
	require.Error(r.t, err)
	require.Zero(r.t, r.messages.Load())
}
