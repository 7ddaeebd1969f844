package console

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Configuration reads what is configured. No secret is in any of it.
type Configuration interface {
	Providers(ctx context.Context) ([]setup.ProviderView, error)
	Provider(ctx context.Context, id string) (setup.ProviderCase, error)
	Products(ctx context.Context, f setup.ProductFilter) (setup.ProductPage, error)
	// Routes lists the routing table, and tells whether any provider sells the product.
	Routes(ctx context.Context, productID string) ([]setup.RouteView, bool, error)
	Clients(ctx context.Context, scope []string) ([]setup.ClientView, error)
	Client(ctx context.Context, id string, scope []string) (setup.ClientView, error)
	Terms(ctx context.Context) (setup.TermList, error)
	FinanceRail(ctx context.Context, scope []string) (setup.FinanceRail, error)
}

// toConfiguration leads to the first page of the configuration.
func (a *App) toConfiguration(c *fiber.Ctx) error { return back(c, "/config/providers") }

func providerHref(id string) string { return "/config/providers/" + url.PathEscape(id) }
func clientHref(id string) string   { return "/config/clients/" + url.PathEscape(id) }
func productHref(id string) string  { return "/config/products?text=" + url.QueryEscape(id) }

func productRow(v setup.ProductView) pages.ProductRow {
	p := v.Product
	row := pages.ProductRow{
		ID: p.ID, Description: p.Description, Provider: v.ProviderName, ProviderHref: providerHref(p.Provider), ProviderCode: p.ProviderCode, Group: p.ProviderGroup,
	}
	if p.Receiver != nil {
		row.Receiver, row.ReceiverID = p.Receiver.Name, p.Receiver.ID
	}
	if p.Price != nil {
		row.Price.Price = money.Amount{Minor: *p.Price, Currency: p.Currency}
	} else if p.Min != nil && p.Max != nil {
		row.Price.Min, row.Price.Max = money.Amount{Minor: *p.Min, Currency: p.Currency}, money.Amount{Minor: *p.Max, Currency: p.Currency}
	}
	for _, tag := range []struct {
		on   bool
		text string
		tone components.Tone
	}{
		{v.Inactive, "not sold", components.Caution},
		{p.NotReversible, "not reversible", ""},
		{p.NoClientCodes, "no client codes", ""},
	} {
		if tag.on {
			row.Tags = append(row.Tags, components.Tag{Text: tag.text, Tone: tag.tone})
		}
	}
	return row
}

func routeRow(v setup.RouteView) pages.RouteRow {
	row := pages.RouteRow{
		Position: v.Position, Product: v.Product, Receiver: orWord(v.ReceiverName, v.Receiver), ReceiverID: v.Receiver, CardPrefix: v.CardPrefix,
		Provider: v.ProviderName, ProviderHref: providerHref(v.Provider), Off: v.ProviderOff,
	}
	if v.Product != "" {
		row.ProductHref = productHref(v.Product)
	}
	return row
}

// optionRows shows the settings of a connector, inner ones by their path. What is no text is shown as JSON.
func optionRows(raw json.RawMessage) []pages.OptionRow {
	members, err := setup.Flatten(raw)
	if err != nil {
		return []pages.OptionRow{{Name: "options", Value: "cannot be read"}}
	}
	var rows []pages.OptionRow
	for _, m := range members {
		rows = append(rows, pages.OptionRow{Name: m.Name, Value: m.Value, Secret: m.Secret})
	}
	return rows
}

// shownDay is the day of a moment where the viewer is.
func shownDay(v components.Viewer, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if v.Zone != nil {
		t = t.In(v.Zone)
	}
	return components.ShortDay(t)
}

// taxOnTop says how tax is laid on a commission.
func taxOnTop(mode string, bp int) string {
	if mode == "EXCLUSIVE" {
		return basisPoints(bp) + " on top"
	}
	return "none"
}
