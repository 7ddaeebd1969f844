package serviceinterface

import (
	"errors"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Read maps an answer by I16 and common.md 7. It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	advice := call.Kind == transactions.AttemptConfirm || call.Kind == transactions.AttemptReverse
	if r, over := unanswered(a, advice); over {
		return r
	}
	body := parse(a.Body)
	defer body.release()
	switch {
	case advice:
		return readAdvice(call, a, body)
	case call.Kind == transactions.AttemptLookup:
		return readLookup(call, a, body)
	}
	return readRequest(call, a, body)
}

// unanswered reads an exchange without a whole answer.
func unanswered(a switchcore.Answer, advice bool) (switchcore.Result, bool) {
	open := switchcore.ClassUnknown
	if advice {
		open = switchcore.ClassRepeat
	}
	switch {
	case !a.Sent && advice && errors.Is(a.Err, errNotWritten):
		return switchcore.Result{Class: switchcore.ClassFault, Detail: detailFault}, true
	case !a.Sent:
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: detailConnectFail}, true
	case a.Timeout:
		return switchcore.Result{Class: open, Detail: detailTimeout}, true
	case errors.Is(a.Err, errTooLarge), errors.Is(a.Err, errIncomplete):
		return switchcore.Result{Class: open, Detail: detailBadResponse}, true
	case a.Err != nil || a.Status == 0:
		return switchcore.Result{Class: open, Detail: detailNoAnswer}, true
	}
	return switchcore.Result{}, false
}

// readRequest reads the answer to a provision, its retry, a redemption or a refund.
func readRequest(call switchcore.Call, a switchcore.Answer, body *reply) switchcore.Result {
	if success(a.Status) {
		return readSuccess(call, body)
	}
	r := failure(a, body)
	errorType := body.text("errorType")
	switch {
	case body.names("id", call.WireRef) == other:
		r.Class, r.Detail = switchcore.ClassUnknown, detailBadResponse // about another message (I16)
	case a.Status == http.StatusServiceUnavailable && call.Provider.Profile.Status503Failed && call.Kind != transactions.AttemptRetry:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, detailDeclined, switchcore.ErrDoNotHonor
	case statusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class, r.StateUnknown = switchcore.ClassUnknown, errorType == switchcore.ErrStatusUnknown || a.Status == http.StatusInternalServerError
	case errorType == switchcore.ErrDuplicate && a.Status < 500:
		return readDuplicate(call, body, r)
	case call.Kind == transactions.AttemptRetry && !provesRefusal(a.Status, errorType):
		r.Class = switchcore.ClassUnknown
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, detailDeclined, clientType(errorType, a.Status)
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
	r.Class, r.Detail = switchcore.ClassUnknown, detailDuplicate
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
	if success(a.Status) {
		return readFound(call, body)
	}
	r := failure(a, body)
	errorType := body.text("errorType")
	switch {
	case statusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class, r.StateUnknown = switchcore.ClassUnknown, errorType == switchcore.ErrStatusUnknown || a.Status == http.StatusInternalServerError
	case a.Status == http.StatusNotFound && weigh(errorType) == unlisted:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, detailDeclined, switchcore.ErrNotLocated
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, detailDeclined, clientType(errorType, a.Status)
	}
	return r
}

// failure keeps the provider's words; the class is the caller's.
func failure(a switchcore.Answer, body *reply) switchcore.Result {
	return switchcore.Result{Detail: statusDetail(a.Status), Words: body.words()}
}

// match is how a member of an answer compares with our reference.
type match byte

const (
	absent match = iota
	same
	other
)

// names compares the id in a member with ours; case does not count in ids.
func (r *reply) names(member, ref string) match {
	switch v := r.text(member); {
	case v == "":
		return absent
	case strings.EqualFold(v, ref):
		return same
	}
	return other
}
