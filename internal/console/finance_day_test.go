package console

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/finance/report"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

const reconciledDay = finance.Date("2026-03-11")

// provider is a statement source whose one file a test writes.
type provider struct {
	lines []string
	sum   int64
}

func (p *provider) Fetch(_ context.Context, _ string, day finance.Date) (finance.RawStatement, error) {
	if day != reconciledDay {
		return finance.RawStatement{}, apperr.Errorf(apperr.NotFound, "no statement")
	}
	body := "provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at\n" + strings.Join(p.lines, "\n") +
		fmt.Sprintf("\nTRAILER,%d,%d\n", len(p.lines), p.sum)
	return finance.StatementOf("FLASH_20260311.csv", []byte(body)), nil
}

func (p *provider) list(id uuid.UUID, minor int64) {
	p.sum += minor
	p.lines = append(p.lines, fmt.Sprintf("FL-%s,%s,,1V-100,SALE,SUCCESS,%d,710,2026-03-11T12:00:00+02:00", id.String()[:8], id, minor))
}

// smallDay is one sale both sides know, one with two amounts, one the statement does not list, and one only it lists.
func smallDay(t *testing.T, db *postgres.DB) (*finance.Service, *report.Directory) {
	t.Helper()
	source := &provider{}
	_, err := db.Pool.Exec(t.Context(), `insert into clients (id, name, password_hash) values ('RETAILA', 'Karoo Fresh', 'x')`)
	require.NoError(t, err)
	sold := func(minor, listed int64) {
		id := uuid.New()
		_, err := db.Pool.Exec(t.Context(), `
			insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, product_id, currency,
			  request_amount_minor, approved_amount_minor, final_amount_minor, received_at, last_client_at, closed_at, outcome, decision,
			  decision_origin, final, recon_required, provider_ref, business_date)
			values ($1, 'RETAILA', 'VOUCHER', 'PROVISION', $2, 1, '\x00', 'DUAL', 'FLASH', '1V-100', '710', $3, $3, $3, $4, $4, $4, 'SUCCESS',
			  'CONFIRM', 'client', 'CONFIRMED', false, $5, '2026-03-11')`,
			id, "REQ-"+id.String(), minor, time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC), "FL-"+id.String()[:8])
		require.NoError(t, err)
		if listed > 0 {
			source.list(id, listed)
		}
	}
	sold(10000, 10000)
	sold(900, 890)
	sold(800, 0)
	source.list(uuid.New(), 50)
	files := report.NewDirectory(t.TempDir(), time.Now)
	rule := finance.FeeRule{Code: "COMMISSION", RateBP: 350, AppliesTo: []finance.Operation{finance.Provision}, Tax: finance.TaxExclusive, TaxRateBP: 1500}
	return finance.NewService(postgres.NewFinance(db), source, files, finance.Defaults{Zone: "Africa/Johannesburg", Rule: rule}, slog.New(slog.DiscardHandler)), files
}

// TestAReconciledDay walks from the list of runs to the download of a cycle, over the real stores.
func TestAReconciledDay(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	service, files := smallDay(t, db)
	_, err := service.ReconcileDay(t.Context(), reconciledDay)
	require.NoError(t, err)
	first, err := postgres.NewFinance(db).DayRuns(t.Context(), finance.DayFilter{})
	require.NoError(t, err)
	_, err = service.SettleDay(t.Context(), reconciledDay)
	require.NoError(t, err)
	store := postgres.NewFinance(db)
	app, people := newConsole(t, func(d *Deps) { d.Finance, d.ReportFiles = store, files })
	b := newBrowser(t, app).as(people, operators.Grant{Role: operators.Finance, Half: operators.Request})

	require.Equal(t, 200, b.get("/finance/reconciliation").StatusCode)
	assert.Contains(t, b.last, "1\u00a0process of 1 did not match in full")
	assert.Contains(t, b.last, "3\u00a0breaks are open over all days and need a person of finance.")
	assert.Contains(t, b.last, "25.0\u00a0%")
	assert.Contains(t, b.last, `href="/finance/reconciliation/FLASH-ZAR?date=2026-03-11"`)

	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?date=2026-03-11").StatusCode)
	assert.Contains(t, b.last, "1 of 4\u00a0items match.")
	assert.Contains(t, b.last, "FLASH_20260311.csv")
	for _, tag := range []string{"AMOUNT_DIFF", "MISSING_A", "MISSING_B"} {
		assert.Contains(t, b.last, tag)
	}
	checkItems(t, b)
	checkCycle(t, b)

	csvHref := regexp.MustCompile(`href="(/finance/cycles/[^"]+/report\.csv)"`).FindStringSubmatch(b.last)
	require.NotNil(t, csvHref)
	res := b.get(csvHref[1])
	require.Equal(t, 200, res.StatusCode)
	assert.Equal(t, `attachment; filename="FLASH-ZAR_SETTLEMENT_DETAIL_20260311.csv"`, res.Header.Get("Content-Disposition"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.last, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	assert.Len(t, rows, 2)
	res = b.get("/finance/reconciliation/FLASH-ZAR/report.xlsx")
	require.Equal(t, 200, res.StatusCode)
	assert.True(t, strings.HasPrefix(b.last, "PK"), "a workbook is a zip archive")

	page, err := postgres.NewOperators(db).SearchAudit(t.Context(), operators.AuditFilter{Action: "report.download"})
	require.NoError(t, err)
	require.Len(t, page.Rows, 2)
	assert.Equal(t, []string{"Thandi Mokoena", "report", "FLASH-ZAR"}, []string{page.Rows[1].Entry.Actor.Name, page.Rows[1].Entry.ObjectType, page.Rows[1].Entry.Scope})
	assert.Contains(t, string(page.Rows[1].After), `"report": "SETTLEMENT_DETAIL"`)

	// The settlement has reconciled the day again, so the numbers of the first run lead to the result that counts.
	res = b.get(itemHref(first[0].ID, 1))
	assert.Equal(t, 303, res.StatusCode)
	assert.Equal(t, "/finance/reconciliation/FLASH-ZAR?date=2026-03-11", res.Header.Get("Location"))
	b.get(res.Header.Get("Location"))
	assert.Contains(t, b.last, "The day was reconciled again.")
}

var itemLink = regexp.MustCompile(`href="(/finance/items/[^"]+)"`)

func checkItems(t *testing.T, b *browser) {
	t.Helper()
	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?status=all&reason=AMOUNT_DIFF").StatusCode, "no date is the latest day")
	links := itemLink.FindAllStringSubmatch(b.last, -1)
	require.Len(t, links, 1, "the facet leaves one")
	require.Equal(t, 200, b.get(links[0][1]).StatusCode)
	assert.Contains(t, b.last, "FLASH says R\u00a08.90 and our record R\u00a09.00")
	assert.Contains(t, b.last, "Different by R\u00a00.10")
	assert.Contains(t, b.last, "agree on one of them with FLASH")
	assert.Regexp(t, `href="/transactions/[0-9a-f-]{36}"`, b.last)

	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?status=matched").StatusCode)
	matched := itemLink.FindStringSubmatch(b.last)
	require.Equal(t, 200, b.get(matched[1]).StatusCode)
	assert.Contains(t, b.last, "Both sides agree")
	assert.Contains(t, b.last, "In cycle")

	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?status=unmatched").StatusCode)
	assert.Len(t, itemLink.FindAllStringSubmatch(b.last, -1), 2)
	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?status=all&after=3").StatusCode)
	assert.Len(t, itemLink.FindAllStringSubmatch(b.last, -1), 1, "the page after the third item")
}

func checkCycle(t *testing.T, b *browser) {
	t.Helper()
	require.Equal(t, 200, b.get("/finance/settlement?process=FLASH-ZAR").StatusCode)
	assert.Contains(t, b.last, "R\u00a095.97 is due to providers")
	link := regexp.MustCompile(`href="(/finance/cycles/[^"?]+)"`).FindStringSubmatch(b.last)
	require.NotNil(t, link)
	require.Equal(t, 200, b.get(link[1]).StatusCode)
	for _, part := range []string{
		"Karoo Fresh pays FLASH R\u00a095.97", "Karoo Fresh owes", "Net to FLASH", "3\u00a0lines wait for a person of finance", "3.50\u00a0% of every sale", "R\u00a03.50", "R\u00a00.53", "15.00\u00a0% on top, once",
	} {
		assert.Contains(t, b.last, part)
	}
	require.Equal(t, 404, b.get("/finance/cycles/"+uuid.NewString()).StatusCode)
	require.Equal(t, 200, b.get(link[1]).StatusCode)
}
