package console

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

// fakePeople knows one person per grant, by mail "<grant>@example.org", all with the same password.
type fakePeople struct {
	sessions map[string]operators.Session
	links    map[string]operators.LinkKind
	ended    []string
	signIns  int
}

const fakePassword = "three quiet signals"

func newFakePeople() *fakePeople {
	return &fakePeople{sessions: map[string]operators.Session{}, links: map[string]operators.LinkKind{}}
}

func (f *fakePeople) open(grant operators.Grant) operators.SignedIn {
	in := operators.SignedIn{Token: operators.NewToken(), Session: operators.Session{ID: uuid.New(), Operator: operators.Operator{
		ID: uuid.New(), Name: "Thandi Mokoena", Mail: grant.String() + "@example.org", State: operators.Active, Grants: operators.Grants{grant},
	}}}
	f.sessions[in.Token] = in.Session
	return in
}

func (f *fakePeople) SignIn(_ context.Context, mail, password string, _ operators.Actor) (operators.SignedIn, error) {
	f.signIns++
	name, _, _ := strings.Cut(mail, "@")
	grant, err := operators.ParseGrant(name)
	if err != nil || password != fakePassword {
		return operators.SignedIn{}, apperr.Errorf(apperr.Unauthorized, "The mail address or the password is wrong.")
	}
	return f.open(grant), nil
}

func (f *fakePeople) SignOut(_ context.Context, token string, _ operators.Actor) error {
	f.ended = append(f.ended, token)
	delete(f.sessions, token)
	return nil
}

func (f *fakePeople) Session(_ context.Context, token string) (operators.Session, error) {
	s, ok := f.sessions[token]
	if !ok {
		return s, apperr.Errorf(apperr.Unauthorized, "The session has ended.")
	}
	return s, nil
}

func (f *fakePeople) Link(_ context.Context, token string, kind operators.LinkKind) (operators.Link, error) {
	if f.links[token] != kind {
		return operators.Link{}, apperr.Errorf(apperr.NotFound, "no such link")
	}
	return operators.Link{Kind: kind, Operator: operators.Operator{Name: "Thandi Mokoena", Mail: "support@example.org"}}, nil
}

func (f *fakePeople) RedeemLink(ctx context.Context, token string, _ operators.Actor) (operators.SignedIn, error) {
	if _, err := f.Link(ctx, token, operators.SignInLink); err != nil {
		return operators.SignedIn{}, err
	}
	delete(f.links, token)
	return f.open(operators.Grant{Role: operators.Support, Half: operators.Request}), nil
}

func (f *fakePeople) Enrol(ctx context.Context, token, password string, _ operators.Actor) (operators.Operator, error) {
	link, err := f.Link(ctx, token, operators.EnrolLink)
	if err != nil {
		return link.Operator, err
	}
	if password != fakePassword {
		return link.Operator, apperr.Field("password", "12 characters or more are needed")
	}
	delete(f.links, token)
	return link.Operator, nil
}

// newConsole gives a console over fakes, served as in production.
func newConsole(t *testing.T, change func(*Deps)) (*server.App, *fakePeople) {
	t.Helper()
	people := newFakePeople()
	d := Deps{
		People: people, Audit: &fakeAudit{}, Mode: layouts.Production, SignInPerMinute: 1000,
		Now: func() time.Time { return time.Date(2026, 3, 12, 12, 4, 31, 0, time.UTC) },
	}
	if change != nil {
		change(&d)
	}
	app := New(d)
	return server.NewConsole(server.Options{Secure: d.Mode != layouts.Sandbox}, app.Mount, app.ErrorPage), people
}

// browser keeps cookies and sends what a browser sends.
type browser struct {
	t       *testing.T
	app     *server.App
	cookies map[string]string
	last    string // body of the last answer
}

func newBrowser(t *testing.T, app *server.App) *browser {
	return &browser{t: t, app: app, cookies: map[string]string{}}
}

// as gives a browser with a running session.
func (b *browser) as(f *fakePeople, g operators.Grant) *browser {
	b.cookies["__Host-signalbox"] = f.open(g).Token
	return b
}

func (b *browser) get(path string) *http.Response { return b.do("GET", path, nil, nil) }

// post sends a form from one of our own pages, with the token of the last page.
func (b *browser) post(path string, form url.Values) *http.Response {
	if form == nil {
		form = url.Values{}
	}
	if !form.Has(tokenField) {
		form.Set(tokenField, b.token())
	}
	return b.do("POST", path, form, map[string]string{"Origin": "https://console.example", "Sec-Fetch-Site": "same-origin"})
}

var tokenPattern = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (b *browser) token() string {
	m := tokenPattern.FindStringSubmatch(b.last)
	if m == nil {
		return ""
	}
	return m[1]
}

func (b *browser) do(method, path string, form url.Values, headers map[string]string) *http.Response {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	req.Host = "console.example"
	req.Header.Set("Accept", "text/html,*/*;q=0.8")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.app.Fiber.Test(req, -1)
	require.NoError(b.t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, res.Body.Close())
	b.last = string(body)
	for _, c := range res.Cookies() {
		if c.Value == "" {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return res
}
