package report

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	return d.write(ctx, r.Process.Code, r.Run.BusinessDate,
		file{code: "RECON_ITEMS", tables: []table{items}},
		file{code: "RECON", xlsx: true, tables: []table{reconSummary(r), items}},
	)
}

// WriteSettlement writes SETTLEMENT_SUMMARY and SETTLEMENT_DETAIL as CSV and SETTLEMENT as XLSX.
func (d *Directory) WriteSettlement(ctx context.Context, r finance.SettlementReport) ([]finance.ReportFile, error) {
	summary, detail := settlementSummary(r), settlementDetail(r)
	return d.write(ctx, r.Process.Code, r.Cycle.PeriodTo,
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

func (d *Directory) write(ctx context.Context, process string, day finance.Date, files ...file) ([]finance.ReportFile, error) {
	out := make([]finance.ReportFile, 0, len(files))
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		written, err := d.writeOne(process, day, f)
		if err != nil {
			return nil, apperr.Wrap(err, apperr.Internal, "the report "+f.code+" cannot be written")
		}
		out = append(out, written)
	}
	return out, nil
}

func (d *Directory) writeOne(process string, day finance.Date, f file) (finance.ReportFile, error) {
	var body bytes.Buffer
	format, err := "CSV", error(nil)
	if f.xlsx {
		format, err = "XLSX", writeXLSX(&body, d.now(), f.tables...)
	} else {
		err = writeCSV(&body, f.tables[0])
	}
	if err != nil {
		return finance.ReportFile{}, err
	}
	name := process + "_" + f.code + "_" + day.Compact() + "." + strings.ToLower(format)
	where := path.Join(process, "Reports", string(day), name)
	if err := replace(filepath.Join(d.root, filepath.FromSlash(where)), body.Bytes()); err != nil {
		return finance.ReportFile{}, err
	}
	sum := sha256.Sum256(body.Bytes())
	return finance.ReportFile{
		Code: f.code, Format: format, Path: where, Bytes: int64(body.Len()), SHA256: sum[:], Rows: len(f.tables[len(f.tables)-1].rows),
	}, nil
}

// replace writes beside the target and renames, so that a reader never sees half a report.
func replace(target string, body []byte) error {
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".report-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when the rename went well
	if _, err := tmp.Write(body); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}
