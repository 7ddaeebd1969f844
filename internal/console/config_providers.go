package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listProviders shows every provider with what it can do.
func (a *App) listProviders(c *fiber.Ctx) error {
	page := a.page(c)
	list, err := a.Config.Providers(c.UserContext())
	if err != nil {
		return err
	}
	props := pages.ProvidersProps{
		Lede: providersSentence(list), Columns: matrixHeads(), Note: components.Plural(len(list), "provider", "providers") + ". A dash is never sent; the page of a provider says what happens instead.",
		Empty: components.Blank{
			Kind: components.BlankBroken, Title: "No providers yet", Text: "Nothing can be sold before there is one. Write a data file and start the program with --data-file; docs/providers.md explains every member.",
		},
	}
	for _, p := range list {
		row := pages.ProviderRow{
			ID: p.ID, Name: p.Name, Href: providerHref(p.ID), Status: a.providerStatus(p), Connector: p.Connector, Can: matrixLine(p), Timeout: timeoutWord(p),
			Products: p.Products, ProductsHref: "/config/products?provider=" + p.ID, Routes: p.Routes, Waiting: p.Waiting, QueueHref: "/saf/queues/" + p.ID,
		}
		props.Rows = append(props.Rows, row)
	}
	return render(c, pages.Providers(page, props))
}

func matrixHeads() []string {
	return []string{"Confirm", "Reverse", "Retry", "Look-up", "Redeem", "Refund", "List", "Cards", "Finance"}
}

// matrixLine marks what a provider does itself; confirm and reverse are those of a sale.
func matrixLine(v setup.ProviderView) []bool {
	p := v.Profile
	return []bool{p.ConfirmProvision, p.ReverseProvision, p.Retry, p.Lookup, p.Redeem, p.Refund, p.Products, p.Cards, p.Finance}
}

// providerStatus is the state of a provider as this node sees it: its own switch first, then its queue, then the breaker.
func (a *App) providerStatus(p setup.ProviderView) components.Status {
	switch gate := a.gate(p.ID); {
	case p.Disabled:
		return components.StatusOf("Disabled")
	case gate.Open():
		return components.Status{Icon: "off", Word: "Breaker open", Tone: components.Danger}
	case p.Held:
		return components.Status{Icon: "lock", Word: "Advices held", Tone: components.Held}
	}
	return components.StatusOf("In service")
}

func timeoutWord(p setup.ProviderView) string {
	if p.Profile.Timeout <= 0 {
		return "default"
	}
	return components.Duration(time.Duration(p.Profile.Timeout))
}

// providersSentence says how many are in service and what is off.
func providersSentence(list []setup.ProviderView) components.Sentence {
	off, held, waiting := 0, 0, 0
	for _, p := range list {
		if p.Disabled {
			off++
		} else if p.Held {
			held++
		}
		waiting += p.Waiting
	}
	if len(list) == 0 {
		return components.Say("", "Nothing is configured", ".")
	}
	rest := ""
	if off > 0 {
		rest = " " + components.Plural(off, "is disabled and takes", "are disabled and take") + " no new request."
	}
	if held > 0 {
		rest += " The advices of " + components.Number(held) + " are held."
	}
	if rest == "" {
		rest = " Nothing is disabled or held."
	}
	queue := "no advice waits."
	if waiting > 0 {
		queue = components.Plural(waiting, "advice waits", "advices wait") + "."
	}
	return components.Say("", components.Number(len(list)-off)+" of "+components.Plural(len(list), "provider", "providers")+" in service", "; "+queue+rest)
}
