package console

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

const anonymous = "anonymous"

// everyone is who the policy is tried with: nobody, each role, and each approving half.
func everyone() []string {
	out := []string{anonymous}
	for _, r := range operators.Roles() {
		out = append(out, string(r))
		if r.HasApproveHalf() {
			out = append(out, string(r)+":approve")
		}
	}
	return out
}

// policyTable repeats routes.go by hand: who is let in. "all" is everybody, "people" whoever is signed in; anything else
// lists roles, "+" adds their approving halves. A new route needs its line here.
var policyTable = map[string]string{
	"GET /static/*":      "all",
	"POST /csp-report":   "all",
	"GET /sign-in":       "all",
	"POST /sign-in":      "all",
	"GET /link/:token":   "all",
	"POST /link/:token":  "all",
	"GET /enrol/:token":  "all",
	"POST /enrol/:token": "all",
	"POST /sign-out":     "people",
	"GET /keys":          "people",
	"GET /audit":         "admin+ auditor",

	"GET /config":                     "operator+ admin+ auditor",
	"GET /config/providers":           "operator+ admin+ auditor",
	"GET /config/providers/:provider": "operator+ admin+ auditor",
	"GET /config/products":            "operator+ admin+ auditor",
	"GET /config/routes":              "operator+ admin+ auditor",
	"GET /config/clients":             "operator+ admin+ auditor",
	"GET /config/clients/:client":     "operator+ admin+ auditor",
	"GET /config/terms":               "operator+ admin+ auditor",
	"GET /config/finance":             "operator+ admin+ auditor",

	"GET /finance/reconciliation":                      "finance+ auditor",
	"GET /finance/reconciliation/:process":             "finance+ auditor",
	"GET /finance/reconciliation/:process/report.csv":  "finance+ auditor",
	"GET /finance/reconciliation/:process/report.xlsx": "finance+ auditor",
	"GET /finance/items/:id":                           "finance+ auditor",
	"GET /finance/settlement":                          "finance+ auditor",
	"GET /finance/cycles/:id":                          "finance+ auditor",
	"GET /finance/cycles/:id/report.csv":               "finance+ auditor",
	"GET /finance/cycles/:id/report.xlsx":              "finance+ auditor",
	"GET /schedules":                                   "people",
	"POST /schedules/recon.run/run":                    "finance",
	"POST /schedules/settle.cutoff/run":                "finance",
	"POST /schedules/:job/run":                         "operator",

	"GET /":                 "viewer support+ finance+ operator+ admin+ auditor",
	"GET /transactions":     "viewer support+ finance+ operator+ admin+ auditor",
	"GET /transactions/:id": "viewer support+ finance+ operator+ admin+ auditor",

	"GET /saf":                           "viewer support+ operator+ admin+ auditor",
	"GET /saf/queues/:provider":          "viewer support+ operator+ admin+ auditor",
	"POST /saf/queues/:provider/hold":    "operator",
	"POST /saf/queues/:provider/release": "operator",
	"GET /saf/entries/:id":               "viewer support+ operator+ admin+ auditor",
	"POST /saf/entries/:id/replay":       "operator",
	"POST /saf/entries/:id/unpark":       "operator",
	"POST /saf/entries/:id/hold":         "operator",
	"POST /saf/entries/:id/release":      "operator",
}

func allowed(rule, who string) bool {
	switch rule {
	case "all":
		return true
	case "people":
		return who != anonymous
	}
	for word := range strings.FieldsSeq(rule) {
		role, both := strings.CutSuffix(word, "+")
		if who == role || both && who == role+":approve" {
			return true
		}
	}
	return false
}

// TestPolicy calls every route as everybody. Handlers are replaced, so that only the guard is judged.
func TestPolicy(t *testing.T) {
	t.Parallel()
	people := newFakePeople()
	a := New(Deps{People: people, Mode: layouts.Production, SignInPerMinute: 1 << 20})
	a.others.most = 1 << 20
	reached := 0
	routes := a.routes()
	for i := range routes {
		routes[i].handle = func(c *fiber.Ctx) error {
			reached++
			return c.SendStatus(fiber.StatusNoContent)
		}
	}
	app := server.NewConsole(server.Options{}, func(r fiber.Router) { a.mount(r, routes) }, a.ErrorPage)
	var listed []string
	for _, rt := range routes {
		name := rt.method + " " + rt.path
		listed = append(listed, name)
		rule, ok := policyTable[name]
		require.True(t, ok, "%s has no line in the table of this test", name)
		for _, who := range everyone() {
			methods := []string{rt.method}
			if rt.method == "GET" {
				methods = append(methods, "HEAD")
			}
			for _, method := range methods {
				b := newBrowser(t, app)
				token := operators.NewToken()
				b.cookies["__Host-signalbox-door"] = token
				if who != anonymous {
					grant, err := operators.ParseGrant(who)
					require.NoError(t, err)
					b.as(people, grant)
					token = b.cookies["__Host-signalbox"]
				}
				path := strings.NewReplacer("*", "x.css", ":token", "t", ":id", "7", ":provider", "p", ":action", "x").Replace(rt.path)
				before := reached
				var form url.Values
				if method == "POST" {
					form = url.Values{tokenField: {operators.CSRFToken(token)}}
				}
				res := b.do(method, path, form, nil)
				want := fiber.StatusNoContent
				switch {
				case allowed(rule, who):
				case who != anonymous:
					want = fiber.StatusForbidden
				case method == "POST":
					want = fiber.StatusUnauthorized
				default:
					want = fiber.StatusSeeOther
				}
				assert.Equal(t, want, res.StatusCode, "%s %s as %s", method, path, who)
				assert.Equal(t, want == fiber.StatusNoContent, reached > before, "%s %s as %s: the handler runs only when allowed", method, path, who)
			}
		}
	}
	for name := range policyTable {
		assert.Contains(t, listed, name, "the test lists a route that is gone")
	}
}

// TestEveryRegisteredRouteIsInTheTable looks at what the server really answers.
func TestEveryRegisteredRouteIsInTheTable(t *testing.T) {
	t.Parallel()
	app, _ := newConsole(t, nil)
	own := []string{"GET /healthz", "GET /readyz", "GET /metrics"}
	for _, r := range app.Fiber.GetRoutes(true) {
		method := r.Method
		if method == "HEAD" {
			method = "GET"
		}
		name := method + " " + r.Path
		_, listed := policyTable[name]
		assert.True(t, listed || slices.Contains(own, name), "%s is registered outside the policy table", name)
	}
}

func TestAnAccessNobodyFilledInLetsNobodyIn(t *testing.T) {
	t.Parallel()
	people := newFakePeople()
	in := people.open(operators.Grant{Role: operators.Admin, Half: operators.Request})
	assert.Error(t, admit(access{}, &visit{token: in.Token, session: in.Session}))
	assert.Error(t, admit(may("no.such.permission"), &visit{token: in.Token, session: in.Session}))
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	b := newBrowser(t, app).as(people, operators.Grant{Role: operators.Support, Half: operators.Request})
	assert.Equal(t, 404, b.get("/nowhere").StatusCode)
	assert.Contains(t, b.last, "Sign out", "the shell stays")
	assert.Equal(t, 405, b.do("DELETE", "/sign-in", nil, nil).StatusCode)
	assert.Equal(t, 404, newBrowser(t, app).get("/nowhere").StatusCode)
}

func TestARefusalNamesThePermission(t *testing.T) {
	t.Parallel()
	app, people := newConsole(t, nil)
	b := newBrowser(t, app).as(people, operators.Grant{Role: operators.Support, Half: operators.Request})
	assert.Equal(t, 403, b.get("/audit").StatusCode)
	assert.Contains(t, b.last, "audit.view")
	assert.Contains(t, b.last, "support")
	res := b.do("GET", "/audit", nil, map[string]string{"Accept": "application/json"})
	assert.Equal(t, 403, res.StatusCode)
	assert.Contains(t, b.last, `"code":"FORBIDDEN"`)
}

func TestWhereToGoAfterSignIn(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/transactions?ref=a%20b": "/transactions?ref=a%20b", "/audit": "/audit", "": "/", "audit": "/",
		"//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/", "///evil.example": "/", "/%2F%2Fevil": "/",
		"javascript:alert(1)": "/", "/\tx": "/", "/sign-in?next=/": "/", "/sign-out": "/", "/link/abc": "/", "/enrol/abc": "/",
	} {
		assert.Equal(t, want, ownPath(next), next)
	}
}
