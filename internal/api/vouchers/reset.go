package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// reset deletes everything the calling client did; it is registered in sandbox mode only. It leaves no
// trace of its own, as the traces of its caller are what it deletes.
func (s *Service) reset(c *fiber.Ctx) error {
	client, err := s.Auth.Authenticate(api.CallerOf(c))
	if err != nil {
		return refuse(c, err)
	}
	sure, err := resetConfirmed(c.Request().Body())
	if err != nil || !sure {
		return resetRefused(c, "Both members must be TRUE")
	}
	found, err := s.Reset(client.ID)
	if err != nil {
		return err
	}
	if !found {
		return resetRefused(c, "No data for this user")
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(fiber.StatusOK).SendString(`{"outcome":"All data of this user were deleted."}`)
}

func resetRefused(c *fiber.Ctx, message string) error {
	return (&api.Error{Status: fiber.StatusBadRequest, Type: switchcore.ErrGeneral, Message: message}).Send(c)
}
