package contract

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// site serves the pages and nothing else.
type site struct{ handler fasthttp.RequestHandler }

func newSite() *site {
	app := fiber.New(fiber.Config{Immutable: true, CaseSensitive: true})
	Mount(app)
	return &site{app.Handler()}
}

// fetch reads an address and gives status, body and headers.
func (s *site) fetch(path, host string, headers ...string) (int, string, *fasthttp.ResponseHeader) {
	c := &fasthttp.RequestCtx{}
	c.Request.SetRequestURI(path)
	c.Request.Header.SetHost(host)
	for i := 0; i < len(headers); i += 2 {
		c.Request.Header.Set(headers[i], headers[i+1])
	}
	s.handler(c)
	return c.Response.StatusCode(), string(c.Response.Body()), &c.Response.Header
}

const address = "api.example:8081"

func pagePaths() []string {
	paths := []string{"/docs"}
	for _, s := range Services() {
		paths = append(paths, "/docs/"+s.ID)
	}
	return paths
}

// Nothing on a page comes from anywhere else, runs, or is styled in place; every link leads somewhere.
func TestPagesStandAlone(t *testing.T) {
	t.Parallel()
	web := newSite()
	known := map[string]string{}
	for _, path := range append(pagePaths(), "/docs/style.css") {
		status, body, _ := web.fetch(path, address)
		require.Equal(t, 200, status, path)
		known[path] = body
	}
	for _, s := range Services() {
		status, body, header := web.fetch("/openapi/"+s.ID+".json", address)
		require.Equal(t, 200, status)
		require.Equal(t, "application/json; charset=utf-8", string(header.ContentType()))
		known["/openapi/"+s.ID+".json"] = body
	}
	ids := regexp.MustCompile(` id="([^"]+)"`)
	for _, path := range pagePaths() {
		body := known[path]
		require.NotRegexp(t, `<script|<iframe|<img| style=| on[a-z]+=|javascript:`, body, path)
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			require.False(t, seen[m[1]], "%s has the id %s twice", path, m[1])
			seen[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			switch {
			case m[1] == "data:,": // no icon
			case target == "":
				require.True(t, seen[fragment], "%s links to #%s", path, fragment)
			default:
				require.Contains(t, known, target, "%s links to %s", path, m[1])
				require.True(t, fragment == "" || strings.Contains(known[target], ` id="`+fragment+`"`), m[1])
			}
		}
	}
}

// Every operation, object and refusal of a document is on its page.
func TestPagesSayWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	web := newSite()
	for _, s := range Services() {
		_, body, header := web.fetch("/docs/"+s.ID, address)
		require.Equal(t, "text/html; charset=utf-8", string(header.ContentType()))
		for _, o := range s.Operations() {
			require.Contains(t, body, `id="`+o.ID+`"`)
			if o.Request == nil {
				continue
			}
			for _, m := range o.Request.Schema.members {
				require.Contains(t, body, `<code>`+m.name+`</code>`, o.ID)
			}
			for _, e := range o.Request.Examples {
				require.NotContains(t, e.Text, "'", "a shell would end the text here")
			}
		}
		for _, r := range s.Errors.Rows {
			require.Contains(t, body, `id="error-`+r.Type+`"`)
		}
	}
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	web := newSite()
	for _, path := range []string{"/docs", "/docs/humm", "/docs/style.css", "/openapi/vouchers.json"} {
		_, _, header := web.fetch(path, address)
		tag := string(header.Peek("ETag"))
		require.NotEmpty(t, tag)
		status, body, _ := web.fetch(path, address, "If-None-Match", tag)
		require.Equal(t, 304, status, path)
		require.Empty(t, body)
	}
}

func TestUnknownPages(t *testing.T) {
	t.Parallel()
	web := newSite()
	for _, path := range []string{"/docs/nothing", "/openapi/nothing.json", "/openapi/vouchers", "/docs/vouchers/x"} {
		status, _, _ := web.fetch(path, address)
		require.Equal(t, 404, status, path)
	}
}

// A page names the address that it was called by, but only one that can stand in a command.
func TestAddressInCommands(t *testing.T) {
	t.Parallel()
	web := newSite()
	for host, want := range map[string]string{
		"api.example:8081": "http://api.example:8081", "[::1]:80": "http://[::1]:80",
		"a'b": "http://127.0.0.1:8081", "$(id)": "http://127.0.0.1:8081", "": "http://127.0.0.1:8081", strings.Repeat("a", 300): "http://127.0.0.1:8081",
	} {
		_, body, _ := web.fetch("/docs", host)
		require.Contains(t, body, "API="+want+"\n", host)
	}
}

func TestPrettyKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	for _, s := range Services() {
		for _, o := range s.Operations() {
			for _, a := range o.Answers {
				for _, e := range a.Examples {
					require.JSONEq(t, e.Text, pretty(e.Text))
					for _, line := range strings.Split(pretty(e.Text), "\n") {
						require.Less(t, len(line), 150)
					}
				}
			}
		}
	}
	require.Equal(t, "a=b&c=d", pretty("a=b&c=d"))
	require.Equal(t, `{"a:b": [1, {"c": null}]}`, pretty(`{"a:b":[1,{"c":null}]}`))
}
