package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// showEnrol shows an invited person where to choose a password.
func (a *App) showEnrol(c *fiber.Ctx) error { return a.enrolPage(c, pages.EnrolProps{}) }

// enrolPage shows the form of a usable link, with what was wrong with the last try.
func (a *App) enrolPage(c *fiber.Ctx, props pages.EnrolProps) error {
	props.Token = c.Params("token")
	link, err := a.People.Link(c.UserContext(), props.Token, operators.EnrolLink)
	if apperr.Is(err, apperr.NotFound) {
		c.Status(fiber.StatusNotFound)
		return render(c, pages.Enrol(a.page(c), pages.EnrolProps{Used: true}))
	}
	if err != nil {
		return err
	}
	a.openDoor(c)
	o := link.Operator
	props.Name, props.UserName, props.Role = o.Name, o.Mail, o.Grants.String()
	return render(c, pages.Enrol(a.page(c), props))
}

// enrol sets the password and signs in with it.
func (a *App) enrol(c *fiber.Ctx) error {
	password := c.FormValue("password")
	if password != c.FormValue("repeat") {
		c.Status(fiber.StatusBadRequest)
		return a.enrolPage(c, pages.EnrolProps{Mismatch: "The two are not the same. Type the new password twice."})
	}
	o, err := a.People.Enrol(c.UserContext(), c.Params("token"), password, actor(c))
	switch {
	case apperr.Is(err, apperr.Invalid):
		c.Status(fiber.StatusBadRequest)
		return a.enrolPage(c, pages.EnrolProps{Error: apperr.MessageOf(err)})
	case apperr.Is(err, apperr.NotFound):
		return a.enrolPage(c, pages.EnrolProps{})
	case err != nil:
		return err
	}
	in, err := a.People.SignIn(c.UserContext(), o.Mail, password, actor(c))
	if err != nil {
		a.flash(c, done("Your password is set.", "Sign in with it."))
		return back(c, "/sign-in")
	}
	if err := a.welcome(c, in); err != nil {
		return err
	}
	a.flash(c, done("Your password is set.", "You are signed in."))
	return back(c, "/")
}
