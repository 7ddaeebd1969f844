package api

import "github.com/gofiber/fiber/v2"

// Held are the places among its client's running calls that one request takes. A request is served by one goroutine.
type Held struct{ entries []*entry }

// heldKey is where a request keeps its places.
type heldKey struct{}

// Hold gives the places of a request back when it is answered. Without it in front of the services, clients have no limit
// of running calls.
func Hold(c *fiber.Ctx) error {
	held := &Held{}
	c.Locals(heldKey{}, held)
	defer func() {
		for _, e := range held.entries {
			e.give()
		}
	}()
	return c.Next()
}

// heldBy gives the places of a request; nil without Hold in front.
func heldBy(c *fiber.Ctx) *Held {
	held, _ := c.Locals(heldKey{}).(*Held)
	return held
}
