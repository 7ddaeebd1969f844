package finance

import (
	"math/big"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

var commission = FeeRule{Code: "COMMISSION", RateBP: 350, AppliesTo: []Operation{Provision}, Tax: TaxExclusive, TaxRateBP: 1500}

func candidate(op Operation, minor int64) Candidate {
	return Candidate{TransactionID: uuid.New(), ClientID: "RETAILA", Operation: op, BusinessDate: day, At: noon, FinalMinor: minor, Currency: "710"}
}

// TestSettleWorkedExample holds what exists of the example in spec/console-and-finance.md 9.7: it starts from the
// transactions themselves, so that the reversed and the undelivered one drop out by the rules.
func TestSettleWorkedExample(t *testing.T) {
	t.Parallel()
	sales := []SwitchRecord{
		record(func(r *SwitchRecord) { r.AmountMinor = 10000 }),
		record(func(r *SwitchRecord) { r.AmountMinor = 5000 }),
		record(func(r *SwitchRecord) { r.State, r.AmountMinor = Reversed, 0 }),
		record(func(r *SwitchRecord) { r.Operation, r.AmountMinor = Redemption, 3000 }),
		record(func(r *SwitchRecord) { r.Closed, r.Advice, r.AmountMinor = false, AdviceOutstanding, 7500 }),
		record(func(r *SwitchRecord) { r.AmountMinor = 3333 }),
	}
	var lines []StatementLine
	for i := range sales {
		sales[i].ProviderRef, sales[i].Serial = sales[i].TransactionID.String(), ""
		lines = append(lines, lineFor(sales[i], func(l *StatementLine) { l.LineNo = i }))
	}
	matched, err := Reconcile(day, sales, lines, 0)
	require.NoError(t, err)
	var ready []Candidate
	for _, it := range matched.Items {
		if it.Settlement == Ready {
			c := candidate(it.A.Operation, it.A.AmountMinor)
			c.TransactionID = it.A.TransactionID
			ready = append(ready, c)
		}
	}
	got, err := Settle("710", commission, ready)
	require.NoError(t, err)
	require.Len(t, got.Lines, 4)
	require.Equal(t, int64(15333), got.Principal)
	require.Equal(t, int64(642), got.Fees)
	require.Equal(t, int64(96), got.Tax)
	require.Equal(t, int64(14595), got.Net)
	fees := map[int64]int64{10000: 350, 5000: 175, 3000: 0, 3333: 117}
	for _, l := range got.Lines {
		require.Equal(t, fees[l.FinalMinor], l.FeeMinor)
	}
}

func TestSettleNetsPerOriginator(t *testing.T) {
	t.Parallel()
	other := candidate(Redemption, 700)
	other.ClientID = "RETAILB"
	got, err := Settle("710", FeeRule{}, []Candidate{other, candidate(Provision, 500), candidate(Refund, 50)})
	require.NoError(t, err)
	require.Equal(t, []Net{
		{ClientID: "RETAILA", Sales: Totals{1, 500}, Refunds: Totals{1, 50}, Principal: 550, Net: 550},
		{ClientID: "RETAILB", Redemptions: Totals{1, 700}, Principal: -700, Net: -700},
	}, got.Nets)
	require.Equal(t, int64(-150), got.Net)
}

func TestSettleRefuses(t *testing.T) {
	t.Parallel()
	twice := candidate(Provision, 1)
	foreign := candidate(Provision, 1)
	foreign.Currency = "840"
	cases := map[string][]Candidate{
		"the same transaction twice": {twice, twice},
		"another currency":           {foreign},
		"a negative amount":          {candidate(Provision, -1)},
		"an overflow":                {candidate(Provision, 1<<61), candidate(Provision, 1<<61)},
	}
	for name, list := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Settle("710", commission, list)
			require.Error(t, err)
		})
	}
	_, err := Settle("710", FeeRule{RateBP: 10001}, nil)
	require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
}

func TestSettleSumEqualsAnIndependentSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Candidate {
			c := candidate(rapid.SampledFrom([]Operation{Provision, Redemption, Refund}).Draw(t, "op"), rapid.Int64Range(0, 1e12).Draw(t, "amount"))
			c.ClientID = rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "client")
			return c
		}), 0, 40).Draw(t, "candidates")
		got, err := Settle("710", commission, list)
		require.NoError(t, err)
		var want int64
		for _, c := range list {
			if c.Operation == Redemption {
				want -= c.FinalMinor
			} else {
				want += c.FinalMinor
			}
		}
		require.Equal(t, want, got.Principal)
		require.Equal(t, got.Principal-got.Fees-got.Tax, got.Net)
		require.Len(t, got.Lines, len(list))
		again, err := Settle("710", commission, rapid.Permutation(list).Draw(t, "order"))
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

func TestShareRoundsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount int64
		bp     int
		want   int64
	}{{3333, 350, 117}, {100, 50, 1}, {-100, 50, -1}, {99, 50, 0}, {1<<63 - 1, 10000, 1<<63 - 1}, {0, 350, 0}} {
		require.Equal(t, c.want, share(c.amount, c.bp))
	}
	rapid.Check(t, func(t *rapid.T) {
		amount, bp := rapid.Int64().Draw(t, "amount"), rapid.IntRange(0, basisPoints).Draw(t, "bp")
		product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(int64(bp)))
		half := big.NewInt(basisPoints / 2)
		if product.Sign() < 0 {
			half.Neg(half)
		}
		want := product.Add(product, half).Quo(product, big.NewInt(basisPoints))
		require.Equal(t, want.Int64(), share(amount, bp))
	})
}

func TestCycleTable(t *testing.T) {
	t.Parallel()
	s, err := CycleOpen.Step(CutOff)
	require.NoError(t, err)
	s, err = s.Step(Restarted)
	require.NoError(t, err)
	s, err = s.Step(Calculated)
	require.NoError(t, err)
	require.Equal(t, CycleAwaitingApproval, s)
	for _, state := range []CycleState{CycleAwaitingApproval, CycleApproved, CyclePosted, CycleFinalized, CycleVoid} {
		for _, event := range []CycleEvent{CutOff, Restarted, Calculated} {
			_, err := state.Step(event)
			require.Equal(t, apperr.Conflict, apperr.CodeOf(err))
		}
	}
	_, err = CycleOpen.Step(Calculated)
	require.Error(t, err)
	number, period := NextPeriod(&Cycle{Number: 4, PeriodTo: "2026-02-28"}, "2026-03-09")
	require.Equal(t, 5, number)
	require.Equal(t, Date("2026-03-01"), period)
}

func TestDates(t *testing.T) {
	t.Parallel()
	d, err := ParseDate("2026-02-28")
	require.NoError(t, err)
	require.Equal(t, Date("2026-03-01"), d.AddDays(1))
	require.Equal(t, "20260228", d.Compact())
	require.Equal(t, Date("2026-03-12"), DateOf(noon.AddDate(0, 0, 0).Add(12*60*60*1e9), johannesburg))
	for _, bad := range []string{"", "2026-02-30", "2026-2-3", "28.02.2026"} {
		_, err := ParseDate(bad)
		require.Equal(t, "date", apperr.FieldOf(err))
	}
}
