package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listAudit shows the audit log, newest first; ?entry= opens one entry, ?verify=1 checks the whole chain first.
func (a *App) listAudit(c *fiber.Ctx) error {
	page := a.page(c)
	filter, query := auditFilter(c, page.Viewer)
	found, err := a.Audit.SearchAudit(c.UserContext(), filter)
	if err != nil {
		return err
	}
	props := pages.AuditProps{
		VerifyHref: "/audit?verify=1", Filters: auditFilters(query), Pager: auditPager(found, query),
		Empty: components.Blank{
			Kind: components.BlankEmpty, Title: "No entries", Text: "Nothing in the log fits these filters.",
			Primary: components.Link{Text: "Clear the filters", Href: "/audit"},
		},
	}
	if c.Query("verify") != "" {
		report, err := a.Audit.VerifyAudit(c.UserContext())
		if err != nil {
			return err
		}
		a.chain.Store(&chainCheck{report: report, at: a.Now()})
	}
	props.Lede, props.Chain = chainState(a.chain.Load(), page.Viewer)
	chosen := int64(c.QueryInt("entry"))
	for _, r := range found.Rows {
		props.Rows = append(props.Rows, auditRow(r, query, chosen))
	}
	if chosen > 0 {
		row, err := a.Audit.FindAudit(c.UserContext(), chosen)
		if err != nil {
			return err
		}
		props.Entry = auditEntry(row)
	}
	return render(c, pages.Audit(page, props))
}

// chainCheck is what the last check of the chain found, asked for on this page of this node.
type chainCheck struct {
	report operators.AuditReport
	at     time.Time
}

// chainState says what the last check found; last may be nil.
func chainState(last *chainCheck, v components.Viewer) (components.Sentence, *components.Notice) {
	if last == nil {
		return components.Say("Every sign-in and every change, each entry tied to the one before it. ", "Not checked yet", " since this server started."), nil
	}
	r, at := last.report, v.Clock(last.at)
	head := components.Number(r.HeadSeq)
	if r.Intact() {
		return components.Say("", "The chain is intact", " up to entry "+head+". Checked at "+at+"."), nil
	}
	bad := components.Number(r.FirstBad)
	return components.Say("", "The chain is broken", " at entry "+bad+" of "+head+". Checked at "+at+"."), &components.Notice{
		Tone: components.Danger, Title: "Entry " + bad + " was changed or lost.",
		Text: "Fault: " + r.Fault + ". Entries after it prove nothing. Keep the database as it is and compare it with a backup.",
	}
}

// auditFilter reads the filters from the address; query holds those that were set, for the links of the page.
func auditFilter(c *fiber.Ctx, v components.Viewer) (operators.AuditFilter, url.Values) {
	query := url.Values{}
	for _, name := range []string{"range", "actor", "action", "object"} {
		if value := strings.TrimSpace(c.Query(name)); value != "" && len(value) <= 200 {
			query.Set(name, strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", ""), ""))
		}
	}
	f := operators.AuditFilter{
		Actor: query.Get("actor"), Action: query.Get("action"), ObjectID: query.Get("object"),
		Before: int64(max(c.QueryInt("before"), 0)), After: int64(max(c.QueryInt("after"), 0)), Limit: c.QueryInt("limit"),
	}
	switch query.Get("range") {
	case "today":
		f.From = startOfDay(v)
	case "week":
		f.From = startOfDay(v).AddDate(0, 0, -6)
	default:
		query.Del("range")
	}
	return f, query
}

func startOfDay(v components.Viewer) time.Time {
	now := v.Now.UTC()
	if v.Zone != nil {
		now = v.Now.In(v.Zone)
	}
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

func auditFilters(query url.Values) components.FilterBar {
	bar := components.FilterBar{Action: "/audit", Fields: []components.Field{
		{
			Name: "range", Label: "Range", Kind: components.KindSelect, Value: query.Get("range"),
			Options: []components.Option{{Value: "", Text: "All"}, {Value: "today", Text: "Today"}, {Value: "week", Text: "Last 7 days"}},
		},
		{Name: "actor", Label: "Person", Value: query.Get("actor"), Placeholder: "Part of the name"},
		{Name: "action", Label: "Action", Value: query.Get("action"), Placeholder: "saf.replay, or saf. for all"},
		{Name: "object", Label: "Object id", Value: query.Get("object")},
	}}
	for _, f := range bar.Fields {
		if f.Value != "" {
			bar.Chips = append(bar.Chips, components.Chip{Label: f.Label, Value: f.Value, RemoveHref: auditHref(query, f.Name, "")})
		}
	}
	if len(bar.Chips) > 0 {
		bar.ClearHref = "/audit"
	}
	return bar
}

// auditHref is the address of the page with one parameter set, or removed when value is empty.
func auditHref(query url.Values, name, value string) string {
	next := url.Values{}
	for k, v := range query {
		next[k] = slices.Clone(v)
	}
	next.Del(name)
	if value != "" {
		next.Set(name, value)
	}
	if len(next) == 0 {
		return "/audit"
	}
	return "/audit?" + next.Encode()
}

func auditPager(p operators.AuditPage, query url.Values) components.Pager {
	if len(p.Rows) == 0 {
		return components.Pager{}
	}
	first, last := p.Rows[0].Seq, p.Rows[len(p.Rows)-1].Seq
	pager := components.Pager{Note: "Entries " + components.Number(first) + " to " + components.Number(last) + ", newest first"}
	if p.Newer {
		pager.NewerHref = auditHref(query, "after", strconv.FormatInt(first, 10))
	}
	if p.Older {
		pager.OlderHref = auditHref(query, "before", strconv.FormatInt(last, 10))
	}
	return pager
}
