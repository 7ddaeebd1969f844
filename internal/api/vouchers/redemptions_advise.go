package vouchers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// confirmRedemption promises that a redemption will not be reversed: confirmRedeem.
func (s *Service) confirmRedemption(c *fiber.Ctx) error {
	return s.advice(c, transactions.Redemption, transactions.Confirm)
}

// reverseRedemption undoes a redemption, known or not: reverseRedeem.
func (s *Service) reverseRedemption(c *fiber.Ctx) error {
	return s.advice(c, transactions.Redemption, transactions.Reverse)
}
