package console

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showItem compares the two sides of one item. An item of a run that was replaced leads to the result that took its
// place, because numbers may have changed.
func (a *App) showItem(c *fiber.Ctx) error {
	page := a.page(c)
	runID, no, err := itemParam(c)
	if err != nil {
		return err
	}
	run, err := a.Finance.FindRun(c.UserContext(), runID)
	if err != nil {
		return err
	}
	p, err := a.processOf(c.UserContext(), run.ProcessID)
	if err != nil {
		return err
	}
	if run.State == finance.RunSuperseded {
		a.flash(c, caution("The day was reconciled again.", "Its items have new numbers; this is the result that counts now."))
		return back(c, runHref(p.Code, run.BusinessDate))
	}
	it, err := a.Finance.Item(c.UserContext(), runID, no)
	if err != nil {
		return err
	}
	originator := ""
	if it.A != nil {
		names, err := a.Finance.ClientNames(c.UserContext())
		if err != nil {
			return err
		}
		originator = orWord(names[it.A.ClientID], it.A.ClientID)
	}
	return render(c, pages.Item(page, itemProps(run, &it, p, originator, page.Viewer)))
}

// itemParam reads "<run>.<number>".
func itemParam(c *fiber.Ctx) (uuid.UUID, int, error) {
	run, number, _ := strings.Cut(c.Params("id"), ".")
	id, err := uuid.Parse(run)
	no, wrong := strconv.Atoi(number)
	if err != nil || wrong != nil || no < 1 || no > 1<<31-1 {
		return uuid.Nil, 0, apperr.Errorf(apperr.NotFound, "There is no such item.")
	}
	return id, no, nil
}

func itemProps(run finance.Run, it *finance.Item, p finance.Process, originator string, v components.Viewer) pages.ItemProps {
	props := pages.ItemProps{
		No: itemNo(it.No), Status: reconStatus(it.Status), Reasons: reasonTags(it.Reasons), NameA: "A switch", NameB: "B " + p.Name,
		Run:  components.Link{Text: p.Code + ", " + components.ShortDay(dayTime(run.BusinessDate)), Href: runHref(p.Code, run.BusinessDate)},
		Lede: itemSentence(it, p.Name), Fields: itemFields(it, v), Facts: itemFacts(it, p.Name, originator), Events: itemEvents(run, it, p.Name, originator),
	}
	if it.B != nil {
		props.NameB += ", line " + components.Number(it.B.LineNo)
	}
	return props
}

// itemSentence says what the two sides say of each other, and who must act.
func itemSentence(it *finance.Item, provider string) components.Sentence {
	act := " A person of finance has to settle it with " + provider + "."
	if it.SelfHeals {
		act = " It should heal without anybody."
	}
	switch {
	case it.Status == finance.Matched && it.Hold != finance.HoldNone:
		return components.Say("", "Both sides agree", "; it is held "+holdSentence(it.Hold)+".")
	case it.Status == finance.Matched:
		return components.Say("", "Both sides agree", ". Nobody has to act.")
	case it.A == nil:
		return components.Say("Only "+provider+" knows this: ", provider+" says "+sideAmountText(it.B.AmountMinor, it.B.Currency)+", the switch has no record", "."+act)
	case it.B == nil:
		return components.Say("Only the switch knows this: ", "our record says "+sideAmountText(it.A.AmountMinor, it.A.Currency)+", "+provider+" lists nothing", "."+act)
	case it.Has(finance.AmountDiff) || it.Has(finance.CurrencyDiff):
		return components.Say("Both sides know the "+strings.ToLower(kindWord(it.A.Operation))+", but ",
			provider+" says "+sideAmountText(it.B.AmountMinor, it.B.Currency)+" and our record "+sideAmountText(it.A.AmountMinor, it.A.Currency), "."+act)
	case it.Has(finance.InDoubt):
		return components.Say("", provider+" says "+stateWord(it.B.State)+", the switch does not know the outcome", "."+act)
	}
	return components.Say("Both sides know the "+strings.ToLower(kindWord(it.A.Operation))+", but ", "something stands against a match", "."+act)
}

func sideAmountText(minor int64, currency string) string { return amount(minor, currency).String() }

// itemFacts leads to the transaction, says where the item stands on its way to a cycle, and explains each reason.
func itemFacts(it *finance.Item, provider, originator string) []components.Fact {
	var facts []components.Fact
	if it.A != nil {
		id := it.A.TransactionID.String()
		facts = append(facts, components.Fact{Label: "Transaction", Text: shortID(id), Href: "/transactions/" + id},
			components.Fact{Label: "Originator", Text: originator})
	}
	facts = append(facts,
		components.Fact{Label: "Settlement", Status: settlementStatus(it.Settlement), Note: holdSentence(it.Hold)},
		components.Fact{Label: "Business date", Text: components.ShortDay(dayTime(it.BusinessDate))})
	if it.Rule > 0 {
		facts = append(facts, components.Fact{Label: "Matched by", Text: ruleWord(it.Rule)})
	}
	for _, r := range it.Reasons {
		facts = append(facts, components.Fact{Label: reasonWord(r, provider), Text: reasonSentence(r, provider)})
	}
	return facts
}

func ruleWord(rule int) string {
	words := []string{"", "our transaction id", "the provider's reference", "the originator's reference", "serial, amount and day"}
	if rule < 1 || rule >= len(words) {
		return "rule " + strconv.Itoa(rule)
	}
	return words[rule]
}

func itemEvents(run finance.Run, it *finance.Item, provider, originator string) []components.Event {
	status := reconStatus(it.Status)
	events := []components.Event{{At: run.FinishedAt, Title: status.Word, Icon: status.Icon, Tone: status.Tone, Note: "reconciled"}}
	if it.B != nil {
		events = append(events, components.Event{At: it.B.At, Title: kindWord(it.B.Kind) + " at " + provider, Note: "by the statement"})
	}
	if it.A != nil {
		events = append(events, components.Event{At: it.A.At, Title: kindWord(it.A.Operation) + " received", Note: originator})
	}
	return events
}
