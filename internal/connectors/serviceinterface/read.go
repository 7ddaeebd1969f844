package serviceinterface

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Read maps an answer by I16 and common.md 7. It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if r, over := family.Unanswered(a, call.Kind); over {
		return r
	}
	body := parse(a.Body)
	defer body.Release()
	switch {
	case family.IsAdvice(call.Kind):
		return readAdvice(call, c.client.IDOf(call), a, body)
	case call.Kind == transactions.AttemptLookup:
		return readLookup(call, a, body)
	}
	return readRequest(call, c.client.IDOf(call), a, body)
}

// readRequest reads the answer to a provision, its retry, a redemption or a refund.
func readRequest(call switchcore.Call, id string, a switchcore.Answer, body *reply) switchcore.Result {
	if family.Success(a.Status) {
		return readSuccess(call, id, body)
	}
	r := family.Failure(a, body.Reply)
	errorType := body.Text("errorType")
	switch {
	case body.Names("id", id) == family.Other:
		r.Class, r.Detail = switchcore.ClassUnknown, family.DetailBadResponse // about another message (I16)
	case a.Status == http.StatusServiceUnavailable && call.Provider.Profile.Status503Failed && call.Kind != transactions.AttemptRetry:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrDoNotHonor
	case family.StatusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class, r.StateUnknown = switchcore.ClassUnknown, errorType == switchcore.ErrStatusUnknown || a.Status == http.StatusInternalServerError
	case errorType == switchcore.ErrDuplicate && a.Status < 500:
		return readDuplicate(call, body, r)
	case call.Kind == transactions.AttemptRetry && !provesRefusal(a.Status, errorType):
		r.Class = switchcore.ClassUnknown
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, clientType(errorType, a.Status)
	}
	return r
}

// provesRefusal tells whether a failed retry proves that nothing was provisioned: only a business decline does, since
// anything else may refuse the retry and leave the first request as it was.
func provesRefusal(status int, errorType string) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return false
	}
	return weigh(errorType) == business || errorType == switchcore.ErrVoucherReversed
}

// readDuplicate reads "I have this already": a success when the voucher is quoted, else unknown (providers.md 3).
func readDuplicate(call switchcore.Call, body *reply, r switchcore.Result) switchcore.Result {
	r.Class, r.Detail = switchcore.ClassUnknown, family.DetailDuplicate
	if call.Operation != transactions.Provision {
		return r
	}
	voucher := body.voucher("detailMessage", "voucher")
	if voucher == nil {
		return r
	}
	r.Class, r.Voucher = switchcore.ClassApproved, &voucher.Issued
	r.Members = []switchcore.Member{{Name: "voucher", Raw: voucher.raw}}
	r.Terms = voucherTerms(voucher)
	return r
}

// readLookup reads the answer to a look-up, which has no id to compare.
func readLookup(call switchcore.Call, a switchcore.Answer, body *reply) switchcore.Result {
	if family.Success(a.Status) {
		return readFound(call, body)
	}
	r := family.Failure(a, body.Reply)
	errorType := body.Text("errorType")
	switch {
	case family.StatusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class, r.StateUnknown = switchcore.ClassUnknown, errorType == switchcore.ErrStatusUnknown || a.Status == http.StatusInternalServerError
	case a.Status == http.StatusNotFound && weigh(errorType) == unlisted:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrNotLocated
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, clientType(errorType, a.Status)
	}
	return r
}
