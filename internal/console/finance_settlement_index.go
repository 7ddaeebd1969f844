package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listCycles shows the cycles of the latest days, newest first.
func (a *App) listCycles(c *fiber.Ctx) error {
	page := a.page(c)
	processes, byID, err := a.processesByID(c.UserContext())
	if err != nil {
		return err
	}
	filter, query, err := dayFilter(c, processes)
	if err != nil {
		return err
	}
	cycles, err := a.Finance.DayCycles(c.UserContext(), filter)
	if err != nil {
		return err
	}
	props := pages.SettlementProps{
		Lede: cyclesSentence(cycles), Figures: cycleFigures(latestCycles(cycles)), Filters: dayFilters("/finance/settlement", query, processes),
		Empty: components.Blank{
			Kind: components.BlankEmpty, Title: "No cycles", Text: "Nothing was settled that fits these filters. A day is settled after its reconciliation, in the morning after it.",
			Primary: components.Link{Text: "Clear the filters", Href: "/finance/settlement"},
		},
	}
	for _, x := range cycles {
		props.Rows = append(props.Rows, cycleRow(x, byID[x.ProcessID]))
	}
	if n := len(cycles); n > 0 {
		props.Pager = dayPager("/finance/settlement", query, cycles[0].PeriodTo, cycles[n-1].PeriodTo, countDays(cycles, func(x finance.Cycle) finance.Date { return x.PeriodTo }))
	}
	return render(c, pages.Settlement(page, props))
}

func cycleRow(x finance.Cycle, p finance.Process) pages.CycleRow {
	row := pages.CycleRow{
		Href: cycleHref(x), Process: p.Code, Number: x.Number, BusinessDate: dayTime(x.PeriodTo), Status: cycleStatus(x.State),
	}
	if !calculated(x) {
		return row
	}
	row.Lines, row.Held = x.ItemCount, x.HeldCount
	row.Principal, row.Fee, row.Net = amount(x.Principal, x.Currency), amount(x.Fees, x.Currency), amount(x.Net, x.Currency)
	switch {
	case x.Net > 0:
		row.NetText = "originators to " + p.Name
	case x.Net < 0:
		row.NetText = p.Name + " to originators"
	default:
		row.NetText = "nobody"
	}
	return row
}

func cycleHref(x finance.Cycle) string { return "/finance/cycles/" + x.ID.String() }

func calculated(x finance.Cycle) bool {
	return x.State != finance.CycleOpen && x.State != finance.CycleCalculating
}

func latestCycles(cycles []finance.Cycle) []finance.Cycle {
	for i, x := range cycles {
		if x.PeriodTo != cycles[0].PeriodTo {
			return cycles[:i]
		}
	}
	return cycles
}

// cyclesSentence says what the latest day comes to, what waits outside, and who must act.
func cyclesSentence(cycles []finance.Cycle) components.Sentence {
	latest := latestCycles(cycles)
	if len(latest) == 0 {
		return components.Say("", "Nothing was settled yet", ".")
	}
	day := components.Day(dayTime(latest[0].PeriodTo))
	late, held, open := 0, 0, 0
	for _, x := range latest {
		if !calculated(x) {
			late++
		}
		held, open = held+x.HeldCount, open+x.OpenCount
	}
	if late > 0 {
		return components.Say("", components.Plural(late, "cycle", "cycles")+" of "+day+" "+isAre(late)+" not calculated yet", "; "+
			"the job starts again by itself, and the schedules page says what keeps it.")
	}
	rest := ". Everything that was due is in it; nobody has to act."
	switch {
	case open > 0 && held > 0:
		rest = ". " + components.Plural(open, "line waits", "lines wait") + " for a person of finance, " + components.Plural(held, "line is", "lines are") + " held for a later cycle."
	case open > 0:
		rest = ". " + components.Plural(open, "line waits", "lines wait") + " for a person of finance."
	case held > 0:
		rest = ". " + components.Plural(held, "line is", "lines are") + " held for a later cycle; nobody has to act."
	}
	return components.Say("The settlement of "+day+" is calculated: ", netWords(latest), rest)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// netWords gives the nets of some cycles per currency; a currency's sum is money one way or the other.
func netWords(cycles []finance.Cycle) string {
	text := ""
	for _, n := range nets(cycles) {
		part := n.String() + " is due to providers"
		if n.Minor < 0 {
			part = amount(-n.Minor, n.Currency).String() + " is due from providers"
		}
		if text != "" {
			text += ", "
		}
		text += part
	}
	return text
}

func nets(cycles []finance.Cycle) []money.Amount {
	var list []money.Amount
next:
	for _, x := range cycles {
		for i := range list {
			if list[i].Currency == x.Currency {
				list[i].Minor += x.Net
				continue next
			}
		}
		list = append(list, amount(x.Net, x.Currency))
	}
	return list
}

func cycleFigures(latest []finance.Cycle) []components.Figure {
	if len(latest) == 0 {
		return nil
	}
	lines, held, open := 0, 0, 0
	for _, x := range latest {
		lines, held, open = lines+x.ItemCount, held+x.HeldCount, open+x.OpenCount
	}
	day := dayTime(latest[0].PeriodTo).Format("2 Jan")
	figures := []components.Figure{{Label: "Lines, " + day, Value: components.Number(lines), Note: "in " + components.Plural(len(latest), "cycle", "cycles")}}
	for _, n := range nets(latest) {
		figures = append(figures, components.Figure{Label: "Net, " + day, Value: n.String(), Note: "originators to providers, all cycles", Tone: components.Moving})
	}
	return append(figures[:min(len(figures), 4)],
		components.Figure{Label: "Held", Value: components.Number(held), Note: "kept for a later cycle", Tone: toneIf(held > 0, components.Caution)},
		components.Figure{Label: "Pending", Value: components.Number(open), Note: "open breaks, in no cycle", Tone: toneIf(open > 0, components.Caution)})
}

func toneIf(loud bool, tone components.Tone) components.Tone {
	if loud {
		return tone
	}
	return ""
}
