package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// createProvision issues a voucher: provisionVoucher.
func (s *Service) createProvision(c *fiber.Ctx) error {
	return s.request(c, transactions.Provision, s.Switch.Process)
}
