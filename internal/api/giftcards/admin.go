package giftcards

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// admin is where test support lives, sandbox mode only (spec/giftcard-rules.md 13).
const admin = "/testServerAdmin"

// reset deletes everything the calling client did. It leaves no trace of its own, as the traces of its caller are what it
// deletes.
func (s *Service) reset(c *fiber.Ctx) error {
	client, err := s.enter(c)
	if client == nil {
		return err
	}
	if refusal := resetRefusal(c.Request().Body()); refusal != "" {
		return outcome(c, fiber.StatusBadRequest, refusal)
	}
	found, err := s.Reset(client.ID)
	switch {
	case err != nil:
		return outcome(c, fiber.StatusInternalServerError, "The data could not be reset.")
	case !found:
		return outcome(c, fiber.StatusBadRequest, "There is no data of this user.")
	}
	return outcome(c, fiber.StatusOK, "All data of this user was reset.")
}

// enter gives the calling client; nil when it was answered already.
func (s *Service) enter(c *fiber.Ctx) (*switchcore.Client, error) {
	client, err := s.Auth.Authenticate(api.CallerOf(c))
	var refused *api.Error
	switch {
	case err == nil:
		return &client, nil
	case !errors.As(err, &refused):
		return nil, err
	}
	own := *refused
	own.Type, own.Message = errorType(refused.Type), notIn(refused.Status)
	return nil, own.Send(c)
}

// resetRefusal tells why a reset message is not followed; empty when it is.
func resetRefusal(body []byte) (why string) {
	if len(body) == 0 {
		return "Nothing was received."
	}
	err := message.Parse(body, messages().reset, dialect(), func(v message.View, _ []byte) {
		switch {
		case v.Text(message.Root, "userDataWillBeLost") != "TRUE":
			why = "The loss of data was not acknowledged."
		case v.Text(message.Root, "resetUserData") != "TRUE":
			why = "The wish to reset was not declared."
		}
	})
	if err != nil {
		return "The message cannot be read."
	}
	return why
}

func outcome(c *fiber.Ctx, status int, sentence string) error {
	w := message.ObjectWriter{}
	w.Text("outcome", sentence)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(w.Bytes())
}

// dump passes a look at the issuer's books on. It is test support and leaves no trace.
func (s *Service) dump(c *fiber.Ctx) error {
	client, err := s.enter(c)
	if client == nil {
		return err
	}
	path := admin + "/data"
	if pan := segment(c, "pan"); pan != "" {
		path += "/card/" + url.PathEscape(pan)
	} else if product := segment(c, "productId"); product != "" {
		path += "/product/" + url.PathEscape(product)
	}
	status, body, err := s.Dump(c.UserContext(), client.ID, path)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(body)
}
