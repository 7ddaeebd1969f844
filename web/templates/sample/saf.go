package sample

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// wave makes a calm line of values that ends with the given ones; the seed moves it.
func wave(n, base, swing, seed int, tail ...int) []int {
	out := make([]int, 0, n)
	for i := 0; i < n-len(tail); i++ {
		out = append(out, max(0, base+((i*7+seed*5)%11-5)*swing/5+((i*3+seed)%5-2)*swing/4))
	}
	return append(out, tail...)
}

func queue(name, service, status string, counts [6]int, oldest time.Duration, sent int, acks, breaker, drain string, last string, spark []int) pages.QueueRow {
	q := pages.QueueRow{
		Provider: name, Service: service, Href: "/saf/queues/" + slug(name), Status: components.StatusOf(status),
		Depth: counts[0], Due: counts[1], Sending: counts[2], Held: counts[3], Parked: counts[4], Refused: counts[5],
		AttemptsLastHour: sent, AcksPerMinute: acks, Breaker: components.StatusOf(breaker), Drain: drain, LastAnswer: at(last),
		Spark: components.Series{Label: name + ", depth over 24 hours", Values: spark},
	}
	if oldest > 0 {
		q.Oldest = now().Add(-oldest)
	}
	return q
}

func slug(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "-")) }

func queues() pages.QueuesProps {
	rows := []pages.QueueRow{
		queue("Hollywoodbets", "Voucher", "Backing off", [6]int{23, 23, 0, 0, 0, 0}, 86*time.Second, 97, "0.0", "Open", "unknown", "14:03:04", wave(48, 4, 2, 1, 6, 9, 14, 19, 23)),
		queue("Supabets", "Voucher", "Draining", [6]int{6, 2, 1, 2, 36, 4}, 75*time.Hour, 188, "11.4", "Closed", "32 s", "14:04:29", wave(48, 60, 9, 2, 120, 60, 6)),
		queue("Card issuer", "Gift card", "Held", [6]int{12, 0, 0, 12, 0, 0}, 52*time.Minute+26*time.Second, 41, "0.0", "Closed", "held until 15:00", "13:10:58", wave(48, 2, 1, 3, 7, 12)),
		queue("OTT", "Voucher", "Running", [6]int{3, 1, 2, 0, 0, 0}, 2*time.Second, 2290, "38.2", "Closed", "5 s", "14:04:30", wave(48, 4, 3, 4)),
		queue("Betway", "Voucher", "Running", [6]int{4, 3, 1, 0, 0, 0}, 9*time.Second, 1604, "26.6", "Closed", "9 s", "14:04:28", wave(48, 3, 2, 5)),
		queue("Lottostar", "Voucher", "Running", [6]int{1, 1, 0, 0, 0, 0}, time.Second, 1142, "19.0", "Closed", "3 s", "14:04:30", wave(48, 2, 2, 6)),
		queue("Flash", "Voucher", "Running", [6]int{0, 0, 0, 0, 0, 0}, 0, 170, "2.8", "Closed", "–", "14:04:03", wave(48, 1, 1, 7)),
		queue("Netcare", "Voucher", "Running", [6]int{1, 0, 0, 0, 0, 0}, 27*time.Minute+51*time.Second, 262, "4.4", "Closed", "14 s", "14:04:17", wave(48, 1, 1, 8)),
	}
	rows[0].OldestTone, rows[0].Spark.Tone, rows[0].LastError = components.Caution, components.Caution, "UPSTREAM_UNAVAILABLE"
	rows[1].OldestTone, rows[1].Spark.Tone, rows[1].LastError = components.Danger, components.Danger, "AUTHENTICATION_ERROR"
	rows[2].OldestTone, rows[7].OldestTone, rows[7].LastError = components.Caution, components.Caution, "UPSTREAM_UNAVAILABLE"
	rows = append(rows,
		pages.QueueRow{Provider: "Blu Voucher", Service: "Voucher", Href: "/saf/queues/blu-voucher", Status: components.StatusOf("Takes no advices"), Consumed: "stored and consumed: 96 today, 1 reversal with a break"},
		pages.QueueRow{Provider: "Stellr", Service: "Voucher", Href: "/saf/queues/stellr", Status: components.StatusOf("Takes no advices"), Consumed: "stored and consumed: 212 today, 1 reversal with a break"})
	return pages.QueuesProps{
		Lede:   components.Say("", "50 advices", " are on their way to providers. Hollywoodbets is down and its 23 wait for the breaker. ", "40 entries at Supabets need a person", ": 36 parked, 4 refused."),
		Queues: rows, Total: pages.QueueRow{Depth: 50, Due: 30, Sending: 4, Held: 14, Parked: 36, Refused: 4, Oldest: now().Add(-75 * time.Hour), AttemptsLastHour: 5794, AcksPerMinute: "102.4"},
		ParkedNote: "40 at Supabets, by reason", HoldsNote: "2 in force, 14 entries",
		Parked: []pages.ParkedGroup{
			{Status: components.StatusOf("Parked"), Provider: "Supabets", Reason: "72 h old, our credential was refused (401)", Href: "/saf/queues/supabets?label=parked&reason=auth", Entries: 35, Value: rand(432000), WayOut: "Replay each, role operator"},
			{Status: components.StatusOf("Parked"), Provider: "Supabets", Reason: "payload fault, 3 in a row", Href: "/saf/queues/supabets?label=parked&reason=payload", Entries: 1, Value: rand(10000), WayOut: "Compare, then close by hand"},
			{Status: components.StatusOf("Refused"), Provider: "Supabets", Reason: "400 VOUCHER_ALREADY_REVERSED", Href: "/saf/queues/supabets?label=refused", Entries: 4, Value: rand(55000), WayOut: "Compare with the statement"},
		},
		Holds: []pages.HoldRow{
			{Title: "Card issuer queue", Href: "/saf/queues/card-issuer", Entries: 12, Value: rand(386000), Reason: "Issuer maintenance, ticket 4471.", Until: at("15:00:00"), By: "Thandi Mokoena", At: at("13:10:40")},
			{Title: "Supabets, 2 entries", Href: "/saf/queues/supabets?label=held", Entries: 2, Value: rand(35000), Reason: "Customer disputes both vouchers.", Until: at("16:00:00"), By: "Thandi Mokoena", At: at("11:32:07")},
		},
	}
}

func entryRows() []pages.EntryRow {
	var rows []pages.EntryRow
	for i, e := range []struct {
		id, kind, made, last string
		cents                int64
		attempts             int
	}{
		{"bd2813f7", "Confirmation", "14:03:05.220", "14:03:15.902", 30000, 4},
		{"61e0a4b5", "Confirmation", "14:03:06.771", "14:03:16.240", 5000, 4},
		{"5e0c7a14", "Confirmation", "14:03:08.127", "14:03:16.655", 14900, 4},
		{"0a97dce2", "Confirmation", "14:03:09.310", "14:03:17.018", 10000, 4},
		{"d5523b7e", "Reversal", "14:03:10.864", "14:03:17.340", 5000, 3},
		{"7be146f0", "Confirmation", "14:03:12.009", "14:03:18.115", 2000, 3},
		{"a8803ce9", "Confirmation", "14:03:13.590", "14:03:19.087", 5000, 3},
		{"329df5c6", "Confirmation", "14:03:15.478", "14:03:20.301", 10000, 3},
		{"e4b6701d", "Confirmation", "14:03:18.033", "14:03:20.644", 20000, 2},
		{"95ca2f38", "Confirmation", "14:03:20.916", "14:03:21.031", 5000, 1},
	} {
		why := "breaker open, behind the probe"
		if i == 0 {
			why = "breaker open, probes at 14:04:52"
		}
		entry := "d41b7e9" + string(rune('0'+i)) + "-6a2d-4c37-9f08-53e1c7ab2d64"
		rows = append(rows, pages.EntryRow{
			Position: i + 1, ID: entry, Href: "/saf/entries/" + entry, Status: components.StatusOf("Due"), Kind: e.kind, Of: "provision",
			Transaction: e.id + "-3f5b-4c8e-9d27-61b0a4f2c983", TransactionHref: "/transactions/" + e.id + "-3f5b-4c8e-9d27-61b0a4f2c983",
			Amount: rand(e.cents), Created: at(e.made), Attempts: e.attempts, LastAt: at(e.last), Answer: "503", AnswerTone: components.Danger, AnswerText: "service unavailable",
			Next: at("14:04:52"), Why: why,
		})
	}
	return rows
}

func queuePage() pages.QueueProps {
	return pages.QueueProps{
		Provider: "Hollywoodbets", Lede: components.Say("", "23 advices wait for the breaker", ", worth R 2 216.00; the oldest for 1 min 26 s. Nothing is lost, and no attempt is spent while it is open."),
		Figures: []components.Figure{
			{Label: "Depth", Value: "23", Note: "all due", Tone: components.Caution},
			{Label: "Oldest", Value: "1 min 26 s", Note: "bd2813f7, R 300.00"},
			{Label: "Sending", Value: "0", Note: "of 8 slots"},
			{Label: "Parked, refused", Value: "0", Note: "nothing needs a person"},
			{Label: "Sent in the last hour", Value: "97", Note: "57 acknowledged"},
			{Label: "Drained in", Value: "unknown", Note: "no acknowledgement in 5 min"},
		},
		Notices:   []components.Notice{{Tone: components.Caution, Title: "Breaker open since 14:03:21.", Text: "Hollywoodbets answered 503 to 10 advices in a row. Next probe at 14:04:52 with the entry at position 1; a failed probe waits twice as long, at most 300 s."}},
		FormTitle: "Hold this queue",
		Form: components.ActionForm{
			ID: "q", Action: "/saf/queues/hollywoodbets/hold", IdempotencyKey: "5d2b7c11-8a0e-4d3f-a9a3-7c1f0be2d9aa",
			Hint:    "Nothing is sent while the queue is held. New advices are still accepted and stored, and their age keeps counting.",
			Fields:  []components.Field{{Name: "until", Label: "Release by itself at", Kind: components.KindDateTime, Hint: "SAST. Empty: until a person releases it."}},
			Buttons: []components.Button{{Text: "Hold 23 advices"}}, Error: "Write at least 10 characters: what was agreed, and with whom.", Reason: "wait",
		},
		Filters: components.FilterBar{
			Action: "/saf/queues/hollywoodbets",
			Fields: []components.Field{
				{Name: "label", Label: "Label", Kind: components.KindSelect, Options: options("Due", "Waiting", "Sending", "Held", "Parked", "Refused")},
				{Name: "kind", Label: "Kind", Kind: components.KindSelect, Options: options("Confirmation", "Reversal")},
				{Name: "age", Label: "Older than, minutes", Kind: components.KindNumber},
				{Name: "attempts", Label: "Attempts over", Kind: components.KindNumber},
				{Name: "error", Label: "Last error"},
				{Name: "id", Label: "Transaction or advice id", Wide: true},
			},
		},
		Note: "23 entries, R 2 216.00", Rows: entryRows(),
		Pager: components.Pager{Note: "Positions 1 to 10 of 23", OlderHref: "/saf/queues/hollywoodbets?after=10", Newer: "Earlier", Older: "Later"},
	}
}

func entry(mayAct bool) pages.EntryProps {
	panel := entryPanel(true)
	panel.Href = ""
	if !mayAct {
		panel.Form.Buttons = nil
		panel.Form.Refused = []string{"Replay needs permission saf.replay and hold needs saf.hold. Role support has neither; a person with role operator can do both."}
	}
	return pages.EntryProps{
		Crumb: "d41b7e90", Queue: components.Link{Text: "Hollywoodbets", Href: "/saf/queues/hollywoodbets"}, Title: "Confirmation to Hollywoodbets, R 149.00",
		Lede: components.Say("Stored 14:03:08 and sent 4 times; each time Hollywoodbets answered 503. ", "It waits for the breaker and is tried again at 14:04:52", ", third in line."),
		Route: []components.Stage{
			{Title: "Stored", Note: "14:03:08", State: components.StageDone}, {Title: "Sent", Note: "4 attempts", State: components.StageCaution}, {Title: "Acknowledged", State: components.StageTodo},
		},
		Facts: []components.Fact{
			{Label: "Label", Status: components.StatusOf("Due")},
			{Label: "Entry id", ID: entryID, What: "entry id"},
			{Label: "Amount", Amount: rand(14900)},
			{Label: "Kind", Text: "Confirmation"},
			{Label: "Advice id", ID: "c3d80f4e-21aa-4f6d-b0a7-9e4417d5582b", What: "advice id"},
			{Label: "Client", Text: "Karoo Fresh"},
			{Label: "Provider", Text: "Hollywoodbets"},
			{Label: "Wire ref", ID: recordID, What: "wire reference"},
			{Label: "Created", Time: at("14:03:08.127")},
		},
		Panel: panel, Messages: exchanges()[3:],
		Actors: []components.Actor{
			{Who: "The switch", What: "tries again at 14:04:52", Tag: components.Tag{Text: "next", Tone: components.Moving}}, {Who: "You, role operator", What: "replay now, hold", Tag: components.Tag{Text: "alone"}},
		},
		Events: events()[:3],
		Related: []components.Actor{
			{Who: "Hollywoodbets voucher, R 149.00", What: "the transaction", Href: "/transactions/" + messageID}, {Who: "Hollywoodbets queue", What: "23 advices, oldest 1 min 26 s", Href: "/saf/queues/hollywoodbets"},
		},
	}
}
