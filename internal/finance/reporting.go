package finance

import (
	"context"
	"iter"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// ReportFile is a written report.
type ReportFile struct {
	Code   string // of spec/console-and-finance.md 10.2
	Format string // CSV or XLSX
	Path   string // below the report directory, with forward slashes
	Rows   int
	Bytes  int64
	SHA256 []byte
}

// ReconReport is the content of a reconciliation report. Items reads them in their order, anew each time, so that a report of
// any length passes through little memory.
type ReconReport struct {
	Process Process
	Run     Run
	Items   iter.Seq2[Item, error]
	// GiveWay is called by the writer again and again: it rests while messages need the machine. Its error ends the writing.
	GiveWay func() error
}

// SettlementReport is the content of a settlement report; Lines as the Items of a ReconReport, and GiveWay as there.
type SettlementReport struct {
	Process Process
	Cycle   Cycle
	Nets    []Net
	Lines   iter.Seq2[Line, error]
	GiveWay func() error
}

// ReportWriter turns results into files. Writing the same content again gives the same CSV bytes under the same name.
type ReportWriter interface {
	WriteReconciliation(ctx context.Context, report ReconReport) ([]ReportFile, error)
	WriteSettlement(ctx context.Context, report SettlementReport) ([]ReportFile, error)
}

// WriteReconciliation writes the report of a day's current run with the given writer; NotFound when there is none.
func (s *Service) WriteReconciliation(ctx context.Context, process string, date Date, w ReportWriter) ([]ReportFile, error) {
	p, err := s.store.FindProcess(ctx, process)
	if err != nil {
		return nil, err
	}
	run, err := s.store.CurrentRun(ctx, p.ID, date)
	if err != nil {
		return nil, err
	}
	return s.writeReconciliation(ctx, p, run, w)
}

// WriteSettlement writes the report of a day's calculated cycle with the given writer; Conflict before its calculation.
func (s *Service) WriteSettlement(ctx context.Context, process string, date Date, w ReportWriter) ([]ReportFile, error) {
	p, err := s.store.FindProcess(ctx, process)
	if err != nil {
		return nil, err
	}
	cycle, err := s.store.CycleOf(ctx, p.ID, date)
	if err != nil {
		return nil, err
	}
	if cycle.State == CycleOpen || cycle.State == CycleCalculating {
		return nil, apperr.Errorf(apperr.Conflict, "cycle %d of %s is not calculated yet", cycle.Number, p.Code)
	}
	return s.writeSettlement(ctx, p, cycle, w)
}

func (s *Service) writeReconciliation(ctx context.Context, p Process, run Run, w ReportWriter) ([]ReportFile, error) {
	return w.WriteReconciliation(ctx, ReconReport{Process: p, Run: run, Items: s.store.RunItems(ctx, run.ID), GiveWay: s.givingWay(ctx)})
}

func (s *Service) writeSettlement(ctx context.Context, p Process, cycle Cycle, w ReportWriter) ([]ReportFile, error) {
	nets, err := s.store.CycleNets(ctx, cycle.ID)
	if err != nil {
		return nil, err
	}
	return w.WriteSettlement(ctx, SettlementReport{
		Process: p, Cycle: cycle, Nets: nets, Lines: s.store.CycleLines(ctx, cycle.ID), GiveWay: s.givingWay(ctx),
	})
}

// reportReconciliation writes the daily files and records them.
func (s *Service) reportReconciliation(ctx context.Context, p Process, run Run) error {
	if s.reports == nil {
		return nil
	}
	files, err := s.writeReconciliation(ctx, p, run, s.reports)
	if err != nil {
		return err
	}
	return s.store.SaveReports(ctx, p, run.BusinessDate, files)
}

func (s *Service) reportSettlement(ctx context.Context, p Process, cycle Cycle) error {
	if s.reports == nil {
		return nil
	}
	files, err := s.writeSettlement(ctx, p, cycle, s.reports)
	if err != nil {
		return err
	}
	return s.store.SaveReports(ctx, p, cycle.PeriodTo, files)
}
