package console

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// access says who may call a route. The zero value lets nobody in.
type access struct {
	kind       accessKind
	permission operators.Permission
	limit      *limiter
}

type accessKind int

const (
	nobody      accessKind = iota
	openFiles              // anybody; no session is looked up
	openReports            // anybody; changes nothing, so it needs no token
	everybody              // anybody; unsafe methods need the page's token
	anyOperator            // whoever is signed in
	permitted              // whoever holds the permission
)

func files() access                          { return access{kind: openFiles} }
func reports(l *limiter) access              { return access{kind: openReports, limit: l} }
func public() access                         { return access{kind: everybody} }
func signedIn() access                       { return access{kind: anyOperator} }
func may(p operators.Permission) access      { return access{kind: permitted, permission: p} }
func (x access) limitedBy(l *limiter) access { x.limit = l; return x }

// forbiddenError is a refusal for want of a permission; the error page names it.
type forbiddenError struct {
	permission operators.Permission
	err        error
}

func (e *forbiddenError) Error() string { return e.err.Error() }
func (e *forbiddenError) Unwrap() error { return e.err }

// guard is the one place where requests are let in: rate, session, permission, then the proof that one of our own pages
// sent the form.
func (a *App) guard(x access) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if x.limit != nil {
			if wait := x.limit.wait(c.IP()); wait > 0 {
				return tooMany(c, wait)
			}
		}
		if x.kind == openFiles || x.kind == openReports {
			return c.Next()
		}
		v, err := a.visit(c)
		if err != nil {
			return err
		}
		if err := admit(x, v); err != nil {
			if apperr.Is(err, apperr.Unauthorized) && isNavigation(c) {
				return a.toSignIn(c, v)
			}
			return err
		}
		if !safeMethod(c.Method()) {
			if err := a.checkOrigin(c); err != nil {
				return err
			}
			if err := checkToken(c, v); err != nil {
				return err
			}
		}
		return c.Next()
	}
}

// admit judges the person alone.
func admit(x access, v *visit) error {
	switch {
	case x.kind == everybody:
		return nil
	case x.kind != anyOperator && x.kind != permitted:
		return apperr.Errorf(apperr.Forbidden, "nobody may call this")
	case !v.signedIn():
		return apperr.Errorf(apperr.Unauthorized, "You are not signed in, or your session has ended. Nothing was changed.")
	case x.kind == permitted && !v.session.Operator.Can(x.permission):
		return &forbiddenError{permission: x.permission, err: apperr.Errorf(apperr.Forbidden,
			"This needs permission %s. Nothing was changed.", x.permission)}
	}
	return nil
}

// isNavigation tells a person opening a page from a script or a form that waits for its own answer.
func isNavigation(c *fiber.Ctx) bool {
	if !safeMethod(c.Method()) {
		return false
	}
	mode := c.Get("Sec-Fetch-Mode")
	if mode != "" {
		return mode == "navigate"
	}
	return c.Get("X-Requested-With") == "" && c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMETextHTML
}

// toSignIn sends a person to sign in and back again afterwards.
func (a *App) toSignIn(c *fiber.Ctx, v *visit) error {
	if v.ended {
		a.setCookie(c, a.cookies.session, "")
		a.flash(c, caution("You were signed out.", "Sessions end after a time without use. Sign in to go on where you were."))
	}
	target := "/sign-in"
	if next := c.OriginalURL(); ownPath(next) != "/" {
		target += "?next=" + url.QueryEscape(next)
	}
	return c.Redirect(target, fiber.StatusSeeOther)
}

// ownPath gives the path of this console to go to, "/" for anything that could lead elsewhere or back to the door.
func ownPath(next string) string {
	u, err := url.Parse(next)
	switch {
	case err != nil, u.IsAbs(), u.Host != "", u.User != nil, !strings.HasPrefix(next, "/"), strings.HasPrefix(next, "//"):
		return "/"
	case strings.ContainsAny(next, "\\\r\n\t"), strings.HasPrefix(u.Path, "//"):
		return "/"
	case strings.HasPrefix(u.Path, "/sign-"), strings.HasPrefix(u.Path, "/link/"), strings.HasPrefix(u.Path, "/enrol/"):
		return "/"
	}
	return next
}

func safeMethod(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}
