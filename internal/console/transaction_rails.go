package console

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// railFacts are the facts whose names differ from service to service.
func railFacts(x *monitoring.Case) []components.Fact {
	t := &x.Transaction
	facts := []components.Fact{
		{Label: "Product", Text: x.Product.String()},
		{Label: "Merchant", Text: join(t.MerchantID, prefixed("till ", t.TerminalID))},
		{Label: "Channel", Text: t.ChannelID},
		{Label: "Cashier", Text: t.CashierID},
		{Label: "Provider reference", ID: t.ProviderRef, What: "provider reference"},
	}
	switch t.Key.Service {
	case transactions.GiftCard:
		facts = append(cardFacts(x), facts...)
	case transactions.Humm:
		facts = []components.Fact{{Label: "Seller", Text: t.MerchantID}, {Label: "Device", Text: t.TerminalID, Mono: true}, {Label: "Operator", Text: t.CashierID}}
		for _, r := range saleReferences(x) {
			facts = append(facts, components.Fact{Label: r.label, ID: r.value, What: strings.ToLower(r.label)})
		}
	}
	return slices.DeleteFunc(facts, func(f components.Fact) bool { return f.Text == "" && f.ID == "" })
}

// cardFacts read the masked numbers of the gift cards from the client's request.
func cardFacts(x *monitoring.Case) (facts []components.Fact) {
	type card struct {
		PAN string `json:"pan"`
	}
	var request struct {
		Card, SourceCard, TargetCard, OldCard, NewCard card
	}
	i := slices.IndexFunc(x.Traces, func(m transactions.Trace) bool { return m.Leg == transactions.ClientToSwitch && m.Body != "" })
	if i < 0 || json.Unmarshal([]byte(x.Traces[i].Body), &request) != nil {
		return nil
	}
	for _, c := range []struct {
		label string
		card  card
	}{{"Gift card", request.Card}, {"From card", request.SourceCard}, {"To card", request.TargetCard}, {"Old card", request.OldCard}, {"New card", request.NewCard}} {
		facts = append(facts, components.Fact{Label: c.label, Text: c.card.PAN, Mono: true})
	}
	return facts
}

// voucherFacts tell of the voucher that was sold or used, and of the one that stands for what is left.
func voucherFacts(x *monitoring.Case) (facts []components.Fact) {
	state := func(v *monitoring.Voucher) string { return words(v.State) }
	if v := x.Voucher; v != nil {
		facts = append(facts, components.Fact{Label: "Voucher code", Text: v.CodeMasked, Mono: true, Note: state(v)})
		if v.Serial != "" {
			facts = append(facts, components.Fact{Label: "Voucher serial", ID: v.Serial, What: "serial"})
		}
	}
	if v := x.Change; v != nil {
		label, worth := "Change voucher", ""
		if x.Transaction.Key.Operation == transactions.Refund {
			label = "New voucher"
		}
		if v.Balance.Currency != "" {
			worth = amountOf(v.Balance).String()
		}
		facts = append(facts, components.Fact{Label: label, Text: v.CodeMasked, Mono: true, Note: join(worth, state(v), prefixed("serial ", v.Serial))})
	}
	return facts
}

// saleReference is a name that a consumer finance sale is known by.
type saleReference struct{ label, value string }

// saleReferences reads the names of a sale from the masked messages: what the till called it, and what the provider did.
// They are no secrets; everything else of these messages stays where it is.
func saleReferences(x *monitoring.Case) []saleReference {
	own := "Sale reference"
	if x.Transaction.Key.Operation == transactions.Adjustment {
		own = "Refund reference"
	}
	labels := []struct{ member, label string }{
		{"x_pos_transaction_ref", own}, {"x_purchase_ref", "Of the sale"}, {"x_receipt_number", "Receipt number"}, {"x_purchase_number", "Purchase number"},
	}
	found := map[string]string{"x_purchase_number": x.Transaction.ProviderRef}
	for i := range x.Traces {
		m := &x.Traces[i]
		if m.Kind == transactions.TraceReversal || adviceLeg(x, m) { // names of its own
			continue
		}
		var members map[string]any
		if json.Unmarshal([]byte(m.Body), &members) != nil {
			continue
		}
		for _, l := range labels {
			if text, ok := members[l.member].(string); ok && found[l.member] == "" {
				found[l.member] = text
			}
		}
	}
	var list []saleReference
	for _, l := range labels {
		if found[l.member] != "" {
			list = append(list, saleReference{l.label, found[l.member]})
		}
	}
	return list
}

// adviceLeg tells whether a message belongs to the delivery of a stored advice.
func adviceLeg(x *monitoring.Case, m *transactions.Trace) bool {
	i := slices.IndexFunc(x.Attempts, func(a transactions.Attempt) bool { return a.ID == m.AttemptID })
	return m.AttemptID != uuid.Nil && i >= 0 && x.Attempts[i].SAFID != uuid.Nil
}

// mostOfSale bounds the transactions of one sale that are listed.
const mostOfSale = 10

// relateSale lists the other transactions of a consumer finance sale: what names the same reference, receipt or purchase of
// the same client.
func (a *App) relateSale(c *fiber.Ctx, x *monitoring.Case, props *pages.TransactionProps) {
	if x.Transaction.Key.Service != transactions.Humm || a.Hash == nil {
		return
	}
	seen := map[uuid.UUID]bool{x.Transaction.ID: true}
	for _, r := range x.Related {
		seen[r.ID] = true
	}
	v := components.Viewer{Zone: a.Zone, Now: x.Around.Now}
	var list []components.Actor
	for _, ref := range saleReferences(x) {
		for _, l := range a.sameReference(c, x, transactions.RefPurchase, ref.value) {
			if seen[l.ID] || len(list) >= mostOfSale {
				continue
			}
			seen[l.ID] = true
			list = append(list, components.Actor{
				Who:  sentenceCase(saleWords(l.Transaction.Key.Service, l.Transaction.Key.Operation)) + " " + v.Clock(l.Transaction.ReceivedAt),
				What: string(monitoring.SameSale), Href: "/transactions/" + l.ID.String(), Tag: components.Tag{Text: string(l.Status)},
			})
		}
	}
	props.Related = append(list, props.Related...)
}

// sameReference finds what carries a reference too, of the same client and service.
func (a *App) sameReference(c *fiber.Ctx, x *monitoring.Case, kind transactions.RefKind, value string) []monitoring.Line {
	f, err := transactions.ParseFilter(url.Values{"kind": {string(kind)}, "ref": {value}}, zoned(components.Viewer{Zone: a.Zone, Now: x.Around.Now}))
	if err != nil {
		return nil
	}
	f.Scope, f.Clients, f.Services = clientScope(operator(c)), []string{x.Transaction.Key.ClientID}, []transactions.Service{x.Transaction.Key.Service}
	f.Reference.Hash(a.Hash)
	found, err := a.Transactions.SearchTransactions(c.UserContext(), f)
	if err != nil {
		return nil
	}
	return found.Lines
}
