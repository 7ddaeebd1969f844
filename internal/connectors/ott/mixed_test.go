package ott

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	simulated "github.com/signalboxhq/signalbox/internal/simulator/ott"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// sandbox connects to the simulator's own OTT.
func sandbox(t testing.TB, url string) *Connector {
	t.Helper()
	cfg := config(url + "/ott/native")
	cfg.Secret = func(string) func() string { return func() string { return simulated.SandboxKey } }
	cfg.Options.RedemptionPasswordSecret = "x"
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// onRecord is what the switch would have on record of one sale.
type onRecord struct {
	refs   []string
	kept   bool // money stands
	broken bool // the difference is an open break
	amount int64
	trail  string
}

// TestMixedOperations takes 300 sales through every fault of the simulator; afterwards the provider's books and ours agree
// or the difference is a break, and no reference was sold twice.
func TestMixedOperations(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	c := connectortest.Impatient(sandbox(t, s.URL), 250*time.Millisecond)
	s.Faults("ott", 11, map[string]float64{
		"lost-answer": 0.04, "lost-request": 0.04, "reset-after": 0.03, "bad-gateway": 0.03, "malformed": 0.03, "error-500": 0.03,
		"soft-error": 0.03, "unknown-code": 0.02, "no-code": 0.02, "decline": 0.03, "advice-lost-answer": 0.1, "advice-bad-gateway": 0.1,
	})
	sales := make([]*onRecord, 300)
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := worker; i < len(sales); i += 10 {
				sales[i] = life(t, c, rand.New(rand.NewPCG(7, uint64(i)))) //nolint:gosec // repeatable on purpose
			}
		})
	}
	wg.Wait()

	books := s.Books("ott")
	kinds := map[string]int{}
	for _, sale := range sales {
		var stands int64
		for _, ref := range sale.refs {
			require.LessOrEqual(t, len(books[ref]), 1, "GetVoucher is sent once per reference: %s", sale.trail)
			for _, line := range books[ref] {
				stands += line.FinalAmount
			}
		}
		kinds[sale.trail]++
		if sale.broken {
			continue
		}
		want := int64(0)
		if sale.kept {
			want = sale.amount
		}
		require.Equal(t, want, stands, "%s %v", sale.trail, sale.refs)
	}
	t.Log(kinds)
	require.Greater(t, len(kinds), 5, "the mix must be one")
}

// life takes one sale from its request to its end.
func life(t *testing.T, c switchcore.Connector, dice *rand.Rand) *onRecord {
	id := uuid.New().String()
	o := &onRecord{refs: []string{id}, amount: 1000 + int64(dice.IntN(40))*500}
	call := sale(o.amount)
	call.WireRef, call.NextWireRef = id, id+"-2"
	w := connectortest.Walk(t.Context(), c, call)
	for n := 2; w.Result.Class != switchcore.ClassApproved && w.Result.Class != switchcore.ClassDeclined && n < 5; n++ {
		again := call
		again.Kind, again.Age, again.NextWireRef = transactions.AttemptRetry, settled, fmt.Sprintf("%s-%d", id, n)
		w = connectortest.Walk(t.Context(), c, again)
		for _, r := range w.Results {
			if f := r.Follow; f != nil && f.NewWireRef {
				old := call
				old.Kind = transactions.AttemptCleanup
				deliver(t, c, old, f.Cleanup, o)
				call.WireRef = again.NextWireRef
				o.refs = append(o.refs, call.WireRef)
			}
		}
		o.trail += "retried "
	}
	switch {
	case w.Result.Class == switchcore.ClassDeclined:
		o.trail += "declined"
		return o
	case w.Result.Class == switchcore.ClassApproved && dice.IntN(3) > 0:
		call.Kind, call.Advice = transactions.AttemptConfirm, &switchcore.Advice{ID: adviceID}
		o.kept = true
	default:
		call.Kind, call.Advice = transactions.AttemptReverse, &switchcore.Advice{ID: adviceID}
	}
	deliver(t, c, call, nil, o)
	return o
}

// deliver takes a stored advice to its end and notes what is left open.
func deliver(t *testing.T, c switchcore.Connector, call switchcore.Call, m *switchcore.Message, o *onRecord) {
	if m == nil {
		first, err := c.Prepare(call)
		if err != nil {
			t.Error(err)
			return
		}
		m = &first
	}
	got, _, err := connectortest.Redeliver(t.Context(), c, call, *m)
	if err != nil {
		t.Error(err)
	}
	o.trail += string(call.Kind) + " " + got.Detail + " "
	if got.Class != switchcore.ClassDone {
		o.broken = true
	}
}

// TestSimulatorFaults tries each trigger of the simulator alone: what the switch makes of it after all its questions.
func TestSimulatorFaults(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	c := connectortest.Impatient(sandbox(t, s.URL), 200*time.Millisecond)
	const approved, declined, unknown = switchcore.ClassApproved, switchcore.ClassDeclined, switchcore.ClassUnknown
	for digits, want := range map[int64]switchcore.Class{
		0: approved, 1: declined, 2: approved, 3: unknown, 4: approved, 5: approved, 6: unknown, 8: approved, 9: unknown, 10: approved,
		12: unknown, 13: approved, 14: unknown, 15: approved, 16: unknown, 17: approved, 18: unknown, 20: unknown,
	} {
		call := sale(7700 + digits)
		call.WireRef = uuid.New().String()
		w := connectortest.Walk(t.Context(), c, call)
		require.Equal(t, want, w.Result.Class, "trigger %d: %v %+v", digits, w.Steps(), w.Result)
		if want == approved {
			require.Equal(t, rands(7700+digits), w.Result.ApprovedAmount)
		}
	}
}

// TestRedemptionAgainstTheSimulator sells, looks up and redeems in part, and asks for the money back.
func TestRedemptionAgainstTheSimulator(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	c := sandbox(t, s.URL)
	sold := connectortest.MustWalk(t, c, sale(10000)).Result
	require.Equal(t, switchcore.ClassApproved, sold.Class)
	confirmed, _, err := connectortest.Deliver(t.Context(), c, advice(transactions.Provision, transactions.AttemptConfirm))
	require.NoError(t, err)
	require.Equal(t, switchcore.ClassDone, confirmed.Class)

	found := connectortest.MustWalk(t, c, lookup(switchcore.Request{VoucherCode: sold.Voucher.Code})).Result
	require.Equal(t, switchcore.ClassApproved, found.Class, found.Words)
	require.Equal(t, rands(10000), found.BalanceAmount)

	use := redemption(rands(4000), `{"recipient":{"msisdn":"+27821234567"}}`)
	use.Request.VoucherCode, use.WireRef = sold.Voucher.Code, uuid.New().String()
	got := connectortest.MustWalk(t, c, use).Result
	require.Equal(t, switchcore.ClassApproved, got.Class, got.Words)
	require.Equal(t, rands(4000), got.ApprovedAmount)

	undo := advice(transactions.Redemption, transactions.AttemptReverse)
	undo.WireRef = use.WireRef
	taken, _, err := connectortest.Deliver(t.Context(), c, undo)
	require.NoError(t, err)
	require.Equal(t, switchcore.ClassConsumed, taken.Class)
	require.Equal(t, toReturn, taken.Break)
	undo.WireRef = uuid.New().String()
	none, deliveries, err := connectortest.Deliver(t.Context(), c, undo)
	require.NoError(t, err)
	require.Equal(t, switchcore.ClassDone, none.Class)
	require.Equal(t, 2, deliveries)
}

// TestMixedRedemptions redeems from 100 vouchers through faults; a third is reversed, which only people can pay back.
func TestMixedRedemptions(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	native := sandbox(t, s.URL)
	c := connectortest.Impatient(native, 250*time.Millisecond)
	var uses []*onRecord
	var codes []string
	for range 100 {
		call := sale(10000)
		call.WireRef = uuid.New().String()
		codes = append(codes, connectortest.MustWalk(t, native, call).Result.Voucher.Code)
		confirm := advice(transactions.Provision, transactions.AttemptConfirm)
		confirm.WireRef = call.WireRef
		require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, native, confirm).Result.Class)
		uses = append(uses, &onRecord{refs: []string{uuid.New().String()}, amount: 4000})
	}
	s.Faults("ott", 5, map[string]float64{
		"lost-answer": 0.06, "lost-request": 0.06, "reset-after": 0.05, "bad-gateway": 0.05, "malformed": 0.05, "soft-error": 0.05,
		"unknown-code": 0.03, "decline": 0.05,
	})
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := worker; i < len(uses); i += 10 {
				use(t, c, codes[i], uses[i], i%3 > 0)
			}
		})
	}
	wg.Wait()
	books := s.Books("ott")
	kinds := map[string]int{}
	for _, u := range uses {
		kinds[u.trail]++
		var stands, want int64
		for _, line := range books[u.refs[0]] {
			stands += line.FinalAmount
		}
		if u.kept || u.broken {
			want = u.amount
		}
		require.Equal(t, want, stands, "%s %v", u.trail, u.refs)
	}
	t.Log(kinds)
	require.Greater(t, len(kinds), 3, "the mix must be one")
}

// use takes one redemption from its request to its end; broken says that its money is to return by hand.
func use(t *testing.T, c switchcore.Connector, code string, o *onRecord, keep bool) {
	call := redemption(rands(o.amount), `{"recipient":{"msisdn":"+27821234567"}}`)
	call.Request.VoucherCode, call.WireRef = code, o.refs[0]
	w := connectortest.Walk(t.Context(), c, call)
	switch {
	case w.Result.Class == switchcore.ClassDeclined:
		o.trail = "declined"
		return
	case w.Result.Class == switchcore.ClassApproved && keep:
		o.trail, o.kept = "kept", true
		return
	}
	call.Kind, call.Advice, call.Request = transactions.AttemptReverse, &switchcore.Advice{ID: adviceID}, nil
	got, _, err := connectortest.Deliver(t.Context(), c, call)
	if err != nil {
		t.Error(err)
	}
	o.trail, o.broken = "reversed "+got.Detail, got.Break == toReturn
}
