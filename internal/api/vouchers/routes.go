package vouchers

import "github.com/gofiber/fiber/v2"

// routes registers every operation below one base (spec/vouchers.md 1). Fixed paths come before those
// with an id.
func (s *Service) routes(app fiber.Router, base string) {
	app.Post(base+"/vouchers", s.createProvision)
	app.Get(base+"/vouchers", s.lookupVoucher)
	app.Post(base+"/vouchers/confirmations", s.confirmProvision)
	app.Post(base+"/vouchers/reversals", s.reverseProvision)
	app.Post(base+"/vouchers/:provisionId/retry", s.retryProvision)
	app.Post(base+"/vouchers/:provisionId/retries", s.retryProvision)

	app.Post(base+"/redemptions", s.createRedemption)
	app.Post(base+"/redemptions/confirmations", s.confirmRedemption)
	app.Post(base+"/redemptions/reversals", s.reverseRedemption)

	app.Post(base+"/refunds", s.createRefund)
	app.Post(base+"/refunds/confirmations", s.confirmRefund)
	app.Post(base+"/refunds/reversals", s.reverseRefund)

	app.Get(base+"/products", s.lookupProducts)

	if s.Reset != nil {
		app.Post(base+"/testServerAdmin/reset", s.reset)
	}
}
