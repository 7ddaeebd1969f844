package giftcards

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// create runs a request or look-up: its id stands in the path and in the body.
func (s *Service) create(r resource) fiber.Handler {
	return func(c *fiber.Ctx) error {
		m, err := s.receive(c, r, transactions.TraceRequest)
		if m == nil {
			return err
		}
		req, err := DecodeRequest(r.op, c.Request().Body())
		switch {
		case err != nil:
			return s.unreadable(c, m, err)
		case req.MessageID != m.id:
			return s.inconsistent(c, m, Refusal{ID: req.MessageID, PathID: m.id, RequestID: req.MessageID})
		}
		req.Client, req.Key.ClientID, req.In = m.client, m.client.ID, m.in
		req.Render = RequestRenderer(req)
		return message.Send(c, s.Switch.Process(req))
	}
}
