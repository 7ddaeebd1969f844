package console

import (
	"context"
	"path"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// reportCodes names the reports behind the two buttons of a page.
type reportCodes struct{ csv, xlsx string }

var (
	reconReports      = reportCodes{csv: "RECON_ITEMS", xlsx: "RECON"}
	settlementReports = reportCodes{csv: "SETTLEMENT_DETAIL", xlsx: "SETTLEMENT"}
)

// fillDownloads sets the addresses of the reports that were written for a process and day.
func (a *App) fillDownloads(ctx context.Context, csv, xlsx *string, process uuid.UUID, date finance.Date, codes reportCodes, base, query string) error {
	list, err := a.Finance.Reports(ctx, process, date)
	if err != nil {
		return err
	}
	if _, ok := findReport(list, codes.csv, "CSV"); ok {
		*csv = base + "/report.csv" + query
	}
	if _, ok := findReport(list, codes.xlsx, "XLSX"); ok {
		*xlsx = base + "/report.xlsx" + query
	}
	return nil
}

func findReport(list []finance.WrittenReport, code, format string) (finance.WrittenReport, bool) {
	for _, r := range list {
		if r.Code == code && r.Format == format {
			return r, true
		}
	}
	return finance.WrittenReport{}, false
}

// downloadRun sends the report of a reconciliation in one format.
func (a *App) downloadRun(format string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, run, err := a.runParam(c)
		if err != nil {
			return err
		}
		return a.download(c, p.ID, run.BusinessDate, reconReports, format)
	}
}

// downloadCycle sends the report of a cycle in one format.
func (a *App) downloadCycle(format string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := idParam(c)
		if err != nil {
			return err
		}
		x, err := a.Finance.FindCycle(c.UserContext(), id)
		if err != nil {
			return err
		}
		return a.download(c, x.ProcessID, x.PeriodTo, settlementReports, format)
	}
}

// download opens the file, writes down who takes it, and only then sends it.
func (a *App) download(c *fiber.Ctx, process uuid.UUID, date finance.Date, codes reportCodes, format string) error {
	list, err := a.Finance.Reports(c.UserContext(), process, date)
	if err != nil {
		return err
	}
	code, mime := codes.csv, "text/csv; charset=utf-8"
	if format == "XLSX" {
		code, mime = codes.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	r, ok := findReport(list, code, format)
	if !ok || a.ReportFiles == nil {
		return apperr.Errorf(apperr.NotFound, "No such report was written for this day.")
	}
	file, err := a.ReportFiles.Open(r.Path)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		err = a.Finance.RecordDownload(c.UserContext(), r, actor(c))
	}
	if err != nil {
		_ = file.Close()
		return err
	}
	c.Set(fiber.HeaderContentType, mime)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+path.Base(r.Path)+`"`)
	return c.SendStream(file, int(info.Size()))
}
