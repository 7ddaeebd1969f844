package connectortest

import (
	"context"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// mostDeliveries ends a queue that would go on for ever.
const mostDeliveries = 60

// Deliver takes a stored advice to its end the way the queue does, without the waits: every delivery begins with the same
// bytes, of the call only what an entry keeps is at hand, and what was not found is asked for once more (I16). Deliveries
// tells how often it began.
func Deliver(ctx context.Context, c switchcore.Connector, call switchcore.Call) (result switchcore.Result, deliveries int, err error) {
	m, err := c.Prepare(call)
	if err != nil {
		return result, 0, err
	}
	return Redeliver(ctx, c, call, m)
}

// Redeliver is Deliver with a message at hand, such as a Follow's Cleanup.
func Redeliver(ctx context.Context, c switchcore.Connector, call switchcore.Call, m switchcore.Message) (result switchcore.Result, deliveries int, err error) {
	stored := switchcore.Message{Method: m.Method, Path: m.Path, Body: m.Body}
	entry := switchcore.Call{
		Kind: call.Kind, Service: call.Service, Operation: call.Operation, ClientID: call.ClientID, WireRef: call.WireRef,
		Provider: call.Provider, EntryID: call.EntryID, Sent: stored,
	}
	for missed := false; deliveries < mostDeliveries && ctx.Err() == nil; {
		deliveries++
		result = walk(ctx, c, entry, stored, c.Send(ctx, stored)).Result
		switch result.Class {
		case switchcore.ClassDone:
			if !result.NotFound || missed {
				return result, deliveries, nil
			}
			missed = true
		case switchcore.ClassRefused, switchcore.ClassConsumed, switchcore.ClassFault:
			return result, deliveries, nil
		}
	}
	return result, deliveries, ctx.Err()
}

// Impatient gives a connector that waits no longer than limit for an answer, so that a test of silences is quick.
func Impatient(c switchcore.Connector, limit time.Duration) switchcore.Connector {
	return impatient{c, limit}
}

type impatient struct {
	switchcore.Connector
	limit time.Duration
}

func (i impatient) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	ctx, cancel := context.WithTimeout(ctx, i.limit)
	defer cancel()
	return i.Connector.Send(ctx, m)
}
