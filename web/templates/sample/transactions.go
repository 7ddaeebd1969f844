package sample

import (
	"strings"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func split(s string) []string { return strings.Fields(s) }

// options makes choices whose values are their lower-case words; the first stands for all.
func options(words ...string) []components.Option {
	list := []components.Option{{Value: "", Text: "All"}}
	for _, w := range words {
		list = append(list, components.Option{Value: strings.ToLower(strings.ReplaceAll(w, " ", "-")), Text: w})
	}
	return list
}

func transactionFilters() components.FilterBar {
	return components.FilterBar{
		Action: "/transactions", ClearHref: "/transactions",
		Fields: []components.Field{
			{Name: "range", Label: "Range", Kind: components.KindSelect, Value: "today", Options: []components.Option{
				{Value: "15m", Text: "Last 15 min"}, {Value: "1h", Text: "Last hour"}, {Value: "today", Text: "Today"}, {Value: "yesterday", Text: "Yesterday"}, {Value: "7d", Text: "Last 7 days"}, {Value: "custom", Text: "Custom"},
			}},
			{Name: "basis", Label: "Time", Kind: components.KindSelect, Options: []components.Option{{Value: "", Text: "Either"}, {Value: "received", Text: "Received"}, {Value: "responded", Text: "Responded"}}},
			{Name: "service", Label: "Service", Kind: components.KindSelect, Options: options("Voucher", "Gift card", "humm")},
			{Name: "receiver", Label: "Provider", Kind: components.KindSelect, Options: options("Betway", "Blu Voucher", "Card issuer", "Flash", "Hollywoodbets", "humm", "Lottostar", "Netcare", "OTT", "Stellr", "Supabets", "Yoyo")},
			{Name: "client", Label: "Client", Kind: components.KindSelect, Options: options("Karoo Fresh", "Mopani Mart", "Duiker Wallet")},
			{Name: "status", Label: "Status", Kind: components.KindSelect, Options: options("Action needed", "In doubt", "In progress", "Awaiting confirmation", "Confirming", "Reversing", "Completed", "Reversed", "Declined", "Rejected")},
			{Name: "ref", Label: "Reference", Wide: true, Placeholder: "exact value", Lead: &components.Field{
				Name: "kind", Label: "Kind of reference", Kind: components.KindSelect, Options: []components.Option{{Value: "", Text: "Any"}, {Value: "message", Text: "Message id"}, {Value: "third", Text: "Third party"}, {Value: "rrn", Text: "RRN"}},
			}},
		},
		MoreOpen: true,
		More: []components.Field{
			{Name: "from", Label: "From", Kind: components.KindDateTime},
			{Name: "to", Label: "To", Kind: components.KindDateTime},
			{Name: "min", Label: "Amount from", Value: "100.00"},
			{Name: "max", Label: "Amount to"},
			{Name: "error", Label: "Error type"},
			{Name: "terminal", Label: "Terminal"},
			{Name: "over", Label: "Slower than, ms", Kind: components.KindNumber},
			{Name: "advice", Label: "Advices", Kind: components.KindSelect, Options: options("Outstanding")},
		},
		Chips: []components.Chip{
			{Label: "Received or responded", Value: "today, 12 Mar", RemoveHref: "/transactions?min=100"},
			{Label: "Amount", Value: "at least R 100.00", RemoveHref: "/transactions?range=today"},
		},
	}
}

func transactions() pages.TransactionsProps {
	return pages.TransactionsProps{
		Lede:    components.Say("", "1 183", " match, worth ", "R 318 402.00", ". Six of the 25 on this page are in doubt, all sent to Hollywoodbets, which has been down since 14:03:05."),
		Filters: transactionFilters(), Rows: transactionRows(), Live: true,
		Columns: pages.TransactionSort{By: "received", Direction: "descending", ReceivedHref: "/transactions?dir=asc", AmountHref: "/transactions?sort=amount", LatencyHref: "/transactions?sort=latency"},
		Pager:   components.Pager{Note: "Rows 1 to 25 of 1 183, 25 a page", OlderHref: "/transactions?before=5e0c7a14"},
	}
}

func transactionsEmpty() pages.TransactionsProps {
	d := transactions()
	d.Rows, d.Live = nil, false
	d.Lede = components.Say("", "No transaction", " matches these filters.")
	d.Empty = components.Blank{
		Title: "No transaction matches", Text: "Two filters are set. Amount excludes the most: without it, 12 match.",
		Primary: components.Link{Text: "Remove Amount", Href: "/transactions?range=today"}, Second: components.Link{Text: "Clear all", Href: "/transactions"},
	}
	d.Stopped = &components.Notice{Tone: components.Danger, Title: "The search was stopped after 15 s.", Text: "Narrow the range to 31 days, or give a reference: a reference search takes no range.", Link: components.Link{Text: "Use last 31 days", Href: "/transactions?range=31d"}}
	return d
}

func reversalsWithoutRequest() pages.TransactionsProps {
	d := transactions()
	d.Lede = components.Say("", "1 reversal", " arrived without its request. It joins the transaction if the request turns up later.")
	d.Filters.MoreOpen, d.Filters.Chips = false, []components.Chip{{Label: "Status", Value: "Reversal without request", RemoveHref: "/transactions"}}
	d.Rows = []pages.TransactionRow{{
		ID: "f81b22d0-0c55-4a97-8a2e-9f6b54c71d02", Href: "/transactions/f81b22d0-0c55-4a97-8a2e-9f6b54c71d02", ReceivedAt: at("13:41:09.120"), Status: components.StatusOf("Reversal without request"),
		Service: "Voucher", Operation: "Provision", Product: "not known", Client: "Mopani Mart", Reference: "f81b22d0",
	}}
	d.Pager = components.Pager{Note: "1 row"}
	return d
}
