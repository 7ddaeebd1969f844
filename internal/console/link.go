package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showLink shows whom a one-time link signs in as. Opening it changes nothing; only the button uses it up.
func (a *App) showLink(c *fiber.Ctx) error {
	link, err := a.People.Link(c.UserContext(), c.Params("token"), operators.SignInLink)
	if apperr.Is(err, apperr.NotFound) {
		return a.deadLink(c)
	}
	if err != nil {
		return err
	}
	a.openDoor(c)
	return render(c, pages.OneTimeLink(a.page(c), pages.LinkProps{
		Token: c.Params("token"), Name: link.Operator.Name, Role: link.Operator.Grants.String(),
	}))
}

// redeemLink signs in.
func (a *App) redeemLink(c *fiber.Ctx) error {
	in, err := a.People.RedeemLink(c.UserContext(), c.Params("token"), actor(c))
	if apperr.Is(err, apperr.NotFound) {
		return a.deadLink(c)
	}
	if err != nil {
		return err
	}
	if err := a.welcome(c, in); err != nil {
		return err
	}
	return back(c, "/")
}

func (a *App) deadLink(c *fiber.Ctx) error {
	c.Status(fiber.StatusNotFound)
	return render(c, pages.OneTimeLink(a.page(c), pages.LinkProps{Used: true}))
}
