package console

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// ErrorPage writes the page for a failed request. It keeps the shell for a person who is signed in, if that can still be told.
func (a *App) ErrorPage(c *fiber.Ctx, status int, err error) error {
	if status < fiber.StatusInternalServerError && status != fiber.StatusRequestEntityTooLarge && status != fiber.StatusRequestHeaderFieldsTooLarge {
		_, _ = a.visit(c) // an unknown path has passed no guard
	}
	return render(c, pages.Error(a.page(c), errorProps(c, status, err)))
}

// errorProps says what did not happen and what to do next.
func errorProps(c *fiber.Ctx, status int, err error) pages.ErrorProps {
	var forbidden *forbiddenError
	switch {
	case errors.As(err, &forbidden):
		return pages.Forbidden("This page or action", string(forbidden.permission), operator(c).Grants.String())
	case status == fiber.StatusServiceUnavailable:
		return pages.Unavailable(requestID(c), ownPath(c.OriginalURL()))
	case status >= fiber.StatusInternalServerError:
		return pages.Failed(requestID(c), ownPath(c.OriginalURL()))
	}
	var fe *fiber.Error
	known := errors.As(err, &fe)
	if status == fiber.StatusNotFound {
		props := pages.NotFound("page")
		if !known {
			props.Title, props.Text = "Not found", apperr.MessageOf(err)
		}
		return props
	}
	props := pages.ErrorProps{
		Kind: components.BlankClosed, Title: errorTitle(status), RequestID: requestID(c),
		Text: "The request was refused before anything was done.", Primary: components.Link{Text: "Overview", Href: "/"},
	}
	if !known {
		props.Text = apperr.MessageOf(err)
	}
	if status == fiber.StatusUnauthorized {
		props.Primary = components.Link{Text: "Sign in", Href: "/sign-in"}
	}
	return props
}

func errorTitle(status int) string {
	switch status {
	case fiber.StatusBadRequest:
		return "This cannot be done as asked"
	case fiber.StatusUnauthorized:
		return "Nobody is signed in"
	case fiber.StatusForbidden:
		return "Not allowed"
	case fiber.StatusMethodNotAllowed:
		return "This address takes no such request"
	case fiber.StatusConflict:
		return "The state has changed meanwhile"
	case fiber.StatusRequestEntityTooLarge, fiber.StatusRequestHeaderFieldsTooLarge:
		return "The request is too large"
	case fiber.StatusTooManyRequests:
		return "Too many requests"
	default:
		return "The request was not understood"
	}
}
