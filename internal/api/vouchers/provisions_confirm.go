package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// confirmProvision makes a provision final: confirmVoucher.
func (s *Service) confirmProvision(c *fiber.Ctx) error {
	return s.advice(c, transactions.Provision, transactions.Confirm)
}
