package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// reverseProvision undoes a provision, known or not: reverseVoucher.
func (s *Service) reverseProvision(c *fiber.Ctx) error {
	return s.advice(c, transactions.Provision, transactions.Reverse)
}
