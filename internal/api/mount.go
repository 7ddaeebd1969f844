package api

import "github.com/gofiber/fiber/v2"

// Mount gives the routes of the channel API: the token address, when tokens are issued, and the services. Limits of
// running calls hold for all of them.
func (a *Auth) Mount(services ...func(fiber.Router)) func(fiber.Router) {
	return func(app fiber.Router) {
		app.Use(Hold)
		if a.tokens != nil {
			a.MountToken(app)
		}
		for _, mount := range services {
			mount(app)
		}
	}
}
