package console

import (
	"context"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// fillSources shows both sides of the run, every statement of the day with what became of it, and the lines of the
// used one that could not be read.
func (a *App) fillSources(ctx context.Context, props *pages.RunProps, p finance.Process, run finance.Run) error {
	files, err := a.Finance.Files(ctx, p.ID, run.BusinessDate)
	if err != nil {
		return err
	}
	props.Sources = []pages.SourceRow{{
		Side: "A", Name: "switch", Source: "Signalbox records", File: "internal", Status: components.StatusOf("Loaded"),
		Records: run.Summary.InA.Count, Loaded: run.StartedAt,
	}}
	shown := run.FileID // its refused lines; those of the refused statement when the run failed over it
	for _, f := range files {
		props.Sources = append(props.Sources, sourceRow(f, p))
		if shown == uuid.Nil && run.State == finance.RunFailed && f.State == finance.FileError {
			shown = f.ID
		}
	}
	if len(files) == 0 {
		props.Sources = append(props.Sources, pages.SourceRow{
			Side: "B", Name: "provider", Source: p.Name + " statement", File: "none for this day", Status: components.StatusOf("Missing"),
		})
	}
	if shown == uuid.Nil {
		return nil
	}
	refused, err := a.Finance.FileExceptions(ctx, shown)
	if err != nil {
		return err
	}
	for _, e := range refused {
		props.Exceptions = append(props.Exceptions, pages.ExceptionRow{Line: e.LineNo, Code: components.Tag{Text: string(e.Code)}, Text: e.Text, Raw: e.Raw})
	}
	return nil
}

func sourceRow(f finance.File, p finance.Process) pages.SourceRow {
	row := pages.SourceRow{
		Side: "B", Name: "provider", Source: p.Name + " statement", File: f.Name, Status: fileStatus(f),
		Records: f.RecordCount, Exceptions: f.ExceptionCount, Loaded: f.LoadedAt,
	}
	if f.ExceptionCount > 0 {
		row.ExceptionText = components.Plural(f.ExceptionCount, "refused line", "refused lines")
	}
	return row
}

// runChecks shows that nothing was lost on the way: a run that does not balance is refused, so these always hold.
func runChecks(run finance.Run) []components.Gate {
	if run.State != finance.RunDone {
		return nil
	}
	s := run.Summary
	side := func(in, filtered, elsewhere finance.Totals) string {
		return components.Number(in.Count) + " in: " + components.Number(in.Count-filtered.Count-elsewhere.Count) + " in items, " +
			components.Number(filtered.Count) + " without effect on either side, " + components.Number(elsewhere.Count) + " shown on other days"
	}
	return []components.Gate{
		{Name: "Records of the switch", Text: side(s.InA, s.FilteredA, s.ElsewhereA)},
		{Name: "Records of the provider", Text: side(s.InB, s.FilteredB, s.ElsewhereB)},
		{Name: "Lines set aside", Text: components.Plural(s.Exceptions.Count, "line of the statement was", "lines of the statement were") + " refused"},
	}
}
