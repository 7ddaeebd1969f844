package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
)

func messageFlow() components.Flow {
	ms := time.Millisecond
	traces := []components.FlowTrace{
		{No: 1, At: at("14:02:11.204"), Leg: components.LegCS, Group: "x1", Kind: "Request", Text: "POST /vouchers", Anchor: "m-1"},
		{No: 2, At: at("14:02:11.219"), Leg: components.LegSP, Group: "a1", Kind: "Request", Text: "POST /vouchers", Note: "try 1", Anchor: "m-2", NoAnswer: true, Elapsed: 45000 * ms},
		{No: 3, At: at("14:02:56.231"), Leg: components.LegSC, Group: "x1", Kind: "Response", Text: "UPSTREAM_UNAVAILABLE", Status: 504, Elapsed: 45027 * ms},
		{No: 4, At: at("14:02:58.540"), Leg: components.LegCS, Group: "x2", Kind: "Retry", Text: "POST /vouchers/…/retry", Note: "same content"},
		{No: 5, At: at("14:02:58.552"), Leg: components.LegSP, Group: "a2", Kind: "Retry", Text: "POST /vouchers/…/retry", Note: "try 2", Anchor: "m-5"},
		{No: 6, At: at("14:02:59.364"), Leg: components.LegPS, Group: "a2", Kind: "Response", Text: "approved", Status: 201, Elapsed: 812 * ms},
		{No: 7, At: at("14:02:59.377"), Leg: components.LegSC, Group: "x2", Kind: "Response", Text: "approved", Status: 201, Elapsed: 837 * ms},
		{No: 8, At: at("14:03:08.118"), Leg: components.LegCS, Group: "x3", Kind: "Confirmation", Text: "POST /vouchers/confirmations", Advice: true},
		{No: 9, At: at("14:03:08.129"), Leg: components.LegSC, Group: "x3", Kind: "Advice accepted", Text: "accepted", Status: 202, Elapsed: 11 * ms, Advice: true},
	}
	for i, start := range []string{"14:03:08.131", "14:03:09.402", "14:03:11.870", "14:03:16.655"} {
		took := []time.Duration{96, 88, 91, 102}[i] * ms
		group := []string{"s1", "s2", "s3", "s4"}[i]
		traces = append(traces,
			components.FlowTrace{No: 10 + 2*i, At: at(start), Leg: components.LegSP, Group: group, Kind: "Confirmation", Text: "POST /vouchers/confirmations", Advice: true},
			components.FlowTrace{No: 11 + 2*i, At: at(start).Add(took), Leg: components.LegPS, Group: group, Kind: "Error", Text: "UPSTREAM_UNAVAILABLE", Status: 503, Elapsed: took, Advice: true})
	}
	return components.Flow{
		Originator: components.Party{Name: "Karoo Fresh", Role: "originator, till KFOB0007"}, Switch: components.Party{Name: "Signalbox", Role: "switch"}, Provider: components.Party{Name: "Hollywoodbets", Role: "provider"},
		Traces: traces,
		Marks: []components.FlowMark{
			{At: at("14:03:08.127"), Text: "confirmation stored"}, {At: at("14:03:21.044"), Text: "breaker open, next try 14:04:52", Caution: true},
		},
		Sentence: "Karoo Fresh asks, Hollywoodbets does not answer in 45 seconds, the switch answers 504. The retry is approved. The confirmation is stored and accepted, then sent to Hollywoodbets four times and answered 503 each time.",
	}
}

func exchanges() []components.Exchange {
	ms := time.Millisecond
	json := components.Header{Name: "Content-Type", Value: "application/json"}
	secret := components.Header{Name: "Authorization", Value: "not stored"}
	return []components.Exchange{
		{
			Anchor: "m-1", Numbers: "1, 3", Title: "Karoo Fresh ↔ switch, request", Result: "504", Tone: components.Danger, At: at("14:02:11.204"), Elapsed: 45027 * ms,
			Request:  &components.Message{Title: "1 Request", Line: "POST /suv/v1/vouchers", Bytes: 1204, Headers: []components.Header{secret, json}, Body: originatorBody},
			Response: &components.Message{Title: "3 Response 504", Line: "HTTP 504 Gateway Timeout", Bytes: 96, Headers: []components.Header{json}, Body: `{"errorType":"UPSTREAM_UNAVAILABLE","errorMessage":"no answer from the provider in time"}`},
		},
		{
			Anchor: "m-2", Numbers: "2", Title: "switch ↔ Hollywoodbets, request", Result: "no answer", Tone: components.Caution, At: at("14:02:11.219"), Elapsed: 45000 * ms, NoAnswer: "Hollywoodbets did not answer in 45 000 ms.",
			Request: &components.Message{Title: "2 Request", Line: "POST /suv/v1/vouchers", Bytes: 1310, Headers: []components.Header{secret, json}, Body: providerBody},
		},
		{
			Anchor: "m-5", Numbers: "5, 6", Title: "switch ↔ Hollywoodbets, retry", Result: "201", At: at("14:02:58.552"), Elapsed: 812 * ms, Open: true,
			Request:  &components.Message{Title: "5 Request", Line: "POST /suv/v1/vouchers/" + recordID + "/retry", Bytes: 1204, Headers: []components.Header{secret, json}, Body: providerBody},
			Response: &components.Message{Title: "6 Response 201", Line: "HTTP 201 Created", Bytes: 986, Headers: []components.Header{json, {Name: "Date", Value: "Thu, 12 Mar 2026 12:02:59 GMT"}}, Body: answerBody},
		},
		{
			Anchor: "m-16", Numbers: "16, 17", Title: "switch ↔ Hollywoodbets, confirmation, attempt 4 of 4", Result: "503", Tone: components.Danger, At: at("14:03:16.655"), Elapsed: 102 * ms, Open: true,
			Request:  &components.Message{Title: "16 Request", Line: "POST /suv/v1/vouchers/confirmations", Bytes: 544, Headers: []components.Header{secret, json}, Body: adviceBody},
			Response: &components.Message{Title: "17 Response 503", Line: "HTTP 503 Service Unavailable", Bytes: 89, Headers: []components.Header{{Name: "Retry-After", Value: "30"}, json}, Body: `{"errorType":"UPSTREAM_UNAVAILABLE","errorMessage":"maintenance"}`},
		},
	}
}

const (
	originatorBody = `{"id":"5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983","time":"2026-03-12T14:02:11.188+02:00","originator":{"institution":{"id":"90000011","name":"Karoo Fresh Stores"},"terminalId":"KFOB0007","operatorId":"c-3311","merchant":{"merchantType":"5411","merchantId":"KAROOFRESHOBS01","merchantName":{"name":"Karoo Fresh Observatory","city":"Cape Town","region":"WC","country":"ZA"}}},"client":{"id":"90000011","name":"Karoo Fresh Stores"},"receiver":{"id":"90000024","name":"Hollywoodbets"},"rrn":"607114027731","thirdPartyIdentifiers":[{"institutionId":"90000011","transactionIdentifier":"KF-0007-4471"}],"product":{"productId":"HWB-ANY"},"amounts":{"requestAmount":{"amount":14900,"currency":"710"}},"tenders":[{"tenderType":"CASH","amount":{"amount":14900,"currency":"710"}}]}`
	providerBody   = `{"id":"a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1","time":"2026-03-12T14:02:11.188+02:00","originator":{"institution":{"id":"90000011","name":"Karoo Fresh Stores"},"terminalId":"KFOB0007","operatorId":"c-3311","merchant":{"merchantType":"5411","merchantId":"KAROOFRESHOBS01","merchantName":{"name":"Karoo Fresh Observatory","city":"Cape Town","region":"WC","country":"ZA"}}},"client":{"id":"90000001","name":"Signalbox Sandbox"},"settlementEntity":{"id":"90000002","name":"Sandbox Clearing"},"receiver":{"id":"90000024","name":"Hollywoodbets"},"rrn":"607114027731","thirdPartyIdentifiers":[{"institutionId":"90000011","transactionIdentifier":"KF-0007-4471"},{"institutionId":"90000001","transactionIdentifier":"a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1"}],"product":{"productId":"HWB-ANY"},"amounts":{"requestAmount":{"amount":14900,"currency":"710"}},"tenders":[{"tenderType":"CASH","amount":{"amount":14900,"currency":"710"}}]}`
	answerBody     = `{"id":"a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1","time":"2026-03-12T14:02:59.371+02:00","client":{"id":"90000001","name":"Signalbox Sandbox"},"receiver":{"id":"90000024","name":"Hollywoodbets"},"thirdPartyIdentifiers":[{"institutionId":"90000011","transactionIdentifier":"KF-0007-4471"},{"institutionId":"90000024","transactionIdentifier":"HWB-5530918274"}],"amounts":{"requestAmount":{"amount":14900,"currency":"710"},"approvedAmount":{"amount":14900,"currency":"710"}},"voucher":{"code":"************4417","serial":"HB26-0077-1932","expiryDate":"2029-03-12T23:59:59+02:00"}}`
	adviceBody     = `{"id":"c3d80f4e-21aa-4f6d-b0a7-9e4417d5582b","requestId":"a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1","time":"2026-03-12T14:03:08.102+02:00","client":{"id":"90000001","name":"Signalbox Sandbox"},"thirdPartyIdentifiers":[{"institutionId":"90000011","transactionIdentifier":"KF-0007-4471"},{"institutionId":"90000024","transactionIdentifier":"HWB-5530918274"}],"tenders":[{"tenderType":"CASH","amount":{"amount":14900,"currency":"710"}}]}`
)
