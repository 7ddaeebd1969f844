package giftcards

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// confirm makes a request final.
func (s *Service) confirm(r resource) fiber.Handler {
	return s.advise(r, transactions.Confirm, transactions.TraceConfirmation)
}

// reverse undoes a request, known or not.
func (s *Service) reverse(r resource) fiber.Handler {
	return s.advise(r, transactions.Reverse, transactions.TraceReversal)
}

// advise runs an advice: the last id of the path is its own, the middle one that of the request.
func (s *Service) advise(r resource, decision transactions.Decision, kind transactions.TraceKind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		m, err := s.receive(c, r, kind)
		if m == nil {
			return err
		}
		a, err := DecodeAdvice(r.op, decision, c.Request().Body())
		switch {
		case err != nil:
			return s.unreadable(c, m, err)
		case a.AdviceID != m.adviceID:
			refusal := Refusal{ID: a.AdviceID, OriginalID: a.RequestRef, PathID: m.adviceID}
			if decision == transactions.Confirm {
				refusal.ConfirmationID = a.AdviceID
			} else {
				refusal.ReversalID = a.AdviceID
			}
			return s.inconsistent(c, m, refusal)
		case a.RequestRef != m.id:
			return s.inconsistent(c, m, Refusal{ID: a.AdviceID, OriginalID: a.RequestRef, PathID: m.id, RequestID: a.RequestRef})
		}
		a.Client, a.Key.ClientID, a.In = m.client, m.client.ID, m.in
		a.Render = AdviceRenderer(a)
		return message.Send(c, s.Switch.Advise(a))
	}
}
