// Package giftcards is the gift card service of the channel API (spec/giftcards.md, giftcard-rules.md 1 to 6). It reads
// and answers messages; the journey is the switch's and the rules of cards are the issuer's.
package giftcards

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Switch takes messages through their journey; switchcore.Processor is the real one. Every method returns
// the committed answer.
type Switch interface {
	// Process runs a request or look-up.
	Process(*switchcore.Request) switchcore.Outbound
	// Advise runs a confirmation or reversal.
	Advise(*switchcore.AdviceRequest) switchcore.Outbound
	// Heard keeps the traces of a message that becomes no transaction.
	Heard(switchcore.Inbound, switchcore.Client, switchcore.Reply, func(switchcore.Reply) switchcore.Outbound) switchcore.Outbound
}

// Authenticator gives the client behind the facts of a request; a refusal is an *api.Error.
type Authenticator interface {
	Authenticate(api.Caller) (switchcore.Client, error)
}

// Service is the gift card service of the channel API.
type Service struct {
	Switch Switch
	Auth   Authenticator
	NewID  func() uuid.UUID
	// Reset deletes everything the client did and starts the issuer's books of it anew, sandbox mode only: nil leaves the
	// operation out. found is false when there was nothing to delete.
	Reset func(clientID string) (found bool, err error)
	// Dump passes a look at the issuer's books on, sandbox mode only: nil leaves the operation out. path begins with
	// /testServerAdmin/data; the body holds card numbers and PINs of the sandbox, and goes to the caller only.
	Dump func(ctx context.Context, clientID, path string) (status int, body []byte, err error)
}

// Base is where the service is mounted.
const Base = "/giftcard/v3"

// Mount registers the operations at Base; a trailing slash makes no difference.
func (s *Service) Mount(app fiber.Router) {
	for _, r := range resources() {
		path := Base + "/" + r.path + "/:id"
		app.Post(path, s.create(r))
		if r.advised() {
			app.Post(path+"/confirmations/:adviceId", s.confirm(r))
			app.Post(path+"/reversals/:adviceId", s.reverse(r))
		}
	}
	if s.Reset != nil {
		app.Post(Base+admin+"/reset", s.reset)
	}
	if s.Dump != nil {
		app.Get(Base+admin+"/data", s.dump)
		app.Get(Base+admin+"/data/card/:pan", s.dump)
		app.Get(Base+admin+"/data/product/:productId", s.dump)
	}
}
