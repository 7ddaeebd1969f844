package giftcardclient

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Read maps an answer by I16, common.md 7 and giftcard-rules.md 15.1. It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if r, over := family.Unanswered(a, call.Kind); over {
		return r
	}
	body := parse(a.Body)
	defer body.Release()
	if family.IsAdvice(call.Kind) {
		return readAdvice(call, c.client.IDOf(call), a, body)
	}
	return readRequest(call, c.client.IDOf(call), a, body)
}

// readRequest reads the answer to a request or look-up. Whatever the word, a status tells a refusal from an open effect.
func readRequest(call switchcore.Call, id string, a switchcore.Answer, body *family.Reply) switchcore.Result {
	if family.Success(a.Status) {
		return readSuccess(call, id, body)
	}
	r := family.Failure(a, body)
	errorType := body.Text("errorType")
	switch {
	case body.Names("id", id) == family.Other:
		r.Class, r.Detail = switchcore.ClassUnknown, family.DetailBadResponse // about another message (I16)
	case a.Status == http.StatusServiceUnavailable && call.Provider.Profile.Status503Failed:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, clientType(errorType)
	case family.StatusUnknown(a.Status) || meaningOf(errorType) == unclear:
		r.Class, r.StateUnknown = switchcore.ClassUnknown, a.Status == http.StatusInternalServerError
	case errorType == switchcore.ErrDuplicate: // our ids are fresh: the issuer may have carried this very message out
		r.Class, r.Detail = switchcore.ClassUnknown, family.DetailDuplicate
	case family.Unauthorized(a.Status):
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, switchcore.ErrGeneral
	default:
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, clientType(errorType)
	}
	return r
}

// inProgress is what an issuer says of an advice about a request it has not answered yet (giftcard-rules.md 6.1): the
// status is final by the table, the situation is not, and the text asks for a repeat.
const inProgress = "Request in progress"

// readAdvice reads the answer to a confirmation or reversal. Only an acknowledgement, "already done", "nothing to undo"
// or a definite refusal ends it; everything else is sent again (I15, I16).
func readAdvice(call switchcore.Call, id string, a switchcore.Answer, body *family.Reply) switchcore.Result {
	if family.Success(a.Status) {
		if body.Names("requestId", id) != family.Same || call.EntryID != "" && body.Names("id", call.EntryID) == family.Other {
			return switchcore.Result{Class: switchcore.ClassRepeat, Detail: family.DetailBadResponse}
		}
		return switchcore.Result{Class: switchcore.ClassDone, Detail: family.DetailAck}
	}
	r := family.Failure(a, body)
	errorType := body.Text("errorType")
	switch {
	case body.Names("originalId", id) == family.Other:
		r.Class, r.Detail = switchcore.ClassRepeat, family.DetailBadResponse // about another request
	case family.Unauthorized(a.Status):
		r.Class, r.Detail = switchcore.ClassRepeat, family.DetailAuthFail // never settles a queue
	case a.Status == http.StatusNotImplemented:
		r.Class, r.Alarm = switchcore.ClassRepeat, true
	case a.Status == http.StatusServiceUnavailable && call.Provider.Profile.Status503Failed:
		r.Class, r.Detail, r.Alarm = switchcore.ClassRefused, family.DetailRefused, true
	case family.StatusUnknown(a.Status) || meaningOf(errorType) == unclear, errorType == errTemporary,
		errorType == switchcore.ErrGeneral && strings.EqualFold(body.Text("errorMessage"), inProgress):
		r.Class = switchcore.ClassRepeat
	case a.Status == http.StatusNotFound:
		return readNotFound(call, errorType, r)
	case errorType == switchcore.ErrGeneral && call.Kind == transactions.AttemptReverse: // the request had failed there (giftcard-rules.md 9.2)
		r.Class, r.Detail = switchcore.ClassDone, family.DetailNothing
	case errorType == switchcore.ErrDuplicate: // this very advice was carried out before (giftcard-rules.md 12)
		r.Class, r.Detail = switchcore.ClassDone, family.DetailAlreadyDone
	default:
		r.Class, r.Detail = switchcore.ClassRefused, family.DetailRefused
	}
	return r
}

// readNotFound tells "no such request" from "no such path", which a wrong base address causes and which must not settle
// a queue.
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
