package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showProvider shows one provider: who it is, what it can do and what happens where it cannot.
func (a *App) showProvider(c *fiber.Ctx) error {
	id, err := ownIDParam(c, "provider", "provider")
	if err != nil {
		return err
	}
	page := a.page(c)
	p, err := a.Config.Provider(c.UserContext(), id)
	if err != nil {
		return err
	}
	props := pages.ProviderProps{
		Name: p.Name, Lede: providerSentence(p), Figures: a.providerFigures(p, page.Viewer), Identity: identityFacts(p), Limits: limitFacts(p),
		Groups: abilityGroups(p.Profile), Rules: ruleFacts(p), Options: optionRows(p.Options),
		ProductsNote: goodsNote(p), ProductsHref: "/config/products?provider=" + url.QueryEscape(p.ID),
	}
	if p.Products == 0 {
		props.ProductsHref = ""
	}
	for _, g := range p.Goods {
		props.Products = append(props.Products, productRow(setup.ProductView{Product: g}))
	}
	for _, r := range p.Lines {
		row := routeRow(r)
		row.ProviderHref = providerHref(p.ID)
		props.Routes = append(props.Routes, row)
	}
	if p.Term != nil {
		props.Term, props.TermNote = termFacts(*p.Term), "its own"
		if p.Term.Provider == "" {
			props.TermNote = "those of every provider"
		}
	}
	return render(c, pages.ProviderPage(page, props))
}

func providerSentence(p setup.ProviderCase) components.Sentence {
	missing := 0
	for _, g := range abilityGroups(p.Profile) {
		for _, x := range g.Abilities {
			if !x.On {
				missing++
			}
		}
	}
	rest := ". It offers everything that the switch can ask for."
	if missing > 0 {
		rest = ". " + components.Plural(missing, "ability is", "abilities are") + " missing; below stands what the switch does instead."
	}
	if p.Disabled {
		return components.Say("", "Disabled", ": new requests that would go here are refused. Advices of earlier ones are still sent"+rest)
	}
	if p.Routes == 0 {
		return components.Say("", "In service, but no route leads here", rest)
	}
	return components.Say("", "In service", " through the connector "+p.Connector+rest)
}

func (a *App) providerFigures(p setup.ProviderCase, v components.Viewer) []components.Figure {
	gate := a.gate(p.ID)
	return []components.Figure{
		{Label: "State", Value: a.providerStatus(p.ProviderView).Word, Note: "requests: breaker " + strings.ToLower(orWord(gate.Requests, "closed"))},
		{Label: "Advices waiting", Value: components.Number(p.Waiting), Note: "the queue", Href: "/saf/queues/" + url.PathEscape(p.ID)},
		{Label: "Products", Value: components.Number(p.Products), Note: "in the master list"},
		{Label: "Routes", Value: components.Number(p.Routes), Note: "lead here"},
		{Label: "Last change", Value: shownDay(v, p.UpdatedAt), Note: "version " + components.Number(p.Version)},
	}
}

func identityFacts(p setup.ProviderCase) []components.Fact {
	return []components.Fact{
		{Label: "Id", ID: p.ID, What: "provider id"},
		{Label: "As receiver", ID: p.InstitutionID, What: "institution id", Note: "in messages, as " + p.Name},
		{Label: "Settlement entity", ID: p.Settlement.ID, What: "institution id", Note: p.Settlement.Name},
		{Label: "Connector", Text: p.Connector, Mono: true},
		{Label: "Address", ID: p.BaseURL, What: "address"},
		{Label: "We are there", ID: p.User, What: "our institution id there", Note: ownName(p)},
		{Label: "Credential", Text: orWord(p.Credential, "none"), Mono: p.Credential != "", Note: credentialNote(p.Credential)},
	}
}

func ownName(p setup.ProviderCase) string {
	switch {
	case p.Profile.ActAsClient:
		return "sandbox: signs in as the client itself"
	case p.User == p.Switch.ID:
		return p.Switch.Name
	}
	return ""
}

func credentialNote(name string) string {
	switch {
	case strings.HasPrefix(name, "env:"):
		return "a variable of the environment; the secret itself is never shown"
	case strings.HasPrefix(name, "file:"):
		return "a file on the node; the secret itself is never shown"
	}
	return "signs in by other means, or not at all"
}

func limitFacts(p setup.ProviderCase) []components.Fact {
	x := p.Profile
	number := func(n int) string {
		if n <= 0 {
			return "as the installation"
		}
		return components.Number(n)
	}
	order := "side by side"
	if x.FIFO {
		order = "one by one, in the order of arrival"
	}
	return []components.Fact{
		{Label: "Time-out", Text: timeoutLong(p), Note: "of one exchange"},
		{Label: "Requests at once", Text: number(x.MaxInFlight), Note: "more are refused unsent"},
		{Label: "Advices at once", Text: number(x.SAFParallel)},
		{Label: "Order of advices", Text: order},
	}
}

func timeoutLong(p setup.ProviderCase) string {
	if p.Profile.Timeout <= 0 {
		return "as the installation"
	}
	return components.Duration(time.Duration(p.Profile.Timeout))
}

func goodsNote(p setup.ProviderCase) string {
	if p.Products > len(p.Goods) {
		return "the first " + components.Number(len(p.Goods)) + " of " + components.Number(p.Products)
	}
	return components.Plural(p.Products, "line", "lines")
}

func termFacts(t setup.Term) []components.Fact {
	return []components.Fact{
		{Label: "Commission", Text: basisPoints(t.RateBP), Note: "of the final amount, " + t.Code},
		{Label: "On", Text: operationWords(t.AppliesTo)},
		{Label: "Paid by", Text: "the provider to the originator"},
		{Label: "Tax", Text: taxOnTop(t.TaxMode, t.TaxRateBP)},
	}
}

func operationWords(ops []string) string {
	list := make([]string, len(ops))
	for i, op := range ops {
		list[i] = transactions.Operation(op).Word()
	}
	return strings.Join(list, ", ")
}
