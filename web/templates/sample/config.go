package sample

import (
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func matrix() []string {
	return []string{"Confirm", "Reverse", "Retry", "Look-up", "Redeem", "Refund", "List", "Cards", "Finance"}
}

// can turns a line of marks, one for each column, into a row of the matrix.
func can(marks string) []bool {
	var list []bool
	for _, m := range marks {
		list = append(list, m == 'x')
	}
	return list
}

func providerList() pages.ProvidersProps {
	row := func(id, name, state, connector, marks string, products, routes, waiting int) pages.ProviderRow {
		return pages.ProviderRow{
			ID: id, Name: name, Href: "/config/providers/" + id, Status: components.StatusOf(state), Connector: connector, Can: can(marks), Timeout: "30 s",
			Products: products, ProductsHref: "/config/products?provider=" + id, Routes: routes, Waiting: waiting, QueueHref: "/saf/queues/" + id,
		}
	}
	open := row("hollywoodbets", "Hollywoodbets", "In service", "serviceinterface", "xxx...x..", 4, 5, 34)
	open.Status = components.Status{Icon: "off", Word: "Breaker open", Tone: components.Danger}
	return pages.ProvidersProps{
		Lede:    components.Say("", "4 of 5 providers in service", "; 36 advices wait. 1 is disabled and takes no new request."),
		Columns: matrix(), Note: "5 providers. A dash is never sent; the page of a provider says what happens instead.",
		Rows: []pages.ProviderRow{
			row("giftcards", "Card issuer", "In service", "giftcardclient", ".......x.", 1, 2, 0), row("flash", "Flash", "In service", "flash", ".xxxxxx..", 3, 4, 2), open,
			row("stellr", "Stellr", "In service", "serviceinterface", "......x..", 2, 3, 0), row("supabets", "Supabets", "Disabled", "serviceinterface", "xxx...x..", 2, 3, 0),
		},
	}
}

func noProviders() pages.ProvidersProps {
	return pages.ProvidersProps{
		Lede: components.Say("", "Nothing is configured", "."), Columns: matrix(),
		Empty: components.Blank{Kind: components.BlankBroken, Title: "No providers yet", Text: "Nothing can be sold before there is one. Write a data file and start the program with --data-file; docs/providers.md explains every member."},
	}
}

func provider() pages.ProviderProps {
	return pages.ProviderProps{
		Name: "Flash", Lede: components.Say("", "In service", " through the connector flash. 3 abilities are missing; below stands what the switch does instead."),
		Figures: []components.Figure{
			{Label: "State", Value: "In service", Note: "requests: breaker closed"},
			{Label: "Advices waiting", Value: "2", Note: "the queue", Href: "/saf/queues/flash"},
			{Label: "Products", Value: "3", Note: "in the master list"},
			{Label: "Routes", Value: "4", Note: "lead here"},
			{Label: "Last change", Value: "9 Mar 2026", Note: "version 6"},
		},
		Identity: []components.Fact{
			{Label: "Id", ID: "flash", What: "provider id"},
			{Label: "As receiver", ID: "90000029", What: "institution id", Note: "in messages, as Flash"},
			{Label: "Connector", Text: "flash", Mono: true},
			{Label: "Address", ID: "https://flash.example.invalid", What: "address"},
			{Label: "Credential", Text: "file:/run/secrets/flash-api-key", Mono: true, Note: "a file on the node; the secret itself is never shown"},
		},
		Limits: []components.Fact{{Label: "Time-out", Text: "30 s", Note: "of one exchange"}, {Label: "Order of advices", Text: "side by side"}},
		Groups: []pages.AbilityGroup{{Title: "Vouchers", Abilities: []pages.Ability{
			{Name: "Confirmation of a sale", Text: "Taken from the client, kept for reconciliation, and not sent."},
			{Name: "Reversal of a sale", On: true, Text: "Stored with the client's word and sent until it is acknowledged."},
			{Name: "Refund", On: true, Text: "Sent to the provider, which gives a new voucher; the old code stays spent."},
		}}},
		Rules: []components.Fact{{Label: "503 to a request", Text: "an unknown outcome"}, {Label: "404 to a reversal", Text: "repeated once after 1 min, then final"}},
		Options: []pages.OptionRow{
			{Name: "accountNumber", Value: "4410-0001"}, {Name: "apiKeySecret", Value: "file:/run/secrets/flash-api-key", Secret: true}, {Name: "password", Value: "[not shown: looks like a secret]"},
		},
		Products: products().Rows[:3], ProductsNote: "3 lines", ProductsHref: "/config/products?provider=flash",
		Routes: routes().Groups[0].Rows[:2],
		Term:   []components.Fact{{Label: "Commission", Text: "3.50 %", Note: "of the final amount, COMMISSION"}, {Label: "Tax", Text: "15.00 % on top"}}, TermNote: "those of every provider",
	}
}

// strandedProvider has nothing: no product, no route, no terms.
func strandedProvider() pages.ProviderProps {
	p := provider()
	p.Name, p.Lede = "humm", components.Say("", "In service, but no route leads here", ".")
	p.Groups = []pages.AbilityGroup{{Title: "Consumer finance", Abilities: []pages.Ability{
		{Name: "Receipts and reversals", On: true, Text: "Stored and sent until they are acknowledged."}, {Name: "Confirmation", Text: "This rail has none: an approved code is final."},
	}}}
	p.Options, p.Products, p.ProductsHref, p.ProductsNote, p.Routes, p.Term, p.TermNote = nil, nil, "", "0 lines", nil, nil, ""
	return p
}

func products() pages.ProductsProps {
	row := func(id, text, provider, name, receiver string, price pages.PriceRange) pages.ProductRow {
		return pages.ProductRow{ID: id, Description: text, Provider: name, ProviderHref: "/config/providers/" + provider, Receiver: name, ReceiverID: receiver, Price: price}
	}
	stream := row("FLA-STREAM", "Streaming gift voucher R199", "flash", "Flash", "90000029", pages.PriceRange{Price: rand(19900)})
	stream.ProviderCode, stream.Group, stream.Tags = "602", "gift-voucher", []components.Tag{{Text: "not reversible"}}
	gone := row("STL-250", "Stellr gift R250", "stellr", "Stellr", "90000021", pages.PriceRange{Price: rand(25000)})
	gone.Tags = []components.Tag{{Text: "not sold", Tone: components.Caution}}
	return pages.ProductsProps{
		Lede: components.Say("", "1 183 products", " of 11 providers. Clients see the list as lookupProducts gives it, without the codes of the provider."),
		Filters: components.FilterBar{Action: "/config/products", Fields: []components.Field{
			{Name: "provider", Label: "Provider", Kind: components.KindSelect, Options: options("Flash", "Stellr")},
			{Name: "kind", Label: "Price", Kind: components.KindSelect, Options: options("Fixed", "Any amount in a range")},
			{Name: "text", Label: "Search", Wide: true, Placeholder: "Part of an id, name or code"},
		}, Chips: []components.Chip{{Label: "Search", Value: "gift", RemoveHref: "/config/products"}}},
		Rows: []pages.ProductRow{
			row("FLA-CASH", "Cash Out PIN R100", "flash", "Flash", "90000029", pages.PriceRange{Price: rand(10000)}), stream,
			row("FLA-VAR", "1Voucher, any amount", "flash", "Flash", "90000029", pages.PriceRange{Min: rand(500), Max: rand(400000)}), gone,
			row("HUM-AU", "Seller plan, any amount", "humm", "humm", "90000032", pages.PriceRange{Min: money.Amount{Minor: 8000, Currency: "036"}, Max: money.Amount{Minor: 1000000, Currency: "036"}}),
		},
		Pager: components.Pager{Note: "50 of 1 183 products, by id", Newer: "First page", NewerHref: "/config/products", Older: "Next", OlderHref: "/config/products?after=HUM-AU&of=humm"},
	}
}

func noProducts() pages.ProductsProps {
	p := products()
	p.Lede, p.Rows = components.Say("", "0 products", " fit these filters."), nil
	p.Empty = components.Blank{Title: "No product fits", Text: "Nothing in the master list has all of that.", Primary: components.Link{Text: "Clear the filters", Href: "/config/products"}}
	return p
}

func routes() pages.RoutesProps {
	row := func(position int, product, receiver, id, provider, name string) pages.RouteRow {
		r := pages.RouteRow{Position: position, Product: product, Receiver: receiver, ReceiverID: id, Provider: name, ProviderHref: "/config/providers/" + provider}
		if product != "" {
			r.ProductHref = "/config/products?text=" + product
		}
		return r
	}
	off := row(3, "", "Supabets", "90000025", "supabets", "Supabets")
	off.Off = true
	card := row(5, "", "", "", "giftcards", "Card issuer")
	card.CardPrefix = "601788"
	return pages.RoutesProps{
		Lede: components.Say("5 routes, ", "1 of them to a disabled provider", ". A line that names the product counts more than one that names the receiver, a longer card range more than both; among equals the first."),
		Form: components.FilterBar{Action: "/config/routes", Button: "Ask", Fields: []components.Field{
			{Name: "service", Label: "Service", Kind: components.KindSelect, Options: options("Voucher", "Gift card", "Consumer finance")[1:]},
			{Name: "product", Label: "Product id"},
			{Name: "receiver", Label: "Receiver id"},
			{Name: "card", Label: "Card number begins", Placeholder: "First 8 digits"},
		}},
		Groups: []pages.RouteGroup{
			{Title: "Voucher", Note: "4 lines, in order", Rows: []pages.RouteRow{row(1, "", "Flash", "90000029", "flash", "Flash"), row(2, "FLA-VAR", "", "", "flash", "Flash"), off, row(4, "", "", "", "stellr", "Stellr")}},
			{Title: "Gift card", Note: "1 line, in order", Rows: []pages.RouteRow{card}},
		},
	}
}

func routesAsked() pages.RoutesProps {
	p := routes()
	rows := p.Groups[0].Rows
	rows[1].Chosen, rows[1].Match, rows[1].Why = true, true, "it names the product"
	rows[0].Match, rows[0].Why = true, "it names the receiver"
	rows[3].Match, rows[3].Why = true, "it takes any request of its service"
	rows[2].Why = "another receiver"
	p.Form.Fields[1].Value, p.Form.Fields[2].Value = "FLA-VAR", "90000029"
	p.Answer = &components.Notice{
		Tone: components.Clear, Title: "It would go to Flash,", Text: "by the line at position 2. Whether the provider offers the operation is judged after that.",
		Link: components.Link{Text: "Flash", Href: "/config/providers/flash"},
	}
	p.Groups = []pages.RouteGroup{
		{Title: "Lines that take it", Note: "3 lines of voucher", Asked: true, Rows: []pages.RouteRow{rows[1], rows[0], rows[3]}},
		{Title: "Lines that do not", Note: "1 line of voucher", Asked: true, Rows: rows[2:3]},
	}
	return p
}

func routesRefused() pages.RoutesProps {
	p := routes()
	p.Answer = &components.Notice{Tone: components.Caution, Title: "It would be refused with ROUTING_ERROR.", Text: "No route takes it."}
	p.Groups = nil
	p.Empty = components.Blank{Kind: components.BlankBroken, Title: "No routes", Text: "Every request is refused with ROUTING_ERROR. Routes come from the data file of the first start."}
	return p
}

func clients() pages.ClientsProps {
	return pages.ClientsProps{
		Lede: components.Say("", "2 of 3 clients may call the channel API", ". 1 is disabled. 1 has no password yet and cannot sign in."), Note: "3 clients",
		Rows: []pages.ClientRow{
			{ID: "90000103", Name: "Duiker Wallet", Href: "/config/clients/90000103", Status: components.StatusOf("Enabled"), Messaging: "dual", SignIn: "password or token", From: "anywhere", Rate: "100/s, burst 200", Tags: []components.Tag{{Text: "strict ids"}, {Text: "no password set", Tone: components.Caution}}},
			{ID: "90000101", Name: "Karoo Fresh Stores", Href: "/config/clients/90000101", Status: components.StatusOf("Enabled"), Messaging: "dual", SignIn: "password", Certificate: "required as well", From: "2 networks", Rate: "100/s, burst 200", Tags: []components.Tag{{Text: "settles when confirmed"}}},
			{ID: "90000102", Name: "Protea Forecourts", Href: "/config/clients/90000102", Status: components.StatusOf("Disabled"), Messaging: "single", SignIn: "token", From: "1 network", Rate: "no limit"},
		},
	}
}

func client() pages.ClientProps {
	return pages.ClientProps{
		Name: "Karoo Fresh Stores", Lede: components.Say("", "Enabled", ", dual messaging; last request at 14:04:28."),
		Notices:  []components.Notice{{Tone: components.Moving, Title: "Its password is being changed.", Text: "The one before is valid until 12 Mar 2026, 18:00:00.000."}},
		Identity: []components.Fact{{Label: "Id", ID: "90000101", What: "client id", Note: "user name of its sign-in"}, {Label: "State", Status: components.StatusOf("Enabled")}, {Label: "Messaging", Text: "dual", Note: "confirmed or reversed afterwards"}},
		SignIn:   []components.Fact{{Label: "With", Text: "password"}, {Label: "Password", Text: "set", Note: "stored as a hash; never shown"}, {Label: "Certificate", Text: "required as well"}},
		Limits:   []components.Fact{{Label: "Calls", Text: "100/s, burst 200"}, {Label: "Settlement", Text: "only what it confirmed itself"}},
		Networks: []string{"203.0.113.0/24", "2001:db8:40::/48"},
		Certificates: []pages.CertificateRow{
			{Name: "till proxy 2025", Fingerprint: "3a7c11905e0d42bb682fc419d38a70e59b26f10c5784ae336d92c805ef1b74a6", NotAfter: on("2026-04-01", "00:00:00"), Added: on("2025-03-20", "09:00:00"), Status: components.StatusOf("Ends soon")},
			{Name: "till proxy 2026", Fingerprint: "b1f2903c77de41aa9c20358f64e1d07b5a86c3f912de4470ab65193e08c7fd24", NotAfter: on("2027-04-01", "00:00:00"), Added: on("2026-03-02", "11:30:00"), Status: components.StatusOf("Valid")},
		},
		Links: []components.Link{{Text: "Its transactions", Href: "/transactions?client=90000101"}, {Text: "Its sellers", Href: "/config/finance"}},
	}
}

func openClient() pages.ClientProps {
	p := client()
	p.Notices = []components.Notice{{Tone: components.Danger, Title: "It must show a certificate, but none that is pinned is valid.", Text: "Every call is refused until one is pinned."}}
	p.Networks, p.Certificates, p.Links = nil, nil, nil
	return p
}

func terms() pages.TermsProps {
	return pages.TermsProps{
		Lede: components.Say("", "1 provider has terms of its own", ". The principal is always settled in full; a rate is a share of the final amount. Terms are what a new process starts with; changing them leaves running ones as they are."),
		Terms: []pages.TermRow{
			{Provider: "Netcare", Href: "/config/providers/netcare", Kind: "Commission", Code: "COMMISSION-NETCARE", Flow: "provider to originator", AppliesTo: "Provision", Rate: "2.00 %", Tax: "15.00 % on top"},
			{Kind: "Commission", Code: "COMMISSION", Flow: "provider to originator", AppliesTo: "Provision, Redemption", Rate: "3.50 %", Tax: "none"},
		},
		Rules: []pages.RuleRow{
			{Process: "FLASH-ZAR", Provider: "Flash", ProviderHref: "/config/providers/flash", Currency: "ZAR", Code: "COMMISSION", AppliesTo: "Provision", Rate: "3.50 %", Tax: "none"},
			{Process: "NETCARE-ZAR", Provider: "Netcare", ProviderHref: "/config/providers/netcare", Currency: "ZAR", Code: "COMMISSION", AppliesTo: "Provision", Rate: "3.00 %", Tax: "none", Since: on("2026-02-01", "00:00:00"), Differs: true},
		},
	}
}

func noTerms() pages.TermsProps {
	return pages.TermsProps{
		Lede:  components.Say("", "No terms are agreed", ": everything is settled at the principal."),
		Empty: components.Blank{Title: "No terms", Text: "Every provider is settled at the principal, without commission. Terms come from the data file of the first start."},
	}
}

func rail() pages.RailProps {
	return pages.RailProps{
		Lede: components.Say("", "2 sellers", ", 1 till device holds a signing key. Keys are stored sealed and never shown."), Note: "ids are sealed; a mark tells devices apart",
		Sellers: []pages.SellerRow{
			{ID: "30188105", Client: "Karoo Fresh Stores", ClientHref: "/config/clients/90000101", Country: "AU", Chain: "karoo-fresh", Devices: 1},
			{ID: "30188106", Client: "Karoo Fresh Stores", ClientHref: "/config/clients/90000101", Country: "AU"},
		},
		Devices: []pages.DeviceRow{
			{Seller: "30188105", Mark: "01020304", Status: components.StatusOf("Enabled"), Generation: 2, Updated: at("09:12:00")},
			{Seller: "30188105", Mark: "a1b2c3d4", Status: components.StatusOf("Disabled"), Generation: 1, Updated: at("08:00:00")},
		},
	}
}

func noRail() pages.RailProps {
	return pages.RailProps{
		Lede: components.Say("", "No seller is known", ", so every message of this rail is refused."), Note: "ids are sealed; a mark tells devices apart",
		Empty: components.Blank{Title: "No sellers", Text: "Nobody may use the consumer-finance rail. Sellers come from the data file of the first start."},
	}
}
