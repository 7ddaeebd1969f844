package console

import (
	"maps"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// goodsPerPage is the number of products on a page.
const goodsPerPage = 50

// listProducts shows the master list, by id.
func (a *App) listProducts(c *fiber.Ctx) error {
	page := a.page(c)
	query := readQuery(c, "provider", "receiver", "kind", "text")
	if kind := query.Get("kind"); kind != "fixed" && kind != "range" {
		query.Del("kind")
	}
	filter := setup.ProductFilter{
		Provider: query.Get("provider"), Receiver: query.Get("receiver"), Kind: query.Get("kind"), Text: query.Get("text"), Limit: goodsPerPage,
	}
	place := readQuery(c, "after", "of")
	filter.AfterID, filter.AfterProvider = place.Get("after"), place.Get("of")
	found, err := a.Config.Products(c.UserContext(), filter)
	if err != nil {
		return err
	}
	props := pages.ProductsProps{
		Lede: productsSentence(found, query), Filters: productFilters(query, found), Pager: productPager(query, filter, found), Empty: noProducts(query),
	}
	for _, p := range found.Rows {
		props.Rows = append(props.Rows, productRow(p))
	}
	return render(c, pages.Products(page, props))
}

func productsSentence(found setup.ProductPage, query url.Values) components.Sentence {
	n := components.Plural(found.Total, "product", "products")
	if len(query) > 0 {
		return components.Say("", n, " fit these filters. Clients see the list as lookupProducts gives it, without the codes of the provider.")
	}
	return components.Say("", n, " of "+components.Plural(len(found.Providers), "provider", "providers")+". Clients see the list as lookupProducts gives it, without the codes of the provider.")
}

func noProducts(query url.Values) components.Blank {
	if len(query) > 0 {
		return components.Blank{Title: "No product fits", Text: "Nothing in the master list has all of that.", Primary: components.Link{Text: "Clear the filters", Href: "/config/products"}}
	}
	return components.Blank{Title: "The master list is empty", Text: "Requests that name a product are refused unless a route takes just any. Products come from the data file of the first start, and daily from providers that publish a list."}
}

func productFilters(query url.Values, found setup.ProductPage) components.FilterBar {
	bar := components.FilterBar{Action: "/config/products", Fields: []components.Field{
		{Name: "provider", Label: "Provider", Kind: components.KindSelect, Value: query.Get("provider"), Options: institutionOptions(found.Providers)},
		{Name: "receiver", Label: "Receiver", Kind: components.KindSelect, Value: query.Get("receiver"), Options: institutionOptions(found.Receivers)},
		{Name: "kind", Label: "Price", Kind: components.KindSelect, Value: query.Get("kind"), Options: []components.Option{{Text: "All"}, {Value: "fixed", Text: "Fixed"}, {Value: "range", Text: "Any amount in a range"}}},
		{Name: "text", Label: "Search", Wide: true, Value: query.Get("text"), Placeholder: "Part of an id, name or code"},
	}}
	if bar.Chips = chips(bar.Action, query, bar.Fields); len(bar.Chips) > 1 {
		bar.ClearHref = "/config/products"
	}
	return bar
}

func institutionOptions(list []setup.Institution) []components.Option {
	options := []components.Option{{Text: "All"}}
	for _, i := range list {
		options = append(options, components.Option{Value: i.ID, Text: i.Name})
	}
	return options
}

func productPager(query url.Values, f setup.ProductFilter, found setup.ProductPage) components.Pager {
	p := components.Pager{Note: components.Number(len(found.Rows)) + " of " + components.Plural(found.Total, "product", "products") + ", by id", Newer: "First page", Older: "Next"}
	if f.AfterID != "" {
		p.NewerHref = withQuery("/config/products", query)
	}
	if found.More {
		last := found.Rows[len(found.Rows)-1]
		next := url.Values{"after": {last.ID}, "of": {last.Provider}}
		maps.Copy(next, query)
		p.OlderHref = withQuery("/config/products", next)
	}
	return p
}
