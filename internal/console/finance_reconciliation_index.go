package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listRuns shows the run that counts for every process and day, newest day first.
func (a *App) listRuns(c *fiber.Ctx) error {
	page := a.page(c)
	processes, byID, err := a.processesByID(c.UserContext())
	if err != nil {
		return err
	}
	filter, query, err := dayFilter(c, processes)
	if err != nil {
		return err
	}
	runs, err := a.Finance.DayRuns(c.UserContext(), filter)
	if err != nil {
		return err
	}
	open, err := a.Finance.OpenBreaks(c.UserContext())
	if err != nil {
		return err
	}
	props := pages.ReconciliationProps{
		Lede: runsSentence(runs, open), Figures: runFigures(runs, open),
		Filters: dayFilters("/finance/reconciliation", query, processes),
		Empty: components.Blank{
			Kind: components.BlankEmpty, Title: "No runs", Text: "Nothing was reconciled that fits these filters. A day is reconciled in the night after it.",
			Primary: components.Link{Text: "Clear the filters", Href: "/finance/reconciliation"},
		},
	}
	for _, r := range runs {
		props.Rows = append(props.Rows, runRow(r, byID[r.ProcessID]))
	}
	if n := len(runs); n > 0 {
		props.Pager = dayPager("/finance/reconciliation", query, runs[0].BusinessDate, runs[n-1].BusinessDate, countDays(runs, func(r finance.Run) finance.Date { return r.BusinessDate }))
	}
	return render(c, pages.Reconciliation(page, props))
}

func runRow(r finance.Run, p finance.Process) pages.RunRow {
	row := pages.RunRow{
		Href: runHref(p.Code, r.BusinessDate), Process: p.Code, Parties: "all originators and " + p.Name,
		BusinessDate: dayTime(r.BusinessDate), Status: runStatus(r), Started: r.StartedAt, Took: took(r.StartedAt, r.FinishedAt),
	}
	if r.State != finance.RunDone {
		return row
	}
	s := r.Summary
	row.Matched, row.Partial, row.Unmatched = s.Matched.Count, s.Partial.Count, s.Unmatched.Count
	sumA, sumB := itemSums(s)
	row.AmountA, row.AmountB, row.Difference = amount(sumA, p.Currency), amount(sumB, p.Currency), amount(sumB-sumA, p.Currency)
	return row
}

// itemSums is what the items of a run come to on each side: all that came in, less what is shown on other days or
// has no effect.
func itemSums(s finance.Summary) (a, b int64) {
	return s.InA.SumMinor - s.FilteredA.SumMinor - s.ElsewhereA.SumMinor, s.InB.SumMinor - s.FilteredB.SumMinor - s.ElsewhereB.SumMinor
}

func runHref(process string, date finance.Date) string {
	return "/finance/reconciliation/" + url.PathEscape(process) + "?date=" + string(date)
}

// runsSentence says how the latest day stands, what is open over all days, and who must act.
func runsSentence(runs []finance.Run, open finance.OpenBreaks) components.Sentence {
	if len(runs) == 0 {
		return components.Say("", "Nothing was reconciled yet", ".")
	}
	latest := latestDay(runs)
	failed, broken := 0, 0
	for _, r := range latest {
		if r.State == finance.RunFailed {
			failed++
		}
		if r.State == finance.RunDone && r.Summary.OpenBreaks > 0 {
			broken++
		}
	}
	day := components.Day(dayTime(latest[0].BusinessDate))
	if failed > 0 {
		return components.Say("On "+day+" ", components.Plural(failed, "run", "runs")+" of "+components.Number(len(latest))+" failed",
			": the result of that process is missing until it runs again. "+openSentence(open))
	}
	if broken == 0 {
		return components.Say("On "+day+" ", "every process matched", ". "+openSentence(open))
	}
	return components.Say("On "+day+" ", components.Plural(broken, "process", "processes")+" of "+components.Number(len(latest))+" did not match in full", ". "+openSentence(open))
}

func openSentence(open finance.OpenBreaks) string {
	switch {
	case open.Count == 0:
		return "No break is open on any day; nobody has to act."
	case open.Count == open.SelfHealing:
		return components.Plural(open.Count, "break is", "breaks are") + " open over all days and should heal without anybody."
	case open.SelfHealing == 0:
		return components.Plural(open.Count, "break is", "breaks are") + " open over all days and need a person of finance."
	}
	return components.Plural(open.Count, "break is", "breaks are") + " open over all days; " +
		components.Plural(open.Count-open.SelfHealing, "needs", "need") + " a person of finance."
}

func latestDay(runs []finance.Run) []finance.Run {
	for i, r := range runs {
		if r.BusinessDate != runs[0].BusinessDate {
			return runs[:i]
		}
	}
	return runs
}

// runFigures are the numbers of the latest day, and of what is open over all days.
func runFigures(runs []finance.Run, open finance.OpenBreaks) []components.Figure {
	breaks := components.Figure{Label: "Open breaks", Value: components.Number(open.Count), Note: "none"}
	if open.Count > 0 {
		breaks.Tone = components.Caution
		breaks.Note = "oldest of " + components.ShortDay(dayTime(open.Oldest)) + ", " + open.Process
		breaks.Href = runHref(open.Process, open.Oldest)
	}
	if len(runs) == 0 {
		return []components.Figure{breaks}
	}
	var matched, all finance.Totals
	files := 0
	latest := latestDay(runs)
	for _, r := range latest {
		s := r.Summary
		matched.Count, matched.SumMinor = matched.Count+s.Matched.Count, matched.SumMinor+s.Matched.SumMinor
		all.Count += s.Matched.Count + s.Partial.Count + s.Unmatched.Count
		all.SumMinor += s.Matched.SumMinor + s.Partial.SumMinor + s.Unmatched.SumMinor
		if r.FileID != uuid.Nil {
			files++
		}
	}
	day := dayTime(latest[0].BusinessDate).Format("2 Jan")
	return []components.Figure{
		breaks,
		{Label: "Heal without anybody", Value: components.Number(open.SelfHealing), Note: "advice under way, or outcome open"},
		{Label: "Matched, " + day, Value: share(int64(matched.Count), int64(all.Count)), Note: components.Number(matched.Count) + " of " + components.Plural(all.Count, "item", "items")},
		{Label: "Matched by value, " + day, Value: share(matched.SumMinor, all.SumMinor), Note: "of what the items are worth"},
		{Label: "Statements, " + day, Value: components.Number(files) + " of " + components.Number(len(latest)), Note: "used by the runs of the day"},
	}
}

// share is a part of a whole in per cent, rounded down so that 100 % means all of it.
func share(part, whole int64) string {
	if part < 0 || whole <= 0 {
		return "–"
	}
	for part > 1<<50 { // keep the product below within int64
		part, whole = part>>1, whole>>1
	}
	return components.Percent(int(part * 1000 / whole))
}

// took is how long a finished piece of work ran.
func took(from, to time.Time) time.Duration {
	if to.IsZero() {
		return 0
	}
	return to.Sub(from)
}
