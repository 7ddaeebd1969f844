package console

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Transactions finds transactions for people; postgres.Reader provides it.
type Transactions interface {
	SearchTransactions(ctx context.Context, f transactions.Filter) (monitoring.Found, error)
	FindTransaction(ctx context.Context, id uuid.UUID, scope []string) (monitoring.Case, error)
	Choices(ctx context.Context) (monitoring.Choices, error)
}

// clientScope gives the clients that a person may see; nil: all. Grants that name clients end up here and nowhere else.
func clientScope(operators.Operator) []string { return nil }

// listTransactions shows the transactions that fit the filters of the address. A voucher code or phone number typed as
// reference is replaced by its keyed hash before the address is shown to anybody again.
func (a *App) listTransactions(c *fiber.Ctx) error {
	page := a.page(c)
	query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return apperr.Errorf(apperr.Invalid, "This address cannot be read.")
	}
	f, wrong := transactions.ParseFilter(query, zoned(page.Viewer))
	f.Scope = clientScope(operator(c))
	f.Reference.Hash(a.Hash)
	if f.Reference.Hidden && query.Get("ref") != "" && wrong == nil {
		return back(c, transactionsHref(&f, nil))
	}
	choices, err := a.Transactions.Choices(c.UserContext())
	if err != nil {
		return err
	}
	props := pages.TransactionsProps{Filters: transactionFilters(&f, query, choices, wrong, page.Viewer), Columns: receivedOrder(&f)}
	if wrong != nil {
		c.Status(fiber.StatusBadRequest)
		props.Lede = components.Say("", "Nothing was searched", ": "+apperr.MessageOf(wrong))
		props.Empty = components.Blank{
			Kind: components.BlankBroken, Title: "A filter cannot be used", Text: apperr.MessageOf(wrong),
			Primary: components.Link{Text: "Show today", Href: "/transactions"},
		}
		return render(c, pages.Transactions(page, props))
	}
	found, err := a.Transactions.SearchTransactions(c.UserContext(), f)
	var coded *apperr.Error
	switch {
	case errors.As(err, &coded) && coded.Code == apperr.TooMany:
		c.Status(fiber.StatusServiceUnavailable)
		stopped(&props, coded.Message)
		return render(c, pages.Transactions(page, props))
	case err != nil:
		return err
	}
	fillTransactions(&props, &f, &found)
	return render(c, pages.Transactions(page, props))
}

// zoned is the moment of the page in the zone that decides what "today" is.
func zoned(v components.Viewer) time.Time {
	if v.Zone == nil {
		return v.Now.UTC()
	}
	return v.Now.In(v.Zone)
}

func stopped(props *pages.TransactionsProps, advice string) {
	props.Lede = components.Say("", "The search was stopped", " because it took too long.")
	props.Stopped = &components.Notice{
		Tone: components.Danger, Title: "The search was stopped after 15 s.", Text: advice,
		Link: components.Link{Text: "Use the last hour", Href: "/transactions?range=1h"},
	}
	props.Empty = components.Blank{Kind: components.BlankBroken, Title: "No result", Text: advice}
}

func fillTransactions(props *pages.TransactionsProps, f *transactions.Filter, found *monitoring.Found) {
	for i := range found.Lines {
		props.Rows = append(props.Rows, transactionRow(&found.Lines[i]))
	}
	props.Lede = foundSentence(f, found)
	props.Live = f.Cursor.IsZero() && !f.Ascending && f.To.IsZero() && !f.Reference.Given() && len(props.Rows) > 0
	props.Pager = components.Pager{Note: pageNote(f, found), NewerHref: placeHref(f, found.Newer), OlderHref: placeHref(f, found.Older)}
	if f.Ascending {
		props.Pager.Newer, props.Pager.Older = "Earlier", "Later"
	}
	if len(props.Rows) == 0 {
		props.Empty = nothingFound(props.Filters.Chips)
	}
}

func foundSentence(f *transactions.Filter, found *monitoring.Found) components.Sentence {
	switch {
	case found.Total == 0 && f.Reference.Given():
		return components.Say("", "No transaction", " carries this reference in the range.")
	case found.Total == 0:
		return components.Say("", "No transaction", " matches these filters.")
	}
	verb := " match"
	if found.Total == 1 {
		verb = " matches"
	}
	text := verb
	if len(found.Sums) > 0 {
		text += ", worth " + worth(found.Sums)
	}
	loud := ""
	if n := countStatus(found.Lines, transactions.ActionNeeded); n > 0 {
		loud = components.Plural(n, "transaction on this page needs a person.", "transactions on this page need a person.")
		return components.Say("", foundTotal(found), text+". ", loud)
	}
	if n := countStatus(found.Lines, transactions.StatusInDoubt); n > 0 {
		return components.Say("", foundTotal(found), text+". ", components.Plural(n, "transaction on this page is in doubt.", "transactions on this page are in doubt."))
	}
	return components.Say("", foundTotal(found), text+".")
}

func countStatus(lines []monitoring.Line, s transactions.Status) (n int) {
	for i := range lines {
		if lines[i].Status == s {
			n++
		}
	}
	return n
}

// total shows a count, exact to the limit.
func total(n int) string {
	if n > monitoring.MaxTotal {
		return components.Number(monitoring.MaxTotal) + "+"
	}
	return components.Number(n)
}

// foundTotal shows how many were found, or how many at least.
func foundTotal(found *monitoring.Found) string {
	if found.AtLeast {
		return components.Number(found.Total) + "+"
	}
	return total(found.Total)
}

// worth shows sums by currency: "R 1 204.50 and USD 12.00".
func worth(sums []monitoring.Sum) string {
	parts := make([]string, 0, len(sums))
	for _, s := range sums {
		parts = append(parts, amountOf(s).String())
	}
	return strings.Join(parts, " and ")
}

func amountOf(s monitoring.Sum) money.Amount {
	return money.Amount{Minor: s.Minor, Currency: strings.TrimSpace(s.Currency)}
}

// firstSum is the largest group of a sum, for places with room for one amount.
func firstSum(sums []monitoring.Sum) money.Amount {
	if len(sums) == 0 {
		return money.Amount{}
	}
	return amountOf(sums[0])
}

func pageNote(f *transactions.Filter, found *monitoring.Found) string {
	n := len(found.Lines)
	if f.Cursor.IsZero() {
		return "Rows 1 to " + components.Number(n) + " of " + foundTotal(found)
	}
	return components.Plural(n, "row", "rows") + " of " + foundTotal(found)
}

func nothingFound(chips []components.Chip) components.Blank {
	b := components.Blank{
		Kind: components.BlankEmpty, Title: "No transaction matches", Text: "Nothing was received or answered in this range that fits the filters.",
		Second: components.Link{Text: "Show today", Href: "/transactions"},
	}
	if len(chips) > 0 {
		last := chips[len(chips)-1]
		b.Primary = components.Link{Text: "Remove " + last.Label, Href: last.RemoveHref}
	}
	return b
}

// slowAnswer is the answer time from which a line is marked.
const slowAnswer = 10 * time.Second

func transactionRow(l *monitoring.Line) pages.TransactionRow {
	t := &l.Transaction
	row := pages.TransactionRow{
		ID: l.ID.String(), Href: "/transactions/" + l.ID.String(), ReceivedAt: t.ReceivedAt, Status: components.StatusOf(string(l.Status)),
		Service: t.Key.Service.Word(), Short: shortService(t.Key.Service), Operation: t.Key.Operation.Word(), Product: l.Product.String(), Client: l.Client.String(), Provider: l.Provider.String(),
		Reference: reference(t), Error: t.ErrorType, Retries: t.RetryCount,
	}
	if l.Early() {
		row.Href = "/transactions?" + url.Values{"kind": {"message"}, "ref": {t.Key.RequestID}}.Encode()
		row.Product = "not known"
		return row
	}
	row.Amount, _ = t.Amount()
	if t.Key.Operation.Informational() {
		row.Amount = money.Amount{}
	}
	if !t.RespondedAt.IsZero() {
		row.Latency = t.RespondedAt.Sub(t.ReceivedAt)
		row.Slow = row.Latency >= slowAnswer
	}
	row.Running = t.Outcome == transactions.Pending && t.RespondedAt.IsZero()
	if l.Outstanding {
		row.Advices = []components.Tag{{Text: "1 " + strings.ToLower(string(l.Advice)), Tone: components.StatusOf(string(l.Advice)).Tone}}
	}
	return row
}

// reference joins the message id, shortened, with the most telling reference that is stored in clear.
func reference(t *transactions.Transaction) string {
	parts := []string{components.Short(t.Key.RequestID)}
	for _, ref := range []string{t.RRN, t.BasketRef, t.ProviderRef} {
		if ref != "" {
			parts = append(parts, ref)
			break
		}
	}
	return strings.Join(parts, " | ")
}

func receivedOrder(f *transactions.Filter) pages.TransactionSort {
	other, direction := *f, "descending"
	other.Ascending = !f.Ascending
	if f.Ascending {
		direction = "ascending"
	}
	return pages.TransactionSort{By: "received", Direction: direction, ReceivedHref: transactionsHref(&other, nil)}
}

// transactionsHref is the address of a filter, changed once more.
func transactionsHref(f *transactions.Filter, change func(q url.Values)) string {
	q := f.Query()
	if change != nil {
		change(q)
	}
	if len(q) == 0 {
		return "/transactions"
	}
	return "/transactions?" + q.Encode()
}

func placeHref(f *transactions.Filter, place transactions.Cursor) string {
	if place.IsZero() {
		return ""
	}
	return transactionsHref(f, func(q url.Values) {
		if place.Back {
			q.Set("after", place.String())
		} else {
			q.Set("before", place.String())
		}
	})
}
