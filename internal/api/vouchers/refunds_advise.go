package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// confirmRefund makes a refund final: confirmRefund.
func (s *Service) confirmRefund(c *fiber.Ctx) error {
	return s.advice(c, transactions.Refund, transactions.Confirm)
}

// reverseRefund undoes a refund, known or not: reverseRefund.
func (s *Service) reverseRefund(c *fiber.Ctx) error {
	return s.advice(c, transactions.Refund, transactions.Reverse)
}
