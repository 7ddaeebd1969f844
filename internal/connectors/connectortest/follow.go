package connectortest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// mostMessages ends a call that would go on for ever.
const mostMessages = 16

// Walked is a call with all its messages.
type Walked struct {
	Messages []switchcore.Message
	Results  []switchcore.Result // of each message
	Result   switchcore.Result   // the last of them
	Err      error               // of Prepare; nothing was sent
}

// Steps lists the steps that were taken after the first message.
func (w Walked) Steps() []string {
	var steps []string
	for _, r := range w.Results[:max(0, len(w.Results)-1)] {
		steps = append(steps, r.Follow.Step)
	}
	return steps
}

// Walk takes a call to its end the way the switch does, without the waits: first message, then whatever its answers
// ask for.
func Walk(ctx context.Context, c switchcore.Connector, call switchcore.Call) Walked {
	m, err := c.Prepare(call)
	if err != nil {
		return Walked{Err: err}
	}
	call.Sent = m
	if !advises(call) && m.Kind != "" {
		call.Kind = m.Kind
	}
	return walk(ctx, c, call, m, c.Send(ctx, m))
}

// MustWalk is Walk for a call whose first message can be written.
func MustWalk(t testing.TB, c switchcore.Connector, call switchcore.Call) Walked {
	t.Helper()
	w := Walk(t.Context(), c, call)
	require.NoError(t, w.Err)
	return w
}

// advises tells whether a call comes from the queue: its kind is the entry's then, whatever its messages are.
func advises(call switchcore.Call) bool {
	switch call.Kind {
	case transactions.AttemptConfirm, transactions.AttemptReverse, transactions.AttemptCleanup, transactions.AttemptReceipt:
		return true
	}
	return false
}

func walk(ctx context.Context, c switchcore.Connector, call switchcore.Call, m switchcore.Message, a switchcore.Answer) Walked {
	var w Walked
	queued := advises(call)
	for {
		w.Result = c.Read(call, a)
		w.Messages, w.Results = append(w.Messages, m), append(w.Results, w.Result)
		f := w.Result.Follow
		if f == nil || len(w.Messages) == mostMessages || ctx.Err() != nil {
			return w
		}
		if f.NewWireRef {
			call.WireRef = call.NextWireRef
		}
		m = f.Message
		call.Step, call.Sent = f.Step, m
		if !queued {
			call.Kind = f.Kind
		}
		a = c.Send(ctx, m)
	}
}

// Following gives a connector whose Read walks on to the end of the call, so that the suite sees what the switch would
// make of it. A connector that settles a silence by a check passes the suite only so.
func Following(c switchcore.Connector) switchcore.Connector { return following{c} }

type following struct{ switchcore.Connector }

func (f following) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	return walk(context.Background(), f.Connector, call, switchcore.Message{}, a).Result
}
