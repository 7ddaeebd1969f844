package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

var at1002 = time.Date(2026, 3, 11, 8, 2, 11, 0, time.UTC)

func process() finance.Process {
	return finance.Process{Code: "FLASH-ZAR", ProviderID: "FLASH", Currency: "710"}
}

func recon() finance.ReconReport {
	id := uuid.MustParse("6f1d1111-2222-4333-8444-555566667777")
	a := finance.SwitchRecord{
		TransactionID: id, ClientID: "RETAILA", Operation: finance.Provision, RequestID: "=HYPERLINK(1)", Serial: "S,1", Product: "@cmd",
		BusinessDate: "2026-03-11", At: at1002, State: finance.Success, Closed: true, AmountMinor: 10000, Currency: "710",
	}
	b := finance.StatementLine{
		LineNo: 2, Date: "2026-03-11", SwitchRef: id.String(), ProviderRef: "FL-1", Kind: finance.Provision, State: finance.Success,
		AmountMinor: 9000, Currency: "710", At: at1002,
	}
	extra := b
	extra.LineNo, extra.SwitchRef, extra.ProviderRef = 3, "", "FL-2"
	result, err := finance.Reconcile("2026-03-11", []finance.SwitchRecord{a}, []finance.StatementLine{b, extra}, 0)
	if err != nil {
		panic(err)
	}
	return finance.ReconReport{Process: process(), Run: finance.Run{BusinessDate: "2026-03-11", Summary: result.Summary}, Items: oneByOne(result.Items), GiveWay: atOnce}
}

func settlement() finance.SettlementReport {
	c := finance.Candidate{
		TransactionID: uuid.MustParse("6f1d1111-2222-4333-8444-555566667777"), ClientID: "RETAILA", Operation: finance.Provision,
		BusinessDate: "2026-03-11", At: at1002, FinalMinor: 10000, Currency: "710", Product: "1V-100",
	}
	rule := finance.FeeRule{Code: "COMMISSION", RateBP: 350, AppliesTo: []finance.Operation{finance.Provision}, Tax: finance.TaxExclusive, TaxRateBP: 1500}
	s, err := finance.Settle("710", rule, []finance.Candidate{c})
	if err != nil {
		panic(err)
	}
	cycle := finance.Cycle{
		Number: 38, PeriodFrom: "2026-03-11", PeriodTo: "2026-03-11", State: finance.CycleAwaitingApproval, Currency: "710",
		Principal: s.Principal, Fees: s.Fees, Tax: s.Tax, Net: s.Net,
	}
	return finance.SettlementReport{Process: process(), Cycle: cycle, Nets: s.Nets, Lines: oneByOne(s.Lines), GiveWay: atOnce}
}

// atOnce never rests.
func atOnce() error { return nil }

func oneByOne[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func mustRead(t *testing.T, parts ...string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return string(body)
}

func TestSettlementCSV(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, err := NewDirectory(dir, time.Now).WriteSettlement(t.Context(), settlement())
	require.NoError(t, err)
	require.Len(t, files, 3)
	require.Equal(t, "FLASH-ZAR/Reports/2026-03-11/FLASH-ZAR_SETTLEMENT_SUMMARY_20260311.csv", files[0].Path)
	require.Equal(t, strings.Join([]string{
		"cycle,period_from,period_to,originator,provider,currency,sales,sales_minor,redemptions,redemptions_minor,refunds,refunds_minor,principal_minor,fees_minor,tax_minor,net_minor,net",
		"38,2026-03-11,2026-03-11,RETAILA,FLASH,710,1,10000,0,0,0,0,10000,350,53,9597,95.97",
		"38,2026-03-11,2026-03-11,all originators,FLASH,710,1,10000,0,0,0,0,10000,350,53,9597,95.97",
		"",
	}, "\r\n"), mustRead(t, dir, files[0].Path))
	require.Equal(t, strings.Join([]string{
		"cycle,line,transaction_id,kind,originator,operation,direction,product,business_date,time,amount_minor,amount,currency,fee_minor,fee",
		"38,1,6f1d1111-2222-4333-8444-555566667777,PRINCIPAL,RETAILA,PROVISION,D,1V-100,2026-03-11,2026-03-11T08:02:11Z,10000,100.00,710,350,3.50",
		"",
	}, "\r\n"), mustRead(t, dir, files[1].Path))
}

func TestReconciliationCSVIsHarmlessInASpreadsheet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, err := NewDirectory(dir, time.Now).WriteReconciliation(t.Context(), recon())
	require.NoError(t, err)
	body := mustRead(t, dir, files[0].Path)
	require.Contains(t, body, ",'=HYPERLINK(1),")
	require.Contains(t, body, `,"S,1",'@cmd,`)
	require.Contains(t, body, ",-1000,1\r\n", "a negative number is no formula")
	require.Contains(t, body, "MISSING_A")
	require.Equal(t, 2, files[0].Rows)
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a=b": "a=b", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx"} {
		require.Equal(t, want, harmless(in))
	}
}

func TestRerunGivesTheSameBytesApartFromTheGenerationTime(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	now := func() time.Time { return at1002 }
	first, err := NewDirectory(one, now).WriteSettlement(t.Context(), settlement())
	require.NoError(t, err)
	again, err := NewDirectory(two, now).WriteSettlement(t.Context(), settlement())
	require.NoError(t, err)
	require.Equal(t, first, again)
	later, err := NewDirectory(two, func() time.Time { return at1002.Add(time.Hour) }).WriteSettlement(t.Context(), settlement())
	require.NoError(t, err)
	require.Equal(t, first[:2], later[:2], "CSV files hold no time")
	require.NotEqual(t, first[2].SHA256, later[2].SHA256)
}

func TestXLSXHoldsBothSheetsAsTextAndWholeNumbers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := NewDirectory(dir, time.Now)
	files, err := d.WriteReconciliation(t.Context(), recon())
	require.NoError(t, err)
	in, err := d.Open(files[1].Path)
	require.NoError(t, err)
	body, err := io.ReadAll(in)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	f, err := excelize.OpenReader(bytes.NewReader(body))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Equal(t, []string{"Summary", "Items"}, f.GetSheetList())
	rows, err := f.GetRows("Items", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, "=HYPERLINK(1)", rows[1][9])
	formula, err := f.GetCellFormula("Items", "J2")
	require.NoError(t, err)
	require.Empty(t, formula)
	kind, err := f.GetCellType("Items", "J2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeInlineString, kind)
}

func TestOpenStaysInsideTheDirectory(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600))
	root := filepath.Join(outside, "reports")
	require.NoError(t, os.Mkdir(root, 0o700))
	for _, name := range []string{"../secret", "/etc/passwd", "missing.csv"} {
		_, err := NewDirectory(root, time.Now).Open(name)
		require.Equal(t, apperr.NotFound, apperr.CodeOf(err), name)
	}
	_, err := NewDirectory(filepath.Join(outside, "none"), time.Now).Open("a")
	require.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}

func TestWriteLeavesNoHalfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := NewDirectory(dir, time.Now).WriteSettlement(t.Context(), settlement())
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "FLASH-ZAR", "Reports", "2026-03-11", ".report-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	blocked := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	_, err = NewDirectory(blocked, time.Now).WriteSettlement(t.Context(), settlement())
	require.Equal(t, apperr.Internal, apperr.CodeOf(err))
}

func TestATableThatIsTooLongForASheetGoesOnInTheNext(t *testing.T) {
	t.Parallel()
	var rows few
	for i := range 7 {
		rows.add(count(i))
	}
	var out bytes.Buffer
	n, err := writeXLSX(&out, at1002, 3, atOnce, table{sheet: "Items", header: []string{"n"}, rows: rows.each})
	require.NoError(t, err)
	require.Equal(t, 7, n)
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Equal(t, []string{"Items", "Items 2", "Items 3"}, f.GetSheetList())
	for sheet, want := range map[string][][]string{
		"Items": {{"n"}, {"0"}, {"1"}, {"2"}}, "Items 2": {{"n"}, {"3"}, {"4"}, {"5"}}, "Items 3": {{"n"}, {"6"}},
	} {
		got, err := f.GetRows(sheet)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestAReportWhoseRowsCannotBeReadIsNotWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := recon()
	r.Items = func(yield func(finance.Item, error) bool) { yield(finance.Item{}, errors.New("gone")) }
	_, err := NewDirectory(dir, time.Now).WriteReconciliation(t.Context(), r)
	require.Error(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "FLASH-ZAR", "Reports", "2026-03-11", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAReportGivesWayAtEachRowAndWhileItIsCompressed(t *testing.T) {
	t.Parallel()
	asked := 0
	giveWay := func() error { asked++; return nil }
	r := settlement()
	r.GiveWay = giveWay
	var out bytes.Buffer
	_, err := writeCSV(&out, settlementDetail(r))
	require.NoError(t, err)
	require.Equal(t, 1, asked)
	asked = 0
	_, err = writeXLSX(&out, at1002, sheetRows, giveWay, table{sheet: "Empty", rows: few{}.each})
	require.NoError(t, err)
	require.Positive(t, asked)
}

func TestAReportThatMayNotGoOnIsNotWritten(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped")
	r := recon()
	r.GiveWay = func() error { return stopped }
	_, err := NewDirectory(t.TempDir(), time.Now).WriteReconciliation(t.Context(), r)
	require.ErrorIs(t, err, stopped)
	_, err = writeXLSX(io.Discard, at1002, sheetRows, r.GiveWay, table{sheet: "Empty", rows: few{}.each})
	require.ErrorIs(t, err, stopped)
}

// TestAWorkbookPassesThroughLittleMemory: held in memory as a whole, a million lines took 360 MiB of the process.
func TestAWorkbookPassesThroughLittleMemory(t *testing.T) {
	t.Parallel()
	rows := func(yield func([]cell, error) bool) {
		for n := range 20_000 {
			sum := sha256.Sum256(strconv.AppendInt(nil, int64(n), 10)) // does not compress
			if !yield([]cell{{text: hex.EncodeToString(sum[:])}}, nil) {
				return
			}
		}
	}
	var w pieces
	n, err := writeXLSX(&w, at1002, sheetRows, atOnce, table{sheet: "lines", header: []string{"line"}, rows: rows})
	require.NoError(t, err)
	require.Equal(t, 20_000, n)
	require.Greater(t, w.all, 500_000)
	require.Less(t, w.largest, 100_000, "a workbook goes out in pieces")
}

// pieces counts what is written.
type pieces struct{ all, largest int }

func (p *pieces) Write(b []byte) (int, error) {
	p.all, p.largest = p.all+len(b), max(p.largest, len(b))
	return len(b), nil
}
