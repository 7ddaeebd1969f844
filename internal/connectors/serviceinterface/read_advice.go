package serviceinterface

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// readAdvice reads the answer to a confirmation or reversal. Only an acknowledgement, "already done", "nothing to undo"
// or a definite refusal ends it; everything else is sent again (I15, I16).
func readAdvice(call switchcore.Call, id string, a switchcore.Answer, body *reply) switchcore.Result {
	if family.Success(a.Status) {
		if body.Names("requestId", id) != family.Same {
			return switchcore.Result{Class: switchcore.ClassRepeat, Detail: family.DetailBadResponse}
		}
		return switchcore.Result{Class: switchcore.ClassDone, Detail: family.DetailAck}
	}
	r := family.Failure(a, body.Reply)
	errorType := body.Text("errorType")
	if errorType != "" {
		r.Words.Code = body.Safe(family.LongestTerm, errorType) // the queue shows why, in the interface's words
	}
	switch {
	case body.Names("originalId", id) == family.Other:
		r.Class, r.Detail = switchcore.ClassRepeat, family.DetailBadResponse // about another request
	case family.Unauthorized(a.Status), errorType == switchcore.ErrAuthentication:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRepeat, family.DetailAuthFail, true // never settles a queue
	case a.Status == http.StatusNotImplemented:
		r.Class, r.Alarm = switchcore.ClassRepeat, true
	case family.StatusUnknown(a.Status) || weigh(errorType) == unclear:
		r.Class = switchcore.ClassRepeat
	case sameDone(call.Operation, call.Kind, errorType):
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	case a.Status == http.StatusNotFound:
		return readNotFound(call, errorType, r)
	default:
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
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
		r.Class, r.Detail, r.NotFound = switchcore.ClassDone, family.DetailNothing, true
	default:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRefused, family.DetailRefused, true
	}
	return r
}
