package blu

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

	simulator "github.com/signalboxhq/signalbox/internal/simulator/blu"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// brief is how long an answer is waited for where the stand-in gives none.
const brief = 150 * time.Millisecond

// silent are the triggers after which no answer comes in time: lost answers and requests, late answers.
func silent(amount int64) bool {
	return amount/100%100 == 77 && slices.Contains([]int64{2, 3, 4}, amount%50)
}

// end is what a transaction came to.
type end string

const (
	stands   end = "approved"
	declines end = "declined"
	undoes   end = "proved not done"
	doubt    end = "break" // nothing but the provider's file can tell: people look
)

// deal is one transaction of ours.
type deal struct {
	op     transactions.Operation
	ref    string
	amount int64
	code   string // issued
	end    end
}

// desk plays the switch: it resolves what is unknown by follow, retry and reversal, as the core does.
type desk struct {
	t testing.TB
	c *Connector
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
		if r.Follow == nil || r.Class != switchcore.ClassUnknown {
			return r
		}
		m = r.Follow.Message
		call.Step, call.Kind = r.Follow.Step, r.Follow.Kind
	}
}

// settle takes a transaction to its end.
func (d *desk) settle(call switchcore.Call, amount int64) deal {
	limit := patience
	if silent(amount) {
		limit = brief
	}
	mute := limit == brief && amount%100 > 50 // every message goes unanswered
	call.WireRef = uuid.NewString()
	x := deal{op: call.Operation, ref: call.WireRef, end: doubt}
	r := d.run(call, limit, mute)
	if r.Class == switchcore.ClassUnknown && call.Operation == transactions.Provision && d.c.options.resends() {
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
	case switchcore.ClassUnknown:
		if call.Operation == transactions.Redemption && d.untaken(call) {
			x.end = undoes
		}
	}
	return x
}

// untaken asks, as the reversal of a redemption does, whether there is anything to undo; the answer counts when it comes twice.
func (d *desk) untaken(call switchcore.Call) bool {
	call.Kind, call.EntryID, call.Step = transactions.AttemptReverse, uuid.NewString(), ""
	call.Request = &switchcore.Request{Body: []byte(`{"voucher":{"code":"` + call.Request.VoucherCode + `"}}`)}
	call.Advice = &switchcore.Advice{ID: call.EntryID}
	for range 2 {
		if r := d.run(call, patience, false); r.Class != switchcore.ClassDone || !r.NotFound {
			return false
		}
	}
	return true
}

// amountAt gives an amount in reach, with a trigger in three of five.
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
	if r.IntN(2) == 0 {
		amount := amountAt(r)
		return []deal{d.settle(asking(transactions.Provision, request(zar(amount)), listed("41")), amount)}
	}
	sale := d.settle(asking(transactions.Provision, request(zar(90000)), listed("41")), 90000)
	if sale.end != stands { // its connection was closed behind somebody's answer that came twice
		return []deal{sale}
	}
	use, amount := redeeming(nil), int64(0)
	if r.IntN(4) > 0 {
		amount = amountAt(r)
		use.Amount = zar(amount)
	}
	use.VoucherCode = sale.code
	return []deal{sale, d.settle(asking(transactions.Redemption, use, nil), amount)}
}

// TestAgainstTheStandIn runs 300 mixed transactions with faults, with and without certified repeats, and compares the
// books: what stands with us stands with the provider, once and with the same amount, and nothing else does, but for what
// is a break with a reason.
func TestAgainstTheStandIn(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{retryOff, retryResend} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			againstTheStandIn(t, mode)
		})
	}
}

func againstTheStandIn(t *testing.T, mode string) {
	stop := make(chan struct{})
	blu := simulator.New(stage.Config{
		Control: stage.NewControl(stage.NativeFaults(), stage.NativeKinds()...), Log: slog.New(slog.DiscardHandler), Now: time.Now, Stopping: stop,
	})
	s := httptest.NewServer(blu)
	t.Cleanup(func() { close(stop); s.Close() })
	d := &desk{t: t, c: newConnector(t, s.URL+"/v2/trade", Options{RetryMode: mode})}

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
	for _, e := range []end{stands, declines, undoes, doubt} {
		require.NotZero(t, ends[e], "the mix shows no transaction that ended as %s", e)
	}
	blu.Lines(stage.Window{}, func(lines []stage.Line) {
		for _, line := range lines {
			x, known := ours[line.Ref]
			require.True(t, known, "a transaction that is not ours: %s", line.Ref)
			live := line.State == stage.Approved
			about := fmt.Sprintf("%s of %d: %s with us, %s there", x.op, line.Amount, x.end, line.State)
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
		require.NotEqual(t, stands, x.end, "the provider knows nothing of %s %s", x.op, x.ref)
	}
}
