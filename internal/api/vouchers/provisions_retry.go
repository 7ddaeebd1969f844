package vouchers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// retryProvision repeats a provision whose answer the client missed: retryProvisionVoucher. The id in the
// path and the id in the body are the first provision's.
func (s *Service) retryProvision(c *fiber.Ctx) error {
	call, err := s.receive(c, transactions.Provision, transactions.TraceRetry)
	if err != nil {
		return refuse(c, err)
	}
	req, client, err := DecodeRequest(transactions.Provision, c.Request().Body())
	if err == nil && !strings.EqualFold(req.Key.RequestID, c.Params("provisionId")) {
		err = message.Refuse("id", "id must equal the provisionId of the path")
	}
	return s.finish(c, call, req, client, err, s.Switch.Retry)
}
