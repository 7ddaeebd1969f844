package console

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showSignIn shows the door; whoever is inside already goes on.
func (a *App) showSignIn(c *fiber.Ctx) error {
	if seen(c).signedIn() {
		return back(c, ownPath(c.Query("next")))
	}
	return a.signInPage(c, pages.SignInProps{Next: c.Query("next")})
}

func (a *App) signInPage(c *fiber.Ctx, props pages.SignInProps) error {
	a.openDoor(c)
	if props.Next = ownPath(props.Next); props.Next == "/" {
		props.Next = ""
	}
	props.People = a.DemoPeople
	return render(c, pages.SignIn(a.page(c), props))
}

// signIn checks name and password. Every refusal shows the same page; only the time to wait may differ.
func (a *App) signIn(c *fiber.Ctx) error {
	name, next := c.FormValue("name"), c.FormValue("next")
	in, err := a.People.SignIn(c.UserContext(), name, c.FormValue("password"), actor(c))
	var wait *operators.WaitError
	if errors.As(err, &wait) {
		setRetryAfter(c, wait.Wait)
	}
	switch {
	case apperr.Is(err, apperr.Unauthorized):
		c.Status(fiber.StatusUnauthorized)
	case apperr.Is(err, apperr.TooMany):
		c.Status(fiber.StatusTooManyRequests)
	case err != nil:
		return err
	}
	if err != nil {
		return a.signInPage(c, pages.SignInProps{Name: name, Next: next, Error: apperr.MessageOf(err)})
	}
	if err := a.welcome(c, in); err != nil {
		return err
	}
	return back(c, ownPath(next))
}

// signOut ends the session on every node and clears the cookie.
func (a *App) signOut(c *fiber.Ctx) error {
	if err := a.People.SignOut(c.UserContext(), seen(c).token, actor(c)); err != nil {
		return err
	}
	a.setCookie(c, a.cookies.session, "")
	a.flash(c, done("You are signed out.", "The session has ended on the server too."))
	return back(c, "/sign-in")
}

func (a *App) showKeys(c *fiber.Ctx) error { return render(c, pages.Keys(a.page(c))) }
