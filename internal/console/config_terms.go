package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// listTerms shows the commercial terms, and the rules that processes settle by.
func (a *App) listTerms(c *fiber.Ctx) error {
	page := a.page(c)
	list, err := a.Config.Terms(c.UserContext())
	if err != nil {
		return err
	}
	props := pages.TermsProps{
		Lede: termsSentence(list),
		Empty: components.Blank{
			Title: "No terms", Text: "Every provider is settled at the principal, without commission. Terms come from the data file of the first start.",
		},
	}
	for _, t := range list.Terms {
		props.Terms = append(props.Terms, pages.TermRow{
			Provider: t.ProviderName, Href: providerHref(t.Provider), Kind: termKind(t.Kind), Code: t.Code, Flow: "provider to originator",
			AppliesTo: operationWords(t.AppliesTo), Rate: basisPoints(t.RateBP), Tax: taxOnTop(t.TaxMode, t.TaxRateBP),
		})
	}
	for _, r := range list.Rules {
		props.Rules = append(props.Rules, pages.RuleRow{
			Process: r.Process, Provider: r.ProviderName, ProviderHref: providerHref(r.ProviderID), Currency: money.Code(r.Currency), Code: r.Code,
			AppliesTo: operationWords(r.AppliesTo), Rate: basisPoints(r.RateBP), Tax: taxOnTop(r.TaxMode, r.TaxRateBP), Since: r.ValidFrom, Differs: !asAgreed(r, list.Terms),
		})
	}
	return render(c, pages.Terms(page, props))
}

func termKind(kind string) string {
	if kind == "COMMISSION" {
		return "Commission"
	}
	return kind
}

// asAgreed compares the rule of a process with the terms of its provider as they are now.
func asAgreed(r setup.RuleView, terms []setup.TermView) bool {
	var agreed *setup.TermView
	for i := range terms {
		if t := &terms[i]; t.Provider == r.ProviderID || t.Provider == "" && agreed == nil {
			agreed = t
		}
	}
	return agreed != nil && agreed.RateBP == r.RateBP && agreed.TaxMode == r.TaxMode && agreed.TaxRateBP == r.TaxRateBP && slices.Equal(agreed.AppliesTo, r.AppliesTo)
}

func termsSentence(list setup.TermList) components.Sentence {
	own := 0
	for _, t := range list.Terms {
		if t.Provider != "" {
			own++
		}
	}
	if len(list.Terms) == 0 {
		return components.Say("", "No terms are agreed", ": everything is settled at the principal.")
	}
	head := components.Plural(own, "provider has terms of its own", "providers have terms of their own")
	if own == 0 {
		head = "One line of terms for every provider"
	}
	return components.Say("", head, ". The principal is always settled in full; a rate is a share of the final amount. Terms are what a new process starts with; changing them leaves running ones as they are.")
}
