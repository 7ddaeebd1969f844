package flash

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	simulator "github.com/signalboxhq/signalbox/internal/simulator/flash"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// brief is how long an answer is waited for where the stand-in gives none.
const brief = 150 * time.Millisecond

// silent are the triggers after which no answer comes in time: lost answers and requests, late answers.
func silent(amount int64) bool { return slices.Contains([]int64{2, 3, 4}, amount%50) }

// end is what a transaction came to.
type end string

const (
	stands   end = "approved"
	declines end = "declined"
	undoes   end = "reversed"
	doubt    end = "break" // the reversal was refused: people look
	open     end = "open"  // nothing settled it
)

// deal is one transaction of ours.
type deal struct {
	op     transactions.Operation
	ref    string
	amount int64
	code   string // the one issued
	end    end
}

// desk plays the switch: it resolves what is unknown by follow, retry and reversal, as the core does.
type desk struct {
	t        testing.TB
	c        *Connector
	products []switchcore.Product
}

// run sends a call and what its answers ask for; limit is the time of each up to the first silence,
// and of all where silence goes on.
func (d *desk) run(call switchcore.Call, limit time.Duration, mute bool) switchcore.Result {
	m, err := d.c.Prepare(call)
	if err != nil {
		d.t.Errorf("%s of a %s cannot be written: %v", call.Kind, call.Operation, err)
		return switchcore.Result{}
	}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		a := d.c.Send(ctx, m)
		cancel()
		if a.Timeout && !mute {
			limit = patience // the silence is over
		}
		call.Sent = m
		r := d.c.Read(call, a)
		if r.Follow == nil {
			return r
		}
		m = r.Follow.Message
		call.Step, call.Kind = r.Follow.Step, r.Follow.Kind
		if call.Operation != transactions.Lookup && call.Advice != nil {
			call.Kind = transactions.AttemptReverse
		}
	}
}

// settle takes a transaction to its end.
func (d *desk) settle(call switchcore.Call, amount int64, undo bool) deal {
	limit := patience
	if silent(amount) && amount/100%100 == 77 {
		limit = brief
	}
	mute := limit == brief && amount%100 > 50 // every message goes unanswered
	call.WireRef = uuid.NewString()
	x := deal{op: call.Operation, ref: call.WireRef, end: open}
	r := d.run(call, limit, mute)
	if r.Class == switchcore.ClassUnknown && call.Operation == transactions.Provision {
		call.Kind = transactions.AttemptRetry
		if !mute {
			limit = patience
		}
		r = d.run(call, limit, mute)
	}
	switch r.Class {
	case switchcore.ClassApproved:
		x.end, x.amount = stands, r.ApprovedAmount.Minor
		if r.Voucher != nil {
			x.code = r.Voucher.Code
		}
	case switchcore.ClassDeclined, switchcore.ClassNotSent:
		x.end = declines
	}
	if x.end == open || x.end == stands && undo {
		x.end = d.reverse(call, x.end)
	}
	return x
}

// reverse delivers a reversal until its end.
func (d *desk) reverse(call switchcore.Call, before end) end {
	if call.Product != nil && call.Product.NotReversible && call.Operation == transactions.Provision {
		if before == stands {
			return stands
		}
		return doubt
	}
	call.Kind, call.EntryID, call.Request, call.Step = transactions.AttemptReverse, uuid.NewString(), nil, ""
	call.Advice = &switchcore.Advice{ID: call.EntryID}
	for range 6 {
		switch r := d.run(call, patience, false); {
		case r.Class == switchcore.ClassDone && !r.NotFound:
			return undoes
		case r.Class == switchcore.ClassDone:
			if again := d.run(call, patience, false); again.Class == switchcore.ClassDone {
				return undoes
			}
		case r.Class == switchcore.ClassRefused:
			return doubt
		}
	}
	return open
}

// amountAt gives an amount in reach of every product, with a trigger in three of five.
func amountAt(r *rand.Rand) int64 {
	if r.IntN(5) < 2 {
		return 20000 + r.Int64N(50)*100
	}
	trigger := 1 + r.Int64N(20)
	if r.IntN(4) == 0 {
		trigger += 50 // every message, not only the first
	}
	return 10000*(1+r.Int64N(5)) + 7700 + trigger
}

// deals makes one or two transactions: a sale, or the use of one.
func (d *desk) deals(n int) []deal {
	r := rand.New(rand.NewPCG(77, uint64(n)))
	plain := request(zar(90000))
	switch r.IntN(10) {
	case 0, 1, 2: // redemption of a fresh voucher, in part or whole
		sale := d.settle(asking(transactions.Provision, plain, nil), 90000, false)
		if sale.end != stands { // two tokens in a row may expire under it, as other hands ask for it
			return []deal{sale}
		}
		use, amount := redeeming(nil), int64(0)
		if r.IntN(4) > 0 {
			amount = amountAt(r)
			use.Amount = zar(amount)
		}
		use.VoucherCode = sale.code
		return []deal{sale, d.settle(asking(transactions.Redemption, use, nil), amount, r.IntN(4) == 0)}
	case 3: // refund
		amount := amountAt(r)
		return []deal{d.settle(asking(transactions.Refund, request(zar(amount)), nil), amount, r.IntN(4) == 0)}
	}
	amount := amountAt(r)
	var fitting []switchcore.Product
	for _, p := range d.products {
		if p.Amount == nil && (p.Max == nil || *p.Max >= amount) {
			fitting = append(fitting, p)
		}
	}
	p := fitting[r.IntN(len(fitting))]
	return []deal{d.settle(asking(transactions.Provision, request(&money.Amount{Minor: amount, Currency: "710"}), &p), amount, r.IntN(5) == 0)}
}

// TestAgainstTheStandIn runs 300 mixed transactions with faults and compares the books: what stands with us stands with
// Flash, once and with the same amount, and nothing else does, but for what is a break with a reason.
func TestAgainstTheStandIn(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	flash := simulator.New(stage.Config{
		Control: stage.NewControl(stage.NativeFaults(), stage.NativeKinds()...), Log: slog.New(slog.DiscardHandler), Now: time.Now, Stopping: stop,
	})
	s := httptest.NewServer(flash)
	t.Cleanup(func() { close(stop); s.Close() })
	d := &desk{t: t, c: newConnector(t, s.URL, options())}
	var err error
	d.products, err = d.c.Products(context.Background())
	require.NoError(t, err)
	require.NotEmpty(t, d.products)

	const total, hands = 300, 16
	var mu sync.Mutex
	ours := map[string]deal{}
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for n := hand; n < total; n += hands {
				for _, x := range d.deals(n) {
					mu.Lock()
					ours[x.ref] = x
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	require.GreaterOrEqual(t, len(ours), total)
	ends := map[end]int{}
	for _, x := range ours {
		ends[x.end]++
	}
	t.Log("ends:", ends)
	require.Zero(t, ends[open], "everything comes to an end")
	for _, e := range []end{stands, declines, undoes, doubt} {
		require.NotZero(t, ends[e], "the mix shows no transaction that ended as %s", e)
	}
	flash.Lines(stage.Window{}, func(lines []stage.Line) {
		for _, line := range lines {
			x, known := ours[line.Ref]
			require.True(t, known, "a transaction that is not ours: %s", line.Ref)
			live := line.State == stage.Approved && line.Advice != stage.Reversed
			about := fmt.Sprintf("%s %s of %d: %s with us, %s %s there", x.op, line.Product, line.Amount, x.end, line.State, line.Advice)
			if x.end == doubt {
				continue
			}
			require.Equal(t, x.end == stands, live, about)
			if live {
				require.Equal(t, line.Amount, x.amount, about)
			}
			if live && x.op == transactions.Provision {
				require.Equal(t, line.CodeHash, stage.HashCode(x.code), about)
			}
			delete(ours, line.Ref)
		}
	})
	for _, x := range ours {
		require.NotEqual(t, stands, x.end, "Flash knows nothing of %s %s", x.op, x.ref)
	}
}
