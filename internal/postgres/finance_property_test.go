package postgres_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// world is everything that both sides hold of three days, as it is drawn and as it is stored.
type world struct {
	records []finance.SwitchRecord
	lines   []finance.StatementLine
}

// few draws short references so that collisions, duplicates and gaps all happen.
func few(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"", "1", "2", "3", "4"}).Draw(t, label)
}

func drawDay(t *rapid.T) finance.Date {
	return financeDay.AddDays(rapid.SampledFrom([]int{0, 0, 0, 0, -1, 1, 2}).Draw(t, "day"))
}

func drawWorld(t *rapid.T) world {
	var w world
	for i := range rapid.IntRange(0, 14).Draw(t, "records") {
		day := drawDay(t)
		at, err := time.Parse(time.DateOnly, string(day))
		require.NoError(t, err)
		r := finance.SwitchRecord{
			TransactionID: uuid.UUID{6: 0x40, 8: 0x80, 15: byte(i + 1)}, ClientID: "RETAILA", ProviderID: "FLASH", Operation: finance.Provision,
			RequestID: fmt.Sprint("REQ-", i), ProviderRef: few(t, "ref"), Serial: few(t, "serial"), Product: "1V-100", BusinessDate: day,
			// From the start of a day far east of Greenwich to the end of one that closes late in the evening far west of it.
			At: at.Add(time.Duration(rapid.SampledFrom([]int{-14, 0, 1, 2, 3, 48, 59}).Draw(t, "hour")) * time.Hour).UTC(), Currency: "710",
			AmountMinor: rapid.Int64Range(1, 2).Draw(t, "amount"),
			State:       rapid.SampledFrom([]finance.State{finance.Success, finance.Declined, finance.Unknown, finance.Open}).Draw(t, "state"),
		}
		r.Closed = r.State == finance.Success || r.State == finance.Declined
		if r.State == finance.Declined {
			r.AmountMinor = 0
		}
		w.records = append(w.records, r)
	}
	for i := range rapid.IntRange(0, 14).Draw(t, "lines") {
		day := drawDay(t)
		l := finance.StatementLine{
			LineNo: i + 2, Date: day, ProviderRef: few(t, "ref"), Serial: few(t, "serial"), Product: "1V-100", Kind: finance.Provision,
			State: finance.Success, AmountMinor: rapid.Int64Range(0, 2).Draw(t, "amount"), Currency: "710",
			At: time.Date(2026, 3, 11, 9, 0, i, 0, time.UTC),
		}
		if k := rapid.IntRange(0, len(w.records)+1).Draw(t, "switch ref"); k > 0 {
			l.SwitchRef = uuid.UUID{6: 0x40, 8: 0x80, 15: byte(k)}.String()
		}
		w.lines = append(w.lines, l)
	}
	return w
}

// store writes the world as the switch and the intake would have left it.
func (w world) store(t require.TestingT, s *propertyStore) {
	batch := &pgx.Batch{}
	for _, table := range []string{"recon_items", "recon_runs", "recon_records", "recon_files", "voucher_transactions", "transactions", "vouchers"} {
		batch.Queue("delete from " + table)
	}
	for _, r := range w.records {
		voucher, outcome, decision, final := any(nil), "SUCCESS", any("CONFIRM"), any("CONFIRMED")
		switch r.State {
		case finance.Declined:
			outcome, decision, final = "FAILED", nil, "DECLINED"
		case finance.Unknown:
			outcome, decision, final = "UNKNOWN", nil, nil
		case finance.Open:
			decision, final = nil, nil
		}
		var closed, origin any
		if final != nil {
			closed = r.At
		}
		if decision != nil {
			origin = "client"
		}
		if r.Serial != "" {
			id := uuid.New()
			voucher = id
			batch.Queue(`insert into vouchers (id, provider_id, code_hash, code_sealed, code_masked, serial, state, updated_at)
				values ($1, 'FLASH', $2, '\x00', '', $3, 'AVAILABLE', now())`, id, id[:], r.Serial)
		}
		batch.Queue(`insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, product_id,
			  currency, approved_amount_minor, received_at, last_client_at, closed_at, outcome, decision, decision_origin, final, provider_ref,
			  business_date, voucher_id)
			values ($1, $2, 'VOUCHER', $3, $4, 1, '\x00', 'DUAL', 'FLASH', $5, '710', $6, $7, $7, $8, $9, $10, $11, $12, $13, $14::date, $15)`,
			r.TransactionID, r.ClientID, string(r.Operation), r.RequestID, r.Product, r.AmountMinor, r.At, closed, outcome, decision, origin, final,
			r.ProviderRef, string(r.BusinessDate), voucher)
		if voucher != nil {
			batch.Queue(`insert into voucher_transactions values ($1, $2)`, voucher, r.TransactionID)
		}
	}
	for _, l := range w.lines {
		batch.Queue(`insert into recon_files (id, process_id, business_date, name, bytes, sha256, state)
			values ($1, $2, $3::date, 'x', 1, '\x00', 'LOADED') on conflict do nothing`, fileOf(l.Date), s.process.ID, string(l.Date))
		batch.Queue(`insert into recon_records (file_id, line_no, process_id, business_date, provider_ref, switch_ref, serial, product, kind, state,
			  amount_minor, currency, at) values ($1, $2, $3, $4::date, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			fileOf(l.Date), l.LineNo, s.process.ID, string(l.Date), l.ProviderRef, l.SwitchRef, l.Serial, l.Product, string(l.Kind), string(l.State),
			l.AmountMinor, l.Currency, l.At)
	}
	require.NoError(t, s.db.Pool.SendBatch(s.t.Context(), batch).Close())
}

func fileOf(day finance.Date) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(day)) }

// expected is the specification over the same world, in memory: the day is matched by itself, then what is left of it with
// what shares a key with it on other days.
func (w world) expected(t require.TestingT) ([]string, finance.Summary) {
	var a, openA, otherA []finance.SwitchRecord
	var b, openB, otherB []finance.StatementLine
	for _, r := range w.records {
		if r.BusinessDate == financeDay {
			a = append(a, r)
		}
	}
	for _, l := range w.lines {
		if l.Date == financeDay {
			b = append(b, l)
		}
	}
	first, err := finance.Reconcile(financeDay, a, b, 0)
	require.NoError(t, err)
	settled := slices.DeleteFunc(slices.Clone(first.Items), func(it finance.Item) bool { return !it.Has(finance.Ambiguous) && (it.A == nil || it.B == nil) })
	for _, r := range a {
		if !slices.ContainsFunc(settled, func(it finance.Item) bool { return it.A != nil && it.A.TransactionID == r.TransactionID }) {
			openA = append(openA, r)
		}
	}
	for _, l := range b {
		if !slices.ContainsFunc(settled, func(it finance.Item) bool { return it.B != nil && it.B.LineNo == l.LineNo }) {
			openB = append(openB, l)
		}
	}
	found := func(l finance.StatementLine, records []finance.SwitchRecord) bool {
		return l.Date != financeDay && slices.ContainsFunc(records, func(r finance.SwitchRecord) bool {
			return l.SwitchRef == r.TransactionID.String() || l.ProviderRef != "" && l.ProviderRef == r.ProviderRef ||
				l.Serial != "" && l.Serial == r.Serial && l.Date <= financeDay.AddDays(2) && l.Date >= financeDay.AddDays(-2)
		})
	}
	for _, l := range w.lines {
		if found(l, openA) {
			otherB = append(otherB, l)
		}
	}
	for _, r := range w.records {
		next := r.BusinessDate == financeDay.AddDays(1) || r.BusinessDate == financeDay.AddDays(-1)
		if r.BusinessDate != financeDay && slices.ContainsFunc(slices.Concat(openB, otherB), func(l finance.StatementLine) bool {
			return l.SwitchRef == r.TransactionID.String() || next && (l.ProviderRef != "" && l.ProviderRef == r.ProviderRef || l.Serial != "" && l.Serial == r.Serial)
		}) {
			otherA = append(otherA, r)
		}
	}
	for _, l := range w.lines {
		if found(l, otherA) && !slices.Contains(otherB, l) {
			otherB = append(otherB, l)
		}
	}
	second, err := finance.Reconcile(financeDay, slices.Concat(openA, otherA), slices.Concat(openB, otherB), 0)
	require.NoError(t, err)
	sum := first.Summary
	for _, n := range []struct {
		at   *finance.Totals
		more finance.Totals
	}{{&sum.ElsewhereA, second.Summary.ElsewhereA}, {&sum.ElsewhereB, second.Summary.ElsewhereB}} {
		n.at.Count, n.at.SumMinor = n.at.Count+n.more.Count, n.at.SumMinor+n.more.SumMinor
	}
	sum.FilteredA = second.Summary.FilteredA
	return describeItems(slices.Concat(settled, second.Items)), sum
}

// describeItems gives the items as text in the order of reading: records by time, then lines by number.
func describeItems(items []finance.Item) []string {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, func(x, y finance.Item) int { return compareText(orderOf(x), orderOf(y)) })
	out := make([]string, len(sorted))
	for i, it := range sorted {
		line, id, ref := 0, uuid.Nil, ""
		if it.A != nil {
			id = it.A.TransactionID
		}
		if it.B != nil {
			line, ref = it.B.LineNo, it.B.ProviderRef
		}
		out[i] = fmt.Sprint(id, " ", line, " ", ref, " ", it.Rule, it.Status, it.Reasons, it.SelfHeals, it.Settlement, it.Hold, it.AmountA(), it.AmountB())
	}
	return out
}

func mustAll[T any](t require.TestingT, list iter.Seq2[T, error]) (out []T) {
	for v, err := range list {
		require.NoError(t, err)
		out = append(out, v)
	}
	return out
}

func orderOf(it finance.Item) string {
	if it.A != nil {
		return "A" + it.A.At.UTC().Format(time.RFC3339) + it.A.TransactionID.String()
	}
	return fmt.Sprintf("B%09d", it.B.LineNo)
}

func compareText(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

type propertyStore struct {
	db      *postgres.DB
	process finance.Process
	t       *testing.T
}

func (s *propertyStore) exec(t require.TestingT, sql string, args ...any) {
	_, err := s.db.Pool.Exec(s.t.Context(), sql, args...)
	require.NoError(t, err)
}

// TestFinanceChunksComeToWhatTheSpecificationSays holds the reconciliation in chunks to finance.Reconcile over worlds in which
// every rule, tie and neighbouring day occurs, with chunks so small that all of it crosses their borders.
func TestFinanceChunksComeToWhatTheSpecificationSays(t *testing.T) {
	t.Parallel()
	s := &propertyStore{db: postgrestest.New(t), t: t}
	s.process = finance.Process{ID: uuid.New(), Code: processOne, ProviderID: "FLASH", Currency: "710", Zone: "UTC"}
	s.exec(t, `insert into recon_processes (id, code, name, provider_id, currency) values ($1, $2, 'Flash', 'FLASH', '710')`, s.process.ID, s.process.Code)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		w.store(rt, s)
		store := postgres.NewFinanceInChunks(s.db, rapid.IntRange(1, 5).Draw(rt, "chunk"))
		run, err := store.StartRun(t.Context(), s.process, financeDay)
		require.NoError(rt, err)
		var file finance.File
		if slices.ContainsFunc(w.lines, func(l finance.StatementLine) bool { return l.Date == financeDay }) {
			file.ID = fileOf(financeDay)
		}
		run.FileID = file.ID
		done, err := store.ReconcileRun(t.Context(), s.process, run, file, func() error { return nil })
		require.NoError(rt, err)
		items := mustAll(rt, store.RunItems(t.Context(), done.ID))
		want, sum := w.expected(rt)
		require.Equal(rt, want, describeItems(items))
		require.True(rt, slices.IsSortedFunc(items, func(x, y finance.Item) int { return compareText(orderOf(x), orderOf(y)) }), "in the order of their numbers")
		require.Equal(rt, []finance.Totals{sum.ElsewhereA, sum.ElsewhereB, sum.FilteredA}, []finance.Totals{done.Summary.ElsewhereA, done.Summary.ElsewhereB, done.Summary.FilteredA})
		var left int
		require.NoError(rt, s.db.Pool.QueryRow(t.Context(), `select count(*) from recon_remainder`).Scan(&left))
		require.Zero(rt, left)
	})
}
