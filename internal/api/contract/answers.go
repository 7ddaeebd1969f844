package contract

import (
	"cmp"
	"net/http"
	"slices"
)

// sortAnswers puts the success first and the others in the order of their status.
func sortAnswers(list []Answer) []Answer {
	slices.SortStableFunc(list[1:], func(a, b Answer) int { return cmp.Compare(a.Status, b.Status) })
	return list
}

const exampleFresh = "6d0f1c3e-2b7a-4f58-a1c9-5e8d7b40f296"

// commonAnswers are given by every operation that needs credentials. refused is the service's word for a caller who did
// not get in, faults what it says when something broke.
func commonAnswers(detail *Schema, refused string, faults []string) []Answer {
	said := func(kind, message string) []Example {
		return []Example{{Name: kind, Text: `{"errorType":"` + kind + `","errorMessage":"` + message + `","id":"` + exampleFresh + `"}`}}
	}
	later := []Header{{"Retry-After", "Seconds to wait."}}
	return []Answer{
		{
			Status: http.StatusUnauthorized, Name: "NotSignedIn", About: "No or wrong credentials, an expired token, or a certificate that is missing or unknown:", Schema: detail, Types: []string{refused},
			Headers: []Header{{"WWW-Authenticate", "How to sign in."}}, Examples: said(refused, "not signed in"),
		},
		{Status: http.StatusForbidden, Name: "NotFromHere", About: "The client may not call from this address:", Schema: detail, Types: []string{refused}, Examples: said(refused, "address not allowed")},
		{Status: http.StatusRequestEntityTooLarge, Name: "TooLarge", About: "The body is larger than 256 KiB:", Schema: detail, Types: []string{"FORMAT_ERROR"}, Examples: []Example{{Name: "large", Text: `{"errorType":"FORMAT_ERROR","errorMessage":"Body too large"}`}}},
		{Status: http.StatusTooManyRequests, Name: "TooMany", About: "Over the client's limits, or too many failed sign-ins from this address:", Schema: detail, Types: []string{"GENERAL_ERROR"}, Headers: later, Examples: said("GENERAL_ERROR", "too many requests")},
		{Status: http.StatusInternalServerError, Name: faultName(faults), About: "The effect is unknown:", Schema: detail, Types: faults, Examples: said("GENERAL_ERROR", "Internal fault")},
		{Status: http.StatusServiceUnavailable, Name: "NotNow", About: "Nothing was begun, or nothing reached the provider:", Schema: detail, Types: []string{"UPSTREAM_UNAVAILABLE"}, Headers: later, Examples: said("UPSTREAM_UNAVAILABLE", "Try again shortly")},
	}
}

func faultName(faults []string) string {
	if len(faults) > 1 {
		return "Unknown"
	}
	return "Fault"
}

// resetOperation deletes a sandbox client's data; the two services that have it differ in how they refuse.
func resetOperation(id string, detail *Schema, refusedAsError bool) Operation {
	outcome := record(members(must("outcome", words(), "a sentence"))).named("ResetOutcome", "")
	flag := text().like("TRUE")
	request := record(members(must("userDataWillBeLost", flag, "`TRUE`"), must("resetUserData", flag, "`TRUE`"))).named("ResetRequest", "Both must be TRUE.")
	refused := Answer{Status: http.StatusBadRequest, About: "Not both are TRUE, or there is nothing to delete.", Schema: outcome, Examples: []Example{{Name: "nothing", Text: `{"outcome":"There is no data of this user."}`}}}
	word := "GENERAL_ERROR"
	if refusedAsError {
		word = "AUTHENTICATION_ERROR"
		refused.Schema = detail
		refused.Examples = []Example{{Name: "nothing", Text: `{"errorType":"GENERAL_ERROR","errorMessage":"No data for this user","id":"` + exampleFresh + `"}`}}
	}
	answers := []Answer{{Status: http.StatusOK, About: "Everything is deleted.", Schema: outcome, Examples: []Example{{Name: "done", Text: `{"outcome":"All data of this user was reset."}`}}}, refused}
	return Operation{
		ID: id, Method: http.MethodPost, Path: "/testServerAdmin/reset", Summary: "Delete all of your test data", Sandbox: true,
		About:   "Deletes everything that the calling client ever sent, here and in the simulated provider's books. Other clients are untouched.",
		Request: &Body{Media: "application/json", Schema: request, Examples: []Example{{Name: "sure", Text: `{"userDataWillBeLost":"TRUE","resetUserData":"TRUE"}`}}},
		Answers: sortAnswers(append(answers, commonAnswers(detail, word, []string{"GENERAL_ERROR"})...)),
	}
}
