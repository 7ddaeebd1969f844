package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func schedules() pages.SchedulesProps {
	return pages.SchedulesProps{
		Lede: components.Say("", "One run failed today", ": the statement of Netcare was not there at 00:45. Everything else ran in time; next is the recovery sweep at 14:04:35."),
		Jobs: []pages.JobRow{
			{Name: "saf.tick", Title: "SAF sweep", Schedule: "every second", LastStart: at("14:04:30.002"), LastTook: 4 * time.Millisecond, Status: components.StatusOf("Done"), Detail: "2 entries claimed", Next: at("14:04:32"), RunsHref: "/schedules?job=saf.tick"},
			{Name: "lease.sweep", Title: "Recovery", Schedule: "every 5 s", LastStart: at("14:04:30.000"), LastTook: 2 * time.Millisecond, Status: components.StatusOf("Done"), Detail: "nothing to recover", Next: at("14:04:35"), RunsHref: "/schedules?job=lease.sweep"},
			{Name: "intake.poll", Title: "Statements", Schedule: "every 5 min", LastStart: at("14:00:00"), LastTook: 212 * time.Millisecond, Status: components.StatusOf("Failed"), Detail: "Netcare: no file for 11 Mar 2026 yet", Next: at("14:05:00"), RunHref: "/schedules?run=intake.poll#run", RunsHref: "/schedules?job=intake.poll"},
			{Name: "recon.run", Title: "Reconciliation", Schedule: "daily 03:00", LastStart: at("03:00:00"), LastTook: 9 * time.Second, Status: components.StatusOf("Done"), Detail: "12 processes, 12 breaks", Next: on("2026-03-13", "03:00:00"), RunHref: "/schedules?run=recon.run#run", RunsHref: "/schedules?job=recon.run"},
			{Name: "settle.cutoff", Title: "Settlement report", Schedule: "daily 06:00", LastStart: at("06:00:00"), LastTook: 1400 * time.Millisecond, Status: components.StatusOf("Done"), Detail: "12 cycles, 24 files", Next: on("2026-03-13", "06:00:00"), RunHref: "/schedules?run=settle.cutoff#run", RunsHref: "/schedules?job=settle.cutoff"},
			{Name: "partition.maintain", Title: "Partitions", Schedule: "daily 01:00", Status: components.StatusOf("Not yet"), Next: on("2026-03-13", "01:00:00"), RunsHref: "/schedules?job=partition.maintain"},
		},
		RunNow: &pages.RunNow{Title: "Run reconciliation", Form: components.ActionForm{
			ID: "run-form", Action: "/schedules/recon.run/run", IdempotencyKey: "7e0c1d3a-3c2f-4a4f-8b0e-0c6c9f5a1b21", Hint: "Reads the statements of the day again and matches them. A day that was run before gives the same result.",
			Fields:  []components.Field{{Name: "date", Label: "Business date", Kind: components.KindDate, Value: "2026-03-11", Required: true}},
			Buttons: []components.Button{{Text: "Run reconciliation once"}},
		}},
		Filters: components.FilterBar{Action: "/schedules", Fields: []components.Field{
			{Name: "job", Label: "Job", Kind: components.KindSelect, Options: options("intake.poll", "recon.run", "settle.cutoff")},
			{Name: "result", Label: "Result", Kind: components.KindSelect, Options: options("Done", "Failed")},
			{Name: "date", Label: "Business date", Kind: components.KindDate},
		}},
		Runs: []pages.JobRun{
			{Job: "intake.poll", Started: at("14:00:00"), Took: 212 * time.Millisecond, Trigger: "schedule", Node: "node-1", Status: components.StatusOf("Failed"), Detail: "Netcare: no file for 11 Mar 2026 yet; asks again in 5 min"},
			{Job: "settle.cutoff", BusinessDate: on("2026-03-11", "00:00:00"), Started: at("06:00:00"), Took: 1400 * time.Millisecond, Trigger: "schedule", Node: "node-1", Status: components.StatusOf("Done"), Detail: "12 cycles, 24 files"},
			{Job: "recon.run", BusinessDate: on("2026-03-11", "00:00:00"), Started: at("03:00:00"), Took: 9 * time.Second, Trigger: "schedule", Node: "node-1", Status: components.StatusOf("Done"), Detail: "12 processes, 12 breaks"},
			{Job: "recon.run", BusinessDate: on("2026-03-10", "00:00:00"), Started: on("2026-03-11", "09:14:02"), Took: 8 * time.Second, Trigger: "Ayesha Patel", Node: "node-1", Status: components.StatusOf("Done"), Detail: "1 process, matched"},
		},
		Pager: components.Pager{Note: "Runs 1 to 4 of 1 204", OlderHref: "/schedules?before=4"},
	}
}

func audit() pages.AuditProps {
	done, denied := components.StatusOf("Done"), components.StatusOf("Denied")
	return pages.AuditProps{
		Lede: components.Say("", "The chain is intact", " up to entry 18 406. Last full check today 02:00."), VerifyHref: "/audit?verify=1",
		Filters: components.FilterBar{Action: "/audit", Fields: []components.Field{
			{Name: "range", Label: "Range", Kind: components.KindSelect, Options: options("Today", "Last 7 days")},
			{Name: "actor", Label: "Person", Kind: components.KindSelect, Options: options("Thandi Mokoena", "Grace Adams")},
			{Name: "action", Label: "Action", Kind: components.KindSelect, Options: options("saf.replay", "saf.hold")},
			{Name: "object", Label: "Object id"},
		}},
		Rows: []pages.AuditRow{
			{Seq: 18404, Href: "/audit?entry=18404#entry", At: at("14:03:21.044"), Actor: "switch", System: true, Action: "breaker.open", ObjectKind: "Provider", Object: "Hollywoodbets", Detail: "advices, 10 failures in a row", Result: done},
			{Seq: 18400, Href: "/audit?entry=18400#entry", At: at("13:48:02.417"), Actor: "Grace Adams", Action: "provider.edit", ObjectKind: "Provider", Object: "Supabets", Detail: "credential for advices", Result: done, Reason: "Old one expired 9 Mar. Ticket 4466.", Here: true},
			{Seq: 18396, Href: "/audit?entry=18396#entry", At: at("13:10:40.233"), Actor: "Thandi Mokoena", Action: "saf.hold", ObjectKind: "Queue", Object: "Card issuer", Detail: "until 15:00", Result: done, Reason: "Issuer maintenance, ticket 4471."},
			{Seq: 18395, Href: "/audit?entry=18395#entry", At: at("12:58:03.019"), Actor: "Lerato Dlamini", Action: "saf.replay", ObjectKind: "SAF entry", Object: "d41b7e90", Detail: "right is missing", Result: denied},
			{Seq: 18391, Href: "/audit?entry=18391#entry", At: at("12:41:55.310"), Actor: "Thandi Mokoena", Action: "session.start", ObjectKind: "Person", Object: "own", Detail: "password", Result: done},
		},
		Pager: components.Pager{Note: "Entries 18 404 to 18 391, newest first", OlderHref: "/audit?before=18391"},
		Entry: &pages.AuditEntry{
			Seq: 18400, Title: "Grace Adams changed provider Supabets",
			Lines: components.Diff(`{"name":"Supabets","enabled":true,"timeoutMs":45000,"parallel":8,"adviceCredentialRef":"supabets-2025","secret":"[not stored]","version":6}`,
				`{"name":"Supabets","enabled":true,"timeoutMs":45000,"parallel":8,"adviceCredentialRef":"supabets-2026","secret":"[not stored]","version":7}`),
			Facts: []components.Fact{
				{Label: "When", Time: at("13:48:02.417")},
				{Label: "Who", Text: "Grace Adams, admin", Note: "from 10.20.4.17"},
				{Label: "Reason", Text: "Old one expired 9 Mar. Ticket 4466."},
				{Label: "Request", ID: "rq-7f20b1c4", What: "request id"},
				{Label: "Hash", ID: "c41e09d7a86bb1f0", What: "hash"},
				{Label: "Previous", ID: "92ab77f013cee901", What: "previous hash"},
			},
		},
	}
}

func signIn() pages.SignInProps {
	return pages.SignInProps{
		Name: "thandi.mokoena", Next: "/transactions",
		Notices: []components.Notice{{Tone: components.Caution, Title: "You were signed out after 15 min without use.", Text: "Sign in to return to the page you had open."}},
		People: []pages.DemoPerson{
			{Name: "Lerato Dlamini", Role: "support"}, {Name: "Thandi Mokoena", Role: "operator"}, {Name: "Ayesha Patel", Role: "finance"}, {Name: "Grace Adams", Role: "admin"}, {Name: "Johan Botha", Role: "auditor"}, {Name: "Naledi Khumalo", Role: "viewer"},
		},
	}
}
