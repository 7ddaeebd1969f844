package api

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

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
	// Challenge asks the caller for credentials.
	Challenge bool
}

// Error gives the text for logs.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Type, e.Message) }

// Send answers with an ErrorDetail. The message that failed was not read, so its id is a fresh one.
func (e *Error) Send(c *fiber.Ctx) error {
	if e.Challenge {
		c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="signalbox", charset="UTF-8"`)
	}
	if e.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	body := jsonedit.AppendString([]byte(`{"errorType":`), e.Type)
	body = jsonedit.AppendString(append(body, `,"errorMessage":`...), e.Message)
	body = jsonedit.AppendString(append(body, `,"id":`...), uuid.NewString())
	return c.Status(e.Status).Send(append(body, '}'))
}
