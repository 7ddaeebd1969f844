package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// transactionFilters fills the form above the list, with what was wrong beside its field.
func transactionFilters(f *transactions.Filter, given url.Values, ch monitoring.Choices, wrong error, v components.Viewer) components.FilterBar {
	q := f.Query()
	if f.Preset == transactions.Custom {
		q.Set("range", string(transactions.Custom))
	}
	value := func(name string) string {
		if wrong != nil && given.Get(name) != "" && name != "sealed" {
			return given.Get(name)
		}
		return q.Get(name)
	}
	bar := components.FilterBar{Action: "/transactions", Chips: transactionChips(f, ch, v)}
	bar.Fields = []components.Field{
		{Name: "range", Label: "Range", Kind: components.KindSelect, Value: q.Get("range"), Options: rangeOptions(f)},
		{Name: "basis", Label: "Time", Kind: components.KindSelect, Value: value("basis"), Options: []components.Option{
			{Value: "", Text: "Either"}, {Value: "received", Text: "Received"}, {Value: "responded", Text: "Responded"},
		}},
		{Name: "service", Label: "Service", Kind: components.KindSelect, Value: value("service"), Options: serviceOptions()},
		{Name: "operation", Label: "Operation", Kind: components.KindSelect, Value: value("operation"), Options: operationOptions()},
		{Name: "receiver", Label: "Provider", Kind: components.KindSelect, Value: value("receiver"), Options: partyOptions(ch.Providers)},
		{Name: "client", Label: "Client", Kind: components.KindSelect, Value: value("client"), Options: partyOptions(ch.Clients)},
		{Name: "status", Label: "Status", Kind: components.KindSelect, Value: value("status"), Options: statusOptions()},
		{Name: "ref", Label: "Reference", Wide: true, Value: f.Reference.Value, Placeholder: placeholder(f), Lead: &components.Field{
			Name: "kind", Label: "Kind of reference", Kind: components.KindSelect, Value: string(f.Reference.Kind), Options: refOptions(),
		}},
	}
	from, to := "", ""
	if f.Preset == transactions.Custom {
		from, to = value("from"), value("to")
	}
	bar.More = []components.Field{
		{Name: "from", Label: "From", Kind: components.KindDateTime, Value: from, Hint: v.ZoneName() + ", with the range Custom"},
		{Name: "to", Label: "To", Kind: components.KindDateTime, Value: to},
		{Name: "min", Label: "Amount from", Value: value("min")},
		{Name: "max", Label: "Amount to", Value: value("max")},
		{Name: "product", Label: "Product id", Value: value("product")},
		{Name: "error", Label: "Error type", Value: value("error")},
		{Name: "terminal", Label: "Terminal", Value: value("terminal")},
		{Name: "doubt", Label: "In doubt", Kind: components.KindSelect, Value: value("doubt"), Options: []components.Option{{Text: "All"}, {Value: "1", Text: "Only"}}},
		{Name: "advice", Label: "Advices", Kind: components.KindSelect, Value: value("advice"), Options: []components.Option{{Text: "All"}, {Value: "outstanding", Text: "Outstanding"}}},
		{Name: "rows", Label: "Rows a page", Kind: components.KindSelect, Value: rowsValue(q), Options: []components.Option{
			{Value: "25", Text: "25"}, {Value: "50", Text: "50"}, {Value: "100", Text: "100"}, {Value: "200", Text: "200"},
		}},
	}
	if f.Reference.Hidden {
		bar.More = append(bar.More, components.Field{Name: "sealed", Kind: components.KindHidden, Value: q.Get("sealed")})
	}
	for _, field := range bar.More {
		bar.MoreOpen = bar.MoreOpen || field.Kind != components.KindHidden && field.Value != "" && field.Name != "rows"
	}
	if len(bar.Chips) > 0 {
		bar.ClearHref = "/transactions"
	}
	markWrong(&bar, wrong)
	return bar
}

// markWrong puts what is wrong with the input below its field, and opens the part of the form it stands in.
func markWrong(bar *components.FilterBar, wrong error) {
	name := apperr.FieldOf(wrong)
	for _, fields := range [][]components.Field{bar.Fields, bar.More} {
		for i := range fields {
			if wrong != nil && fields[i].Name == name {
				fields[i].Error = apperr.MessageOf(wrong)
			}
		}
	}
	bar.MoreOpen = bar.MoreOpen || slices.ContainsFunc(bar.More, func(f components.Field) bool { return f.Error != "" })
}

func placeholder(f *transactions.Filter) string {
	if f.Reference.Hidden {
		return "hidden; type to replace it"
	}
	return "exact value"
}

func rowsValue(q url.Values) string {
	if n := q.Get("rows"); n != "" {
		return n
	}
	return "50"
}

func rangeWord(p transactions.Preset) string {
	for _, o := range presetOptions() {
		if o.Value == string(p) {
			return o.Text
		}
	}
	return string(p)
}

func presetOptions() []components.Option {
	return []components.Option{
		{Value: "15m", Text: "Last 15 min"},
		{Value: "1h", Text: "Last hour"},
		{Value: "today", Text: "Today"},
		{Value: "yesterday", Text: "Yesterday"},
		{Value: "7d", Text: "Last 7 days"},
		{Value: "31d", Text: "Last 31 days"},
		{Value: "90d", Text: "Last 90 days"},
		{Value: "custom", Text: "Custom"},
	}
}

// rangeOptions leaves the widest range to reference searches. The default range is the empty value, so that a reference typed
// into the form widens it.
func rangeOptions(f *transactions.Filter) []components.Option {
	list := presetOptions()
	usual := string(transactions.Today)
	if f.Reference.Given() {
		usual = string(transactions.Last90Days)
	} else {
		list = slices.DeleteFunc(list, func(o components.Option) bool { return o.Value == string(transactions.Last90Days) })
	}
	for i := range list {
		if list[i].Value == usual {
			list[i].Value = ""
		}
	}
	return list
}

func serviceOptions() []components.Option {
	list := []components.Option{{Text: "All"}}
	for _, s := range transactions.Services() {
		list = append(list, components.Option{Value: strings.ToLower(string(s)), Text: s.Word()})
	}
	return list
}

func operationOptions() []components.Option {
	list := []components.Option{{Text: "All"}}
	for _, o := range transactions.Operations() {
		list = append(list, components.Option{Value: strings.ToLower(string(o)), Text: o.Word()})
	}
	return list
}

func statusOptions() []components.Option {
	list := []components.Option{{Text: "All"}}
	for _, s := range append(transactions.Statuses(), transactions.EarlyReversal) {
		list = append(list, components.Option{Value: s.Slug(), Text: string(s)})
	}
	return list
}

func partyOptions(parties []monitoring.Named) []components.Option {
	list := []components.Option{{Text: "All"}}
	for _, p := range parties {
		list = append(list, components.Option{Value: p.ID, Text: p.String()})
	}
	return list
}

func refOptions() []components.Option {
	var list []components.Option
	for _, k := range transactions.RefKinds() {
		list = append(list, components.Option{Value: string(k.Kind), Text: k.Word})
	}
	return list
}

// transactionChips lists the filters in force, each with the address without it. The range always shows; removing it
// leads back to the default one.
func transactionChips(f *transactions.Filter, ch monitoring.Choices, v components.Viewer) []components.Chip {
	var chips []components.Chip
	without := func(drop string, value string, more ...string) string {
		return transactionsHref(f, func(q url.Values) {
			q[drop] = slices.DeleteFunc(slices.Clone(q[drop]), func(x string) bool { return value == "" || x == value })
			if len(q[drop]) == 0 {
				q.Del(drop)
			}
			for _, name := range more {
				q.Del(name)
			}
		})
	}
	if label, text := rangeChip(f, v); text != "" {
		chips = append(chips, components.Chip{Label: label, Value: text, RemoveHref: without("range", "", "from", "to", "basis")})
	}
	q := f.Query()
	for _, c := range []struct {
		name, label string
		word        func(string) string
	}{
		{"service", "Service", func(s string) string { return transactions.Service(strings.ToUpper(s)).Word() }},
		{"operation", "Operation", func(s string) string { return transactions.Operation(strings.ToUpper(s)).Word() }},
		{"receiver", "Provider", func(s string) string { return nameOf(ch.Providers, s) }},
		{"client", "Client", func(s string) string { return nameOf(ch.Clients, s) }},
		{"status", "Status", func(s string) string { st, _ := transactions.StatusOfSlug(s); return string(st) }},
		{"error", "Error type", nil},
		{"product", "Product", nil},
		{"terminal", "Terminal", nil},
		{"min", "Amount", func(s string) string { return "at least " + s }},
		{"max", "Amount", func(s string) string { return "at most " + s }},
		{"doubt", "In doubt", func(string) string { return "only" }},
		{"advice", "Advices", nil},
	} {
		for _, value := range q[c.name] {
			word := value
			if c.word != nil {
				word = c.word(value)
			}
			chips = append(chips, components.Chip{Label: c.label, Value: word, RemoveHref: without(c.name, value)})
		}
	}
	if r := f.Reference; r.Given() {
		value := r.Value
		if r.Hidden {
			value = "hidden value"
		}
		label := "Reference"
		if r.Kind != transactions.RefAny {
			label = r.Kind.Word()
		}
		chips = append(chips, components.Chip{Label: label, Value: value, RemoveHref: without("ref", "", "kind", "sealed")})
	}
	return chips
}

// rangeChip says the range in words; nothing for the plain default.
func rangeChip(f *transactions.Filter, v components.Viewer) (label, text string) {
	label = map[transactions.Basis]string{
		transactions.ByEither: "Received or responded", transactions.ByReceived: "Received", transactions.ByResponded: "Responded",
	}[f.Basis]
	q := f.Query()
	if !q.Has("range") && !q.Has("from") && !q.Has("to") && f.Basis == transactions.ByEither && !f.Reference.Given() {
		return "", ""
	}
	if f.Preset != transactions.Custom {
		return label, rangeWord(f.Preset)
	}
	text = "from " + moment(f.From, v)
	if !f.To.IsZero() {
		text += " to " + moment(f.To, v)
	}
	return label, text
}

func moment(t time.Time, v components.Viewer) string {
	if v.Zone != nil {
		t = t.In(v.Zone)
	}
	return t.Format("2 Jan 2006 15:04:05")
}

func nameOf(list []monitoring.Named, id string) string {
	for _, n := range list {
		if n.ID == id {
			return n.String()
		}
	}
	return id
}
