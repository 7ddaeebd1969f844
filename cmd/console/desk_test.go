package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// desk is a person at the console with a browser that runs no script: links, forms, cookies.
type desk struct {
	t    testing.TB
	base string
	http *http.Client
	path string // of the page before them
	page string
}

// atDesk signs a demo person in by the one-time link of the role, as the link's page asks.
func (s *sandboxProcess) atDesk(t testing.TB, role string) *desk {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	d := &desk{t: t, base: s.console, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	d.open(strings.TrimPrefix(s.signIn[role], s.console))
	d.submit("/link/", nil)
	require.Equal(t, "/", d.path)
	return d
}

// forTest gives the same person, still signed in, to another test.
func (d *desk) forTest(t testing.TB) *desk { return &desk{t: t, base: d.base, http: d.http} }

// newPerson invites somebody, who chooses a password and is signed in by that.
func (s *sandboxProcess) newPerson(t testing.TB, role string) *desk {
	t.Helper()
	mail, password := "walk-"+uuid.NewString()[:8]+"@example.org", "five quiet lamps at dusk"
	invited := command(t, "", "operator", "invite", "--email", mail, "--name", "Walk "+role, "--role", role, "--base-url", s.console, "--database-url", s.database)
	require.Zero(t, invited.code, invited.errors)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	d := &desk{t: t, base: s.console, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	d.open(strings.TrimPrefix(strings.TrimSpace(invited.out), s.console))
	require.Equal(t, http.StatusOK, d.submit("/enrol/", map[string]string{"password": password, "repeat": password}), d.text())
	require.Equal(t, "/", d.path, d.text())
	return d
}

// open gets a page; it must answer 200.
func (d *desk) open(path string) *desk {
	d.t.Helper()
	require.Equal(d.t, http.StatusOK, d.get(path), "GET %s: %s", path, d.text())
	return d
}

// get gets a page and tells its status.
func (d *desk) get(path string) int {
	d.t.Helper()
	req, err := http.NewRequest(http.MethodGet, d.base+path, nil)
	require.NoError(d.t, err)
	return d.do(req)
}

func (d *desk) do(req *http.Request) int {
	d.t.Helper()
	req.Header.Set("Accept", "text/html,*/*;q=0.8")
	res, err := d.http.Do(req)
	require.NoError(d.t, err)
	d.path, d.page = res.Request.URL.Path, readAll(d.t, res.Body)
	return res.StatusCode
}

var (
	formOf  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	inputOf = regexp.MustCompile(`<input[^>]*>`)
	nameOf  = regexp.MustCompile(`\bname="([^"]*)"`)
	valueOf = regexp.MustCompile(`\bvalue="([^"]*)"`)
	buttons = regexp.MustCompile(`formaction="([^"]*)"`)
	token   = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)
	tags    = regexp.MustCompile(`(?s)<style.*?</style>|<svg.*?</svg>|<[^>]*>`)
	blanks  = regexp.MustCompile(`[\s\x{a0}]+`)
)

// form finds the form of the page that posts to an address containing part, with what it already holds.
func (d *desk) form(part string) (action string, fields url.Values) {
	d.t.Helper()
	for _, m := range formOf.FindAllStringSubmatch(d.page, -1) {
		actions := []string{m[1]}
		for _, b := range buttons.FindAllStringSubmatch(m[2], -1) {
			actions = append(actions, b[1])
		}
		for _, a := range actions {
			if !strings.Contains(a, part) {
				continue
			}
			fields = url.Values{}
			for _, in := range inputOf.FindAllString(m[2], -1) {
				if name := nameOf.FindStringSubmatch(in); name != nil {
					value := valueOf.FindStringSubmatch(in)
					fields.Add(name[1], html.UnescapeString(append(value, "", "")[min(1, len(value))]))
				}
			}
			return html.UnescapeString(a), fields
		}
	}
	require.Failf(d.t, "no such form", "%s has none for %s", d.path, part)
	return "", nil
}

// submit fills in a form of the page and sends it; the redirect is followed.
func (d *desk) submit(part string, fill map[string]string) int {
	d.t.Helper()
	action, fields := d.form(part)
	for name, value := range fill {
		fields.Set(name, value)
	}
	return d.post(action, fields)
}

// post sends fields with this page's token, whether or not the page offers such a form.
func (d *desk) post(action string, fields url.Values) int {
	d.t.Helper()
	if !fields.Has("_csrf") {
		fields.Set("_csrf", token.FindStringSubmatch(d.page)[1])
	}
	req, err := http.NewRequest(http.MethodPost, d.base+action, strings.NewReader(fields.Encode()))
	require.NoError(d.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", d.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return d.do(req)
}

// text is what the page says, without its markup.
func (d *desk) text() string {
	plain := html.UnescapeString(tags.ReplaceAllString(d.page, " "))
	return strings.TrimSpace(blanks.ReplaceAllString(plain, " "))
}

// links gives the addresses on the page that a pattern matches, each once.
func (d *desk) links(pattern string) []string {
	var found []string
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="(`+pattern+`)"`).FindAllStringSubmatch(d.page, -1) {
		if link := html.UnescapeString(m[1]); !seen[link] {
			seen[link] = true
			found = append(found, link)
		}
	}
	return found
}

// download gets a file.
func (d *desk) download(path string) (header http.Header, body []byte) {
	d.t.Helper()
	res, err := d.http.Get(d.base + path)
	require.NoError(d.t, err)
	body, err = io.ReadAll(res.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, res.Body.Close())
	require.Equal(d.t, http.StatusOK, res.StatusCode, "GET %s: %.300s", path, body)
	return res.Header, body
}

// until opens a page again and again until it says all words.
func (d *desk) until(path string, within time.Duration, words ...string) {
	d.t.Helper()
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		d.open(path)
		missing := ""
		for _, w := range words {
			if !strings.Contains(d.text(), w) {
				missing = w
			}
		}
		if missing == "" {
			return
		}
		require.Lessf(d.t, time.Since(began), within, "%s does not say %q: %s", path, missing, d.text())
	}
}
