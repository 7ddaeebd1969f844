package sample

import (
	"fmt"
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func overview() pages.OverviewProps {
	return pages.OverviewProps{
		Lede: components.Say("Hollywoodbets has been down for 1 min 26 s; its confirmations wait and nothing is lost. ", "R 4 369.00 is in doubt in 14 transactions. 43 items need a person."),
		Figures: []components.Figure{
			{Label: "In doubt", Value: "R 4 369.00", Note: "14 transactions, up to 26 h", Href: "/transactions?status=in-doubt", Tone: components.Caution},
			{Label: "Advices to deliver", Value: "50", Note: "14 held, 23 behind a breaker", Href: "/saf", Tone: components.Caution},
			{Label: "Needs a person", Value: "43", Note: "36 parked, 4 refused, 3 other", Href: "/saf", Tone: components.Danger},
			{Label: "Technical success, 15 min", Value: "98.6 %", Note: "yesterday 99.8 %"},
			{Label: "Transactions today", Value: "41 862", Note: "R 5 482 137.50 requested", Href: "/transactions"},
			{Label: "Switch adds, p99", Value: "9.4 ms", Note: "p50 3.1 ms"},
		},
		TasksNote: "most urgent first",
		Tasks: []components.Task{
			{Icon: "park", Tone: components.Danger, Title: "36 advices parked at Supabets", Href: "/saf/queues/supabets?label=parked", Text: "Credential for advices expired 9 Mar, replaced today 13:48. Replay them.", End: "R 4 420.00"},
			{Icon: "refuse", Tone: components.Danger, Title: "4 advices refused by Supabets", Href: "/saf/queues/supabets?label=refused", Text: "Answered VOUCHER_ALREADY_REVERSED. Compare with the statement.", End: "R 550.00"},
			{Icon: "alert", Tone: components.Danger, Title: "Lottostar sale approved, never confirmed", Href: "/transactions/" + messageID, Text: "Karoo Fresh, 11 Mar 11:52:44. Ask the shop.", End: "R 100.00"},
			{Icon: "caution", Tone: components.Caution, Title: "Netcare reversal, 6 attempts", Href: "/saf/queues/netcare", Text: "Answers 503. Parks at 72 h if nothing changes.", End: "R 450.00"},
			{Icon: "lock", Tone: components.Held, Title: "Card issuer queue is held until 15:00", Href: "/saf/queues/card-issuer", Text: "You placed it for maintenance, ticket 4471. 12 advices wait.", End: "R 3 860.00"},
		},
		Traffic: traffic(), TrafficNote: "transactions a minute over the last hour, by outcome", Providers: providers(), Timetable: timetable(),
	}
}

func traffic() components.Bars {
	b := components.Bars{
		ID: "traffic-chart", Title: "Transactions a minute", Desc: "About 170 a minute over the last hour. Technical failures and time-outs rise in the last two minutes.",
		Layers: components.OutcomeLayers(),
	}
	for i := 0; i < 60; i++ {
		wobble := (i*7)%11 - 5 + (i*3)%5
		counts := []int{150 + 2*wobble, 9 + i%4, i % 3, 0, 0}
		if i >= 58 {
			counts = []int{118, 8, 1, 26, 9}
		}
		t := now().Add(time.Duration(i-59) * time.Minute)
		b.Buckets = append(b.Buckets, components.Bucket{Label: t.Format("15:04"), Counts: counts})
	}
	return b
}

func providers() []pages.ProviderHealth {
	var out []pages.ProviderHealth
	for i, r := range []struct {
		name, status, rate string
		tech, ok, p95      int
		doubt, queue       int
	}{
		{"Hollywoodbets", "Unhealthy", "8.2", 417, 588, 312, 6, 23},
		{"Betway", "Degraded", "22.4", 969, 910, 4120, 2, 4},
		{"Flash", "Healthy", "41.6", 1000, 942, 402, 0, 0},
		{"OTT", "Healthy", "30.1", 997, 975, 511, 1, 3},
		{"Lottostar", "Healthy", "17.0", 1000, 981, 366, 1, 1},
		{"Supabets", "Healthy", "12.8", 1000, 964, 458, 0, 6},
		{"Blu Voucher", "Healthy", "11.3", 994, 958, 744, 1, -1},
		{"Stellr", "Healthy", "9.9", 992, 970, 902, 1, -1},
		{"Netcare", "Healthy", "4.4", 988, 961, 640, 1, 1},
		{"humm", "Unknown", "0.0", -1, -1, 0, 0, 0},
	} {
		h := pages.ProviderHealth{
			Service: "Voucher",
			Name:    r.name, Href: "/transactions?receiver=" + slug(r.name), Status: components.StatusOf(r.status), RequestsPerMinute: r.rate, TechnicalSuccess: r.tech, Approved: r.ok,
			P95: time.Duration(r.p95) * time.Millisecond, InDoubt: r.doubt, InDoubtHref: "/transactions?status=in-doubt&receiver=" + slug(r.name), Queue: max(r.queue, 0), QueueHref: "/saf/queues/" + slug(r.name), NoQueue: r.queue < 0,
			Spark: components.Series{Label: fmt.Sprintf("%s, requests a minute over the last hour, now %s", r.name, r.rate), Values: wave(60, 20, 6, i)},
		}
		switch r.status {
		case "Unhealthy":
			h.TechnicalTone, h.Spark.Tone = components.Danger, components.Danger
		case "Degraded":
			h.TechnicalTone, h.P95Tone, h.Spark.Tone = components.Caution, components.Caution, components.Caution
		}
		out = append(out, h)
	}
	return out
}

func timetable() []pages.TimetableRow {
	return []pages.TimetableRow{
		{At: at("00:20:05"), Work: "Statement from Flash", Status: components.StatusOf("Loaded"), Detail: "410 lines, 1 exception"},
		{At: at("03:00:00"), Work: "Reconciliation, all processes", Href: "/finance/reconciliation", Status: components.Status{Icon: "caution", Word: "Done, 12 breaks", Tone: components.Caution}, Detail: "KF-FLASH 10, DW-BLU 1, DW-STELLR 1"},
		{At: at("06:00:00"), Work: "Settlement cut-off, KF-FLASH cycle 38", Href: "/finance/cycles/38", Status: components.StatusOf("Calculated"), Detail: "net R 34 267.88 to Flash"},
		{At: now(), Now: true},
		{At: at("15:00:00"), Work: "Hold on the card issuer queue ends", Status: components.StatusOf("Not yet"), Detail: "12 advices leave at once"},
	}
}
