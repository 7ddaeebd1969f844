package yoyo

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// sandbox connects to the simulator's own Yoyo.
func sandbox(t testing.TB, url string) *Connector {
	t.Helper()
	return connect(t, url, func(cfg *Config) {
		cfg.BaseURL = url + "/yoyo/native/cvs-issuer/rest"
		cfg.Options.RedemptionBaseURL = url + "/yoyo/native/wigroup-transactionengine/pos-providers"
	})
}

// campaign finds an active gift card campaign that sells the amount.
func campaign(t testing.TB, c *Connector, minor int64) *switchcore.Product {
	t.Helper()
	list, err := c.Products(t.Context())
	require.NoError(t, err)
	for _, p := range list {
		if p.ProviderGroup == giftcard.name && *p.Min <= minor && *p.Max >= minor {
			return &p
		}
	}
	require.FailNow(t, "no campaign")
	return nil
}

// onRecord is what the switch would have on record of one sale.
type onRecord struct {
	ref    string
	kept   bool
	broken bool // the difference is an open break
	amount int64
	trail  string
}

// TestMixedOperations takes 300 sales through every fault of the simulator; afterwards the provider's books and ours agree
// or the difference is a break.
func TestMixedOperations(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	native := sandbox(t, s.URL)
	product := campaign(t, native, 1000)
	c := connectortest.Impatient(native, 250*time.Millisecond)
	s.Faults("yoyo", 11, map[string]float64{
		"lost-answer": 0.04, "lost-request": 0.04, "reset-after": 0.03, "bad-gateway": 0.03, "malformed": 0.03, "error-500": 0.03,
		"soft-error": 0.03, "unknown-code": 0.02, "no-code": 0.02, "decline": 0.03, "other-id": 0.02, "advice-lost-answer": 0.1, "advice-bad-gateway": 0.1,
	})
	sales := make([]*onRecord, 300)
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := worker; i < len(sales); i += 10 {
				sales[i] = life(t, c, product, rand.New(rand.NewPCG(7, uint64(i)))) //nolint:gosec // repeatable on purpose
			}
		})
	}
	wg.Wait()

	books := s.Books("yoyo")
	kinds := map[string]int{}
	for _, sale := range sales {
		kinds[sale.trail]++
		if sale.broken {
			continue
		}
		var stands, want int64
		for _, line := range books[sale.ref] {
			stands += line.FinalAmount
		}
		if sale.kept {
			want = sale.amount
		}
		require.Equal(t, want, stands, "%s %s %+v", sale.trail, sale.ref, books[sale.ref])
	}
	t.Log(kinds)
	require.Greater(t, len(kinds), 4, "the mix must be one")
}

// life takes one sale from its request to its end.
func life(t *testing.T, c switchcore.Connector, product *switchcore.Product, dice *rand.Rand) *onRecord {
	o := &onRecord{ref: uuid.New().String(), amount: 1000 + int64(dice.IntN(40))*500}
	call := sale(o.amount)
	call.WireRef, call.Product = o.ref, product
	w := connectortest.Walk(t.Context(), c, call)
	for n := 0; w.Result.Class != switchcore.ClassApproved && w.Result.Class != switchcore.ClassDeclined && n < 3; n++ {
		again := call
		again.Kind, again.Age = transactions.AttemptRetry, settled
		w = connectortest.Walk(t.Context(), c, again)
		o.trail += "retried "
	}
	switch {
	case w.Result.Class == switchcore.ClassDeclined:
		o.trail += "declined"
		return o
	case w.Result.Class == switchcore.ClassApproved && dice.IntN(3) > 0:
		o.trail += "kept"
		o.kept = true
		return o
	}
	call.Kind, call.Advice, call.Request = transactions.AttemptReverse, &switchcore.Advice{ID: adviceID}, nil
	if w.Result.Class == switchcore.ClassApproved {
		call.ProviderRef, call.Advice.Identifiers = w.Result.Words.Ref, w.Result.Identifiers
	}
	got, _, err := connectortest.Deliver(t.Context(), c, call)
	if err != nil {
		t.Error(err)
	}
	o.trail += "reversed " + got.Detail
	o.broken = got.Class != switchcore.ClassDone
	return o
}

// TestSimulatorFaults tries each trigger of the simulator alone: what the switch makes of it after all its questions.
func TestSimulatorFaults(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	native := sandbox(t, s.URL)
	product := campaign(t, native, 7700)
	c := connectortest.Impatient(native, 200*time.Millisecond)
	const approved, declined, unknown = switchcore.ClassApproved, switchcore.ClassDeclined, switchcore.ClassUnknown
	for digits, want := range map[int64]switchcore.Class{
		0: approved, 1: declined, 2: approved, 3: unknown, 4: approved, 8: approved, 9: unknown, 10: approved, 12: unknown, 13: approved,
		14: unknown, 15: approved, 16: unknown, 19: approved, 20: unknown,
	} {
		call := sale(7700 + digits)
		call.WireRef, call.Product = uuid.New().String(), product
		w := connectortest.Walk(t.Context(), c, call)
		require.Equal(t, want, w.Result.Class, "trigger %d: %v %+v", digits, w.Steps(), w.Result)
		if want == approved {
			require.Equal(t, rands(7700+digits), w.Result.ApprovedAmount)
		}
	}
}

// TestRedemptionAgainstTheSimulator sells, looks up, redeems, confirms and reverses.
func TestRedemptionAgainstTheSimulator(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	c := sandbox(t, s.URL)
	call := sale(10000)
	call.Product = campaign(t, c, 10000)
	sold := connectortest.MustWalk(t, c, call).Result
	require.Equal(t, switchcore.ClassApproved, sold.Class)

	for _, by := range []switchcore.Request{{VoucherCode: sold.Voucher.Code}, {VoucherSerial: sold.Voucher.Serial}, {LookupRequestID: wireRef}} {
		found := connectortest.MustWalk(t, c, lookup(by)).Result
		require.Equal(t, switchcore.ClassApproved, found.Class, found.Words)
		require.Equal(t, rands(10000), found.BalanceAmount)
	}

	pay := func(minor int64) (switchcore.Call, switchcore.Result) {
		use := redemption(minor)
		use.Request.VoucherCode, use.WireRef = sold.Voucher.Code, uuid.New().String()
		got := connectortest.MustWalk(t, c, use).Result
		require.Equal(t, switchcore.ClassApproved, got.Class, got.Words)
		require.Equal(t, rands(minor), got.ApprovedAmount)
		return use, got
	}
	final := func(use switchcore.Call, kind transactions.AttemptKind, of switchcore.Result) switchcore.Result {
		t.Helper()
		use.Kind, use.Advice, use.Request = kind, &switchcore.Advice{ID: adviceID, Identifiers: of.Identifiers}, nil
		use.ProviderRef = of.Words.Ref
		got, _, err := connectortest.Deliver(t.Context(), c, use)
		require.NoError(t, err)
		return got
	}
	use, got := pay(4000)
	require.Equal(t, switchcore.ClassDone, final(use, transactions.AttemptReverse, got).Class)
	use, _ = pay(5000)
	require.Equal(t, switchcore.ClassDone, final(use, transactions.AttemptReverse, switchcore.Result{}).Class, "found in the history, the answer being lost")
	use, got = pay(6000)
	require.Equal(t, switchcore.ClassDone, final(use, transactions.AttemptConfirm, got).Class)
	require.Equal(t, switchcore.ClassRefused, final(use, transactions.AttemptReverse, got).Class)

	undo := advice(transactions.Provision, transactions.AttemptReverse, func(c *switchcore.Call) { c.Advice.Identifiers = sold.Identifiers })
	require.Equal(t, switchcore.ClassRefused, connectortest.MustWalk(t, c, undo).Result.Class, "part of it is spent")
}

// TestMixedRedemptions redeems from 100 gift cards through faults, and confirms or reverses what came of it.
func TestMixedRedemptions(t *testing.T) {
	t.Parallel()
	s := connectortest.NewSandbox(t)
	native := sandbox(t, s.URL)
	product := campaign(t, native, 10000)
	c := connectortest.Impatient(native, 250*time.Millisecond)
	var uses []*onRecord
	var cards []string
	for range 100 {
		call := sale(10000)
		call.WireRef, call.Product = uuid.New().String(), product
		cards = append(cards, connectortest.MustWalk(t, native, call).Result.Voucher.Code)
		uses = append(uses, &onRecord{ref: uuid.New().String(), amount: 4000})
	}
	s.Faults("yoyo", 5, map[string]float64{
		"lost-answer": 0.06, "lost-request": 0.06, "reset-after": 0.05, "bad-gateway": 0.05, "malformed": 0.05, "soft-error": 0.05,
		"unknown-code": 0.03, "decline": 0.05, "advice-lost-answer": 0.15, "advice-bad-gateway": 0.15,
	})
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := worker; i < len(uses); i += 10 {
				use(t, c, cards[i], uses[i], i%3 > 0)
			}
		})
	}
	wg.Wait()
	books := s.Books("yoyo")
	kinds := map[string]int{}
	for _, u := range uses {
		kinds[u.trail]++
		var stands, want int64
		for _, line := range books[u.ref] {
			stands += line.FinalAmount
		}
		if u.kept {
			want = u.amount
		}
		require.False(t, u.broken, u.trail)
		require.Equal(t, want, stands, "%s %s %+v", u.trail, u.ref, books[u.ref])
	}
	t.Log(kinds)
	require.Greater(t, len(kinds), 3, "the mix must be one")
}

// use takes one redemption from its request to its end.
func use(t *testing.T, c switchcore.Connector, card string, o *onRecord, confirm bool) {
	call := redemption(o.amount)
	call.Request.VoucherCode, call.WireRef = card, o.ref
	w := connectortest.Walk(t.Context(), c, call)
	if w.Result.Class == switchcore.ClassDeclined {
		o.trail = "declined"
		return
	}
	call.Kind, call.Advice = transactions.AttemptReverse, &switchcore.Advice{ID: adviceID}
	if w.Result.Class == switchcore.ClassApproved {
		o.kept = confirm
		call.Request, call.ProviderRef, call.Advice.Identifiers = nil, w.Result.Words.Ref, w.Result.Identifiers
		if confirm {
			call.Kind = transactions.AttemptConfirm
		}
	}
	got, _, err := connectortest.Deliver(t.Context(), c, call)
	if err != nil {
		t.Error(err)
	}
	o.trail = string(call.Kind) + " " + got.Detail
	o.broken = got.Class != switchcore.ClassDone
}
