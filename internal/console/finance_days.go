package console

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// daysShown is how many business dates one page of runs or cycles holds.
const daysShown = 14

// dayFilter reads the filters shared by the lists of runs and cycles. An unknown process is no filter.
func dayFilter(c *fiber.Ctx, processes []finance.Process) (finance.DayFilter, url.Values, error) {
	query := url.Values{}
	w := finance.DayFilter{Days: daysShown}
	date, err := dateParam(c, "date")
	if err != nil {
		return w, query, err
	}
	if date != "" {
		w.Upto = date
		query.Set("date", string(date))
	}
	for _, p := range processes {
		if p.Code == c.Query("process") {
			w.Process = p.ID
			query.Set("process", p.Code)
		}
	}
	return w, query, nil
}

func dayFilters(path string, query url.Values, processes []finance.Process) components.FilterBar {
	options := []components.Option{{Value: "", Text: "All"}}
	for _, p := range processes {
		options = append(options, components.Option{Value: p.Code, Text: p.Code})
	}
	bar := components.FilterBar{Action: path, Fields: []components.Field{
		{Name: "process", Label: "Process", Kind: components.KindSelect, Value: query.Get("process"), Options: options},
		{Name: "date", Label: "Up to business date", Kind: components.KindDate, Value: query.Get("date")},
	}}
	if bar.Chips = chips(path, query, bar.Fields); len(bar.Chips) > 0 {
		bar.ClearHref = path
	}
	return bar
}

func countDays[T any](list []T, day func(T) finance.Date) int {
	n, last := 0, finance.Date("")
	for _, x := range list {
		if d := day(x); d != last {
			n, last = n+1, d
		}
	}
	return n
}

// dayPager leads to the days before the last one shown, and back to the newest.
func dayPager(path string, query url.Values, newest, oldest finance.Date, days int) components.Pager {
	p := components.Pager{
		Note:  "Business dates " + components.ShortDay(dayTime(oldest)) + " to " + components.ShortDay(dayTime(newest)) + ", newest first",
		Newer: "Newest",
	}
	place := func(date string) string {
		next := url.Values{}
		if process := query.Get("process"); process != "" {
			next.Set("process", process)
		}
		if date != "" {
			next.Set("date", date)
		}
		return withQuery(path, next)
	}
	if query.Has("date") {
		p.NewerHref = place("")
	}
	if days == daysShown {
		p.OlderHref = place(string(oldest.AddDays(-1)))
	}
	return p
}
