package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/internal/sandbox"
	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/simulator/humm"
)

// dayOfTrade is a sandbox whose opening day was played, reconciled and settled; tests share it and only look.
type dayOfTrade struct {
	sandbox *sandboxProcess
	date    string
	over    time.Time // when the last sale of the day was done; other tests sell more
	finance *desk
	err     error
}

// tradeDay gives the day; the first to ask plays it.
func tradeDay(t *testing.T) *dayOfTrade {
	t.Helper()
	shared.once.Do(func() {
		base, err := os.MkdirTemp(localpg.QuickDir(), "signalbox-day")
		require.NoError(t, err)
		require.NoError(t, os.Chmod(base, 0o755))
		s, err := launch(filepath.Join(base, "data"), "--fresh")
		require.NoError(t, err)
		shared.day = &dayOfTrade{sandbox: s, err: fmt.Errorf("the day of trade did not end well; another test tells why")}
		shared.day.play(t)
	})
	require.NotNil(t, shared.day, "the day of trade could not begin; another test tells why")
	require.NoError(t, shared.day.err)
	return shared.day
}

// play lets the tills trade, then has the day reconciled and settled by a person of finance, on the schedules page.
func (d *dayOfTrade) play(t *testing.T) {
	t.Helper()
	db := d.sandbox.open(t)
	day := sandbox.OpeningDay{APIURL: d.sandbox.api, SimulatorURL: d.sandbox.simulator, Seed: 7, Settled: db.NothingQueued}
	var err error
	d.date, err = day.Run(t.Context())
	require.NoError(t, err)
	require.NoError(t, db.Pool.QueryRow(t.Context(), "select clock_timestamp()").Scan(&d.over))
	person := d.sandbox.atDesk(t, "finance")
	for _, job := range []string{"recon.run", "settle.cutoff"} {
		person.open("/schedules")
		order := url.Values{"date": {d.date}, "reason": {"The day is over early today"}, "idempotency_key": {"walk-" + job}}
		require.Equal(t, http.StatusOK, person.post("/schedules/"+job+"/run", order), person.text())
		require.Contains(t, person.text(), "Started "+job+" for "+d.date)
		require.Eventually(t, func() bool {
			var state string
			err := db.Pool.QueryRow(t.Context(), `select state from job_runs where job = $1 order by started_at desc limit 1`, job).Scan(&state)
			return err == nil && state == "DONE"
		}, 30*time.Second, 50*time.Millisecond, "%s ends well", job)
	}
	d.finance, d.err = person, nil
}

// finding is one break: the transaction or reference it concerns and what is wrong.
type finding struct{ provider, what, ref string }

// TestFinance compares what finance found with what the simulator knows: its planted breaks and its books (W6).
func TestFinance(t *testing.T) {
	t.Parallel()
	d := tradeDay(t)
	db := d.sandbox.open(t)

	// The breaks are the planted ones and the reversals that a provider cannot take, and no other.
	assert.ElementsMatch(t, append(d.planted(t), d.consumed(t, db)...), d.found(t, db))

	// What is settled is what the books hold, less what is held or broken.
	left := d.notSettled(t, db)
	for provider, principal := range d.principals(t, db) {
		sum := int64(0)
		for _, e := range d.sandbox.books(t, provider) {
			if e.State == "APPROVED" && e.At.Before(d.over) && !left[e.Ref] && !left[e.ProviderRef] {
				sum += signs[e.Operation] * e.FinalAmount
			}
		}
		assert.Equalf(t, sum, principal, "principal of %s", provider)
	}
	t.Run("reports", func(t *testing.T) { d.reports(t) })
	d.sandbox.mustCheck(t)
}

// signs tell what an entry in the books does to what is owed to the provider: voids, transfers and replacements do nothing.
var signs = map[string]int64{
	"provision": 1, "activation": 1, "load": 1, "refund": 1, "adjustment": 1, "redemption": -1, "authorisation": -1,
}

// planted are the breaks that the simulator put into the statements, as finance must name them.
func (d *dayOfTrade) planted(t *testing.T) (list []finding) {
	names := map[string]string{"missing": "MISSING_B", "amount": "AMOUNT_DIFF", "extra": "MISSING_A", "state": "STATE_DIFF", "duplicate": "DUPLICATE_IN_FILE"}
	kinds := map[string]int{}
	for _, p := range simulator.Providers() {
		var got struct {
			Planted []struct {
				Kind      string `json:"kind"`
				SwitchRef string `json:"switch_ref"`
			} `json:"planted"`
		}
		d.sandbox.fromSimulator(t, "/statements/"+p.ID+"/planted?date="+d.date, &got)
		for _, b := range got.Planted {
			kinds[b.Kind]++
			list = append(list, finding{p.ID, names[b.Kind], b.SwitchRef})
			if b.Kind == "state" { // what we hold as nothing left stands there with its full amount
				list = append(list, finding{p.ID, "AMOUNT_DIFF", b.SwitchRef})
			}
		}
	}
	require.Equal(t, map[string]int{"missing": 1, "amount": 1, "extra": 1, "state": 1, "duplicate": 1}, kinds, "one break of each kind")
	return list
}

// consumed are the reversals that went nowhere: the provider's voucher is live, so both sides differ.
func (d *dayOfTrade) consumed(t *testing.T, db *postgres.DB) (list []finding) {
	for _, place := range d.column(t, db, `select distinct s.provider_id || ' ' || a.wire_ref from saf_entries s join "check".attempt a on a.txn_id = s.transaction_id
		and a.kind = 'REQUEST' where s.kind = 'REVERSE' and s.state = 'CONSUMED' and a.state <> 'NOT_SENT' order by 1`) {
		provider, ref, _ := strings.Cut(place, " ")
		list = append(list, finding{provider, "STATE_DIFF", ref}, finding{provider, "AMOUNT_DIFF", ref}, finding{provider, "ADVICE_CONSUMED", ref})
	}
	for _, provider := range []string{"stellr", "blu"} {
		require.Condition(t, func() bool {
			return slices.ContainsFunc(list, func(f finding) bool { return f.provider == provider })
		}, "a customer walked away from a voucher of %s", provider)
	}
	for _, f := range list {
		require.Contains(t, []string{"stellr", "blu", "ott"}, f.provider, "who takes reversals must get them")
	}
	return list
}

// found are the breaks that the run lists, and the lines of the statements that it refused.
func (d *dayOfTrade) found(t *testing.T, db *postgres.DB) (list []finding) {
	rows, err := db.Pool.Query(t.Context(), `
		select p.provider_id, reason, coalesce(a.wire_ref, r.switch_ref)
		from recon_items i join recon_processes p on p.id = i.process_id cross join unnest(i.reasons) reason
		left join lateral (select wire_ref from attempts a where a.transaction_id = i.transaction_id and a.kind in ('REQUEST', 'RETRY') limit 1) a on true
		left join recon_records r on r.file_id = i.file_id and r.line_no = i.line_no
		where i.recon_status <> 'MATCHED'
		union all
		select p.provider_id, e.code, r.switch_ref
		from recon_exceptions e join recon_files f on f.id = e.file_id join recon_processes p on p.id = f.process_id
		left join recon_records r on r.file_id = e.file_id and r.line_no = e.line_no - 1 -- a planted duplicate follows its line
		where f.state in ('LOADED', 'FINALIZED')`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var f finding
		require.NoError(t, rows.Scan(&f.provider, &f.what, &f.ref))
		list = append(list, f)
	}
	require.NoError(t, rows.Err())
	return list
}

// notSettled gives the references that must stand in no cycle: breaks, and single-message sales that may still be reversed.
func (d *dayOfTrade) notSettled(t *testing.T, db *postgres.DB) map[string]bool {
	held := d.column(t, db, `select distinct a.wire_ref from "check".txn t join "check".attempt a on a.txn_id = t.id
		where a.kind in ('REQUEST', 'RETRY') and t.outcome = 'SUCCESS' and t.final is null and t.operation not in ('KEY', 'INVITE', 'RECEIPT') and t.created_at < '`+d.over.Format(time.RFC3339Nano)+`'`)
	require.NotEmpty(t, held)
	shown := d.column(t, db, `select a.wire_ref from recon_items i join "check".attempt a on a.txn_id = i.transaction_id and a.kind in ('REQUEST', 'RETRY')
		where i.settlement_status = 'HELD'`)
	broken := append(d.planted(t), d.consumed(t, db)...)
	without := func(list, others []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(ref string) bool {
			return slices.Contains(others, ref) || slices.ContainsFunc(broken, func(f finding) bool { return f.ref == ref })
		})
	}
	assert.Empty(t, without(shown, held), "what finance holds nobody has decided yet")
	assert.Empty(t, without(held, shown), "what nobody has decided finance holds, unless it is broken anyway")
	left := map[string]bool{}
	// The lender knows a message by the till's words and by the number it gave, not by a reference of ours.
	lent := d.column(t, db, `select t.provider_ref from transactions t where t.service = 'HUMM' and t.outcome = 'SUCCESS' and t.final is null
		and t.provider_ref is not null and t.received_at < '`+d.over.Format(time.RFC3339Nano)+`'`)
	for _, ref := range append(held, lent...) {
		left[ref] = true
	}
	for _, f := range broken {
		left[f.ref] = f.what != "DUPLICATE_IN_FILE" || left[f.ref]
	}
	return left
}

// principals are the principals of the cycles by provider.
func (d *dayOfTrade) principals(t *testing.T, db *postgres.DB) map[string]int64 {
	rows, err := db.Pool.Query(t.Context(), `select p.provider_id, c.principal_minor, c.state from settlement_cycles c
		join recon_processes p on p.id = c.process_id where c.period_to = $1::date`, d.date)
	require.NoError(t, err)
	defer rows.Close()
	sums := map[string]int64{}
	for rows.Next() {
		var provider, state string
		var principal int64
		require.NoError(t, rows.Scan(&provider, &principal, &state))
		require.Equal(t, "AWAITING_APPROVAL", state, provider)
		sums[provider] = principal
	}
	require.NoError(t, rows.Err())
	for _, provider := range settling() {
		require.Contains(t, sums, provider, "every provider has its cycle")
	}
	require.Len(t, sums, len(settling()))
	return sums
}

// settling are those whom a day of trade leaves with something to settle: the voucher providers, the gift card issuer and the
// lender.
func settling() (list []string) {
	for _, p := range simulator.Providers() {
		list = append(list, p.ID)
	}
	return append(list, giftcards.ID, humm.ID)
}

func (d *dayOfTrade) column(t *testing.T, db *postgres.DB, query string) (list []string) {
	rows, err := db.Pool.Query(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var v string
		require.NoError(t, rows.Scan(&v))
		list = append(list, v)
	}
	require.NoError(t, rows.Err())
	return list
}

// principalOf is the principal of a cycle as its page must write it, in rand.
func (d *dayOfTrade) principalOf(t *testing.T, cycle string) string {
	var minor int64
	require.NoError(t, d.sandbox.open(t).Pool.QueryRow(t.Context(), `select principal_minor from settlement_cycles where id = $1`, cycle).Scan(&minor))
	rand := strconv.FormatInt(minor/100, 10)
	for i := len(rand) - 3; i > 0; i -= 3 {
		rand = rand[:i] + " " + rand[i:]
	}
	return fmt.Sprintf("R %s.%02d", rand, minor%100)
}

// The files lie in the report directory and can be fetched from the pages, as text and as workbook.
func (d *dayOfTrade) reports(t *testing.T) {
	person := d.finance.forTest(t)
	runs := person.open("/finance/reconciliation").links(`/finance/reconciliation/[^"/]+`)
	cycles := person.open("/finance/settlement").links(`/finance/cycles/[0-9a-f-]{36}`)
	require.NotEmpty(t, runs)
	require.NotEmpty(t, cycles)
	for _, page := range []string{runs[0], cycles[0]} {
		files := person.open(page).links(`[^"]*/report\.(?:csv|xlsx)[^"]*`)
		require.Len(t, files, 2, page)
		for _, file := range files {
			header, body := person.download(file)
			require.Contains(t, header.Get("Content-Disposition"), "attachment", file)
			if strings.Contains(file, ".csv") {
				records, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
				require.NoError(t, err, file)
				require.Greater(t, len(records), 1, file)
				continue
			}
			book, err := excelize.OpenReader(bytes.NewReader(body))
			require.NoError(t, err, file)
			lines, err := book.GetRows(book.GetSheetList()[0])
			require.NoError(t, err)
			require.NotEmpty(t, lines, file)
			require.NoError(t, book.Close())
		}
	}
	written := map[string]int{}
	require.NoError(t, filepath.WalkDir(filepath.Join(d.sandbox.dir, "reports"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			written[filepath.Ext(path)]++
		}
		return err
	}))
	require.GreaterOrEqual(t, written[".csv"], 2*len(settling()))
	require.GreaterOrEqual(t, written[".xlsx"], 2*len(settling()))

	// By hand the same report comes again, the same files.
	out := t.TempDir()
	again := command(t, "", "report", "run", "settlement", "--date", d.date, "--out", out, "--database-url", d.sandbox.database)
	require.Zero(t, again.code, again.errors)
	require.GreaterOrEqual(t, len(strings.Fields(again.out)), 2*len(settling()))
}
