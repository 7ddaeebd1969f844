package connectortest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// End is what a transaction of ours came to.
type End string

// The ends of a transaction.
const (
	Stands   End = "approved"
	Declined End = "declined"
	Undone   End = "undone" // reversed, or proved not to have happened
	Doubt    End = "break"  // people look
	Open     End = "open"   // nothing has settled it yet
)

// Deal is one transaction of ours.
type Deal struct {
	Op     transactions.Operation
	Ref    string // wire reference
	Amount int64  // approved, minor units
	Code   string // issued
	End    End
}

// Desk plays the switch before a stand-in of the simulator whose faults are told by the amount: it settles what is unknown
// as the core does.
type Desk struct {
	T testing.TB
	C switchcore.Connector
}

// Settle takes a request to the end that its answers and the client's retry bring it to; the end is Open where they bring
// none. The call comes back with its reference.
func (d Desk) Settle(call switchcore.Call, amount int64, retries bool) (switchcore.Call, Deal) {
	wait := waitFor(amount)
	call.WireRef = uuid.NewString()
	x := Deal{Op: call.Operation, Ref: call.WireRef, End: Open}
	r := d.run(call, wait)
	if r.Class == switchcore.ClassUnknown && call.Operation == transactions.Provision && retries {
		call.Kind = transactions.AttemptRetry
		if !wait.mute {
			wait.limit = patience
		}
		r = d.run(call, wait)
	}
	switch r.Class {
	case switchcore.ClassApproved:
		x.End, x.Amount = Stands, r.ApprovedAmount.Minor
		if r.Voucher != nil {
			x.Code = r.Voucher.Code
		}
	case switchcore.ClassDeclined, switchcore.ClassNotSent:
		x.End = Declined
	}
	return call, x
}

// Advise delivers a reversal of a transaction once; identical deliveries have the same entry.
func (d Desk) Advise(call switchcore.Call, entry string) switchcore.Result {
	call.Kind, call.EntryID, call.Step = transactions.AttemptReverse, entry, ""
	call.Advice = &switchcore.Advice{ID: entry}
	return d.run(call, hearing{limit: patience})
}

func (d Desk) run(call switchcore.Call, wait hearing) switchcore.Result {
	wait.Connector = d.C
	w := Walk(context.Background(), &wait, call)
	if w.Err != nil {
		d.T.Errorf("%s of a %s cannot be written: %v", call.Kind, call.Operation, w.Err)
	}
	return w.Result
}

// hearing listens to each message of a call for as long as limit, up to the first silence; where silence goes on, to all
// of them.
type hearing struct {
	switchcore.Connector
	limit time.Duration
	mute  bool // silence goes on
}

func (h *hearing) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	ctx, cancel := context.WithTimeout(ctx, h.limit)
	defer cancel()
	a := h.Connector.Send(ctx, m)
	if a.Timeout && !h.mute {
		h.limit = patience
	}
	return a
}

// waitFor is short for amounts that trigger what no answer comes to in time: lost answers and requests, late answers.
func waitFor(amount int64) hearing {
	if amount/100%100 != 77 || !slices.Contains([]int64{2, 3, 4}, amount%50) {
		return hearing{limit: patience}
	}
	return hearing{limit: short, mute: amount%100 > 50}
}

// RandomAmount gives an amount from 100.00 to 599.99, in three of five cases with a trigger.
func RandomAmount(r *rand.Rand) int64 {
	if r.IntN(5) < 2 {
		return 20000 + r.Int64N(50)*100
	}
	trigger := 1 + r.Int64N(20)
	if r.IntN(4) == 0 {
		trigger += 50 // every message, not only the first
	}
	return 10000*(1+r.Int64N(5)) + 7700 + trigger
}
