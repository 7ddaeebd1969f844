package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

const (
	messageID = "5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983"
	recordID  = "a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1"
	entryID   = "d41b7e90-6a2d-4c37-9f08-53e1c7ab2d64"
)

func transaction() pages.TransactionProps {
	flow := messageFlow()
	return pages.TransactionProps{
		Crumb: "5e0c7a14", Title: "Hollywoodbets voucher, R 149.00",
		Lede: components.Say("Approved 14:02:59 on the retry, after one 45 s time-out; confirmed by the till 14:03:08; ",
			"the confirmation is still queued after 4 attempts answered 503, and waits for the breaker until 14:04:52."),
		Route: []components.Stage{
			{Title: "Received", Note: "14:02:11", State: components.StageDone},
			{Title: "Approved", Note: "14:02:59, on retry", State: components.StageDone},
			{Title: "Confirmed by till", Note: "14:03:08", State: components.StageDone},
			{Title: "Delivered to provider", Note: "4 attempts, not yet", State: components.StageCaution},
			{Title: "Closed", State: components.StageTodo},
		},
		Facts: transactionFacts(), Flow: &flow, Entries: []pages.EntryPanel{entryPanel(true)},
		Actors: []components.Actor{
			{Who: "The switch", What: "tries again at 14:04:52", Tag: components.Tag{Text: "next", Tone: components.Moving}},
			{Who: "You, role operator", What: "replay now, hold", Tag: components.Tag{Text: "alone"}},
			{Who: "Lerato Dlamini, support", What: "reads", Tag: components.Tag{Text: "alone"}},
			{Who: "Nobody", What: "may reverse: a confirmed sale stays confirmed", Tag: components.Tag{Text: "locked"}},
		},
		Events: events(),
		Finance: []components.Fact{
			{Label: "Business date", Text: "12 Mar 2026"},
			{Label: "Reconciliation", Status: components.StatusOf("Not run yet")},
			{Label: "Settlement", Status: components.StatusOf("Held"), Note: "advice outstanding"},
			{Label: "Process", Text: "KF-HWB, next run 13 Mar 03:00"},
		},
		Related: []components.Actor{
			{Who: "Basket KFOB-26031214-118", What: "2 other sales, completed", Href: "/transactions?ref=KFOB-26031214-118"},
			{Who: "Hollywoodbets queue", What: "23 advices, oldest 1 min 26 s", Href: "/saf/queues/hollywoodbets"},
		},
		Exchanges: exchanges(),
		Compare: &pages.Comparison{
			Note: "what the switch changed between message 1 and message 2", Left: "1 Karoo Fresh → switch", Right: "2 switch → Hollywoodbets",
			Lines: components.Diff(originatorBody, providerBody),
		},
	}
}

// transactionForFinance is the same page for a role that may not read messages.
func transactionForFinance() pages.TransactionProps {
	d := transaction()
	d.Flow, d.Exchanges, d.Compare = nil, nil, nil
	d.TracesRefused = "Messages need permission trace.view. Role finance does not have it."
	d.Entries = []pages.EntryPanel{entryPanel(false)}
	return d
}

func transactionFacts() []components.Fact {
	return []components.Fact{
		{Label: "Status", Status: components.StatusOf("Confirming")},
		{Label: "Message id", ID: messageID, What: "message id"},
		{Label: "Client", Text: "Karoo Fresh", Note: "dual messaging"},
		{Label: "Service", Text: "Voucher, provision"},
		{Label: "Record, wire ref", ID: recordID, What: "record id"},
		{Label: "Merchant", Text: "Karoo Fresh Observatory, till KFOB0007"},
		{Label: "Amount", Amount: rand(14900), Note: "asked and approved"},
		{Label: "Client reference", ID: "KF-0007-4471", What: "client reference"},
		{Label: "Provider", Text: "Hollywoodbets"},
		{Label: "Voucher code", Text: "************4417", Mono: true},
		{Label: "Provider reference", ID: "HWB-5530918274", What: "provider reference"},
		{Label: "Received", Time: at("14:02:11.204")},
	}
}

func entryPanel(mayAct bool) pages.EntryPanel {
	form := components.ActionForm{
		ID: "e-d41b7e90", Action: "/saf/entries/" + entryID + "/replay", IdempotencyKey: "0b7c4a52-1f7e-4f52-9f31-4b8c9f2a7d10", Label: "Reason for replaying now",
		Hint: "Sends the stored confirmation once more, unchanged, to Hollywoodbets. The breaker stays open: the provider will probably answer 503 again.",
		Buttons: []components.Button{
			{Text: "Replay 1 confirmation", Action: "/saf/entries/" + entryID + "/replay"},
			{Text: "Hold", Action: "/saf/entries/" + entryID + "/hold"},
		},
	}
	if !mayAct {
		form.Buttons = nil
		form.Refused = []string{"Replay needs permission saf.replay and hold needs saf.hold. Role finance has neither; a person with role operator can do both."}
	}
	return pages.EntryPanel{
		ID: entryID, Href: "/saf/entries/" + entryID, Status: components.StatusOf("Due"), Since: at("14:03:29"), Kind: "Confirmation", Position: "position 3 of 23, age 1 min 23 s",
		Gates: []components.Gate{
			{Name: "Breaker", Text: "open until 14:04:52, then one probe", Shut: true},
			{Name: "Request attempts", Text: "ended 14:02:59"},
			{Name: "Back-off", Text: "over since 14:03:29"},
			{Name: "Holds", Text: "none on provider, client or entry"},
			{Name: "Sending slots", Text: "0 of 8 in use"},
			{Name: "Provider", Text: "enabled, takes confirmations"},
		},
		Attempts: []pages.Attempt{
			{No: 5, Kind: "status check", At: at("14:03:31.012"), Answer: "200", Detail: "found", Elapsed: 41 * time.Millisecond, Trigger: "automatic"},
			{No: 4, At: at("14:03:16.655"), Answer: "503", Tone: components.Danger, Elapsed: 102 * time.Millisecond, Trigger: "automatic"},
			{No: 3, At: at("14:03:11.870"), Answer: "503", Tone: components.Danger, Elapsed: 91 * time.Millisecond, Trigger: "automatic"},
			{No: 2, At: at("14:03:09.402"), Answer: "503", Tone: components.Danger, Elapsed: 88 * time.Millisecond, Trigger: "automatic"},
			{No: 1, At: at("14:03:08.131"), Answer: "503", Tone: components.Danger, Elapsed: 96 * time.Millisecond, Trigger: "automatic, on commit"},
		},
		Form: form,
	}
}

func events() []components.Event {
	return []components.Event{
		{At: at("14:03:21.044"), Tone: components.Caution, Title: "Breaker opened for Hollywoodbets advices", Note: "switch, 10 transport failures in 30 s"},
		{At: at("14:03:16.757"), Tone: components.Caution, Title: "Confirmation answered 503, attempt 4", Note: "next try was due 14:03:29"},
		{At: at("14:03:08.127"), Tone: components.Moving, Title: "Decision CONFIRM stored with its advice", Note: "by client, advice c3d80f4e"},
		{At: at("14:02:59.364"), Tone: components.Clear, Title: "Outcome UNKNOWN → SUCCESS", Note: "retry answer, HWB-5530918274"},
		{At: at("14:02:58.540"), Title: "Retry received", Note: "same content as message 1"},
		{At: at("14:02:56.219"), Tone: components.Caution, Icon: "doubt", Title: "Outcome PENDING → UNKNOWN", Note: "no answer in 45 s, attempt closed NO_ANSWER"},
		{At: at("14:02:11.204"), Title: "Request received", Note: "key VOUCHER, PROVISION, generation 1"},
	}
}
