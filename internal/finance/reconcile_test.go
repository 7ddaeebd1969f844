package finance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

const day = Date("2026-03-11")

var noon = time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)

// record is a confirmed sale of 100.00 unless changed.
func record(change func(*SwitchRecord)) SwitchRecord {
	r := SwitchRecord{
		TransactionID: uuid.New(), ClientID: "RETAILA", ProviderID: "FLASH", Operation: Provision, RequestID: "POS-1",
		ProviderRef: "FL-1", Serial: "S-1", Product: "1V-100", BusinessDate: day, At: noon, State: Success, Closed: true,
		AmountMinor: 10000, Currency: "710",
	}
	if change != nil {
		change(&r)
	}
	return r
}

// lineFor is the provider's agreeing line unless changed.
func lineFor(r SwitchRecord, change func(*StatementLine)) StatementLine {
	l := StatementLine{
		LineNo: 2, Date: r.BusinessDate, ProviderRef: r.ProviderRef, SwitchRef: r.TransactionID.String(), Serial: r.Serial,
		Product: r.Product, Kind: r.Operation, State: r.State, AmountMinor: r.AmountMinor, Currency: r.Currency, At: r.At,
	}
	if change != nil {
		change(&l)
	}
	return l
}

// TestReconcileAcceptanceTable is the table of spec/console-and-finance.md 8.8, without the parts that come later
// (automatic rules, expiry).
func TestReconcileAcceptanceTable(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		a       func(*SwitchRecord) // nil: the switch has no record
		b       func(*StatementLine)
		noA     bool
		noB     bool
		status  ReconStatus
		reasons []Reason
		settle  SettlementStatus
		heals   bool
		gone    bool
	}{
		{name: "equal, 4 s apart", b: func(l *StatementLine) { l.At = l.At.Add(4 * time.Second) }, status: Matched, settle: Ready},
		{name: "equal, 20 min apart", b: func(l *StatementLine) { l.At = l.At.Add(20 * time.Minute) }, status: Matched, settle: Ready},
		{name: "4 cents less", b: amount(9996), status: PartiallyMatched, reasons: []Reason{AmountDiff}, settle: Pending},
		{name: "10 less", b: amount(9000), status: PartiallyMatched, reasons: []Reason{AmountDiff}, settle: Pending},
		{
			name: "reversed, reversal undelivered", a: reversed(AdviceOutstanding, false), b: succeeded(5000), heals: true,
			status: PartiallyMatched, reasons: []Reason{StateDiff, AmountDiff, ReasonOutstanding}, settle: Held,
		},
		{name: "only the switch", noB: true, status: Unmatched, reasons: []Reason{MissingB}, settle: Pending},
		{name: "only the provider", noA: true, status: Unmatched, reasons: []Reason{MissingA}, settle: Pending},
		{name: "declined and nothing", a: declined, noB: true, gone: true},
		{
			name: "declined against success", a: declined, b: succeeded(2000),
			status: PartiallyMatched, reasons: []Reason{StateDiff, AmountDiff}, settle: Pending,
		},
		{name: "reversed on both sides", a: reversed(AdviceNone, true), status: Matched, settle: NotEligible},
		{
			name: "unknown outcome against success", a: func(r *SwitchRecord) { r.State, r.Closed, r.AmountMinor = Unknown, false, 7000 },
			b: succeeded(7000), status: PartiallyMatched, reasons: []Reason{InDoubt}, settle: Held, heals: true,
		},
		// Beyond the table.
		{name: "currency", b: func(l *StatementLine) { l.Currency = "840" }, status: PartiallyMatched, reasons: []Reason{CurrencyDiff}, settle: Pending},
		{name: "kind", b: func(l *StatementLine) { l.Kind = Refund }, status: PartiallyMatched, reasons: []Reason{KindDiff}, settle: Pending},
		{name: "product is informative", b: func(l *StatementLine) { l.Product = "other" }, status: Matched, settle: Ready},
		{name: "approved, no decision yet", a: func(r *SwitchRecord) { r.State, r.Closed = Open, false }, b: succeeded(10000), status: Matched, settle: Held},
		{
			name: "confirmation under way", a: func(r *SwitchRecord) { r.Closed, r.Advice = false, AdviceOutstanding }, heals: true,
			status: PartiallyMatched, reasons: []Reason{ReasonOutstanding}, settle: Held,
		},
		{name: "client settles only confirmed", a: func(r *SwitchRecord) { r.RequiresConfirmation = true }, status: Matched, settle: Held},
		{
			name: "client has confirmed", a: func(r *SwitchRecord) { r.RequiresConfirmation, r.ConfirmationReceived = true, true },
			status: Matched, settle: Ready,
		},
		{name: "reversed in part", a: func(r *SwitchRecord) { r.State, r.AmountMinor = Reversed, 4000 }, b: succeeded(4000), status: Matched, settle: Ready},
		{
			name: "reversal consumed, voucher live", a: broken(AdviceConsumed), b: succeeded(5000),
			status: PartiallyMatched, reasons: []Reason{StateDiff, AmountDiff, ReasonConsumed}, settle: Pending,
		},
		{
			name: "reversal consumed, provider agrees", a: broken(AdviceConsumed),
			status: PartiallyMatched, reasons: []Reason{ReasonConsumed}, settle: Pending,
		},
		{name: "reversal consumed, no line", a: broken(AdviceConsumed), noB: true, status: Unmatched, reasons: []Reason{MissingB, ReasonConsumed}, settle: Pending},
		{name: "reversal refused", a: broken(AdviceRefused), status: PartiallyMatched, reasons: []Reason{ReasonRefused}, settle: Pending},
		{name: "reversal consumed unsent", a: reversed(AdviceConsumed, true), noB: true, gone: true},
		{name: "reversal done, never arrived", a: reversed(AdviceNone, true), noB: true, gone: true},
		{
			name: "superseded while open", a: func(r *SwitchRecord) { r.Superseded, r.ReconRequired, r.Closed = true, true, false },
			status: PartiallyMatched, reasons: []Reason{SupersededOpen}, settle: Pending,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := []SwitchRecord{record(c.a)}
			b := []StatementLine{lineFor(a[0], c.b)}
			if c.noA {
				a = nil
			}
			if c.noB {
				b = nil
			}
			got, err := Reconcile(day, a, b, 0)
			require.NoError(t, err)
			if c.gone {
				require.Empty(t, got.Items)
				require.Equal(t, 1, got.Summary.FilteredA.Count)
				return
			}
			require.Len(t, got.Items, 1)
			it := got.Items[0]
			require.Equal(t, c.status, it.Status)
			require.Equal(t, c.reasons, it.Reasons)
			require.Equal(t, c.settle, it.Settlement)
			require.Equal(t, c.heals, it.SelfHeals)
		})
	}
}

func amount(minor int64) func(*StatementLine) {
	return func(l *StatementLine) { l.AmountMinor = minor }
}

func succeeded(minor int64) func(*StatementLine) {
	return func(l *StatementLine) { l.State, l.AmountMinor = Success, minor }
}

func declined(r *SwitchRecord) { r.State, r.AmountMinor = Declined, 0 }

func reversed(advice AdviceState, closed bool) func(*SwitchRecord) {
	return func(r *SwitchRecord) { r.State, r.AmountMinor, r.Advice, r.Closed = Reversed, 0, advice, closed }
}

func broken(advice AdviceState) func(*SwitchRecord) {
	return func(r *SwitchRecord) {
		reversed(advice, advice == AdviceConsumed)(r)
		r.ReconRequired = true
	}
}

func TestReconcileShowsTimeDifferenceWithoutLoweringTheStatus(t *testing.T) {
	t.Parallel()
	a := record(nil)
	b := lineFor(a, func(l *StatementLine) { l.At = l.At.Add(20 * time.Minute) })
	got, err := Reconcile(day, []SwitchRecord{a}, []StatementLine{b}, 0)
	require.NoError(t, err)
	i := slices.IndexFunc(got.Items[0].Fields, func(r FieldResult) bool { return r.Field == FieldTime })
	require.Equal(t, Different, got.Items[0].Fields[i].Outcome)
	require.False(t, got.Items[0].Fields[i].Required)
}

func TestMatchingRules(t *testing.T) {
	t.Parallel()
	bare := func(l *StatementLine) { l.SwitchRef, l.ProviderRef, l.Serial = "", "", "" }
	cases := []struct {
		name string
		b    func(*StatementLine)
		rule int
	}{
		{"switch reference", func(l *StatementLine) { ref := l.SwitchRef; bare(l); l.SwitchRef = ref }, 1},
		{"provider reference", func(l *StatementLine) { ref := l.ProviderRef; bare(l); l.ProviderRef = ref }, 2},
		{"originator reference", func(l *StatementLine) { bare(l); l.OriginatorRef, l.TerminalID = "POS-1", "T1" }, 3},
		{"serial", func(l *StatementLine) { s := l.Serial; bare(l); l.Serial = s }, 4},
		{"serial, a day later", func(l *StatementLine) { s := l.Serial; bare(l); l.Serial, l.Date = s, "2026-03-12" }, 4},
		{"serial, two days later", func(l *StatementLine) { s := l.Serial; bare(l); l.Serial, l.Date = s, "2026-03-13" }, 0},
		{"serial, other amount", func(l *StatementLine) { s := l.Serial; bare(l); l.Serial, l.AmountMinor = s, 1 }, 0},
		{"nothing", bare, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := record(func(r *SwitchRecord) { r.TerminalID = "T1" })
			got, err := Reconcile(day, []SwitchRecord{a}, []StatementLine{lineFor(a, c.b)}, 0)
			require.NoError(t, err)
			require.Equal(t, c.rule, got.Items[0].Rule)
			if c.rule == 0 {
				require.Equal(t, Unmatched, got.Items[0].Status)
			}
		})
	}
}

func TestSeveralCandidatesAreAmbiguousAndStayApart(t *testing.T) {
	t.Parallel()
	a := record(nil)
	one := lineFor(a, func(l *StatementLine) { l.ProviderRef = "FL-8" })
	two := lineFor(a, func(l *StatementLine) { l.ProviderRef, l.LineNo = a.ProviderRef, 3 })
	got, err := Reconcile(day, []SwitchRecord{a}, []StatementLine{one, two}, 0)
	require.NoError(t, err)
	require.Len(t, got.Items, 3, "the second rule would name one line, but is not tried")
	for _, it := range got.Items {
		require.Equal(t, Unmatched, it.Status)
		require.Equal(t, []Reason{Ambiguous}, it.Reasons)
		require.Equal(t, Pending, it.Settlement)
	}
}

func TestItemsOfOtherDaysAreMatchedButShownElsewhere(t *testing.T) {
	t.Parallel()
	today := record(nil)
	yesterday := record(func(r *SwitchRecord) { r.BusinessDate = day.AddDays(-1); r.ProviderRef = "FL-2"; r.Serial = "S-2" })
	lines := []StatementLine{
		lineFor(today, func(l *StatementLine) { l.Date = day.AddDays(1) }),
		lineFor(yesterday, func(l *StatementLine) { l.Date, l.LineNo = day, 3 }),
	}
	got, err := Reconcile(day, []SwitchRecord{today, yesterday}, lines, 0)
	require.NoError(t, err)
	require.Len(t, got.Items, 1)
	require.Equal(t, today.TransactionID, got.Items[0].A.TransactionID)
	require.Equal(t, Matched, got.Items[0].Status)
	require.Equal(t, Totals{1, 10000}, got.Summary.ElsewhereA)
	require.Equal(t, Totals{1, 10000}, got.Summary.ElsewhereB)
}

func TestBreaksOfNeedNoFile(t *testing.T) {
	t.Parallel()
	items := BreaksOf([]SwitchRecord{record(broken(AdviceConsumed)), record(broken(AdviceRefused))})
	require.Len(t, items, 2)
	require.Equal(t, []Reason{ReasonConsumed}, items[0].Reasons)
	require.Equal(t, []Reason{ReasonRefused}, items[1].Reasons)
	require.True(t, items[0].IsBreak())
}

func BenchmarkReconcile(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		a, lines := make([]SwitchRecord, n), make([]StatementLine, n)
		for i := range n {
			a[i] = record(func(r *SwitchRecord) { r.ProviderRef, r.Serial = fmt.Sprint("P", i), fmt.Sprint("S", i) })
			lines[i] = lineFor(a[i], func(l *StatementLine) { l.LineNo = i + 2 })
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Reconcile(day, a, lines, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
