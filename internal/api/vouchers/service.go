package vouchers

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Switch takes messages through their journey; switchcore.Processor is the real one. Every method returns
// the committed answer.
type Switch interface {
	// Process runs a provision, redemption, refund or look-up.
	Process(*switchcore.Request) switchcore.Outbound
	// Retry runs the retry operation of a provision.
	Retry(*switchcore.Request) switchcore.Outbound
	// Advise runs a confirmation or reversal.
	Advise(*switchcore.AdviceRequest) switchcore.Outbound
	// Products keeps the traces of a product look-up that the switch answers itself.
	Products(*switchcore.Request, switchcore.Reply) switchcore.Outbound
	// Heard keeps the traces of a message that becomes no transaction.
	Heard(switchcore.Inbound, switchcore.Client, switchcore.Reply, func(switchcore.Reply) switchcore.Outbound) switchcore.Outbound
}

// Authenticator gives the client behind the facts of a request; a refusal is an *api.Error.
type Authenticator interface {
	Authenticate(api.Caller) (switchcore.Client, error)
}

// Service is the voucher service of the channel API.
type Service struct {
	Switch Switch
	Auth   Authenticator
	// Directory gives the catalogue in force.
	Directory func() *switchcore.Directory
	NewID     func() uuid.UUID
	// Reset deletes everything the client did, sandbox mode only: nil leaves the operation out. found is
	// false when there was nothing to delete.
	Reset func(clientID string) (found bool, err error)
}

// Mount registers the operations at / and at /suv/v1; a trailing slash makes no difference.
func (s *Service) Mount(app fiber.Router) {
	for _, base := range []string{"", "/suv/v1"} {
		s.routes(app, base)
	}
}
