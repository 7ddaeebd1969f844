package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/static"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

var supportDesk = operators.Grant{Role: operators.Support, Half: operators.Request}

func credentials(name, password string) url.Values {
	return url.Values{"name": {name}, "password": {password}}
}

func cookie(t *testing.T, res *http.Response, name string) *http.Cookie {
	t.Helper()
	for _, c := range res.Cookies() {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no cookie "+name)
	return nil
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	b := newBrowser(t, app)
	res := b.get("/keys?x=1")
	assert.Equal(t, 303, res.StatusCode)
	assert.Equal(t, "/sign-in?next=%2Fkeys%3Fx%3D1", res.Header.Get("Location"))
	assert.Equal(t, 200, b.get(res.Header.Get("Location")).StatusCode)
	assert.Contains(t, b.last, `name="next" value="/keys?x=1"`)

	form := credentials("support@example.org", fakePassword)
	form.Set("next", "/keys?x=1")
	res = b.post("/sign-in", form)
	assert.Equal(t, 303, res.StatusCode)
	assert.Equal(t, "/keys?x=1", res.Header.Get("Location"))
	c := cookie(t, res, "__Host-signalbox")
	assert.True(t, c.Secure && c.HttpOnly && c.SameSite == http.SameSiteStrictMode && c.Path == "/" && c.Domain == "" && c.MaxAge == 0)
	assert.NotContains(t, b.cookies, "__Host-signalbox-door", "the door's secret is gone")

	assert.Equal(t, 200, b.get("/keys").StatusCode)
	assert.Contains(t, b.last, "Thandi Mokoena")
	assert.NotContains(t, b.last, c.Value, "the session's secret is in no page")
	assert.Equal(t, 303, b.get("/sign-in").StatusCode, "nobody signs in twice")
	b.get("/keys")
	assert.Equal(t, "/sign-in", b.post("/sign-out", nil).Header.Get("Location"))
	assert.Equal(t, []string{c.Value}, people.ended)
	assert.NotContains(t, b.cookies, "__Host-signalbox")
	b.get("/sign-in")
	assert.Contains(t, b.last, "You are signed out.")
	b.get("/sign-in")
	assert.NotContains(t, b.last, "You are signed out.", "a notice is shown once")

	b.cookies["__Host-signalbox"] = c.Value
	assert.Equal(t, 303, b.get("/keys").StatusCode, "the old cookie is worth nothing")
	b.get("/sign-in")
	assert.Contains(t, b.last, "You were signed out.")
}

func TestTheSandboxSpeaksPlainHTTP(t *testing.T) {
	t.Parallel()
	app, _ := newConsole(t, func(d *Deps) { d.Mode = layouts.Sandbox })
	b := newBrowser(t, app)
	b.get("/sign-in")
	form := credentials("support@example.org", fakePassword)
	form.Set(tokenField, b.token())
	res := b.do("POST", "/sign-in", form, map[string]string{"Origin": "http://console.example"})
	c := cookie(t, res, "signalbox")
	assert.False(t, c.Secure)
	assert.True(t, c.HttpOnly && c.SameSite == http.SameSiteStrictMode)
}

func TestRefusalsLookAlike(t *testing.T) {
	t.Parallel()
	app, _ := newConsole(t, nil)
	b := newBrowser(t, app)
	b.get("/sign-in")
	var bodies []string
	for _, name := range []string{"support@example.org", "nobody@example.org"} {
		res := b.post("/sign-in", credentials(name, "wrong"))
		assert.Equal(t, 401, res.StatusCode)
		assert.NotContains(t, b.cookies, "__Host-signalbox")
		assert.NotContains(t, b.last, `value="wrong"`, "a password never comes back")
		bodies = append(bodies, strings.ReplaceAll(b.last, name, "NAME"))
	}
	assert.Equal(t, bodies[0], bodies[1])
}

func TestASessionCannotBePlanted(t *testing.T) {
	t.Parallel()
	app, _ := newConsole(t, nil)
	b := newBrowser(t, app)
	planted := operators.NewToken()
	b.cookies["__Host-signalbox"] = planted
	b.get("/sign-in")
	res := b.post("/sign-in", credentials("support@example.org", fakePassword))
	assert.NotEqual(t, planted, cookie(t, res, "__Host-signalbox").Value)
}

func TestSigningInAgainEndsTheFormerSession(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	b := newBrowser(t, app).as(people, supportDesk)
	former := b.cookies["__Host-signalbox"]
	people.links["abc"] = operators.SignInLink
	b.get("/link/abc")
	assert.Equal(t, 303, b.post("/link/abc", nil).StatusCode)
	assert.Equal(t, []string{former}, people.ended)
	assert.NotEqual(t, former, b.cookies["__Host-signalbox"])
}

func TestForeignFormsAreRefused(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	own := map[string]string{"Origin": "https://console.example", "Sec-Fetch-Site": "same-origin"}
	session := people.open(supportDesk)
	other := people.open(supportDesk)
	good := operators.CSRFToken(session.Token)
	for name, c := range map[string]struct {
		token   string
		headers map[string]string
		status  int
	}{
		"no token":               {"", own, 403},
		"another person's token": {operators.CSRFToken(other.Token), own, 403},
		"the token before":       {operators.CSRFToken(operators.NewToken()), own, 403},
		"the secret itself":      {session.Token, own, 403},
		"foreign origin":         {good, map[string]string{"Origin": "https://evil.example"}, 403},
		"other port":             {good, map[string]string{"Origin": "https://console.example:8443"}, 403},
		"plain origin":           {good, map[string]string{"Origin": "http://console.example"}, 403},
		"opaque origin":          {good, map[string]string{"Origin": "null"}, 403},
		"sibling site":           {good, map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"other site":             {good, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://console.example"}, 403},
		"our page":               {good, own, 303},
		"no browser":             {good, nil, 303},
	} {
		b := newBrowser(t, app)
		b.cookies["__Host-signalbox"] = session.Token
		people.sessions[session.Token] = session.Session
		ended := len(people.ended)
		res := b.do("POST", "/sign-out", url.Values{tokenField: {c.token}}, c.headers)
		assert.Equal(t, c.status, res.StatusCode, name)
		assert.Equal(t, c.status == 303, len(people.ended) > ended, name)
	}
	people.sessions[session.Token] = session.Session
	b := newBrowser(t, app)
	b.cookies["__Host-signalbox"] = session.Token
	assert.Equal(t, 303, b.do("POST", "/sign-out", url.Values{}, map[string]string{tokenHeader: good}).StatusCode, "a script sends it as a header")
}

func TestTheDoorNeedsItsTokenToo(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	form := credentials("support@example.org", fakePassword)
	assert.Equal(t, 403, newBrowser(t, app).post("/sign-in", form).StatusCode, "no cookie, no token")
	victim, attacker := newBrowser(t, app), newBrowser(t, app)
	victim.get("/sign-in")
	attacker.get("/sign-in")
	form = credentials("support@example.org", fakePassword)
	form.Set(tokenField, attacker.token())
	assert.Equal(t, 403, victim.post("/sign-in", form).StatusCode, "signing somebody in as oneself")
	form.Set(tokenField, operators.CSRFToken(""))
	assert.Equal(t, 403, newBrowser(t, app).post("/sign-in", form).StatusCode)
	assert.Zero(t, people.signIns)
}

func TestTriesPerAddressAreBounded(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, func(d *Deps) { d.SignInPerMinute = 5 })
	b := newBrowser(t, app)
	b.get("/sign-in")
	for range 5 {
		assert.Equal(t, 401, b.post("/sign-in", credentials("x", "wrong")).StatusCode)
	}
	b.get("/sign-in")
	res := b.post("/sign-in", credentials("support@example.org", fakePassword))
	assert.Equal(t, 429, res.StatusCode)
	assert.Regexp(t, `^\d+$`, res.Header.Get("Retry-After"))
	assert.Equal(t, 5, people.signIns)
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	l := newLimiter(2, time.Minute)
	l.now = func() time.Time { return now }
	assert.Zero(t, l.wait("192.0.2.1"))
	now = now.Add(20 * time.Second)
	assert.Zero(t, l.wait("192.0.2.1"))
	assert.Equal(t, 40*time.Second, l.wait("192.0.2.1"))
	assert.Zero(t, l.wait("192.0.2.2"), "others are not held up")
	now = now.Add(40 * time.Second)
	assert.Zero(t, l.wait("192.0.2.1"), "refused calls do not count")

	assert.Zero(t, l.wait("2001:db8::1"))
	assert.Zero(t, l.wait("2001:db8::2"))
	assert.NotZero(t, l.wait("2001:db8::ffff"), "one /64 is one address")
	for i := range maxAddresses + 10 {
		l.wait(fmt.Sprint("host-", i))
	}
	assert.LessOrEqual(t, len(l.hits), maxAddresses)
}

func TestOneTimeLinks(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	people.links["abc"] = operators.SignInLink
	b := newBrowser(t, app)
	assert.Equal(t, 200, b.get("/link/abc").StatusCode)
	assert.Equal(t, 200, b.get("/link/abc").StatusCode, "looking does not use it up")
	assert.Equal(t, 200, b.do("HEAD", "/link/abc", nil, nil).StatusCode)
	b.get("/link/abc")
	assert.Equal(t, 303, b.post("/link/abc", nil).StatusCode)
	assert.Equal(t, 200, b.get("/keys").StatusCode)

	again := newBrowser(t, app)
	assert.Equal(t, 404, again.get("/link/abc").StatusCode)
	assert.Contains(t, again.last, "does not work any more")
}

func TestEnrolment(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	people.links["abc"] = operators.EnrolLink
	b := newBrowser(t, app)
	assert.Equal(t, 200, b.get("/enrol/abc").StatusCode)
	assert.Equal(t, 400, b.post("/enrol/abc", url.Values{"password": {fakePassword}, "repeat": {"other"}}).StatusCode)
	assert.Contains(t, b.last, "not the same")
	assert.Equal(t, 400, b.post("/enrol/abc", url.Values{"password": {"short"}, "repeat": {"short"}}).StatusCode)
	assert.Contains(t, b.last, "12 characters")
	assert.Equal(t, 303, b.post("/enrol/abc", url.Values{"password": {fakePassword}, "repeat": {fakePassword}}).StatusCode)
	assert.Equal(t, 200, b.get("/keys").StatusCode, "signed in at once")
	assert.Equal(t, 404, newBrowser(t, app).get("/enrol/abc").StatusCode)
}

func TestHeadersOnPagesErrorsAndFiles(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	b := newBrowser(t, app).as(people, operators.Grant{Role: operators.Admin, Half: operators.Request})
	for path, cache := range map[string]string{
		"/audit": "no-store", "/keys": "no-store", "/nowhere": "no-store", "/static/nothing.css": "no-store",
		static.URL("signalbox.css"): "public, max-age=31536000, immutable", "/static/signalbox.css": "no-cache",
	} {
		res := b.get(path)
		assert.Equal(t, cache, res.Header.Get("Cache-Control"), path)
		assert.True(t, strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self';"), path)
		assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), path)
		assert.NotEmpty(t, res.Header.Get("Strict-Transport-Security"), path)
	}
	assert.Empty(t, b.get(static.URL("signalbox.css")).Cookies())
}

func TestNoPageHasInlineScriptOrStyle(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	people.links["abc"], people.links["def"] = operators.SignInLink, operators.EnrolLink
	b := newBrowser(t, app)
	for _, path := range []string{"/sign-in", "/link/abc", "/enrol/def", "/nowhere"} {
		b.get(path)
		assert.NotRegexp(t, `<script>|<style|\son[a-z]+=|\sstyle=`, b.last, path)
	}
}

func TestPolicyReports(t *testing.T) {
	t.Parallel()
	app, _ := newConsole(t, nil)
	b := newBrowser(t, app)
	assert.Equal(t, 400, b.do("POST", "/csp-report", url.Values{"x": {"y"}}, nil).StatusCode)
	req, err := http.NewRequestWithContext(t.Context(), "POST", "/csp-report", strings.NewReader(`{"csp-report":{"effective-directive":"script-src","blocked-uri":"https://evil.example/x?secret"}}`))
	require.NoError(t, err)
	res, err := app.Fiber.Test(req)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, 204, res.StatusCode)
}
