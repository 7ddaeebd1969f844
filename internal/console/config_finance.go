package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showRail shows the sellers of the consumer-finance rail and their devices.
func (a *App) showRail(c *fiber.Ctx) error {
	page := a.page(c)
	rail, err := a.Config.FinanceRail(c.UserContext(), clientScope(operator(c)))
	if err != nil {
		return err
	}
	props := pages.RailProps{
		Lede: railSentence(rail), Note: "ids are sealed; a mark tells devices apart",
		Empty: components.Blank{Title: "No sellers", Text: "Nobody may use the consumer-finance rail. Sellers come from the data file of the first start."},
	}
	if len(rail.Devices) == setup.MostDevices {
		props.Note = "the latest " + components.Number(setup.MostDevices) + "; " + props.Note
	}
	for _, m := range rail.Merchants {
		props.Sellers = append(props.Sellers, pages.SellerRow{
			ID: m.Merchant, Client: m.ClientName, ClientHref: clientHref(m.Client), Country: m.Country, Chain: m.Chain, Devices: m.Devices,
		})
	}
	for _, d := range rail.Devices {
		status := components.StatusOf("Enabled")
		if d.State != "ACTIVE" {
			status = components.StatusOf("Disabled")
		}
		props.Devices = append(props.Devices, pages.DeviceRow{Seller: d.Merchant, Mark: d.Mark, Status: status, Generation: d.Generation, Updated: d.UpdatedAt})
	}
	return render(c, pages.Rail(page, props))
}

func railSentence(rail setup.FinanceRail) components.Sentence {
	active := 0
	for _, d := range rail.Devices {
		if d.State == "ACTIVE" {
			active++
		}
	}
	if len(rail.Merchants) == 0 {
		return components.Say("", "No seller is known", ", so every message of this rail is refused.")
	}
	return components.Say("", components.Plural(len(rail.Merchants), "seller", "sellers"), ", "+components.Plural(active, "till device holds", "till devices hold")+" a signing key. Keys are stored sealed and never shown.")
}
