package console

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/server"
)

// fakeFinance knows one process; what a test asks for beyond it is set as a function.
type fakeFinance struct {
	Finance
	process finance.Process
	dayRuns func(w finance.DayFilter) ([]finance.Run, error)
	current func(date finance.Date) (finance.Run, error)
	findRun func(id uuid.UUID) (finance.Run, error)
	item    func(no int) (finance.Item, error)
	files   []finance.File
	refused []finance.Exception
	open    finance.OpenBreaks
	cycles  []finance.Cycle
	asked   finance.DayFilter
	reports []finance.WrittenReport
	record  func(r finance.WrittenReport, who operators.Actor) error
}

func (f *fakeFinance) ClientNames(context.Context) (map[string]string, error) {
	return map[string]string{"RETAILA": "Retail A"}, nil
}

func newFakeFinance() *fakeFinance {
	return &fakeFinance{
		process: finance.Process{ID: uuid.New(), Code: "FLASH-ZAR", Name: "Flash", Currency: "710"},
		dayRuns: func(finance.DayFilter) ([]finance.Run, error) { return nil, nil },
		current: func(finance.Date) (finance.Run, error) {
			return finance.Run{}, apperr.Errorf(apperr.NotFound, "There is no such reconciliation run.")
		},
	}
}

func (f *fakeFinance) Processes(context.Context) ([]finance.Process, error) {
	return []finance.Process{f.process}, nil
}

func (f *fakeFinance) FindProcess(_ context.Context, code string) (finance.Process, error) {
	if code != f.process.Code {
		return finance.Process{}, apperr.Errorf(apperr.NotFound, "There is no such process.")
	}
	return f.process, nil
}

func (f *fakeFinance) DayRuns(_ context.Context, w finance.DayFilter) ([]finance.Run, error) {
	f.asked = w
	return f.dayRuns(w)
}

func (f *fakeFinance) CurrentRun(_ context.Context, _ uuid.UUID, date finance.Date) (finance.Run, error) {
	return f.current(date)
}

func (f *fakeFinance) FindRun(_ context.Context, id uuid.UUID) (finance.Run, error) {
	return f.findRun(id)
}

func (f *fakeFinance) OpenBreaks(context.Context) (finance.OpenBreaks, error) { return f.open, nil }

func (f *fakeFinance) Item(_ context.Context, _ uuid.UUID, no int) (finance.Item, error) {
	return f.item(no)
}

func (f *fakeFinance) Files(context.Context, uuid.UUID, finance.Date) ([]finance.File, error) {
	return f.files, nil
}

func (f *fakeFinance) FileExceptions(context.Context, uuid.UUID) ([]finance.Exception, error) {
	return f.refused, nil
}

func (f *fakeFinance) DayCycles(_ context.Context, w finance.DayFilter) ([]finance.Cycle, error) {
	f.asked = w
	return f.cycles, nil
}

func (f *fakeFinance) Reports(context.Context, uuid.UUID, finance.Date) ([]finance.WrittenReport, error) {
	return f.reports, nil
}

func (f *fakeFinance) RecordDownload(_ context.Context, r finance.WrittenReport, who operators.Actor) error {
	return f.record(r, who)
}

func newFinanceDesk(t *testing.T, f *fakeFinance, change func(*Deps)) (*browser, *server.App) {
	t.Helper()
	app, people := newConsole(t, func(d *Deps) {
		d.Finance = f
		if change != nil {
			change(d)
		}
	})
	return newBrowser(t, app).as(people, operators.Grant{Role: operators.Finance, Half: operators.Request}), app
}

func TestFinancePagesBeforeTheFirstNight(t *testing.T) {
	t.Parallel()
	b, _ := newFinanceDesk(t, newFakeFinance(), nil)
	require.Equal(t, 200, b.get("/finance/reconciliation").StatusCode)
	assert.Contains(t, b.last, "Nothing was reconciled yet")
	require.Equal(t, 200, b.get("/finance/settlement").StatusCode)
	assert.Contains(t, b.last, "Nothing was settled yet")
}

func TestFinanceAddressesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	f := newFakeFinance()
	f.findRun = func(uuid.UUID) (finance.Run, error) {
		return finance.Run{}, apperr.Errorf(apperr.NotFound, "There is no such run.")
	}
	b, _ := newFinanceDesk(t, f, nil)
	for path, status := range map[string]int{
		"/finance/reconciliation/NONE":                       404,
		"/finance/reconciliation/FLASH-ZAR?date=2026-03-11":  404,
		"/finance/reconciliation/FLASH-ZAR?date=11.03.2026":  400,
		"/finance/reconciliation?date=yesterday":             400,
		"/finance/items/7":                                   404,
		"/finance/items/" + uuid.NewString():                 404,
		"/finance/items/" + uuid.NewString() + ".0":          404,
		"/finance/items/" + uuid.NewString() + ".1":          404,
		"/finance/items/" + uuid.NewString() + ".9999999999": 404,
		"/finance/cycles/38":                                 404,
	} {
		assert.Equal(t, status, b.get(path).StatusCode, path)
	}
	require.Equal(t, 200, b.get("/finance/settlement?process=unknown&date=2026-03-11").StatusCode)
	assert.Equal(t, finance.DayFilter{Upto: "2026-03-11", Days: daysShown}, f.asked, "an unknown process is no filter")
}

func TestADayThatFailedShowsWhyAndWhichLines(t *testing.T) {
	t.Parallel()
	f := newFakeFinance()
	file := finance.File{ID: uuid.New(), Name: "flash.csv", State: finance.FileError, ExceptionCount: 1}
	f.files, f.refused = []finance.File{file}, []finance.Exception{{LineNo: 12, Code: finance.BadType, Text: "at is not a time", Raw: "…4711,<b>"}}
	f.dayRuns = func(finance.DayFilter) ([]finance.Run, error) {
		return []finance.Run{{ID: uuid.New(), ProcessID: f.process.ID, BusinessDate: "2026-03-11", State: finance.RunFailed, Failure: "the trailer does not add up"}}, nil
	}
	b, _ := newFinanceDesk(t, f, nil)
	require.Equal(t, 200, b.get("/finance/reconciliation/FLASH-ZAR?date=2026-03-11").StatusCode)
	for _, part := range []string{"This day has no result", "the trailer does not add up", "BAD_TYPE", "Refused", "…4711,&lt;b&gt;"} {
		assert.Contains(t, b.last, part)
	}
	require.Equal(t, 200, b.get("/finance/reconciliation").StatusCode)
	assert.Contains(t, b.last, "1\u00a0run of 1 failed")
}

func TestEveryReasonAndHoldIsExplained(t *testing.T) {
	t.Parallel()
	for _, r := range []finance.Reason{
		finance.MissingA, finance.MissingB, finance.Ambiguous, finance.StateDiff, finance.AmountDiff, finance.CurrencyDiff, finance.KindDiff,
		finance.InDoubt, finance.ReasonOutstanding, finance.ReasonRefused, finance.ReasonConsumed, finance.SupersededOpen,
	} {
		assert.NotEqual(t, string(r), reasonWord(r, "Flash"))
		assert.NotContains(t, reasonSentence(r, "Flash"), "no explanation", r)
	}
	for _, h := range []finance.HoldReason{finance.HoldInDoubt, finance.HoldAdvice, finance.HoldUndecided, finance.HoldConfirmation} {
		assert.NotEmpty(t, holdSentence(h), h)
	}
}

func TestAnItemInDoubtAndOneWithStoredFields(t *testing.T) {
	t.Parallel()
	f := newFakeFinance()
	at := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	side := finance.SwitchRecord{TransactionID: uuid.New(), ClientID: "RETAILA", Operation: finance.Provision, State: finance.Unknown, Currency: "710", At: at}
	line := finance.StatementLine{LineNo: 3, Kind: finance.Provision, State: finance.Success, AmountMinor: 700, Currency: "710", At: at}
	f.findRun = func(id uuid.UUID) (finance.Run, error) {
		return finance.Run{ID: id, ProcessID: f.process.ID, BusinessDate: "2026-03-11", State: finance.RunDone, FinishedAt: at}, nil
	}
	f.item = func(no int) (finance.Item, error) {
		return finance.Item{
			No: no, BusinessDate: "2026-03-11", A: &side, B: &line, Status: finance.PartiallyMatched, Reasons: []finance.Reason{finance.InDoubt},
			SelfHeals: true, Settlement: finance.Held, Hold: finance.HoldInDoubt, Fields: []finance.FieldResult{
				{Field: finance.FieldState, B: "SUCCESS", Outcome: finance.FieldMissingA, Required: true},
				{Field: finance.FieldAmount, B: "700", Outcome: finance.FieldMissingA, Required: true},
				{Field: finance.FieldProduct, A: "1V", B: "1V-100", Outcome: finance.Different},
			},
		}, nil
	}
	b, _ := newFinanceDesk(t, f, nil)
	require.Equal(t, 200, b.get("/finance/items/"+uuid.NewString()+".4").StatusCode)
	for _, part := range []string{
		"Flash says success, the switch does not know the outcome", "It should heal without anybody.", "until its outcome is known",
		"R\u00a07.00", "Different, shown only", "B Flash, line 3", "Retail A", `href="/transactions/` + side.TransactionID.String() + `"`,
	} {
		assert.Contains(t, b.last, part)
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{1, 3, "33.3"}, {3012, 3024, "99.6"}, {9999, 10000, "99.9"}, {5, 5, "100.0"}, {1 << 62, 1 << 62, "100.0"}} {
		assert.Equal(t, c.want+"\u00a0%", share(c.part, c.whole))
	}
	assert.Equal(t, "–", share(0, 0))
}

// openFile opens files below a directory.
type openFile string

func (dir openFile) Open(name string) (*os.File, error) {
	f, err := os.Open(filepath.Join(string(dir), name))
	return f, apperr.Wrap(err, apperr.NotFound, "this report is no longer in the report directory")
}

func TestADownloadThatCannotBeRecordedIsNotSent(t *testing.T) {
	t.Parallel()
	f := newFakeFinance()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "items.csv"), []byte("secret figures"), 0o600))
	f.current = func(d finance.Date) (finance.Run, error) {
		return finance.Run{BusinessDate: d, State: finance.RunDone}, nil
	}
	f.reports = []finance.WrittenReport{{ReportFile: finance.ReportFile{Code: "RECON_ITEMS", Format: "CSV", Path: "items.csv"}}}
	recorded := 0
	refuse := apperr.Errorf(apperr.Unavailable, "The database cannot be reached.")
	f.record = func(finance.WrittenReport, operators.Actor) error { recorded++; return refuse }
	b, _ := newFinanceDesk(t, f, func(d *Deps) { d.ReportFiles = openFile(dir) })
	const path = "/finance/reconciliation/FLASH-ZAR/report.csv?date=2026-03-11"
	assert.Equal(t, 503, b.get(path).StatusCode)
	assert.NotContains(t, b.last, "secret figures")
	refuse = nil
	res := b.get(path)
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "secret figures", b.last)
	assert.Equal(t, "text/csv; charset=utf-8", res.Header.Get("Content-Type"))
	assert.Equal(t, 2, recorded)

	require.NoError(t, os.Remove(filepath.Join(dir, "items.csv")))
	assert.Equal(t, 404, b.get(path).StatusCode)
	assert.Equal(t, 404, b.get("/finance/reconciliation/FLASH-ZAR/report.xlsx?date=2026-03-11").StatusCode, "never written")
	assert.Equal(t, 2, recorded, "nothing was sent, so nothing is written down")
}
