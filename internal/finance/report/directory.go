package report

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// Directory writes reports below one folder as <process>/Reports/<date>/<file>. It is a finance.ReportWriter.
type Directory struct {
	root string
	now  func() time.Time
}

// NewDirectory gives a writer below root, which is made when the first report is written. now stamps XLSX files; CSV
// files hold no time of their own.
func NewDirectory(root string, now func() time.Time) *Directory {
	return &Directory{root: root, now: now}
}

// WriteReconciliation writes RECON_ITEMS as CSV and RECON as XLSX.
func (d *Directory) WriteReconciliation(ctx context.Context, r finance.ReconReport) ([]finance.ReportFile, error) {
	items := reconItems(r)
	return d.write(ctx, r.Process.Code, r.Run.BusinessDate, r.GiveWay,
		file{code: "RECON_ITEMS", tables: []table{items}},
		file{code: "RECON", xlsx: true, tables: []table{reconSummary(r), items}},
	)
}

// WriteSettlement writes SETTLEMENT_SUMMARY and SETTLEMENT_DETAIL as CSV and SETTLEMENT as XLSX.
func (d *Directory) WriteSettlement(ctx context.Context, r finance.SettlementReport) ([]finance.ReportFile, error) {
	summary, detail := settlementSummary(r), settlementDetail(r)
	return d.write(ctx, r.Process.Code, r.Cycle.PeriodTo, r.GiveWay,
		file{code: "SETTLEMENT_SUMMARY", tables: []table{summary}},
		file{code: "SETTLEMENT_DETAIL", tables: []table{detail}},
		file{code: "SETTLEMENT", xlsx: true, tables: []table{summary, detail}},
	)
}

// Open gives a report that was written before; NotFound when the file is gone. The path comes from report_runs and
// cannot lead out of the directory.
func (d *Directory) Open(name string) (*os.File, error) {
	root, err := os.OpenRoot(d.root)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.NotFound, "the report directory does not exist yet")
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(filepath.FromSlash(name))
	return f, apperr.Wrap(err, apperr.NotFound, "this report is no longer in the report directory")
}

// file is one report to be written.
type file struct {
	code   string
	xlsx   bool
	tables []table
}

func (d *Directory) write(ctx context.Context, process string, day finance.Date, giveWay func() error, files ...file) ([]finance.ReportFile, error) {
	out := make([]finance.ReportFile, 0, len(files))
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		written, err := d.writeOne(process, day, giveWay, f)
		if err != nil {
			return nil, apperr.Wrap(err, apperr.Internal, "the report "+f.code+" cannot be written")
		}
		out = append(out, written)
	}
	return out, nil
}

func (d *Directory) writeOne(process string, day finance.Date, giveWay func() error, f file) (finance.ReportFile, error) {
	out := finance.ReportFile{Code: f.code, Format: "CSV"}
	write := func(w io.Writer) (int, error) { return writeCSV(w, f.tables[0]) }
	if f.xlsx {
		out.Format = "XLSX"
		write = func(w io.Writer) (int, error) { return writeXLSX(w, d.now(), sheetRows, giveWay, f.tables...) }
	}
	name := process + "_" + f.code + "_" + day.Compact() + "." + strings.ToLower(out.Format)
	out.Path = path.Join(process, "Reports", string(day), name)
	sum := sha256.New()
	var err error
	out.Rows, out.Bytes, err = replace(filepath.Join(d.root, filepath.FromSlash(out.Path)), sum, write)
	out.SHA256 = sum.Sum(nil)
	return out, err
}

// replace writes beside the target and renames, so that a reader never sees half a report. What is written goes to copied as
// well.
func replace(target string, copied io.Writer, write func(io.Writer) (int, error)) (rows int, size int64, err error) {
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return 0, 0, err
	}
	tmp, err := os.CreateTemp(dir, ".report-*")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when the rename went well
	out := bufio.NewWriter(io.MultiWriter(tmp, copied))
	if rows, err = write(out); err == nil {
		err = out.Flush()
	}
	if err == nil {
		size, err = tmp.Seek(0, io.SeekCurrent)
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return rows, size, err
	}
	return rows, size, os.Rename(tmp.Name(), target)
}
