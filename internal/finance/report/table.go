// Package report writes reconciliation and settlement results as CSV and XLSX files below one directory.
package report

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
)

// cell is one value: text, or a whole number when number is true.
type cell struct {
	text   string
	number bool
}

// table is one sheet or one CSV file. Its rows are read anew each time they are written; a row is good until the next.
type table struct {
	sheet  string
	header []string
	rows   iter.Seq2[[]cell, error]
}

// few are rows that are held in memory.
type few [][]cell

func (f *few) add(cells ...cell) { *f = append(*f, cells) }

func (f few) each(yield func([]cell, error) bool) {
	for _, row := range f {
		if !yield(row, nil) {
			return
		}
	}
}

// rowsOf makes a row of each of many, and gives way before each.
func rowsOf[T any](list iter.Seq2[T, error], giveWay func() error, row func(*T) []cell) iter.Seq2[[]cell, error] {
	return func(yield func([]cell, error) bool) {
		for v, err := range list {
			if err == nil {
				err = giveWay()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(row(&v), nil) {
				return
			}
		}
	}
}

func text(s string) cell       { return cell{text: s} }
func number(n int64) cell      { return cell{text: strconv.FormatInt(n, 10), number: true} }
func count(n int) cell         { return number(int64(n)) }
func at(t time.Time) cell      { return text(stamp(t)) }
func missing() cell            { return cell{} }
func date(d finance.Date) cell { return text(string(d)) }

// sum gives an amount the way people read it; the minor units stand in a column of their own.
func sum(minor int64, currency string) cell {
	return cell{text: money.Amount{Minor: minor, Currency: currency}.Decimal(), number: true}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// reconItems is one line per item, both sides next to each other.
func reconItems(r finance.ReconReport) table {
	t := table{sheet: "Items", header: []string{
		"item", "business_date", "recon_status", "reasons", "settlement_status", "hold_reason", "self_heals",
		"transaction_id", "client", "request_id", "operation", "serial", "product",
		"state_switch", "amount_switch_minor", "amount_switch", "currency_switch", "time_switch",
		"provider_ref", "state_provider", "amount_provider_minor", "amount_provider", "currency_provider", "time_provider",
		"difference_minor", "matching_rule",
	}}
	t.rows = rowsOf(r.Items, r.GiveWay, func(it *finance.Item) []cell {
		row := []cell{
			count(it.No), date(it.BusinessDate), text(string(it.Status)), text(reasons(it.Reasons)), text(string(it.Settlement)),
			text(string(it.Hold)), text(strconv.FormatBool(it.SelfHeals)),
		}
		row = append(row, switchSide(it)...)
		row = append(row, providerSide(it)...)
		return append(row, number(it.AmountB()-it.AmountA()), count(it.Rule))
	})
	return t
}

func switchSide(it *finance.Item) []cell {
	a := it.A
	if a == nil {
		b := it.B
		return []cell{
			missing(), missing(), missing(), text(string(b.Kind)), text(b.Serial), text(b.Product),
			missing(), missing(), missing(), missing(), missing(),
		}
	}
	return []cell{
		text(a.TransactionID.String()), text(a.ClientID), text(a.RequestID), text(string(a.Operation)), text(a.Serial), text(a.Product),
		text(string(a.State)), number(a.AmountMinor), sum(a.AmountMinor, a.Currency), text(a.Currency), at(a.At),
	}
}

func providerSide(it *finance.Item) []cell {
	b := it.B
	if b == nil {
		return []cell{text(it.A.ProviderRef), missing(), missing(), missing(), missing(), missing()}
	}
	return []cell{
		text(b.ProviderRef), text(string(b.State)), number(b.AmountMinor), sum(b.AmountMinor, b.Currency), text(b.Currency), at(b.At),
	}
}

func reasons(list []finance.Reason) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, ";")
}

// reconSummary is the balance of the run, one figure a line.
func reconSummary(r finance.ReconReport) table {
	s := r.Run.Summary
	var t few
	line := func(name string, v finance.Totals) {
		t.add(text(name), count(v.Count), number(v.SumMinor), sum(v.SumMinor, r.Process.Currency))
	}
	line("records of the switch", s.InA)
	line("records of the provider", s.InB)
	line("matched", s.Matched)
	line("partially matched", s.Partial)
	line("unmatched", s.Unmatched)
	line("without effect, switch", s.FilteredA)
	line("without effect, provider", s.FilteredB)
	line("shown on another day, switch", s.ElsewhereA)
	line("shown on another day, provider", s.ElsewhereB)
	line("refused lines of the file", s.Exceptions)
	t.add(text("open breaks"), count(s.OpenBreaks), missing(), missing())
	t.add(text("of these expected to heal by themselves"), count(s.SelfHealing), missing(), missing())
	return table{sheet: "Summary", header: []string{"figure", "count", "amount_minor", "amount"}, rows: t.each}
}

// settlementSummary is one line per originator and one for the cycle.
func settlementSummary(r finance.SettlementReport) table {
	t := table{sheet: "Summary", header: []string{
		"cycle", "period_from", "period_to", "originator", "provider", "currency",
		"sales", "sales_minor", "redemptions", "redemptions_minor", "refunds", "refunds_minor",
		"principal_minor", "fees_minor", "tax_minor", "net_minor", "net",
	}}
	var all finance.Net
	var rows few
	for _, n := range r.Nets {
		rows.add(netRow(r, n.ClientID, n)...)
		all.Sales = plus(all.Sales, n.Sales)
		all.Redemptions = plus(all.Redemptions, n.Redemptions)
		all.Refunds = plus(all.Refunds, n.Refunds)
	}
	all.Principal, all.Fees, all.Tax, all.Net = r.Cycle.Principal, r.Cycle.Fees, r.Cycle.Tax, r.Cycle.Net
	rows.add(netRow(r, "all originators", all)...)
	t.rows = rows.each
	return t
}

func plus(a, b finance.Totals) finance.Totals {
	return finance.Totals{Count: a.Count + b.Count, SumMinor: a.SumMinor + b.SumMinor}
}

func netRow(r finance.SettlementReport, originator string, n finance.Net) []cell {
	c := r.Cycle
	return []cell{
		count(c.Number), date(c.PeriodFrom), date(c.PeriodTo), text(originator), text(r.Process.ProviderID), text(c.Currency),
		count(n.Sales.Count), number(n.Sales.SumMinor), count(n.Redemptions.Count), number(n.Redemptions.SumMinor),
		count(n.Refunds.Count), number(n.Refunds.SumMinor),
		number(n.Principal), number(n.Fees), number(n.Tax), number(n.Net), sum(n.Net, c.Currency),
	}
}

// settlementDetail is one line per settled transaction.
func settlementDetail(r finance.SettlementReport) table {
	t := table{sheet: "Detail", header: []string{
		"cycle", "line", "transaction_id", "kind", "originator", "operation", "direction", "product", "business_date", "time",
		"amount_minor", "amount", "currency", "fee_minor", "fee",
	}}
	t.rows = rowsOf(r.Lines, r.GiveWay, func(l *finance.Line) []cell {
		return []cell{
			count(r.Cycle.Number), count(l.No), text(l.TransactionID.String()), text(string(l.Kind)), text(l.ClientID),
			text(string(l.Operation)), text(string(l.Direction)), text(l.Product), date(l.BusinessDate), at(l.At),
			number(l.FinalMinor), sum(l.FinalMinor, l.Currency), text(l.Currency), number(l.FeeMinor), sum(l.FeeMinor, l.Currency),
		}
	})
	return t
}
