package finance

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// few draws short references so that collisions, duplicates and gaps all happen.
func few(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, label)
}

func drawRecords(t *rapid.T) []SwitchRecord {
	n := rapid.IntRange(0, 8).Draw(t, "records")
	out := make([]SwitchRecord, n)
	for i := range out {
		out[i] = record(func(r *SwitchRecord) {
			r.TransactionID = uuid.UUID{15: byte(i + 1)}
			r.ProviderRef, r.Serial = few(t, "ref"), few(t, "serial")
			r.AmountMinor = rapid.Int64Range(0, 3).Draw(t, "amount")
			r.State = rapid.SampledFrom([]State{Success, Reversed, Declined, Unknown, Open}).Draw(t, "state")
			r.BusinessDate = day.AddDays(rapid.IntRange(-1, 1).Draw(t, "day"))
			r.Operation = rapid.SampledFrom([]Operation{Provision, Redemption}).Draw(t, "operation")
			r.Advice = rapid.SampledFrom([]AdviceState{AdviceNone, AdviceOutstanding, AdviceRefused, AdviceConsumed}).Draw(t, "advice")
			r.ReconRequired = rapid.Bool().Draw(t, "required")
			r.Closed = rapid.Bool().Draw(t, "closed")
		})
	}
	return out
}

func drawLines(t *rapid.T, records int) []StatementLine {
	n := rapid.IntRange(0, 8).Draw(t, "lines")
	out := make([]StatementLine, n)
	for i := range out {
		out[i] = StatementLine{
			LineNo: i + 2, ProviderRef: few(t, "ref"), Serial: few(t, "serial"), Kind: Provision, State: Success, Currency: "710", At: noon,
			AmountMinor: rapid.Int64Range(0, 3).Draw(t, "amount"), Date: day.AddDays(rapid.IntRange(-1, 1).Draw(t, "day")),
		}
		if k := rapid.IntRange(0, records+1).Draw(t, "switch ref"); k > 0 {
			out[i].SwitchRef = uuid.UUID{15: byte(k)}.String()
		}
	}
	return out
}

func TestReconcileKeepsEveryRecordOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawRecords(t)
		b := drawLines(t, len(a))
		got, err := Reconcile(day, a, b, 0)
		require.NoError(t, err, "the balance holds")
		seenA, seenB := map[uuid.UUID]bool{}, map[int]bool{}
		for _, it := range got.Items {
			require.True(t, it.A != nil || it.B != nil)
			if it.A != nil {
				require.False(t, seenA[it.A.TransactionID])
				seenA[it.A.TransactionID] = true
			}
			if it.B != nil {
				require.False(t, seenB[it.B.LineNo])
				seenB[it.B.LineNo] = true
			}
			if it.Settlement == Ready {
				require.Equal(t, Matched, it.Status)
				require.Empty(t, it.Reasons)
				require.True(t, it.A.Closed)
				require.Equal(t, it.A.AmountMinor, it.B.AmountMinor)
			}
		}
		s := got.Summary
		require.Equal(t, len(a), len(seenA)+s.FilteredA.Count+s.ElsewhereA.Count)
		require.Equal(t, len(b), len(seenB)+s.FilteredB.Count+s.ElsewhereB.Count)
		require.Equal(t, len(got.Items), s.Matched.Count+s.Partial.Count+s.Unmatched.Count)
	})
}

func TestMatchTreatsBothSidesAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		a := keysOf(records, (*SwitchRecord).matchable)
		b := keysOf(drawLines(t, len(a)), (*StatementLine).matchable)
		forA, forB := match(a, b)
		swappedB, swappedA := match(b, a)
		require.Equal(t, forA, swappedA)
		require.Equal(t, forB, swappedB)
		for i, m := range forA {
			if m.other != noOther {
				require.Equal(t, matchResult{other: i, rule: m.rule}, forB[m.other])
			}
		}
	})
}

func TestReconcileDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawRecords(t)
		b := drawLines(t, len(a))
		first, err := Reconcile(day, a, b, 0)
		require.NoError(t, err)
		second, err := Reconcile(day, rapid.Permutation(a).Draw(t, "a"), rapid.Permutation(b).Draw(t, "b"), 0)
		require.NoError(t, err)
		require.Equal(t, first.Summary, second.Summary)
		require.Equal(t, describe(first.Items), describe(second.Items))
	})
}

func describe(items []Item) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = fmt.Sprint(it.No, it.A, it.B, it.Status, it.Reasons, it.Settlement, it.Rule)
	}
	return slices.Clip(out)
}
