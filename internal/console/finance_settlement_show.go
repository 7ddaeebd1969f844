package console

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// linesShown is how many lines of a cycle one page holds.
const linesShown = 50

// showCycle shows how the net of a cycle comes about, per originator, and its lines.
func (a *App) showCycle(c *fiber.Ctx) error {
	page := a.page(c)
	id, err := idParam(c)
	if err != nil {
		return err
	}
	x, err := a.Finance.FindCycle(c.UserContext(), id)
	if err != nil {
		return err
	}
	p, err := a.processOf(c.UserContext(), x.ProcessID)
	if err != nil {
		return err
	}
	nets, err := a.Finance.CycleNets(c.UserContext(), x.ID)
	if err != nil {
		return err
	}
	names, err := a.Finance.ClientNames(c.UserContext())
	if err != nil {
		return err
	}
	s := settled{cycle: x, process: p, nets: nets, names: names}
	props := pages.CycleProps{
		Process: p.Code, Number: x.Number, BusinessDate: dayTime(x.PeriodTo), Lede: s.sentence(), Route: s.route(page.Viewer),
		Figures: s.figures(), OwesA: owes(s.originators()), OwesB: owes(p.Name), Nets: s.netRows(), Checks: s.checks(),
		Facts: s.facts(),
	}
	if len(x.InputHash) > 8 {
		props.CalculationNote = "input " + x.InputHash[:8] + "…"
	}
	err = a.fillDownloads(c.UserContext(), &props.CSVHref, &props.XLSXHref, p.ID, x.PeriodTo, settlementReports, cycleHref(x), "")
	if err != nil {
		return err
	}
	if err := a.fillLines(c, &props, &s); err != nil {
		return err
	}
	props.Ledger = s.ledger()
	return render(c, pages.Cycle(page, props))
}

func (a *App) fillLines(c *fiber.Ctx, props *pages.CycleProps, s *settled) error {
	x := s.cycle
	after := afterParam(c)
	lines, err := a.Finance.CycleLinesAfter(c.UserContext(), x.ID, after, linesShown+1)
	if err != nil || len(lines) == 0 {
		return err
	}
	props.Pager = components.Pager{Newer: "First", Older: "Next"}
	if after > 0 {
		props.Pager.NewerHref = cycleHref(x)
	}
	if len(lines) > linesShown {
		lines = lines[:linesShown]
		props.Pager.OlderHref = cycleHref(x) + "?after=" + strconv.Itoa(lines[linesShown-1].No)
	}
	for _, l := range lines {
		s.service = railOf(l.Operation, s.service)
		props.Lines = append(props.Lines, s.lineRow(l))
	}
	first, last := components.Number(lines[0].No), components.Number(lines[len(lines)-1].No)
	props.Pager.Note = "Lines " + first + " to " + last + " of " + components.Number(x.ItemCount)
	props.LinesNote = components.Number(len(lines)) + " of " + components.Number(x.ItemCount)
	return nil
}

func (s settled) lineRow(l finance.Line) pages.LineRow {
	row := pages.LineRow{
		Transaction: l.TransactionID.String(), Href: "/transactions/" + l.TransactionID.String(), At: l.At, Kind: kindWord(l.Operation),
		Product: l.Product, Amount: amount(l.FinalMinor, l.Currency), Note: s.name(l.ClientID),
	}
	if l.Direction == finance.ProviderOwes {
		row.Amount.Minor = -l.FinalMinor
		row.Note += ", provider owes"
	}
	if l.FeeMinor != 0 {
		row.Fee = amount(l.FeeMinor, l.Currency)
	}
	return row
}
