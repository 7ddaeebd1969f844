package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// createRefund makes a spent voucher spendable again, once confirmed: refundVoucher.
func (s *Service) createRefund(c *fiber.Ctx) error {
	return s.request(c, transactions.Refund, s.Switch.Process)
}
