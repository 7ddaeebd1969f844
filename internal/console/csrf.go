package console

import (
	"crypto/subtle"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// Where a request carries its token: a form in the field, a script in the header.
const (
	tokenField  = "_csrf"
	tokenHeader = "X-CSRF-Token"
)

func foreign() error {
	return apperr.Errorf(apperr.Forbidden, "This request did not come from a page of this console. Nothing was changed.")
}

func staleToken() error {
	return apperr.Errorf(apperr.Forbidden, "This form belongs to an earlier session or was not sent by its own page. Nothing was changed. Open the page again and repeat.")
}

// checkOrigin believes what the browser says about where a request comes from. Programs that are no browsers say nothing; for
// them the token alone decides.
func (a *App) checkOrigin(c *fiber.Ctx) error {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return foreign()
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Host != string(c.Request().Host()) || u.Scheme != "https" && (a.cookies.secure || u.Scheme != "http") {
		return foreign()
	}
	return nil
}

// checkToken compares the token of the form with the one of the session, or of the door before there is a session.
func checkToken(c *fiber.Ctx, v *visit) error {
	given := c.Get(tokenHeader)
	if given == "" {
		given = c.FormValue(tokenField)
	}
	secret := v.secret()
	if secret == "" || subtle.ConstantTimeCompare([]byte(given), []byte(operators.CSRFToken(secret))) != 1 {
		return staleToken()
	}
	return nil
}
