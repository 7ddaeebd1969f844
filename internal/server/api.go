package server

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// NewAPI builds the channel API. mount registers its services; it takes no cookies and has no pages.
func NewAPI(o Options, mount func(fiber.Router)) *App {
	return newApp("api", basePolicy, o, apiErrors, func(a *App) { mount(a.Fiber) })
}

// errorDetail is the body of every failure the API answers before or outside a service (common.md 3.3).
type errorDetail struct {
	ErrorType    string `json:"errorType"`
	ErrorMessage string `json:"errorMessage"` // at most 20 characters: the narrowest of the services
}

// apiErrors answers with an ErrorDetail. Services answer their own refusals; what arrives here is what no service saw,
// or what went wrong inside one.
func apiErrors(c *fiber.Ctx, err error) error {
	status, detail := apiAnswer(err)
	c.Response().ResetBody()
	retryAfter(c, status)
	if status == fiber.StatusUnauthorized && c.GetRespHeader(fiber.HeaderWWWAuthenticate) == "" {
		c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="signalbox", charset="UTF-8"`)
	}
	return c.Status(status).JSON(detail)
}

func apiAnswer(err error) (int, errorDetail) {
	var known *fiber.Error
	if errors.As(err, &known) {
		return known.Code, transportDetail(known.Code)
	}
	switch apperr.CodeOf(err) {
	case apperr.Invalid:
		return fiber.StatusBadRequest, errorDetail{"FORMAT_ERROR", "Malformed request"}
	case apperr.Unauthorized:
		return fiber.StatusUnauthorized, errorDetail{"AUTHENTICATION_ERROR", "Not authenticated"}
	case apperr.Forbidden:
		return fiber.StatusForbidden, errorDetail{"AUTHENTICATION_ERROR", "Not allowed"}
	case apperr.NotFound:
		return fiber.StatusNotFound, errorDetail{"UNABLE_TO_LOCATE_RECORD", "Record not found"}
	case apperr.Conflict:
		return fiber.StatusBadRequest, errorDetail{"GENERAL_ERROR", "Not possible now"}
	case apperr.TooMany:
		return fiber.StatusTooManyRequests, transportDetail(fiber.StatusTooManyRequests)
	case apperr.Unavailable:
		return fiber.StatusServiceUnavailable, transportDetail(fiber.StatusServiceUnavailable)
	default:
		return fiber.StatusInternalServerError, transportDetail(fiber.StatusInternalServerError)
	}
}

// transportDetail is the answer to what the server itself refused (common.md 2).
func transportDetail(status int) errorDetail {
	switch status {
	case fiber.StatusNotFound:
		return errorDetail{"FUNCTION_NOT_SUPPORTED", "Unknown path"}
	case fiber.StatusMethodNotAllowed:
		return errorDetail{"FUNCTION_NOT_SUPPORTED", "Wrong method"}
	case fiber.StatusRequestEntityTooLarge:
		return errorDetail{"FORMAT_ERROR", "Body too large"}
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return errorDetail{"FORMAT_ERROR", "Header too large"}
	case fiber.StatusBadRequest:
		return errorDetail{"FORMAT_ERROR", "Malformed request"}
	case fiber.StatusTooManyRequests:
		return errorDetail{"GENERAL_ERROR", "Too many requests"}
	case fiber.StatusRequestTimeout:
		return errorDetail{"GENERAL_ERROR", "Request too slow"}
	case fiber.StatusServiceUnavailable:
		return errorDetail{"GENERAL_ERROR", "Try again later"}
	default:
		return errorDetail{"GENERAL_ERROR", "Internal error"}
	}
}
