package family

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Details of attempts: what the reading of an answer came to.
const (
	DetailApproved    = "APPROVED"
	DetailDeclined    = "DECLINED"
	DetailDuplicate   = "DUPLICATE_RECORD"
	DetailTimeout     = "TIMEOUT"
	DetailNoAnswer    = "NO_ANSWER"
	DetailConnectFail = "CONNECT_FAIL"
	DetailBadResponse = "BAD_RESPONSE"
	DetailFault       = "FAULT"
	DetailAck         = "ACK"
	DetailAlreadyDone = "ALREADY_DONE"
	DetailNothing     = "NOTHING_TO_UNDO"
	DetailRefused     = "REFUSED"
	DetailAuthFail    = "AUTH_FAIL"
)

// Unanswered reads an exchange without a whole answer; over is false when there is one to read.
func Unanswered(a switchcore.Answer, kind transactions.AttemptKind) (r switchcore.Result, over bool) {
	if errors.Is(a.Err, wire.ErrTokenRefused) {
		return keyRefused(kind), true
	}
	return Silent(a, IsAdvice(kind))
}

// Silent is Unanswered without tokens, for every provider (I16): queued tells a message from the queue, which stays there.
func Silent(a switchcore.Answer, queued bool) (r switchcore.Result, over bool) {
	open := switchcore.ClassUnknown
	if queued {
		open = switchcore.ClassRepeat
	}
	switch {
	case !a.Sent && queued && errors.Is(a.Err, wire.ErrNotWritten):
		return switchcore.Result{Class: switchcore.ClassFault, Detail: DetailFault}, true
	case !a.Sent:
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: DetailConnectFail}, true
	case a.Timeout:
		return switchcore.Result{Class: open, Detail: DetailTimeout}, true
	case errors.Is(a.Err, wire.ErrTooLarge), errors.Is(a.Err, wire.ErrIncomplete):
		return switchcore.Result{Class: open, Detail: DetailBadResponse}, true
	case a.Err != nil || a.Status == 0:
		return switchcore.Result{Class: open, Detail: DetailNoAnswer}, true
	}
	return switchcore.Result{}, false
}

// keyRefused reads a refusal of our own key at the token address: nothing left, and nothing will before people act. It
// settles no queue (I16), and a retry says nothing about the request that went before.
func keyRefused(kind transactions.AttemptKind) switchcore.Result {
	r := switchcore.Result{Detail: DetailAuthFail, Alarm: true}
	switch {
	case IsAdvice(kind):
		r.Class = switchcore.ClassRepeat
	case kind == transactions.AttemptRetry:
		r.Class = switchcore.ClassNotSent
	default:
		r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
	}
	return r
}

// Failure keeps the provider's words; the class is the caller's. That our own credentials were refused needs people.
func Failure(a switchcore.Answer, body *Reply) switchcore.Result {
	return switchcore.Result{Detail: StatusDetail(a.Status), Alarm: Unauthorized(a.Status), Words: body.Words()}
}

// Unauthorized tells whether a status is about our own credentials.
func Unauthorized(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// Success tells whether a status is one that the interface answers success with (common.md 7).
func Success(status int) bool {
	return slices.Contains([]int{http.StatusOK, http.StatusCreated, http.StatusAccepted}, status)
}

// StatusUnknown tells whether a status leaves the effect open (I16).
func StatusUnknown(status int) bool { return status != http.StatusNotImplemented && !Refusal(status) }

// Refusal tells whether a failure status is one that a definite answer comes with.
func Refusal(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}

// StatusDetail names an answer by its status; 2xx that reach it could not be read.
func StatusDetail(status int) string {
	if status >= 200 && status < 300 {
		return DetailBadResponse
	}
	return "HTTP_" + strconv.Itoa(status)
}
