package console

import (
	"encoding/hex"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// entryFilter reads the filters of the list; query holds those that could be read.
func entryFilter(c *fiber.Ctx) (monitoring.EntryFilter, url.Values) {
	query := readQuery(c, "label", "kind", "age", "attempts", "error", "id")
	f := monitoring.EntryFilter{ErrorType: query.Get("error"), Text: query.Get("id"), Rows: 50}
	if l, ok := saf.LabelOfSlug(query.Get("label")); ok {
		f.Label = l
	} else {
		query.Del("label")
	}
	for _, k := range entryKinds() {
		if query.Get("kind") == kindSlug(k) {
			f.Kind = k
		}
	}
	if f.Kind == "" {
		query.Del("kind")
	}
	if n := positive(query, "age"); n > 0 {
		f.OlderThan = time.Duration(n) * time.Minute
	}
	f.Attempts = positive(query, "attempts")
	f.After = readPlace(c.Query("after"))
	return f, query
}

// entryKinds lists the kinds of stored messages that can be looked for.
func entryKinds() []saf.Kind { return []saf.Kind{saf.Confirm, saf.Reverse, saf.Receipt, saf.Cleanup} }

// kindSlug is a kind as addresses carry it: "clean-up".
func kindSlug(k saf.Kind) string { return strings.ToLower(k.Word()) }

func positive(query url.Values, name string) int {
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n <= 0 || n > 1_000_000 {
		query.Del(name)
		return 0
	}
	return n
}

// A place in the queue is written as microseconds, id and position.
func writePlace(p monitoring.EntryCursor) string {
	return strconv.FormatInt(p.NextAt.UnixMicro(), 16) + "-" + hex.EncodeToString(p.ID[:]) + "-" + strconv.Itoa(p.Position)
}

// readPlace reads what writePlace wrote; anything else is the head of the queue.
func readPlace(text string) monitoring.EntryCursor {
	parts := strings.Split(text, "-")
	if len(parts) != 3 {
		return monitoring.EntryCursor{}
	}
	micros, err := strconv.ParseInt(parts[0], 16, 64)
	raw, hexErr := hex.DecodeString(parts[1])
	position, posErr := strconv.Atoi(parts[2])
	if err != nil || hexErr != nil || posErr != nil || len(raw) != 16 || position < 0 || micros <= 0 || micros > saf.Never.UnixMicro() {
		return monitoring.EntryCursor{}
	}
	return monitoring.EntryCursor{NextAt: time.UnixMicro(micros).UTC(), ID: uuid.UUID(raw), Position: position}
}

func entryFilters(path string, query url.Values) components.FilterBar {
	labels := []components.Option{{Text: "Outstanding"}}
	for _, l := range saf.Labels() {
		labels = append(labels, components.Option{Value: l.Slug(), Text: string(l)})
	}
	kinds := []components.Option{{Text: "All"}}
	for _, k := range entryKinds() {
		kinds = append(kinds, components.Option{Value: kindSlug(k), Text: k.Word()})
	}
	bar := components.FilterBar{Action: path, Fields: []components.Field{
		{Name: "label", Label: "Label", Kind: components.KindSelect, Options: labels},
		{Name: "kind", Label: "Kind", Kind: components.KindSelect, Options: kinds},
		{Name: "age", Label: "Older than, minutes", Kind: components.KindNumber},
		{Name: "attempts", Label: "Attempts over", Kind: components.KindNumber},
		{Name: "error", Label: "Last error"},
		{Name: "id", Label: "Record, message or advice id", Wide: true},
	}}
	for i := range bar.Fields {
		bar.Fields[i].Value = query.Get(bar.Fields[i].Name)
	}
	if bar.Chips = chips(path, query, bar.Fields); len(bar.Chips) > 0 {
		bar.ClearHref = path
	}
	return bar
}

func entriesNote(p *monitoring.EntryPage) string {
	note := total(p.Total) + " entries"
	if p.Total == 1 {
		note = "1 entry"
	}
	if len(p.Worth) > 0 {
		note += ", " + worth(p.Worth)
	}
	return note
}

func entryPager(path string, query url.Values, f monitoring.EntryFilter, p *monitoring.EntryPage) components.Pager {
	pager := components.Pager{Newer: "First page", Older: "Later", Note: components.Plural(len(p.Entries), "entry", "entries") + " of " + total(p.Total)}
	if f.After.ID != uuid.Nil {
		pager.NewerHref = withQuery(path, query)
	}
	if p.Older.ID != uuid.Nil {
		next := url.Values{"after": {writePlace(p.Older)}}
		maps.Copy(next, query)
		pager.OlderHref = withQuery(path, next)
	}
	return pager
}

func entryRow(e *monitoring.Entry, gate monitoring.Gate, v components.Viewer) pages.EntryRow {
	amount, _ := e.Sum()
	row := pages.EntryRow{
		Position: e.Position, ID: e.ID.String(), Href: "/saf/entries/" + e.ID.String(), Status: components.StatusOf(string(e.Label())), Kind: e.Kind.Word(), Of: saleWords(e.Service, e.Operation),
		Transaction: e.TransactionID.String(), TransactionHref: "/transactions/" + e.TransactionID.String(), Amount: amount, Created: e.CreatedAt, Attempts: e.Attempts, LastAt: e.LastAttemptAt,
	}
	if e.LastHTTPStatus > 0 {
		row.Answer, row.AnswerText = components.Number(e.LastHTTPStatus), orWord(e.LastErrorText, words(e.LastErrorType))
		if e.LastHTTPStatus >= 300 {
			row.AnswerTone = components.Danger
		}
	} else if e.LastErrorType != "" {
		row.Answer, row.AnswerTone = words(e.LastErrorType), components.Caution
	}
	switch e.State {
	case saf.Queued:
		if !e.Waits() {
			row.Next = e.NextAt
		}
		row.Why = waitsFor(e, gate, v)
	case saf.Leased:
		row.Why = "on the wire"
	case saf.Parked:
		row.Why = orWord(e.ParkedReason, "automatic sending has stopped")
	case saf.Refused:
		row.Why = "refused" + because(e.LastErrorType)
	}
	return row
}
