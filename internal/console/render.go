package console

import (
	"encoding/base64"
	"encoding/json"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

// page gives what every page of this request needs besides its own values, and shows the waiting notice.
func (a *App) page(c *fiber.Ctx) layouts.Page {
	v := seen(c)
	p := layouts.Page{
		Viewer: components.Viewer{Zone: a.Zone, Now: a.Now()},
		Mode:   a.Mode, ModeNote: a.ModeNote, FootNote: a.FootNote,
		Path: c.Path(), Flash: a.takeFlash(c),
	}
	if secret := v.secret(); secret != "" {
		p.CSRF = operators.CSRFToken(secret)
	}
	if v.signedIn() {
		o := v.session.Operator
		p.User, p.Role = o.Name, o.Grants.String()
		var counts map[string]layouts.NavCount
		if a.Counts != nil {
			counts = a.Counts(c.UserContext(), o)
		}
		p.Nav = layouts.Navigation(func(name string) bool { return o.Can(operators.Permission(name)) }, counts, c.Path())
	}
	return p
}

// render writes a page straight into the response.
func render(c *fiber.Ctx, page templ.Component) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return page.Render(c.UserContext(), c.Response().BodyWriter())
}

// back redirects after a form, so that loading the page again does not send it again.
func back(c *fiber.Ctx, path string) error { return c.Redirect(path, fiber.StatusSeeOther) }

// maxNotice bounds the cookie that carries a notice.
const maxNotice = 2000

// flash shows a notice on the next page.
func (a *App) flash(c *fiber.Ctx, n components.Notice) {
	raw, err := json.Marshal(n)
	if err != nil || len(raw) > maxNotice {
		return
	}
	a.setCookie(c, a.cookies.notice, base64.RawURLEncoding.EncodeToString(raw))
}

// takeFlash gives the waiting notice and removes it.
func (a *App) takeFlash(c *fiber.Ctx) []components.Notice {
	value := c.Cookies(a.cookies.notice)
	if value == "" {
		return nil
	}
	a.setCookie(c, a.cookies.notice, "")
	raw, err := base64.RawURLEncoding.DecodeString(value)
	var n components.Notice
	if err != nil || json.Unmarshal(raw, &n) != nil || n.Title == "" {
		return nil
	}
	n.Link.Href = ownPathOrNone(n.Link.Href)
	return []components.Notice{n}
}

func ownPathOrNone(href string) string {
	if href == "" || ownPath(href) != href {
		return ""
	}
	return href
}

func done(title, text string) components.Notice {
	return components.Notice{Tone: components.Clear, Title: title, Text: text}
}

func caution(title, text string) components.Notice {
	return components.Notice{Tone: components.Caution, Title: title, Text: text}
}
