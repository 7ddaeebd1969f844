package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// visit is who makes a request.
type visit struct {
	token   string // of the session; empty when nobody is signed in
	door    string // of the visitor before signing in; empty when there is none
	session operators.Session
	ended   bool // the browser brought a session that has ended
}

type visitKey struct{}

func (v *visit) signedIn() bool { return v.token != "" }

// secret is what the tokens of this visitor's forms are made from.
func (v *visit) secret() string {
	if v.signedIn() {
		return v.token
	}
	return v.door
}

// visit finds out who makes the request, once per request.
func (a *App) visit(c *fiber.Ctx) (*visit, error) {
	if v, ok := c.Locals(visitKey{}).(*visit); ok {
		return v, nil
	}
	v := &visit{door: c.Cookies(a.cookies.door)}
	if token := c.Cookies(a.cookies.session); token != "" {
		session, err := a.People.Session(c.UserContext(), token)
		switch {
		case err == nil:
			v.token, v.session = token, session
		case apperr.Is(err, apperr.Unauthorized):
			v.ended = true
		default:
			return nil, err
		}
	}
	c.Locals(visitKey{}, v)
	return v, nil
}

// seen is the visit the guard has looked up; nobody when it has not.
func seen(c *fiber.Ctx) *visit {
	if v, ok := c.Locals(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// operator is the person who is signed in; only for routes that need one.
func operator(c *fiber.Ctx) operators.Operator { return seen(c).session.Operator }

// actor is the person for the audit log.
func actor(c *fiber.Ctx) operators.Actor {
	act := operators.Actor{IP: c.IP(), RequestID: requestID(c)}
	if v := seen(c); v.signedIn() {
		act.ID, act.Name, act.SessionID = v.session.Operator.ID.String(), v.session.Operator.Name, v.session.ID.String()
	}
	return act
}

func requestID(c *fiber.Ctx) string { return c.GetRespHeader(fiber.HeaderXRequestID) }

// cookieNames are the console's cookies. With Secure they carry the prefix that ties them to this very host; the sandbox speaks
// plain HTTP, where browsers refuse that prefix (guarantees.md C4).
type cookieNames struct {
	secure                bool
	session, door, notice string
}

func newCookieNames(secure bool) cookieNames {
	prefix := ""
	if secure {
		prefix = "__Host-"
	}
	return cookieNames{secure: secure, session: prefix + "signalbox", door: prefix + "signalbox-door", notice: prefix + "signalbox-notice"}
}

// setCookie sets a cookie that lives as long as the browser; an empty value removes it.
func (a *App) setCookie(c *fiber.Ctx, name, value string) {
	cookie := &fiber.Cookie{
		Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: a.cookies.secure,
		SameSite: fiber.CookieSameSiteStrictMode, SessionOnly: true,
	}
	if value == "" {
		cookie.SessionOnly, cookie.Expires = false, time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// openDoor gives an anonymous visitor a secret to make form tokens from.
func (a *App) openDoor(c *fiber.Ctx) {
	v := seen(c)
	if v.signedIn() || len(v.door) == len(operators.NewToken()) {
		return
	}
	v.door = operators.NewToken()
	a.setCookie(c, a.cookies.door, v.door)
}

// welcome turns the visitor into the person who just signed in: a new secret, and the old ones are gone.
func (a *App) welcome(c *fiber.Ctx, in operators.SignedIn) error {
	if old := seen(c); old.signedIn() {
		if err := a.People.SignOut(c.UserContext(), old.token, actor(c)); err != nil {
			return err
		}
	}
	a.setCookie(c, a.cookies.session, in.Token)
	a.setCookie(c, a.cookies.door, "")
	return nil
}
