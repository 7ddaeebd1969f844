package server

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// ErrorPage writes the page for an error; status is the one to answer with.
type ErrorPage func(c *fiber.Ctx, status int, err error) error

// NewConsole builds the operators' console. mount registers its pages, page writes its error pages. Besides the
// pages it answers /healthz, /readyz, /metrics and the browsers' policy reports.
func NewConsole(o Options, mount func(fiber.Router), page ErrorPage) *App {
	return newApp("console", basePolicy+"; report-uri "+ReportPath, o, consoleErrors(page), func(a *App) {
		a.Fiber.Get("/metrics", a.metrics())
		mount(a.Fiber)
	})
}

// consoleErrors answers with a page, with JSON where a program asked. What a failed handler had written is dropped first.
func consoleErrors(page ErrorPage) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		status := statusOf(err)
		c.Response().ResetBody()
		c.Status(status)
		retryAfter(c, status)
		if wantsJSON(c) {
			return c.JSON(fiber.Map{"error": fiber.Map{
				"code": codeOf(err), "message": messageOf(err), "field": apperr.FieldOf(err), "requestId": requestID(c),
			}})
		}
		return page(c, status, err)
	}
}

func wantsJSON(c *fiber.Ctx) bool {
	const html, json = fiber.MIMETextHTML, fiber.MIMEApplicationJSON
	return c.Get(fiber.HeaderAccept) != "" && c.Accepts(html, json) == json
}

// statusOf is the one map from errors to HTTP statuses of the console.
func statusOf(err error) int {
	var known *fiber.Error
	if errors.As(err, &known) {
		return known.Code
	}
	switch apperr.CodeOf(err) {
	case apperr.Invalid:
		return fiber.StatusBadRequest
	case apperr.Unauthorized:
		return fiber.StatusUnauthorized
	case apperr.Forbidden:
		return fiber.StatusForbidden
	case apperr.NotFound:
		return fiber.StatusNotFound
	case apperr.Conflict:
		return fiber.StatusConflict
	case apperr.TooMany:
		return fiber.StatusTooManyRequests
	case apperr.Unavailable:
		return fiber.StatusServiceUnavailable
	default:
		return fiber.StatusInternalServerError
	}
}

func codeOf(err error) apperr.Code {
	var known *fiber.Error
	if !errors.As(err, &known) {
		return apperr.CodeOf(err)
	}
	switch known.Code {
	case fiber.StatusNotFound:
		return apperr.NotFound
	case fiber.StatusTooManyRequests:
		return apperr.TooMany
	case fiber.StatusInternalServerError:
		return apperr.Internal
	default:
		return apperr.Invalid
	}
}

func messageOf(err error) string {
	var known *fiber.Error
	if errors.As(err, &known) {
		return fiber.NewError(known.Code).Message // the status's own words, not a path or a parser's text
	}
	return apperr.MessageOf(err)
}

// retryAfter says when to come back, unless a handler said it better.
func retryAfter(c *fiber.Ctx, status int) {
	busy := status == fiber.StatusTooManyRequests || status == fiber.StatusServiceUnavailable
	if busy && c.GetRespHeader(fiber.HeaderRetryAfter) == "" {
		c.Set(fiber.HeaderRetryAfter, "1")
	}
}
