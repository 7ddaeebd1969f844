package console

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showTransaction shows one transaction from its first message to the money.
func (a *App) showTransaction(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	found, err := a.Transactions.FindTransaction(c.UserContext(), id, clientScope(operator(c)))
	if err != nil {
		return err
	}
	page := a.page(c)
	page.Now = found.Around.Now // ages count to the moment the rows were read
	gate := a.gate(found.Transaction.ProviderID)
	props := transactionProps(&found, gate, operator(c), page.Viewer)
	a.relateBasket(c, &found, &props)
	a.relateSale(c, &found, &props)
	return render(c, pages.Transaction(page, props))
}

// idParam reads the id of the path.
func idParam(c *fiber.Ctx) (uuid.UUID, error) {
	text := c.Params("id")
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return uuid.Nil, apperr.Errorf(apperr.NotFound, "There is nothing with this id.")
	}
	return id, nil
}

// gate reads a provider's breaker; closed when nobody can tell.
func (a *App) gate(providerID string) monitoring.Gate {
	if a.Gate == nil || providerID == "" {
		return monitoring.Gate{Requests: "closed", Advices: "closed"}
	}
	return a.Gate(providerID)
}

func transactionProps(x *monitoring.Case, gate monitoring.Gate, who operators.Operator, v components.Viewer) pages.TransactionProps {
	t := &x.Transaction
	props := pages.TransactionProps{
		Crumb: components.Short(t.Key.RequestID), Title: transactionTitle(x), Lede: explain(x, gate, v), Route: transactionRoute(x, v),
		Facts: transactionFacts(x, who), Advices: "No advice was needed.", Actors: nextActors(x, gate, who, v), Events: caseEvents(x, v), Finance: moneyFacts(x, who),
		Related: relatedActors(x, who, v),
	}
	for i := range x.Entries {
		e := &x.Entries[i]
		panel := entryPanel(e, attemptsOf(x.Attempts, e.ID), gate, who, v)
		panel.Href = "/saf/entries/" + e.ID.String()
		props.Entries = append(props.Entries, panel)
	}
	switch {
	case t.Decision == transactions.Undecided && t.Final == transactions.Open && t.Mode == transactions.Single:
		props.Advices = "None yet: single messaging needs no confirmation, and the client has not reversed."
	case t.Decision == transactions.Undecided && t.Final == transactions.Open:
		props.Advices = "None yet: the client has not confirmed or reversed."
	case t.Decision != transactions.Undecided:
		props.Advices = "The decision needed no message to the provider."
	}
	if !who.Can(operators.TraceView) {
		props.TracesRefused = "Messages need permission trace.view. Role " + who.Grants.String() + " does not have it."
		return props
	}
	fillMessages(&props, x, gate, v)
	return props
}

// transactionTitle names the sale: "Hollywoodbets provision, R 149.00".
func transactionTitle(x *monitoring.Case) string {
	t := &x.Transaction
	what := x.Provider.String()
	if what == "" {
		what = x.Client.String()
	}
	title := what + " " + saleWords(t.Key.Service, t.Key.Operation)
	if amount, ok := t.Amount(); ok && !t.Key.Operation.Informational() {
		title += ", " + amount.String()
	}
	return title
}

func transactionFacts(x *monitoring.Case, who operators.Operator) []components.Fact {
	t := &x.Transaction
	provider, client := "", ""
	if who.Can(operators.ConfigView) {
		provider, client = providerHref(t.ProviderID), clientHref(t.Key.ClientID)
	}
	if t.ProviderID == "" {
		provider = ""
	}
	facts := []components.Fact{
		{Label: "Status", Status: components.StatusOf(string(x.Status()))},
		{Label: messageLabel(t), ID: t.Key.RequestID, What: strings.ToLower(messageLabel(t)), Note: generation(t)},
		{Label: "Client", Text: x.Client.String(), Href: client, Note: strings.ToLower(string(t.Mode)) + " messaging"},
		{Label: "Service", Text: t.Key.Service.Word() + ", " + strings.ToLower(t.Key.Operation.Word())},
		{Label: "Record, wire ref", ID: t.ID.String(), What: "record id"},
		{Label: "Provider", Text: x.Provider.String(), Href: provider},
	}
	if amount, ok := t.Amount(); ok {
		facts = append(facts, components.Fact{Label: "Amount", Amount: amount, Note: amountNote(t)})
	}
	facts = append(facts, railFacts(x)...)
	for _, f := range []components.Fact{
		{Label: "Basket", ID: t.BasketRef, What: "basket"},
		{Label: "RRN", ID: t.RRN, What: "RRN"},
		{Label: "Answered with", Text: t.ErrorType, Mono: true},
		{Label: "Provider's code", Text: t.ProviderErrorCode, Mono: true},
	} {
		if f.Text != "" || f.ID != "" {
			facts = append(facts, f)
		}
	}
	facts = append(facts, voucherFacts(x)...)
	facts = append(facts, components.Fact{Label: "Received", Time: t.ReceivedAt})
	if !t.RespondedAt.IsZero() {
		facts = append(facts, components.Fact{Label: "Answered", Time: t.RespondedAt})
	}
	if !t.ClosedAt.IsZero() {
		facts = append(facts, components.Fact{Label: "Closed", Time: t.ClosedAt})
	}
	return facts
}

// messageLabel names the id of a request. An authorisation has none of its own: its approval code is used once, and its keyed
// hash stands for it (humm.md 6).
func messageLabel(t *transactions.Transaction) string {
	if t.Key.Operation == transactions.Authorisation {
		return "Code, hashed"
	}
	return "Message id"
}

func generation(t *transactions.Transaction) string {
	switch {
	case t.Superseded:
		return "use " + components.Number(t.Generation) + ", replaced by a later one"
	case t.Generation > 1:
		return "use " + components.Number(t.Generation)
	}
	return ""
}

func amountNote(t *transactions.Transaction) string {
	switch {
	case t.FinalAmount != nil && t.RequestAmount != nil && *t.FinalAmount != *t.RequestAmount:
		return "final; asked " + money.Amount{Minor: *t.RequestAmount, Currency: t.Currency}.String()
	case t.ApprovedAmount != nil && t.RequestAmount != nil && *t.ApprovedAmount != *t.RequestAmount:
		return "approved; asked " + money.Amount{Minor: *t.RequestAmount, Currency: t.Currency}.String()
	case t.ApprovedAmount != nil:
		return "asked and approved"
	}
	return "asked"
}

func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// moneyFacts say what reconciliation and settlement know.
func moneyFacts(x *monitoring.Case, who operators.Operator) []components.Fact {
	t := &x.Transaction
	facts := []components.Fact{{Label: "Business date", Text: t.BusinessDate.Format("2 Jan 2006")}}
	if !finance.Operation(t.Key.Operation).Settles() {
		return append(facts, components.Fact{Label: "Settlement", Text: "never: it moves no money between the parties"})
	}
	recon := components.Fact{Label: "Reconciliation", Status: components.StatusOf("Not run yet"), Note: x.Finance.Process}
	if len(x.Finance.Items) > 0 {
		i := x.Finance.Items[0]
		recon = components.Fact{Label: "Reconciliation", Status: components.StatusOf(sentenceCase(i.Status)), Note: join(i.Process+" "+i.BusinessDate.Format("2 Jan"), strings.Join(i.Reasons, ", "))}
		facts = append(facts, recon, components.Fact{Label: "Settlement", Status: components.StatusOf(sentenceCase(i.Settlement)), Note: strings.ToLower(strings.ReplaceAll(i.HoldReason, "_", " "))})
	} else {
		facts = append(facts, recon)
	}
	for _, l := range x.Finance.Lines {
		f := components.Fact{Label: "Cycle", Text: l.Process + " " + components.Number(l.Cycle), Note: sentenceCase(l.State) + ", " + money.Amount{Minor: l.Minor, Currency: l.Currency}.String()}
		if who.Can(operators.FinanceView) {
			f.Href = "/finance/settlement"
		}
		facts = append(facts, f)
	}
	if t.ReconRequired {
		state := "settled"
		if x.Around.BreakOpen {
			state = "open"
		}
		facts = append(facts, components.Fact{Label: "Break", Text: state, Note: "the provider may know something else"})
	}
	return facts
}

// sentenceCase turns "PARTIALLY_MATCHED" into "Partially matched".
func sentenceCase(code string) string {
	text := strings.ToLower(strings.ReplaceAll(code, "_", " "))
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func relatedActors(x *monitoring.Case, who operators.Operator, v components.Viewer) []components.Actor {
	var list []components.Actor
	for _, r := range x.Related {
		what := string(r.Relation)
		if r.Relation == monitoring.SameID && r.Generation > 0 {
			what += ", use " + components.Number(r.Generation)
		}
		list = append(list, components.Actor{
			Who: sentenceCase(saleWords(r.Service, r.Operation)) + " " + v.Clock(r.ReceivedAt), What: what, Href: "/transactions/" + r.ID.String(), Tag: components.Tag{Text: string(r.Status)},
		})
	}
	if id := x.Transaction.ProviderID; id != "" && who.Can(operators.SAFView) {
		list = append(list, components.Actor{Who: x.Provider.String() + " queue", What: "advices to this provider", Href: "/saf/queues/" + url.PathEscape(id)})
	}
	return list
}

// relateBasket leads to the other transactions of the same basket, found by its hash.
func (a *App) relateBasket(c *fiber.Ctx, x *monitoring.Case, props *pages.TransactionProps) {
	if x.Transaction.BasketRef == "" || a.Hash == nil {
		return
	}
	q := url.Values{"kind": {string(transactions.RefBasket)}, "ref": {x.Transaction.BasketRef}}
	f, err := transactions.ParseFilter(q, zoned(components.Viewer{Zone: a.Zone, Now: x.Around.Now}))
	if err != nil {
		return
	}
	f.Scope = clientScope(operator(c))
	f.Reference.Hash(a.Hash)
	found, err := a.Transactions.SearchTransactions(c.UserContext(), f)
	if err != nil || found.Total < 2 {
		return
	}
	props.Related = append([]components.Actor{{
		Who: "Basket " + x.Transaction.BasketRef, What: components.Plural(found.Total-1, "other transaction", "other transactions"), Href: transactionsHref(&f, nil),
	}}, props.Related...)
}
