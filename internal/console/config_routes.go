package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// mostDigits is how much of a card number may stand in an address: enough to tell ranges apart, not to know the card.
const mostDigits = 8

// listRoutes shows the routing table in its order and, when asked, where a request would go and why.
func (a *App) listRoutes(c *fiber.Ctx) error {
	query := readQuery(c, "service", "product", "receiver", "card")
	if short := firstDigits(query.Get("card")); short != query.Get("card") {
		query.Set("card", short)
		if short == "" {
			query.Del("card")
		}
		return back(c, "/config/routes?"+query.Encode())
	}
	page := a.page(c)
	list, known, err := a.Config.Routes(c.UserContext(), query.Get("product"))
	if err != nil {
		return err
	}
	q := setup.Question{Service: query.Get("service"), Product: query.Get("product"), Receiver: query.Get("receiver"), CardNumber: query.Get("card")}
	props := pages.RoutesProps{
		Lede: routesSentence(list), Form: routeForm(q),
		Empty: components.Blank{Kind: components.BlankBroken, Title: "No routes", Text: "Every request is refused with ROUTING_ERROR. Routes come from the data file of the first start."},
	}
	if slices.Contains(transactions.Services(), transactions.Service(q.Service)) {
		answer := setup.Ask(q, list, known)
		props.Answer, props.Groups = answerNotice(answer), askedGroups(q, answer)
	} else {
		props.Groups = routeGroups(list)
	}
	return render(c, pages.Routes(page, props))
}

// firstDigits keeps the first digits of a card number and drops whatever is none.
func firstDigits(text string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return digits[:min(len(digits), mostDigits)]
}

func routesSentence(list []setup.RouteView) components.Sentence {
	off := 0
	for _, r := range list {
		if r.ProviderOff {
			off++
		}
	}
	if len(list) == 0 {
		return components.Say("", "There is no route", ".")
	}
	rest := ". A line that names the product counts more than one that names the receiver, a longer card range more than both; among equals the first."
	if off > 0 {
		return components.Say(components.Plural(len(list), "route", "routes")+", ", components.Number(off)+" of them to a disabled provider", rest)
	}
	return components.Say("", components.Plural(len(list), "route", "routes"), rest)
}

func routeForm(q setup.Question) components.FilterBar {
	var options []components.Option
	for _, s := range transactions.Services() {
		options = append(options, components.Option{Value: string(s), Text: s.Word()})
	}
	return components.FilterBar{Action: "/config/routes", Button: "Ask", Fields: []components.Field{
		{Name: "service", Label: "Service", Kind: components.KindSelect, Value: q.Service, Options: options},
		{Name: "product", Label: "Product id", Value: q.Product},
		{Name: "receiver", Label: "Receiver id", Value: q.Receiver},
		{Name: "card", Label: "Card number begins", Value: q.CardNumber, Placeholder: "First 8 digits"},
	}}
}

func answerNotice(answer setup.Answer) *components.Notice {
	if answer.Chosen == nil {
		code, why, _ := strings.Cut(answer.Refused, ": ")
		return &components.Notice{Tone: components.Caution, Title: "It would be refused with " + code + ".", Text: sentenceCase(why) + "."}
	}
	r := answer.Chosen
	return &components.Notice{
		Tone: components.Clear, Title: "It would go to " + r.ProviderName + ",", Text: "by the line at position " + components.Number(r.Position) + ". Whether the provider offers the operation is judged after that.",
		Link: components.Link{Text: r.ProviderName, Href: providerHref(r.Provider)},
	}
}

// askedGroups puts what takes the request first, the chosen line at its head; the others say why they do not.
func askedGroups(q setup.Question, answer setup.Answer) []pages.RouteGroup {
	name := strings.ToLower(transactions.Service(q.Service).Word())
	fits, others := pages.RouteGroup{Title: "Lines that take it", Asked: true}, pages.RouteGroup{Title: "Lines that do not", Asked: true}
	for _, v := range answer.Verdicts {
		row := routeRow(v.Route)
		row.Chosen, row.Match, row.Why = v.Chosen, v.Match, v.Why
		switch {
		case v.Chosen:
			fits.Rows = slices.Insert(fits.Rows, 0, row)
		case v.Match:
			fits.Rows = append(fits.Rows, row)
		default:
			others.Rows = append(others.Rows, row)
		}
	}
	var groups []pages.RouteGroup
	for _, g := range []pages.RouteGroup{fits, others} {
		if len(g.Rows) > 0 {
			g.Note = components.Plural(len(g.Rows), "line", "lines") + " of " + name
			groups = append(groups, g)
		}
	}
	return groups
}

func routeGroups(list []setup.RouteView) []pages.RouteGroup {
	var groups []pages.RouteGroup
	for _, s := range transactions.Services() {
		g := pages.RouteGroup{Title: s.Word()}
		for _, r := range list {
			if r.Service == string(s) {
				g.Rows = append(g.Rows, routeRow(r))
			}
		}
		if len(g.Rows) > 0 {
			g.Note = components.Plural(len(g.Rows), "line", "lines") + ", in order"
			groups = append(groups, g)
		}
	}
	return groups
}
