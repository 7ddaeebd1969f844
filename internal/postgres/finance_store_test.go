package postgres_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/finance/report"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

const (
	financeDay = finance.Date("2026-03-11")
	processOne = "FLASH-ZAR"
)

// txn is a transaction row as the switch would leave it.
type txn struct {
	id                        uuid.UUID
	client, op, day           string
	outcome, decision, final  string
	origin                    string
	requested, approved, last int64
	saf                       string
	required                  bool
}

// soldFor is a confirmed sale.
func soldFor(minor int64) txn {
	return txn{
		id: uuid.New(), client: "RETAILA", op: "PROVISION", day: string(financeDay), outcome: "SUCCESS", decision: "CONFIRM", origin: "client",
		final: "CONFIRMED", requested: minor, approved: minor, last: minor, saf: "ACKED",
	}
}

func (x txn) with(change func(*txn)) txn { change(&x); return x }

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func mustInsert(t *testing.T, db *postgres.DB, list ...txn) {
	t.Helper()
	for i, x := range list {
		var last, closed any
		if x.final != "" {
			last, closed = x.last, time.Now()
		}
		_, err := db.Pool.Exec(t.Context(), `
			insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, product_id,
			  currency, request_amount_minor, approved_amount_minor, final_amount_minor, received_at, last_client_at, closed_at, outcome,
			  decision, decision_origin, final, recon_required, provider_ref, business_date)
			values ($1, $2, 'VOUCHER', $3, $4, 1, '\x00', 'DUAL', 'FLASH', '1V-100', '710', $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15, $16::date)`,
			x.id, x.client, x.op, "REQ-"+x.id.String(), x.requested, x.approved, last,
			time.Date(2026, 3, 11, 10, i, 0, 0, time.UTC), closed, x.outcome, orNull(x.decision), orNull(x.origin), orNull(x.final),
			x.required, "FL-"+x.id.String()[:8], x.day)
		require.NoError(t, err)
		if x.saf == "" {
			continue
		}
		_, err = db.Pool.Exec(t.Context(), `
			insert into saf_entries (id, provider_id, client_id, service, operation, transaction_id, kind, wire_ref, state, next_at, created_at, updated_at)
			values ($1, 'FLASH', $2, 'VOUCHER', $3, $4, $5, $6, $7, now(), now(), now())`,
			uuid.New(), x.client, x.op, x.id, x.decision, x.id.String(), x.saf)
		require.NoError(t, err)
	}
}

// statements is a provider whose files a test writes; an error stands for a provider that cannot be asked.
type statements struct {
	lines map[finance.Date][]string
	sums  map[finance.Date]int64
	err   error
}

func newStatements() *statements {
	return &statements{lines: map[finance.Date][]string{}, sums: map[finance.Date]int64{}}
}

func (s *statements) add(day finance.Date, x txn, state string, minor int64) {
	kind := map[string]string{"PROVISION": "SALE", "REDEMPTION": "REDEMPTION", "REFUND": "REFUND"}[x.op]
	s.sums[day] += minor
	s.lines[day] = append(s.lines[day], fmt.Sprintf("FL-%s,%s,,1V-100,%s,%s,%d,710,%sT12:00:00+02:00",
		x.id.String()[:8], x.id, kind, state, minor, day))
}

func (s *statements) Fetch(_ context.Context, provider string, day finance.Date) (finance.RawStatement, error) {
	if s.err != nil {
		return finance.RawStatement{}, s.err
	}
	if _, ok := s.lines[day]; !ok {
		return finance.RawStatement{}, apperr.Errorf(apperr.NotFound, "no statement")
	}
	var b bytes.Buffer
	b.WriteString("provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at\n")
	for _, l := range s.lines[day] {
		b.WriteString(l + "\n")
	}
	fmt.Fprintf(&b, "TRAILER,%d,%d\n", len(s.lines[day]), s.sums[day])
	return finance.StatementOf(provider+".csv", b.Bytes()), nil
}

type financeBench struct {
	db      *postgres.DB
	store   *postgres.Finance
	source  *statements
	dir     string
	service *finance.Service
}

func newFinanceBench(t *testing.T) *financeBench {
	t.Helper()
	b := &financeBench{db: postgrestest.New(t), source: newStatements(), dir: t.TempDir()}
	b.store = postgres.NewFinance(b.db)
	b.service = b.serviceOver(b.store)
	return b
}

func (b *financeBench) serviceOver(store finance.Store) *finance.Service {
	rule := finance.FeeRule{Code: "COMMISSION", RateBP: 350, AppliesTo: []finance.Operation{finance.Provision}, Tax: finance.TaxExclusive, TaxRateBP: 1500}
	files := report.NewDirectory(b.dir, func() time.Time { return time.Date(2026, 3, 12, 3, 0, 0, 0, time.UTC) })
	return finance.NewService(store, b.source, files, finance.Defaults{Zone: "Africa/Johannesburg", Rule: rule}, slog.New(slog.DiscardHandler))
}

// dayWithBreaks is a small day: four settled lines, one of each kind of break.
func (b *financeBench) dayWithBreaks(t *testing.T) {
	t.Helper()
	agree := []txn{soldFor(10000), soldFor(5000), soldFor(3333), soldFor(3000).with(func(x *txn) { x.op = "REDEMPTION" })}
	reversed := soldFor(2000).with(func(x *txn) { x.decision, x.final, x.last = "REVERSE", "REVERSED", 0 })
	held := soldFor(7500).with(func(x *txn) { x.final, x.saf = "", "QUEUED" })
	short := soldFor(900)
	missing := soldFor(800)
	unknown := soldFor(700).with(func(x *txn) { x.outcome, x.decision, x.origin, x.final, x.saf = "UNKNOWN", "", "", "", "" })
	consumed := soldFor(600).with(func(x *txn) {
		x.decision, x.final, x.last, x.saf, x.required = "REVERSE", "REVERSED", 0, "CONSUMED", true
	})
	refused := soldFor(1).with(func(x *txn) {
		x.outcome, x.decision, x.origin, x.final, x.saf, x.last = "FAILED", "", "", "DECLINED", "", 0
	})
	mustInsert(t, b.db, append(agree, reversed, held, short, missing, unknown, consumed, refused)...)
	for _, x := range append(agree, held, unknown, consumed) {
		b.source.add(financeDay, x, "SUCCESS", x.requested)
	}
	b.source.add(financeDay, reversed, "REVERSED", 2000)
	b.source.add(financeDay, short, "SUCCESS", 890)
	b.source.add(financeDay, soldFor(50), "SUCCESS", 50)
}

func TestFinanceDayReconcilesAndSettles(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	day, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	require.Equal(t, finance.DayResult{Processes: 1, Items: 11, Breaks: 6}, day)

	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	run, err := b.store.CurrentRun(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	breaks, err := b.store.Items(t.Context(), run.ID, finance.ItemFilter{BreaksOnly: true, Limit: 50})
	require.NoError(t, err)
	var reasons []finance.Reason
	for _, it := range breaks {
		reasons = append(reasons, it.Reasons...)
	}
	require.ElementsMatch(t, []finance.Reason{
		finance.ReasonOutstanding, finance.AmountDiff, finance.MissingB, finance.InDoubt,
		finance.StateDiff, finance.AmountDiff, finance.ReasonConsumed, finance.MissingA,
	}, reasons)

	cycle, err := b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	require.Equal(t, finance.CycleAwaitingApproval, cycle.State)
	require.Equal(t, []int64{1, 4, 15333, 642, 96, 14595}, []int64{int64(cycle.Number), int64(cycle.ItemCount), cycle.Principal, cycle.Fees, cycle.Tax, cycle.Net})
	require.Equal(t, []int{2, 4}, []int{cycle.HeldCount, cycle.OpenCount})
	missing, err := b.store.MissingLines(t.Context(), p, financeDay)
	require.NoError(t, err)
	require.Empty(t, missing)
	b.checkReports(t, p, run)
	b.checkPageReads(t, run, cycle)

	// The check does find a transaction whose line is gone.
	var gone uuid.UUID
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `delete from settlement_lines where line_no = 2 returning transaction_id`).Scan(&gone))
	missing, err = b.store.MissingLines(t.Context(), p, financeDay)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{gone}, missing)
}

func (b *financeBench) checkPageReads(t *testing.T, run finance.Run, cycle finance.Cycle) {
	t.Helper()
	// The settlement has reconciled the day once more: the earlier run keeps its summary only.
	latest, err := b.store.LatestRun(t.Context(), run.ProcessID)
	require.NoError(t, err)
	require.Equal(t, financeDay, latest.BusinessDate)
	require.Equal(t, run.Summary, latest.Summary)
	counts, err := b.store.ReasonCounts(t.Context(), latest.ID)
	require.NoError(t, err)
	require.Equal(t, finance.ReasonCount{Reason: finance.AmountDiff, Count: 2}, counts[0])
	positions, err := b.store.CyclePositions(t.Context(), cycle.ID)
	require.NoError(t, err)
	require.Equal(t, []finance.Position{
		{ClientID: "RETAILA", Operation: finance.Provision, Product: "1V-100", Count: 3, AmountMinor: 18333, FeeMinor: 642},
		{ClientID: "RETAILA", Operation: finance.Redemption, Product: "1V-100", Count: 1, AmountMinor: 3000},
	}, positions)
	settled := mustAll(t, b.store.RunItems(t.Context(), latest.ID))
	inCycle := 0
	for _, it := range settled {
		if it.Settlement == finance.InCycle {
			inCycle++
		}
	}
	require.Equal(t, cycle.ItemCount, inCycle)
}

func (b *financeBench) checkReports(t *testing.T, p finance.Process, run finance.Run) {
	t.Helper()
	files, err := b.store.Reports(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	require.Len(t, files, 5)
	for _, f := range files {
		got, err := b.store.FindReport(t.Context(), f.ID)
		require.NoError(t, err)
		require.Equal(t, f, got)
		require.FileExists(t, filepath.Join(b.dir, f.Path))
	}
	body, err := os.ReadFile(filepath.Join(b.dir, processOne, "Reports", string(financeDay), processOne+"_RECON_ITEMS_20260311.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+run.Summary.Matched.Count+run.Summary.Partial.Count+run.Summary.Unmatched.Count)
}

func TestFinanceRunTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	first, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	one, err := b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	before := b.readReports(t)

	second, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	require.Equal(t, first, second)
	two, err := b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	require.Equal(t, one, two)
	after := b.readReports(t)
	for name, body := range before {
		if filepath.Ext(name) == ".csv" && filepath.Base(name) != processOne+"_RECON_ITEMS_20260311.csv" {
			require.Equal(t, body, after[name], name)
		}
	}
	var files, items int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select (select count(*) from recon_files), (select count(*) from recon_items)`).Scan(&files, &items))
	require.Equal(t, []int{1, 11}, []int{files, items})
}

func (b *financeBench) readReports(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		out[path] = string(body)
		return err
	}))
	return out
}

// dying stands for a node that is killed at one call.
type dying struct {
	*postgres.Finance
	at string
}

var errKilled = fmt.Errorf("killed")

func (d dying) ReconcileRun(ctx context.Context, p finance.Process, run finance.Run, file finance.File, progress func() error) (finance.Run, error) {
	if d.at != "reconcile" {
		return d.Finance.ReconcileRun(ctx, p, run, file, progress)
	}
	chunks := 0
	return d.Finance.ReconcileRun(ctx, p, run, file, func() error {
		if chunks++; chunks == 3 {
			return errKilled
		}
		return progress()
	})
}

// FailRun is not reached by a node that is dead.
func (d dying) FailRun(context.Context, uuid.UUID, string) error { return nil }

func (d dying) CompleteCycle(ctx context.Context, p finance.Process, c finance.Cycle, rule finance.FeeRule, calc finance.Calculation) (finance.Cycle, error) {
	if d.at == "calculate" {
		return d.Finance.CompleteCycle(ctx, p, c, rule, func(c finance.Cycle, list []finance.Candidate) (finance.Settlement, error) {
			return finance.Settlement{}, errKilled
		})
	}
	return d.Finance.CompleteCycle(ctx, p, c, rule, calc)
}

func TestFinanceKilledMidwayGivesTheSameTotals(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.serviceOver(dying{postgres.NewFinanceInChunks(b.db, 3), "reconcile"}).ReconcileDay(t.Context(), financeDay)
	require.ErrorIs(t, err, errKilled)
	var written, counting int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select (select count(*) from recon_items), (select count(*) from recon_items_current)`).Scan(&written, &counting))
	require.NotZero(t, written, "it died midway")
	require.Zero(t, counting, "what a run has written so far counts nowhere")
	_, err = b.serviceOver(dying{b.store, "calculate"}).RunSettlement(t.Context(), processOne, financeDay)
	require.ErrorIs(t, err, errKilled)
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	cycle, err := b.store.CycleOf(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	require.Equal(t, finance.CycleCalculating, cycle.State)

	_, err = b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	cycle, err = b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 4, 14595}, []int64{int64(cycle.Number), int64(cycle.ItemCount), cycle.Net})
	var open int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select count(*) from recon_runs where state = 'OPEN'`).Scan(&open))
	require.Zero(t, open)
}

func TestFinanceTwoNodesAtOnceSettleOnce(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	require.NoError(t, b.store.EnsureProcesses(t.Context(), financeDay, finance.Defaults{Zone: "UTC"}))
	cycles := make(chan finance.Cycle, 4)
	var all sync.WaitGroup
	for range cap(cycles) {
		all.Go(func() {
			c, err := b.service.RunSettlement(t.Context(), processOne, financeDay)
			if assert.NoError(t, err) {
				cycles <- c
			}
		})
	}
	all.Wait()
	close(cycles)
	first := <-cycles
	require.Equal(t, 4, first.ItemCount)
	for c := range cycles {
		require.Equal(t, first, c)
	}
	var lines int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select count(*) from settlement_lines`).Scan(&lines))
	require.Equal(t, 4, lines)
}

func TestFinanceHeldLineEntersTheNextCycleOnce(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	_, err = b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)

	// The confirmation is delivered, and the next day's file brings the line that was missing.
	var late uuid.UUID
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select id from transactions where request_amount_minor = 800`).Scan(&late))
	_, err = b.db.Pool.Exec(t.Context(), `update transactions set final = 'CONFIRMED', final_amount_minor = 7500, closed_at = now() where request_amount_minor = 7500`)
	require.NoError(t, err)
	_, err = b.db.Pool.Exec(t.Context(), `alter table saf_entries disable trigger saf_entries_lifecycle; update saf_entries set state = 'ACKED' where state = 'QUEUED'`)
	require.NoError(t, err)
	next := financeDay.AddDays(1)
	b.source.add(next, txn{id: late, op: "PROVISION"}, "SUCCESS", 800)
	_, err = b.service.ReconcileDay(t.Context(), next)
	require.NoError(t, err)
	// Two days later, with one empty day between: its cycle exists all the same.
	b.source.lines[next.AddDays(1)] = nil
	cycle, err := b.service.RunSettlement(t.Context(), processOne, next.AddDays(1))
	require.NoError(t, err)
	require.Equal(t, 3, cycle.Number)
	require.Zero(t, cycle.ItemCount)
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	cycles, err := b.store.Cycles(t.Context(), p.ID, 10)
	require.NoError(t, err)
	require.Len(t, cycles, 3)
	require.Equal(t, []int64{2, 2, 8300}, []int64{int64(cycles[1].Number), int64(cycles[1].ItemCount), cycles[1].Principal})
	var doubled int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select count(*) - count(distinct transaction_id) from settlement_lines`).Scan(&doubled))
	require.Zero(t, doubled)
}

func TestFinanceClientThatSettlesOnlyWhatItConfirmed(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	own := func(x *txn) { x.client, x.origin, x.final = "SINGLE", "system", "COMPLETED" }
	confirmed, silent := soldFor(500).with(own), soldFor(900).with(own)
	mustInsert(t, b.db, confirmed, silent)
	b.source.add(financeDay, confirmed, "SUCCESS", 500)
	b.source.add(financeDay, silent, "SUCCESS", 900)
	_, err := b.db.Pool.Exec(t.Context(), `insert into clients (id, name, mode, password_hash, settle_requires_confirmation)
		values ('SINGLE', 'Single', 'SINGLE', 'x', true)`)
	require.NoError(t, err)
	_, err = b.db.Pool.Exec(t.Context(), `insert into advices (id, advice_id, client_id, service, operation, request_id, transaction_id, kind, digest,
		received_at, acked_at, http_status) values ($1, 'a', 'SINGLE', 'VOUCHER', 'PROVISION', 'r', $2, 'CONFIRM', '\x00', now(), now(), 202)`,
		uuid.New(), confirmed.id)
	require.NoError(t, err)
	_, err = b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	cycle, err := b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	require.Equal(t, []int64{500, 1, 900}, []int64{cycle.Principal, int64(cycle.HeldCount), cycle.HeldMinor})
	_, it, err := b.store.ItemOf(t.Context(), silent.id)
	require.NoError(t, err)
	require.Equal(t, []any{finance.Matched, finance.Held, finance.HoldConfirmation}, []any{it.Status, it.Settlement, it.Hold})
}

func TestFinanceStatementTroubleFailsTheRunAndKeepsTheLastResult(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	good, err := b.store.CurrentRun(t.Context(), p.ID, financeDay)
	require.NoError(t, err)

	b.source.err = apperr.Errorf(apperr.Unavailable, "FLASH does not answer")
	_, err = b.service.RunReconciliation(t.Context(), processOne, financeDay)
	require.Equal(t, apperr.Unavailable, apperr.CodeOf(err))
	b.source.err = nil
	b.source.sums[financeDay]++ // the trailer lies now
	for range 2 {
		_, err = b.service.RunReconciliation(t.Context(), processOne, financeDay)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
	}
	still, err := b.store.CurrentRun(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	require.Equal(t, good, still)
	files, err := b.store.Files(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	require.Len(t, files, 2, "the same refused bytes are registered once")
	runs, err := b.store.Runs(t.Context(), p.ID, 10)
	require.NoError(t, err)
	require.Len(t, runs, 4)
	require.Equal(t, finance.RunFailed, runs[0].State)

	// A corrected file replaces the first one.
	b.source.sums[financeDay]--
	b.source.add(financeDay, soldFor(5), "SUCCESS", 5)
	fixed, err := b.service.RunReconciliation(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	require.Equal(t, good.Summary.Unmatched.Count+1, fixed.Summary.Unmatched.Count)
}

func TestFinanceBreaksAreSeenBeforeAnyFile(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	require.NoError(t, b.store.EnsureProcesses(t.Context(), financeDay, finance.Defaults{Zone: "UTC"}))
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	items, err := b.store.SwitchBreaks(t.Context(), p, 10)
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.Equal(t, []finance.Reason{finance.ReasonConsumed}, items[0].Reasons)
	_, err = b.store.CurrentRun(t.Context(), p.ID, financeDay)
	require.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}

func TestFinanceItemKeepsItsComparison(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	var id uuid.UUID
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select id from transactions where request_amount_minor = 900`).Scan(&id))
	_, it, err := b.store.ItemOf(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, finance.PartiallyMatched, it.Status)
	require.Contains(t, it.Fields, finance.FieldResult{Field: finance.FieldAmount, A: "900", B: "890", Outcome: finance.Different, Required: true})
	_, _, err = b.store.ItemOf(t.Context(), uuid.New())
	require.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}

// TestFinanceTakesAFileInChunks: repeated lines are found across chunks and files, a reference of ours in any spelling, and what
// a dead node left half loaded is gone.
func TestFinanceTakesAFileInChunks(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	require.NoError(t, b.store.EnsureProcesses(t.Context(), financeDay, finance.Defaults{Zone: "UTC"}))
	mustInsert(t, b.db, soldFor(1))
	require.NoError(t, b.store.EnsureProcesses(t.Context(), financeDay, finance.Defaults{Zone: "UTC"}))
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	store := postgres.NewFinanceInChunks(b.db, 2)
	load := func(day finance.Date) (finance.File, error) {
		raw, err := b.source.Fetch(t.Context(), p.ProviderID, day)
		require.NoError(t, err)
		in, err := finance.NewIntake(raw, day, time.UTC)
		require.NoError(t, err)
		return store.LoadStatement(t.Context(), p, day, in, t.Context().Err)
	}
	one, two, three := soldFor(100), soldFor(200), soldFor(300)
	for _, x := range []txn{one, two, three, one, soldFor(400), three} {
		b.source.add(financeDay, x, "SUCCESS", x.requested)
	}
	first, err := load(financeDay)
	require.NoError(t, err)
	require.Equal(t, []any{finance.FileLoaded, 4, 2}, []any{first.State, first.RecordCount, first.ExceptionCount})
	refused, err := store.FileExceptions(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, []finance.ExceptionCode{finance.DuplicateInFile, finance.DuplicateInFile}, []finance.ExceptionCode{refused[0].Code, refused[1].Code})
	require.Equal(t, []string{"the same reference stands on line 2", "the same reference stands on line 4"}, []string{refused[0].Text, refused[1].Text})

	next := financeDay.AddDays(1)
	b.source.add(next, two, "SUCCESS", 200)
	again := soldFor(500)
	b.source.lines[next] = append(b.source.lines[next], fmt.Sprintf("X,{%s},,1V-100,SALE,SUCCESS,500,710,%sT12:00:00+02:00", again.id, next))
	b.source.sums[next] += 500
	// A node died while it took a first version of it in.
	_, err = b.db.Pool.Exec(t.Context(), `insert into recon_files (id, process_id, business_date, name, bytes, sha256, state) values ($1, $2, $3::date, 'x', 1, '\x01', 'LOADING')`,
		uuid.UUID{1}, p.ID, string(next))
	require.NoError(t, err)
	_, err = b.db.Pool.Exec(t.Context(), `insert into recon_records (file_id, line_no, process_id, business_date, provider_ref, switch_ref, serial, product, kind, state,
		amount_minor, currency, at) values ($1, 2, $2, $3::date, 'X', '', '', '', 'PROVISION', 'SUCCESS', 1, '710', now())`, uuid.UUID{1}, p.ID, string(next))
	require.NoError(t, err)
	second, err := load(next)
	require.NoError(t, err)
	require.Equal(t, []any{finance.FileLoaded, 1, 1}, []any{second.State, second.RecordCount, second.ExceptionCount})
	refused, err = store.FileExceptions(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, finance.DuplicateInProcess, refused[0].Code)
	var name string
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select switch_ref from recon_records where file_id = $1`, second.ID).Scan(&name))
	require.Equal(t, again.id.String(), name)
	unchanged, err := load(next)
	require.NoError(t, err)
	require.Equal(t, second, unchanged)
	var left int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select count(*) from recon_files where state = 'LOADING'`).Scan(&left))
	require.Zero(t, left)
}
