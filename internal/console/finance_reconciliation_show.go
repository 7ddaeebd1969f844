package console

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// itemsShown is how many items one page holds.
const itemsShown = 50

// showRun shows what the run that counts for a process and day has found; without a date the latest day.
func (a *App) showRun(c *fiber.Ctx) error {
	page := a.page(c)
	p, run, err := a.runParam(c)
	if err != nil {
		return err
	}
	props, err := a.runProps(c, p, run)
	if err != nil {
		return err
	}
	return render(c, pages.Run(page, props))
}

// runParam finds the run that the address names.
func (a *App) runParam(c *fiber.Ctx) (finance.Process, finance.Run, error) {
	p, err := a.Finance.FindProcess(c.UserContext(), c.Params("process"))
	if err != nil {
		return p, finance.Run{}, err
	}
	date, err := dateParam(c, "date")
	if err != nil {
		return p, finance.Run{}, err
	}
	if date == "" {
		run, err := a.Finance.LatestRun(c.UserContext(), p.ID)
		return p, run, err
	}
	run, err := a.Finance.CurrentRun(c.UserContext(), p.ID, date)
	if apperr.Is(err, apperr.NotFound) {
		return a.unfinished(c, p, date, err)
	}
	return p, run, err
}

// unfinished gives the last try of a day that has no result; none is what has said so far.
func (a *App) unfinished(c *fiber.Ctx, p finance.Process, date finance.Date, none error) (finance.Process, finance.Run, error) {
	tries, err := a.Finance.DayRuns(c.UserContext(), finance.DayFilter{Process: p.ID, Upto: date, Days: 1})
	switch {
	case err != nil:
		return p, finance.Run{}, err
	case len(tries) == 0 || tries[0].BusinessDate != date:
		return p, finance.Run{}, none
	}
	return p, tries[0], nil
}

func (a *App) runProps(c *fiber.Ctx, p finance.Process, run finance.Run) (pages.RunProps, error) {
	ctx, s := c.UserContext(), run.Summary
	filter, query := itemFilter(c, s)
	base := "/finance/reconciliation/" + url.PathEscape(p.Code)
	href := func(status string, reason finance.Reason) string {
		q := url.Values{"date": {string(run.BusinessDate)}, "status": {status}}
		if reason != "" {
			q.Set("reason", string(reason))
		}
		return withQuery(base, q)
	}
	props := pages.RunProps{
		Process: p.Code, BusinessDate: dayTime(run.BusinessDate), Provider: p.Name, Lede: runSentence(run),
		Matched:   pages.StatusShare{Count: s.Matched.Count, Note: amount(s.Matched.SumMinor, p.Currency).String() + " on both sides", Href: href("matched", "")},
		Partial:   pages.StatusShare{Count: s.Partial.Count, Note: "both sides have a record, something differs", Href: href("partial", "")},
		Unmatched: pages.StatusShare{Count: s.Unmatched.Count, Note: "only one side has a record", Href: href("unmatched", "")},
		Checks:    runChecks(run), StatusFacets: statusFacets(s, query, href),
		Empty: components.Blank{Kind: components.BlankEmpty, Title: "No items", Text: "No item of this run fits.", Primary: components.Link{Text: "All items", Href: href("all", "")}},
	}
	if err := a.fillSources(ctx, &props, p, run); err != nil {
		return props, err
	}
	if run.State != finance.RunDone {
		props.Empty = components.Blank{Kind: components.BlankBroken, Title: "No result", Text: "This run has no result: " + orWord(run.Failure, "it is not finished") + "."}
		return props, nil
	}
	counts, err := a.Finance.ReasonCounts(ctx, run.ID)
	if err != nil {
		return props, err
	}
	for _, r := range counts {
		props.ReasonFacets = append(props.ReasonFacets, pages.Facet{
			Text: reasonWord(r.Reason, p.Name), Count: r.Count, Href: href("all", r.Reason), Current: filter.Reason == r.Reason,
		})
	}
	if err := a.fillDownloads(ctx, &props.CSVHref, &props.XLSXHref, p.ID, run.BusinessDate, reconReports, base, "?date="+string(run.BusinessDate)); err != nil {
		return props, err
	}
	return props, a.fillItems(c, &props, p, run, filter, withQuery(base, query))
}

// runSentence says how many items match, what does not, and who must act.
func runSentence(run finance.Run) components.Sentence {
	s := run.Summary
	switch run.State {
	case finance.RunFailed:
		return components.Say("", "This day has no result", ": "+run.Failure+". It is tried again by itself; if it fails again, mend the statement or ask the provider.")
	case finance.RunOpen:
		return components.Say("", "The run is under way", "; its result appears here when it is finished.")
	}
	all := s.Matched.Count + s.Partial.Count + s.Unmatched.Count
	missing := ""
	if run.FileID == uuid.Nil && all > 0 {
		missing = " No statement was used: every record of ours stands alone until one arrives."
	}
	head := components.Number(s.Matched.Count) + " of " + components.Plural(all, "item matches.", "items match.")
	switch {
	case all == 0:
		return components.Say("", "Neither side has anything", " for this day, so nobody has to act.")
	case s.OpenBreaks == 0:
		return components.Say("", head, " Nobody has to act.")
	case s.OpenBreaks == s.SelfHealing:
		return components.Say("", head, " "+components.Plural(s.OpenBreaks, "break is", "breaks are")+" open and should heal without anybody."+missing)
	case s.SelfHealing == 0:
		return components.Say("", head, " "+components.Plural(s.OpenBreaks, "break is", "breaks are")+" open and need a person of finance."+missing)
	}
	return components.Say("", head, " "+components.Plural(s.OpenBreaks, "break is", "breaks are")+" open; "+
		components.Plural(s.OpenBreaks-s.SelfHealing, "needs", "need")+" a person of finance, "+components.Plural(s.SelfHealing, "heals", "heal")+" without anybody."+missing)
}

// itemFilter reads the facets; by default the breaks are shown, when there are any.
func itemFilter(c *fiber.Ctx, s finance.Summary) (finance.ItemFilter, url.Values) {
	w := finance.ItemFilter{After: afterParam(c), Limit: itemsShown}
	status := c.Query("status")
	switch status {
	case "matched":
		w.Status = finance.Matched
	case "partial":
		w.Status = finance.PartiallyMatched
	case "unmatched":
		w.Status = finance.Unmatched
	case "breaks":
		w.BreaksOnly = true
	case "all":
	default:
		w.BreaksOnly = s.OpenBreaks > 0
		status = "all"
		if w.BreaksOnly {
			status = "breaks"
		}
	}
	query := url.Values{"status": {status}}
	if reason := c.Query("reason"); knownReason(reason) {
		w.Reason = finance.Reason(reason)
		query.Set("reason", reason)
	}
	return w, query
}

func knownReason(text string) bool {
	r := finance.Reason(text)
	return text != "" && reasonWord(r, "") != text
}

func statusFacets(s finance.Summary, query url.Values, href func(string, finance.Reason) string) []pages.Facet {
	all := s.Matched.Count + s.Partial.Count + s.Unmatched.Count
	var list []pages.Facet
	for _, f := range []struct {
		name, text string
		count      int
	}{
		{"all", "All", all},
		{"breaks", "Breaks", s.OpenBreaks},
		{"matched", "Matched", s.Matched.Count},
		{"partial", "Partially matched", s.Partial.Count},
		{"unmatched", "Unmatched", s.Unmatched.Count},
	} {
		list = append(list, pages.Facet{Text: f.text, Count: f.count, Href: href(f.name, ""), Current: query.Get("status") == f.name && !query.Has("reason")})
	}
	return list
}

// fillItems reads one page of items and the sums of all that fit.
func (a *App) fillItems(c *fiber.Ctx, props *pages.RunProps, p finance.Process, run finance.Run, w finance.ItemFilter, place string) error {
	sums, err := a.Finance.ItemSums(c.UserContext(), run.ID, w)
	if err != nil {
		return err
	}
	w.Limit++ // one more tells whether there is a next page
	items, err := a.Finance.Items(c.UserContext(), run.ID, w)
	if err != nil {
		return err
	}
	place += "&date=" + string(run.BusinessDate)
	more := len(items) > itemsShown
	if more {
		items = items[:itemsShown]
	}
	for i := range items {
		props.Items = append(props.Items, itemRow(run.ID, &items[i], p))
	}
	props.SumA, props.SumB, props.SumDifference = amount(sums.A, p.Currency), amount(sums.B, p.Currency), amount(sums.B-sums.A, p.Currency)
	props.ItemsNote = components.Plural(sums.Count, "item", "items") + ", by number"
	if len(items) == 0 {
		return nil
	}
	props.Pager = components.Pager{
		Note:  fmt.Sprintf("Items %s to %s, %s in all", itemNo(items[0].No), itemNo(items[len(items)-1].No), components.Number(sums.Count)),
		Newer: "First", Older: "Next",
	}
	if w.After > 0 {
		props.Pager.NewerHref = place
	}
	if more {
		props.Pager.OlderHref = place + "&after=" + strconv.Itoa(items[len(items)-1].No)
	}
	return nil
}

func itemNo(no int) string { return fmt.Sprintf("%04d", no) }

func itemHref(run uuid.UUID, no int) string {
	return "/finance/items/" + run.String() + "." + strconv.Itoa(no)
}

func itemRow(run uuid.UUID, it *finance.Item, p finance.Process) pages.ItemRow {
	row := pages.ItemRow{
		No: itemNo(it.No), Href: itemHref(run, it.No), Status: reconStatus(it.Status), Reasons: reasonTags(it.Reasons),
		Settlement: settlementStatus(it.Settlement), Note: holdSentence(it.Hold), Difference: amount(it.AmountB()-it.AmountA(), p.Currency),
	}
	if b := it.B; b != nil {
		row.Reference, row.Kind, row.Product, row.B = b.ProviderRef, kindWord(b.Kind), b.Product, amount(b.AmountMinor, b.Currency)
	}
	if s := it.A; s != nil {
		row.Reference, row.Kind, row.Product, row.A = shortID(s.TransactionID.String()), kindWord(s.Operation), s.Product, amount(s.AmountMinor, s.Currency)
	}
	if it.SelfHeals {
		row.Note = "heals without anybody"
	}
	return row
}
