package humm

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// MaxBody is the largest message, in bytes (guarantees.md C4); the other services take less.
const MaxBody = 2 << 20

// Mount registers the operations at /humm/webapi/v1 and /webapi/v1. Slashes may be doubled, as a till makes them by
// joining a base address that ends in one, and are taken as they are: a redirect would turn the POST into a GET.
func (s *Service) Mount(app fiber.Router) {
	for _, base := range []string{"/humm", "/webapi", "//humm", "//webapi"} {
		app.All(base+"/*", s.serve)
	}
}

// Owns tells whether a path belongs to the service: its bodies may be as large as MaxBody.
func Owns(path string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	return first == "humm" || first == "webapi"
}

// operationOf gives the operation that a path names. The version belongs to the path; there is none by default.
func operationOf(path string) (rail.Operation, bool) {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(part string) bool { return part == "" })
	if len(parts) > 0 && parts[0] == "humm" {
		parts = parts[1:]
	}
	if len(parts) != 3 || parts[0] != "webapi" || parts[1] != "v1" {
		return "", false
	}
	op := rail.Operation(parts[2])
	return op, op.Known()
}

// serve takes one message in.
func (s *Service) serve(c *fiber.Ctx) error {
	op, known := operationOf(c.Path())
	switch {
	case !known:
		return fiber.ErrNotFound
	case c.Method() != fiber.MethodPost:
		c.Set(fiber.HeaderAllow, fiber.MethodPost)
		return fiber.ErrMethodNotAllowed
	case len(c.Request().Body()) > MaxBody:
		return fiber.ErrRequestEntityTooLarge
	}
	return s.handle(c, op)
}
