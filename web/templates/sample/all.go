package sample

import (
	"github.com/a-h/templ"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// Screen is one page of the sample moment.
type Screen struct {
	Name string
	Page templ.Component
}

// Screens lists every page, each in the states that matter.
func Screens() []Screen {
	refused := signIn()
	refused.Notices, refused.Error = nil, "Name or password is wrong, or the account is locked. Nothing tells which."
	acted := operator("/saf/entries/" + entryID)
	acted.Flash = []components.Notice{{Tone: components.Clear, Title: "1 confirmation was sent again.", Text: "Hollywoodbets answered 503; it stays in the queue."}}
	production := auditor("/audit")
	production.Mode, production.ModeNote, production.FootNote = layouts.Production, "", ""
	return []Screen{
		{"sign-in", pages.SignIn(nobody("/sign-in"), signIn())},
		{"sign-in-refused", pages.SignIn(nobody("/sign-in"), refused)},
		{"link", pages.OneTimeLink(nobody("/link/t"), pages.LinkProps{Token: "4mUq", Name: "Thandi Mokoena", Role: "operator"})},
		{"link-used", pages.OneTimeLink(nobody("/link/t"), pages.LinkProps{Used: true})},
		{"enrol", pages.Enrol(nobody("/enrol/t"), pages.EnrolProps{Token: "9sKd", Name: "Zanele Nkosi", UserName: "zanele.nkosi", Role: "finance", Mismatch: "The two differ. Write the same password twice."})},
		{"overview", pages.Overview(operator("/"), overview())},
		{"transactions", pages.Transactions(operator("/transactions"), transactions())},
		{"transactions-empty", pages.Transactions(operator("/transactions"), transactionsEmpty())},
		{"transactions-early-reversal", pages.Transactions(support("/transactions"), reversalsWithoutRequest())},
		{"transaction", pages.Transaction(operator("/transactions/"+messageID), transaction())},
		{"transaction-finance", pages.Transaction(finance("/transactions/"+messageID), transactionForFinance())},
		{"saf", pages.Queues(operator("/saf"), queues())},
		{"saf-queue", pages.Queue(operator("/saf/queues/hollywoodbets"), queuePage())},
		{"saf-entry", pages.Entry(acted, entry(true))},
		{"saf-entry-support", pages.Entry(support("/saf/entries/"+entryID), entry(false))},
		{"reconciliation", pages.Reconciliation(finance("/finance/reconciliation"), reconciliation())},
		{"reconciliation-run", pages.Run(finance("/finance/reconciliation/KF-FLASH"), run())},
		{"reconciliation-item", pages.Item(finance("/finance/items/0214"), item())},
		{"settlement", pages.Settlement(finance("/finance/settlement"), settlement())},
		{"settlement-cycle", pages.Cycle(finance("/finance/cycles/38"), cycle())},
		{"schedules", pages.Schedules(finance("/schedules"), schedules())},
		{"config-providers", pages.Providers(operator("/config/providers"), providerList())},
		{"config-providers-empty", pages.Providers(operator("/config/providers"), noProviders())},
		{"config-provider", pages.ProviderPage(operator("/config/providers/flash"), provider())},
		{"config-provider-stranded", pages.ProviderPage(operator("/config/providers/humm"), strandedProvider())},
		{"config-products", pages.Products(auditor("/config/products"), products())},
		{"config-products-empty", pages.Products(auditor("/config/products"), noProducts())},
		{"config-routes", pages.Routes(operator("/config/routes"), routes())},
		{"config-routes-asked", pages.Routes(operator("/config/routes"), routesAsked())},
		{"config-routes-refused", pages.Routes(operator("/config/routes"), routesRefused())},
		{"config-clients", pages.Clients(operator("/config/clients"), clients())},
		{"config-client", pages.ClientPage(operator("/config/clients/90000101"), client())},
		{"config-client-open", pages.ClientPage(operator("/config/clients/90000101"), openClient())},
		{"config-terms", pages.Terms(auditor("/config/terms"), terms())},
		{"config-terms-empty", pages.Terms(auditor("/config/terms"), noTerms())},
		{"config-finance", pages.Rail(operator("/config/finance"), rail())},
		{"config-finance-empty", pages.Rail(operator("/config/finance"), noRail())},
		{"audit", pages.Audit(production, audit())},
		{"error-403", pages.Error(operator("/finance/settlement"), pages.Forbidden("Settlement", "finance.view", "operator"))},
		{"error-404", pages.Error(operator("/transactions/x"), pages.NotFound("transaction"))},
		{"error-500", pages.Error(operator("/saf"), pages.Failed("rq-52e8d10a", "/saf"))},
		{"error-503", pages.Error(nobody("/saf"), pages.Unavailable("rq-52e8d10a", "/saf"))},
		{"keys", pages.Keys(auditor("/keys"))},
	}
}
