package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// settled is a cycle with everything its page tells about the calculation.
type settled struct {
	cycle   finance.Cycle
	process finance.Process
	nets    []finance.Net
	names   map[string]string    // of originators, by id
	service transactions.Service // of its lines, as far as they tell; empty: vouchers
}

func (s settled) name(client string) string { return orWord(s.names[client], client) }

func (s settled) sum(minor int64) money.Amount { return amount(minor, s.cycle.Currency) }

// severalOriginators stands for the originators of a cycle that has more than one.
const severalOriginators = "Originators"

// originators heads the column of what is owed to the provider.
func (s settled) originators() string {
	if len(s.nets) == 1 {
		return s.name(s.nets[0].ClientID)
	}
	return severalOriginators
}

// pays says who pays whom; the sum itself is never negative.
func (s settled) pays(who string, net int64) (payer, payee string, sum money.Amount) {
	if net < 0 {
		return s.process.Name, who, s.sum(-net)
	}
	return who, s.process.Name, s.sum(net)
}

// sentence says who pays what, what stays outside, and who must act.
func (s settled) sentence() components.Sentence {
	x := s.cycle
	if !calculated(x) {
		return components.Say("", "This cycle is not calculated yet", ". The job starts again by itself, and the schedules page says what keeps it.")
	}
	if x.ItemCount == 0 {
		return components.Say("", "Nothing was settled", " on this day; the cycle stays, so that the numbers have no gap."+s.waiting())
	}
	payer, payee, sum := s.pays(s.originators(), x.Net)
	return components.Say("", payer+" "+payVerb(payer)+" "+payee+" "+sum.String(), " for "+components.Plural(x.ItemCount, "line", "lines")+"."+s.waiting())
}

func payVerb(who string) string {
	if who == severalOriginators {
		return "pay"
	}
	return "pays"
}

// owes heads the column of what somebody owes.
func owes(who string) string {
	if who == severalOriginators {
		return who + " owe"
	}
	return who + " owes"
}

func (s settled) waiting() string {
	x, text := s.cycle, ""
	if x.HeldCount > 0 {
		text += " " + components.Plural(x.HeldCount, "line is", "lines are") + " held for a later cycle."
	}
	if x.OpenCount > 0 {
		return text + " " + components.Plural(x.OpenCount, "line waits", "lines wait") + " for a person of finance."
	}
	return text + " It is calculated and waits for its approval."
}

// route shows the stages that exist; a cycle goes no further than its calculation yet.
func (s settled) route(v components.Viewer) []components.Stage {
	stages := []components.Stage{{Title: "Open", Note: components.ShortDay(dayTime(s.cycle.PeriodFrom)), State: components.StageDone}}
	status := cycleStatus(s.cycle.State)
	switch s.cycle.State {
	case finance.CycleOpen:
		stages[0].State = components.StageNow
		stages = append(stages, components.Stage{Title: "Calculated", State: components.StageTodo})
	case finance.CycleCalculating:
		stages = append(stages, components.Stage{Title: status.Word, Note: "since " + v.Clock(s.cycle.CutoffAt), State: components.StageNow})
	default:
		stages = append(stages, components.Stage{Title: "Calculated", Note: "cut-off " + v.Clock(s.cycle.CutoffAt), State: components.StageNow, Icon: "done"})
	}
	return append(stages, components.Stage{Title: "Approved", State: components.StageTodo}, components.Stage{Title: "Posted", State: components.StageTodo},
		components.Stage{Title: "Finalised", State: components.StageTodo})
}

func (s settled) figures() []components.Figure {
	x := s.cycle
	if !calculated(x) {
		return nil
	}
	_, payee, net := s.pays(s.originators(), x.Net)
	return []components.Figure{
		{Label: "Principal", Value: s.sum(x.Principal).String(), Note: components.Plural(x.ItemCount, "line", "lines") + ", to " + s.process.Name},
		{Label: "Commission", Value: s.sum(x.Fees).String(), Note: "from " + s.process.Name + ", before tax"},
		{Label: "Tax on the commission", Value: s.sum(x.Tax).String(), Note: taxWords(x.Rule)},
		{Label: "Net to " + payee, Value: net.String(), Note: "principal less commission and tax", Tone: components.Moving},
		{Label: "Held", Value: components.Number(x.HeldCount), Note: s.sum(x.HeldMinor).String() + ", for a later cycle", Tone: toneIf(x.HeldCount > 0, components.Caution)},
		{Label: "Pending", Value: components.Number(x.OpenCount), Note: s.sum(x.OpenMinor).String() + " in open breaks", Tone: toneIf(x.OpenCount > 0, components.Caution)},
	}
}

// basisPoints shows hundredths of a per cent: 350 is "3.50 %".
func basisPoints(bp int) string { return fmt.Sprintf("%d.%02d\u00a0%%", bp/100, bp%100) }

func taxWords(r finance.FeeRule) string {
	if r.Tax != finance.TaxExclusive {
		return "no tax"
	}
	return basisPoints(r.TaxRateBP) + " on top, once"
}

func feeWords(r finance.FeeRule) string {
	if r.RateBP == 0 {
		return "no rule"
	}
	var kinds []string
	for _, o := range r.AppliesTo {
		kinds = append(kinds, strings.ToLower(kindWord(o)))
	}
	return basisPoints(r.RateBP) + " of every " + strings.Join(kinds, " and ") + ", rounded per line"
}

// ledger is the calculation: a block for each originator, and the net of all.
func (s settled) ledger() []pages.LedgerRow {
	var rows []pages.LedgerRow
	for _, n := range s.nets {
		rows = append(rows, s.block(n)...)
	}
	if !calculated(s.cycle) {
		return rows
	}
	payer, payee, sum := s.pays(s.originators(), s.cycle.Net)
	total := pages.LedgerRow{Kind: pages.LedgerNet, Label: "Net, " + payer + " " + payVerb(payer) + " " + payee, Lines: s.cycle.ItemCount, OwesA: sum}
	if s.cycle.Net < 0 {
		total.OwesA, total.OwesB = money.Amount{}, sum
	}
	return append(rows, total)
}

// railOf tells the service from an operation that only one has; otherwise what was known before.
func railOf(o finance.Operation, known transactions.Service) transactions.Service {
	switch o {
	case finance.Activation, finance.Load:
		return transactions.GiftCard
	case finance.Authorisation, finance.Adjustment:
		return transactions.Humm
	}
	return known
}

// principalWords names the three movements of money as the service does.
func principalWords(s transactions.Service) (sales, redemptions, refunds string) {
	switch s {
	case transactions.GiftCard:
		return "Activations and loads", "Redemptions", "Refunds of redemptions"
	case transactions.Humm:
		return "Sales", "Authorisations", "Adjustments"
	}
	return "Sales", "Redemptions", "Refunds of redemptions"
}

// block is principal by kind, commission, tax and net of one originator.
func (s settled) block(n finance.Net) []pages.LedgerRow {
	rows := []pages.LedgerRow{{Kind: pages.LedgerGroup, Label: s.name(n.ClientID)}}
	line := func(label, basis string, t finance.Totals, providerOwes bool) {
		if t.Count == 0 {
			return
		}
		row := pages.LedgerRow{Kind: pages.LedgerLine, Label: label, Basis: basis, Lines: t.Count, OwesA: s.sum(t.SumMinor)}
		if providerOwes {
			row.OwesA, row.OwesB = money.Amount{}, row.OwesA
		}
		rows = append(rows, row)
	}
	sales, redemptions, refunds := principalWords(s.service)
	line(sales, "final amount", n.Sales, false)
	line(redemptions, "final amount", n.Redemptions, true)
	line(refunds, "final amount", n.Refunds, false)
	if n.Fees != 0 {
		rows = append(rows, pages.LedgerRow{Kind: pages.LedgerLine, Label: "Commission", Basis: feeWords(s.cycle.Rule), OwesB: s.sum(n.Fees)})
	}
	if n.Tax != 0 {
		rows = append(rows, pages.LedgerRow{Kind: pages.LedgerLine, Label: "Tax on the commission", Basis: taxWords(s.cycle.Rule), OwesB: s.sum(n.Tax)})
	}
	payer, payee, sum := s.pays(s.name(n.ClientID), n.Net)
	net := pages.LedgerRow{Kind: pages.LedgerSum, Label: payer + " pays " + payee, Lines: n.Sales.Count + n.Redemptions.Count + n.Refunds.Count, OwesA: sum}
	if n.Net < 0 {
		net.OwesA, net.OwesB = money.Amount{}, sum
	}
	return append(rows, net)
}

func (s settled) netRows() []pages.NetRow {
	var rows []pages.NetRow
	for _, n := range s.nets {
		payer, payee, sum := s.pays(s.name(n.ClientID), n.Net)
		rows = append(rows, pages.NetRow{
			Payer: payer, Payee: payee, Amount: sum,
			Note: components.Plural(n.Sales.Count+n.Redemptions.Count+n.Refunds.Count, "line", "lines"),
		})
	}
	slices.SortStableFunc(rows, func(x, y pages.NetRow) int { return strings.Compare(x.Payer, y.Payer) })
	return rows
}

// checks adds the nets up again; the figures were proven in the commit that stored them.
func (s settled) checks() []components.Gate {
	if !calculated(s.cycle) {
		return nil
	}
	var net, principal int64
	lines := 0
	for _, n := range s.nets {
		net, principal = net+n.Net, principal+n.Principal
		lines += n.Sales.Count + n.Redemptions.Count + n.Refunds.Count
	}
	x := s.cycle
	return []components.Gate{
		{Name: "Nets and cycle", Text: s.sum(net).String() + " over all pairs, " + s.sum(x.Net).String() + " of the cycle", Shut: net != x.Net},
		{Name: "Principal", Text: s.sum(principal).String() + " over all pairs, " + s.sum(x.Principal).String() + " of the cycle", Shut: principal != x.Principal},
		{Name: "Every line once", Text: components.Number(lines) + " counted, " + components.Number(x.ItemCount) + " in the cycle", Shut: lines != x.ItemCount},
	}
}

func (s settled) facts() []components.Fact {
	facts := []components.Fact{
		{Label: "Process", Text: s.process.Code, Href: runHref(s.process.Code, s.cycle.PeriodTo), Note: "reconciliation of the day"},
		{Label: "Period", Text: components.ShortDay(dayTime(s.cycle.PeriodFrom)), Note: "one business date"},
		{Label: "Cut-off", Time: s.cycle.CutoffAt},
	}
	if s.cycle.InputHash != "" {
		facts = append(facts, components.Fact{Label: "Input", ID: s.cycle.InputHash, What: "SHA-256 over rule and lines"})
	}
	return facts
}
