package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func processFilters(action string) components.FilterBar {
	return components.FilterBar{Action: action, Fields: []components.Field{
		{Name: "process", Label: "Process", Kind: components.KindSelect, Options: options("KF-FLASH", "KF-HWB", "DW-BLU")},
		{Name: "from", Label: "From", Kind: components.KindDate},
		{Name: "to", Label: "To", Kind: components.KindDate},
		{Name: "status", Label: "Result", Kind: components.KindSelect, Options: options("Matched", "Partially matched", "Unmatched")},
	}}
}

func reconciliation() pages.ReconciliationProps {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, sast()) }
	row := func(process, parties string, d int, status string, m, p, u int, a, b int64) pages.RunRow {
		return pages.RunRow{
			Href: "/finance/reconciliation/" + process, Process: process, Parties: parties, BusinessDate: day(d), Status: components.StatusOf(status), Matched: m, Partial: p, Unmatched: u,
			AmountA: rand(a), AmountB: rand(b), Difference: rand(b - a), Started: time.Date(2026, 3, d+1, 3, 0, 0, 0, sast()), Took: 1400 * time.Millisecond,
		}
	}
	return pages.ReconciliationProps{
		Lede: components.Say("Yesterday, ", "12 breaks are open", " in 3 of 12 processes, R 1 324.00 on the larger side. Every other process matched."),
		Figures: []components.Figure{
			{Label: "Open breaks", Value: "12", Note: "2 heal by themselves", Tone: components.Caution}, {Label: "Matched, 11 Mar", Value: "99.6 %", Note: "3 012 of 3 024 items"}, {Label: "Statements", Value: "12 of 12", Note: "last at 00:44"},
		},
		Filters: processFilters("/finance/reconciliation"),
		Rows: []pages.RunRow{
			row("KF-FLASH", "Karoo Fresh and Flash", 11, "Unmatched", 398, 6, 5, 4031800, 4043800),
			row("KF-HWB", "Karoo Fresh and Hollywoodbets", 11, "Matched", 512, 0, 0, 7120050, 7120050),
			row("DW-BLU", "Duiker Wallet and Blu Voucher", 11, "Partially matched", 95, 1, 0, 1249900, 1200000),
			row("KF-FLASH", "Karoo Fresh and Flash", 10, "Matched", 421, 0, 0, 4406400, 4406400),
			row("KF-HWB", "Karoo Fresh and Hollywoodbets", 10, "Matched", 488, 0, 0, 6881225, 6881225),
		},
		Pager: components.Pager{Note: "Runs 1 to 5 of 312", OlderHref: "/finance/reconciliation?before=5"},
	}
}

func run() pages.RunProps {
	none := money.Amount{}
	item := func(no, status, ref, kind, product string, a, b, diff money.Amount, settlement, note string, reasons ...components.Tag) pages.ItemRow {
		return pages.ItemRow{No: no, Href: "/finance/items/" + no, Status: components.StatusOf(status), Reference: ref, Kind: kind, Product: product, A: a, B: b, Difference: diff, Reasons: reasons, Settlement: components.StatusOf(settlement), Note: note}
	}
	amount, state := components.Tag{Text: "AMOUNT_DIFF"}, components.Tag{Text: "STATE_DIFF", Tone: components.Danger}
	return pages.RunProps{
		Process: "KF-FLASH", Provider: "Flash", BusinessDate: time.Date(2026, 3, 11, 0, 0, 0, 0, sast()),
		Lede:      components.Say("", "398 of 409 items match.", " Ten breaks are open, R 825.00 on the larger side; two of them should heal by themselves."),
		Matched:   pages.StatusShare{Count: 398, Note: "R 39 938.00 on both sides", Href: "?status=matched"},
		Partial:   pages.StatusShare{Count: 6, Note: "both sides have a record, a field differs", Href: "?status=partial"},
		Unmatched: pages.StatusShare{Count: 5, Note: "3 without Flash, 2 without the switch", Href: "?status=unmatched"},
		Sources: []pages.SourceRow{
			{Side: "A", Name: "switch", Source: "Signalbox records", File: "internal", Status: components.StatusOf("Loaded"), Records: 441, Loaded: at("03:00:00")},
			{Side: "B", Name: "provider", Source: "Flash statement", File: "FLASH_KAROOFRESH_EXTRACT_SUV_MARKOFF_20260311_1773267605.csv", Status: components.StatusOf("Loaded"), Records: 410, Exceptions: 1, ExceptionText: "1 DUPLICATE_IN_FILE", Loaded: at("00:20:05")},
		},
		StatusFacets: []pages.Facet{{Text: "All", Count: 409, Href: "?"}, {Text: "Breaks", Count: 10, Href: "?status=breaks", Current: true}, {Text: "Partially matched", Count: 6, Href: "?status=partial"}, {Text: "Unmatched", Count: 5, Href: "?status=unmatched"}},
		ReasonFacets: []pages.Facet{{Text: "Amount", Count: 4, Href: "?reason=AMOUNT_DIFF"}, {Text: "State", Count: 2, Href: "?reason=STATE_DIFF"}, {Text: "Missing at Flash", Count: 3, Href: "?reason=MISSING_B"}, {Text: "Missing here", Count: 2, Href: "?reason=MISSING_A"}, {Text: "Heals by itself", Count: 2, Href: "?reason=heals"}},
		ItemsNote:    "10 breaks, riskiest first",
		Items: []pages.ItemRow{
			item("0214", "Partially matched", "e0b7c2d4", "Sale", "1Voucher R 100", rand(10000), rand(9000), rand(-1000), "Pending", "", amount),
			item("0077", "Partially matched", "94a1f6e8", "Sale", "1Voucher R 20", rand(0), rand(2000), rand(2000), "Pending", "", state, amount),
			item("0305", "Partially matched", "3d8c05b1", "Sale", "1Voucher R 50", rand(0), rand(5000), rand(5000), "Held", "heals by itself", state, amount, components.Tag{Text: "ADVICE_OUTSTANDING", Tone: components.Moving}),
			item("0361", "Partially matched", "b72e94fa", "Sale", "Flash Token R 25", none, rand(2500), rand(2500), "Held", "heals by itself", components.Tag{Text: "IN_DOUBT", Tone: components.Moving}),
			item("0119", "Unmatched", "c15b80e6", "Sale", "1Voucher R 100", rand(10000), none, rand(-10000), "Pending", "", components.Tag{Text: "MISSING_B"}),
			item("0256", "Unmatched", "7f02d9a4", "Redemption", "1Voucher", rand(3000), none, rand(-3000), "Pending", "", components.Tag{Text: "MISSING_B"}),
			item("0408", "Unmatched", "FL-70419", "Sale", "1Voucher R 50", none, rand(5000), rand(5000), "Pending", "", components.Tag{Text: "MISSING_A"}),
			item("0409", "Unmatched", "FL-70588", "Sale", "1Voucher R 200", none, rand(20000), rand(20000), "Pending", "", components.Tag{Text: "MISSING_A"}),
		},
		SumA: rand(23000), SumB: rand(43500), SumDifference: rand(20500), Pager: components.Pager{Note: "Items 1 to 8 of 8"},
		Checks: []components.Gate{{Name: "Records of A", Text: "441 in, 441 in items or filtered"}, {Name: "Records of B", Text: "410 in, 409 in items, 1 exception"}, {Name: "Sums", Text: "equal on both sides before and after grouping"}},
	}
}

func item() pages.ItemProps {
	equal, within := components.StatusOf("Equal"), components.StatusOf("Within tolerance")
	return pages.ItemProps{
		No: "0214", Run: components.Link{Text: "KF-FLASH, 11 Mar 2026", Href: "/finance/reconciliation/KF-FLASH"}, Status: components.StatusOf("Partially matched"),
		Lede:    components.Say("Both sides know the sale, but ", "Flash says R 90.00 and our record R 100.00", ". Every other required field is equal."),
		Reasons: []components.Tag{{Text: "AMOUNT_DIFF"}}, NameA: "A switch", NameB: "B Flash, line 214",
		Fields: []pages.FieldPair{
			{Name: "State", A: "SUCCESS, confirmed", B: "SUCCESS", Result: equal, Rule: "required"},
			{Name: "Amount", A: "R 100.00", B: "R 90.00", Result: components.Status{Icon: "caution", Word: "Different by R 10.00", Tone: components.Caution}, Rule: "required, exact", Differs: true},
			{Name: "Currency", A: "710 ZAR", B: "710 ZAR", Result: equal, Rule: "required"},
			{Name: "Kind", A: "PROVISION", B: "SALE", Result: equal, Rule: "required, mapped"},
			{Name: "Time", A: "11 Mar 10:41:07", B: "11 Mar 10:41:09", Result: within, Rule: "informative, 300 s"},
			{Name: "Product", A: "1V-100", B: "1VOUCHER-100", Result: equal, Rule: "informative, mapped"},
			{Name: "Provider reference", A: "FL-69120", B: "FL-69120", Result: equal, Rule: "matched by rule 2"},
			{Name: "Terminal", A: "KFUM0003", Result: components.Status{Icon: "empty", Word: "Different, shown only", Tone: components.Still}, Rule: "informative"},
		},
		Facts: []components.Fact{
			{Label: "Transaction", Text: "e0b7c2d4", Href: "/transactions/e0b7c2d4-3f5b-4c8e-9d27-61b0a4f2c983"}, {Label: "Settlement", Status: components.StatusOf("Pending")}, {Label: "Resolution", Text: "none"}, {Label: "Business date", Text: "11 Mar 2026"},
		},
		Events: []components.Event{{At: at("03:00:09"), Tone: components.Caution, Icon: "half", Title: "Partially matched", Note: "recon.run"}, {At: on("2026-03-11", "10:41:07"), Title: "Sale received", Note: "Karoo Fresh Umhlanga"}},
	}
}

func settlement() pages.SettlementProps {
	row := func(process string, number, d int, status string, lines, held int, principal, fee, net int64, text string) pages.CycleRow {
		return pages.CycleRow{
			Href: "/finance/cycles/38", Process: process, Number: number, BusinessDate: time.Date(2026, 3, d, 0, 0, 0, 0, sast()), Status: components.StatusOf(status), Lines: lines, Held: held,
			Principal: rand(principal), Fee: rand(fee), Net: rand(net), NetText: text, Due: time.Date(2026, 3, d+2, 0, 0, 0, 0, sast()),
		}
	}
	return pages.SettlementProps{
		Lede:    components.Say("The cycles of 11 March are calculated: ", "R 114 188.56 is due to providers on 13 March", ". Two items are held until their advices are delivered."),
		Filters: processFilters("/finance/settlement"),
		Rows: []pages.CycleRow{
			row("KF-FLASH", 38, 11, "Calculated", 392, 2, 3578796, 132181, 3426788, "Karoo Fresh pays Flash"), row("KF-HWB", 38, 11, "Calculated", 512, 0, 7120050, 249202, 6833468, "Karoo Fresh pays Hollywoodbets"),
			row("DW-BLU", 38, 11, "Calculated", 95, 0, 1200000, 36000, 1158600, "Duiker Wallet pays Blu Voucher"), row("KF-FLASH", 37, 10, "Finalised", 421, 0, 4406400, 154224, 4229042, "Karoo Fresh pays Flash"),
		},
		Pager: components.Pager{Note: "Cycles 1 to 4 of 114", OlderHref: "/finance/settlement?before=4"},
	}
}

func cycle() pages.CycleProps {
	none := money.Amount{}
	line := func(label, basis string, lines int, a, b money.Amount) pages.LedgerRow {
		return pages.LedgerRow{Kind: pages.LedgerLine, Label: label, Basis: basis, Lines: lines, OwesA: a, OwesB: b}
	}
	return pages.CycleProps{
		Process: "KF-FLASH", Number: 38, BusinessDate: time.Date(2026, 3, 11, 0, 0, 0, 0, sast()),
		Lede:    components.Say("", "Karoo Fresh pays Flash R 34 267.88", ", due 13 March. 392 transactions are in it; two are held and eight wait for their breaks."),
		CSVHref: "/finance/cycles/38/report.csv", XLSXHref: "/finance/cycles/38/report.xlsx",
		Route: []components.Stage{
			{Title: "Open", Note: "11 Mar", State: components.StageDone}, {Title: "Calculated", Note: "12 Mar 06:00", State: components.StageNow, Icon: "run"}, {Title: "Approved", State: components.StageTodo}, {Title: "Posted", Note: "debits equal credits", State: components.StageTodo}, {Title: "Finalised", Note: "with bank reference", State: components.StageTodo},
		},
		Figures: []components.Figure{
			{Label: "Principal", Value: "R 35 787.96", Note: "392 lines, Karoo Fresh to Flash"},
			{Label: "Fee", Value: "R 1 321.81", Note: "Flash to Karoo Fresh, before tax"},
			{Label: "Tax on the fee", Value: "R 198.27", Note: "15 % exclusive"},
			{Label: "Net to Flash", Value: "R 34 267.88", Note: "due 13 March 2026", Tone: components.Moving},
			{Label: "Held", Value: "2", Note: "in doubt, advice outstanding", Tone: components.Caution},
			{Label: "Pending", Value: "8", Note: "open breaks, not in this cycle"},
		},
		OwesA: "Karoo Fresh owes", OwesB: "Flash owes", CalculationNote: "input 4e81…0b7d",
		Ledger: []pages.LedgerRow{
			{Kind: pages.LedgerGroup, Label: "Principal"},
			line("Sales", "final amount", 376, rand(3776296), none), line("Redemptions", "final amount", 15, none, rand(212500)), line("Refunds of redemptions", "final amount", 1, rand(15000), none),
			{Kind: pages.LedgerSum, Label: "Principal", Lines: 392, OwesA: rand(3578796)},
			{Kind: pages.LedgerGroup, Label: "Fee and tax"},
			line("Commission", "3.50 % of sales, rounded per line", 376, none, rand(132181)), line("Tax on commission", "15 % exclusive, once", 0, none, rand(19827)),
			{Kind: pages.LedgerNet, Label: "Net, Karoo Fresh pays Flash", OwesA: rand(3426788)},
		},
		Nets:      []pages.NetRow{{Payer: "Karoo Fresh", Payee: "Flash", Amount: rand(3426788), Note: "due 13 Mar 2026"}},
		Checks:    []components.Gate{{Name: "Debits and credits", Text: "equal, R 37 912.96"}, {Name: "Every item once", Text: "409 items, 392 lines"}, {Name: "Reproducible", Text: "same input hash on a second run"}},
		Events:    []components.Event{{At: at("06:00:02"), Tone: components.Clear, Title: "Calculated, 392 lines frozen", Note: "settle.cutoff, 1.4 s"}, {At: at("03:00:09"), Title: "Reconciled, 398 of 409 matched", Note: "recon.run"}},
		LinesNote: "first 4 of 392",
		Lines: []pages.LineRow{
			{Transaction: "e0b7ff10-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/e0b7ff10", At: on("2026-03-11", "10:02:11"), Kind: "Sale", Product: "1Voucher R 50", Amount: rand(5000), Fee: rand(175)},
			{Transaction: "1c40aa92-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/1c40aa92", At: on("2026-03-11", "10:02:54"), Kind: "Sale", Product: "1Voucher, any value", Amount: rand(14900), Fee: rand(522)},
			{Transaction: "90de37b5-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/90de37b5", At: on("2026-03-11", "10:03:20"), Kind: "Redemption", Product: "1Voucher", Amount: rand(-10000), Note: "Flash owes"},
			{Transaction: "f80c6b4e-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/f80c6b4e", At: on("2026-03-11", "10:05:39"), Kind: "Refund of redemption", Product: "1Voucher", Amount: rand(15000)},
		},
		Pager: components.Pager{Note: "Lines 1 to 4 of 392", OlderHref: "/finance/cycles/38?after=4"},
	}
}
