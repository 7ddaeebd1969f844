package serviceinterface

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// readAdvice reads the answer to a confirmation or reversal. Only an acknowledgement, "already done", "nothing to undo"
// or a definite refusal ends it; everything else is sent again (I15, I16).
func readAdvice(call switchcore.Call, a switchcore.Answer, body *reply) switchcore.Result {
	if success(a.Status) {
		if body.names("requestId", call.WireRef) != same {
			return switchcore.Result{Class: switchcore.ClassRepeat, Detail: detailBadResponse}
		}
		return switchcore.Result{Class: switchcore.ClassDone, Detail: detailAck}
	}
	r := failure(a, body)
	errorType := body.text("errorType")
	if errorType != "" {
		r.Words.Code = body.safe(longestTerm, errorType) // the queue shows why, in the interface's words
	}
	switch {
	case body.names("originalId", call.WireRef) == other:
		r.Class, r.Detail = switchcore.ClassRepeat, detailBadResponse // about another request
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden, errorType == switchcore.ErrAuthentication:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRepeat, detailAuthFail, true // never settles a queue
	case a.Status == http.StatusNotImplemented:
		r.Class, r.Alarm = switchcore.ClassRepeat, true
	case statusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class = switchcore.ClassRepeat
	case sameDone(call.Operation, call.Kind, errorType):
		r.Class, r.Detail = switchcore.ClassDone, detailAlreadyDone
	case a.Status == http.StatusNotFound:
		return readNotFound(call, errorType, r)
	default:
		r.Class, r.Detail = switchcore.ClassRefused, detailRefused
	}
	return r
}

// readNotFound tells "no such request" from "no such path": the interface answers the latter with
// FUNCTION_NOT_SUPPORTED (common.md 2), which a wrong base address causes and which must not settle a queue.
func readNotFound(call switchcore.Call, errorType string, r switchcore.Result) switchcore.Result {
	switch {
	case errorType == switchcore.ErrNotSupported:
		r.Class, r.Alarm = switchcore.ClassRepeat, true
	case call.Kind == transactions.AttemptReverse:
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, detailNothing, true
	default:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRefused, detailRefused, true
	}
	return r
}
