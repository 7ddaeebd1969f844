package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// createRedemption spends a voucher: redeemVoucher.
func (s *Service) createRedemption(c *fiber.Ctx) error {
	return s.request(c, transactions.Redemption, s.Switch.Process)
}
