package api

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Error types of refusals given before any operation begins (spec/common.md 2 and 9).
const (
	TypeAuthentication = "AUTHENTICATION_ERROR"
	TypeGeneral        = "GENERAL_ERROR"
	TypeUnavailable    = "UPSTREAM_UNAVAILABLE"
)

// Error is a refusal given before any operation: no trace and no transaction come of it (I13).
type Error struct {
	Status  int
	Type    string // errorType of the ErrorDetail
	Message string // short, for people
	// RetryAfter is rounded up to seconds in the header; 0: no header.
	RetryAfter time.Duration
	// Challenge asks the caller for credentials; Token says that it is an access token that is asked for, and why.
	Challenge bool
	Token     tokenTrouble
}

// tokenTrouble is what is wrong with an access token (RFC 6750 3.1).
type tokenTrouble int

const (
	noTokenTrouble tokenTrouble = iota
	tokenAbsent                 // one is asked for
	tokenInvalid                // expired, revoked, forged
)

// Error gives the text for logs.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Type, e.Message) }

// challenge says how to come back (RFC 7617, RFC 6750).
func (e *Error) challenge() string {
	switch e.Token {
	case tokenAbsent:
		return `Bearer realm="signalbox"`
	case tokenInvalid:
		return `Bearer realm="signalbox", error="invalid_token", error_description="the access token is expired, revoked or malformed"`
	}
	return basicChallenge
}

const basicChallenge = `Basic realm="signalbox", charset="UTF-8"`

func unauthorized(message string) *Error {
	return &Error{Status: 401, Type: TypeAuthentication, Message: message, Challenge: true}
}

func badToken() *Error {
	return &Error{Status: 401, Type: TypeAuthentication, Message: "access token not valid", Challenge: true, Token: tokenInvalid}
}

func (a *Auth) tooManyFailures() *Error {
	a.refusals.count(reasonLimit)
	return &Error{Status: 429, Type: TypeGeneral, Message: "too many failed sign-ins", RetryAfter: longestDelay}
}

func unreachable() *Error {
	return &Error{Status: 503, Type: TypeUnavailable, Message: "try again shortly", RetryAfter: time.Second}
}

func notFound(err error) bool { return apperr.Is(err, apperr.NotFound) }

// SetRetryAfter tells a caller how long to wait, in seconds rounded up; 0: nothing is said.
func SetRetryAfter(c *fiber.Ctx, wait time.Duration) {
	if wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
}

// Send answers with an ErrorDetail. The message that failed was not read, so its id is a fresh one.
func (e *Error) Send(c *fiber.Ctx) error {
	if e.Challenge {
		c.Set(fiber.HeaderWWWAuthenticate, e.challenge())
	}
	SetRetryAfter(c, e.RetryAfter)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	body := jsonedit.AppendString([]byte(`{"errorType":`), e.Type)
	body = jsonedit.AppendString(append(body, `,"errorMessage":`...), e.Message)
	body = jsonedit.AppendString(append(body, `,"id":`...), uuid.NewString())
	return c.Status(e.Status).Send(append(body, '}'))
}
