package main

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const replayReason = "Provider confirmed by phone that it is back"

// stuckSale is a confirmed sale whose confirmation the provider does not take.
func stuckSale(t *testing.T, s *sandboxProcess) (rrn, request, code string) {
	t.Helper()
	l := newTill(s)
	rrn = fmt.Sprintf("63%010d", time.Now().UnixNano()%1e10)
	sale := l.sale("LOT-50", "90000023", "Lottostar").with("rrn", rrn)
	code = l.bought(t, sale).body.Voucher.Code
	s.control(t, "lottostar", message{"faults": message{"advice-unavailable": 1}})
	l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", l.confirmation(sale.id()))
	return rrn, sale.id(), code
}

// TestBrowser is an operator's day in a real browser: find, look, replay; then the auditor's view of it.
func TestBrowser(t *testing.T) {
	d := tradeDay(t)
	s := d.sandbox
	rrn, _, code := stuckSale(t, s)
	b := newTab(t, s.console)
	b.look(1440, "light")

	// Given an operator who opens a one-time link: it only signs in by its button, and only once.
	link := strings.TrimPrefix(s.signIn["operator"], s.console)
	b.open(link)
	b.says("Sign in as Olivia van Wyk")
	b.press("form[action='" + link + "'] button")
	require.Equal(t, "/", b.path())

	// When they look for the reference on the customer's slip,
	b.write("#find", rrn)
	findByEnter(b)
	if strings.HasPrefix(b.path(), "/transactions?") {
		b.says(rrn)
		b.press("main a[href^='/transactions/']")
	}
	require.Regexp(t, `^/transactions/[0-9a-f-]{36}`, b.path())

	// then the sale is there with the messages of both legs, nothing secret in them,
	b.do(chromedp.Func(openAll))
	b.says("Lottostar provision", rrn, "POST /vouchers", "201")
	text := ask[string](b, `document.querySelector('main').innerText`)
	require.GreaterOrEqual(t, strings.Count(text, "terminalId"), 4, "request and answer of both legs")
	require.NotContains(t, ask[string](b, `document.documentElement.outerHTML`), code, "the voucher is masked")
	b.press("main a[href^='/saf/entries/']")

	// and its confirmation can be sent again, with a reason.
	b.write("textarea[name=reason], input[name=reason]", replayReason)
	b.press("form[action$='/replay'] button.btn--primary")
	b.says("1 advice is sent again")
	s.control(t, "lottostar", nil) // not before: on a busy machine the queue itself would be faster
	entry := b.path()
	for began := time.Now(); !ask[bool](b, `document.body.innerText.includes('Acknowledged')`); b.open(entry) {
		require.Less(t, time.Since(began), 2*time.Minute, "the advice arrives") // the slower the machine, the longer the queue already waits between attempts
	}

	// The auditor finds who did it and why, and reads the day's settlement.
	b.open("/keys")
	b.do(chromedp.Click(chromedp.CSS(".menu summary")))
	b.press("form[action='/sign-out'] button")
	auditor := strings.TrimPrefix(s.signIn["auditor"], s.console)
	b.open(auditor)
	b.press("form[action='" + auditor + "'] button")
	b.open("/audit?action=saf.replay")
	b.says("Olivia van Wyk", replayReason)
	b.open("/finance/settlement")
	b.press("main a[href^='/finance/cycles/']")
	b.says("Principal "+d.principalOf(t, path.Base(b.path())), "Commission", "Net")
	b.quiet()
	require.NotContains(t, s.logs.String(), "csp", "no page broke its own policy")
}

// TestWithoutScripts walks the main path with the pages' scripts turned off.
func TestWithoutScripts(t *testing.T) {
	d := tradeDay(t)
	s := d.sandbox
	rrn, _, _ := stuckSale(t, s)
	b := newTab(t, s.console)
	b.withoutScripts()
	invited := command(t, "", "operator", "invite", "--email", "plain@example.org", "--name", "Plain Reader", "--role", "operator", "--base-url", s.console, "--database-url", s.database)
	require.Zero(t, invited.code, invited.errors)
	b.open(strings.TrimPrefix(strings.TrimSpace(invited.out), s.console))
	b.write("input[name=password]", "five quiet lamps at dusk")
	b.write("input[name=repeat]", "five quiet lamps at dusk")
	b.press("form[action^='/enrol/'] button[type=submit]")
	require.Equal(t, "/", b.path())
	call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.open("/sign-in")
	b.write("input[name=name]", "plain@example.org")
	b.write("input[name=password]", "five quiet lamps at dusk")
	b.press("form[action='/sign-in'] button[type=submit]")
	require.Equal(t, "/", b.path())

	b.write("#find", rrn)
	findByEnter(b)
	if strings.HasPrefix(b.path(), "/transactions?") {
		b.press("main a[href^='/transactions/']")
	}
	b.says("Lottostar", rrn)
	b.press("main a[href^='/saf/entries/']")
	b.write("textarea[name=reason], input[name=reason]", replayReason)
	b.press("form[action$='/replay'] button.btn--primary")
	b.says("1 advice is sent again")
	s.control(t, "lottostar", nil) // not before: on a busy machine the queue itself would be faster
}

// screen is a page as a person of some role sees it.
type screen struct {
	name, role, path string
}

// screens lists every page of the console, with its states.
func screens(t *testing.T, s *sandboxProcess, people map[string]*desk, queued string) []screen {
	first := func(role, path, pattern string) string {
		links := people[role].forTest(t).open(path).links(pattern)
		require.NotEmptyf(t, links, "%s has no %s", path, pattern)
		return links[0]
	}
	run := first("auditor", "/finance/reconciliation", `/finance/reconciliation/[^"/]+`)
	return []screen{
		{"overview", "operator", "/"},
		{"transactions", "support", "/transactions"},
		{"transactions, none found", "support", "/transactions?ref=no-such-reference"},
		{"transactions, bad filter", "support", "/transactions?min=abc"},
		{"transaction", "operator", first("operator", "/transactions", `/transactions/[0-9a-f-]{36}`)},
		{"transaction without messages", "viewer", first("viewer", "/transactions", `/transactions/[0-9a-f-]{36}`)},
		{"queues", "operator", "/saf"},
		{"queue", "operator", "/saf/queues/lottostar"},
		{"queue, empty", "support", "/saf/queues/flash"},
		{"entry", "operator", queued},
		{"entry without rights", "support", queued},
		{"reconciliation", "finance", "/finance/reconciliation"},
		{"run", "finance", run},
		{"run, matched", "finance", run + "&status=matched"},
		{"item", "finance", first("finance", run, `/finance/items/[^"]+`)},
		{"settlement", "finance", "/finance/settlement"},
		{"cycle", "finance", first("finance", "/finance/settlement", `/finance/cycles/[0-9a-f-]{36}`)},
		{"schedules", "viewer", "/schedules"},
		{"schedules, run now", "finance", "/schedules?run=recon.run"},
		{"audit", "auditor", "/audit"},
		{"audit entry", "auditor", "/audit?entry=3&verify=1"},
		{"keys", "viewer", "/keys"},
		{"sign-in", "", "/sign-in"},
		{"link", "", strings.TrimPrefix(s.signIn["admin"], s.console)},
		{"link, used", "", "/link/used"},
		{"enrol", "", strings.TrimPrefix(strings.TrimSpace(command(t, "", "operator", "invite", "--email", "axe@example.org", "--role", "viewer",
			"--base-url", s.console, "--database-url", s.database).out), s.console)},
		{"forbidden", "viewer", "/audit"},
		{"not found", "viewer", "/no-such-page"},
	}
}

// TestPages looks at every page, light and dark, wide and narrow: no accessibility rule broken, no sideways scrolling, no
// complaint of the browser.
func TestPages(t *testing.T) {
	t.Parallel() // after the browser tests that sell and replay
	d := tradeDay(t)
	s := d.sandbox
	_, request, _ := stuckSale(t, s)
	t.Cleanup(func() { s.control(t, "lottostar", nil) })
	people := map[string]*desk{
		"finance": d.finance, "support": s.atDesk(t, "support"), "viewer": s.atDesk(t, "viewer"),
		"operator": s.newPerson(t, "operator"), "auditor": s.newPerson(t, "auditor"), // TestBrowser uses their links up
	}
	var queued string
	require.NoError(t, s.open(t).Pool.QueryRow(t.Context(), `select '/saf/entries/' || s.id from saf_entries s
		join transactions t on t.id = s.transaction_id where t.request_id = $1`, request).Scan(&queued))

	b := newTab(t, s.console)
	b.withAxe()
	b.open("/sign-in") // the checker works: it sees a picture without words and text that cannot be read
	ask[bool](b, `(document.querySelector('main, body').insertAdjacentHTML('beforeend', '<p id="grey"><img src="/favicon.ico">faint</p>'), document.getElementById('grey').style.color = '#eee', true)`)
	require.Len(t, b.axe(true), 1)
	require.Greater(t, len(b.axe(false)), 1)
	for _, p := range screens(t, s, people, queued) {
		if person := people[p.role]; person != nil {
			b.as(person)
		} else {
			b.as(&desk{http: &http.Client{Jar: noCookies(t)}})
		}
		b.look(1440, "light")
		b.open(p.path)
		for _, look := range []struct {
			width int64
			theme string
		}{{1440, "light"}, {1440, "dark"}, {390, "dark"}, {390, "light"}} {
			b.look(look.width, look.theme)
			// The theme changes colours and nothing else.
			for _, v := range b.axe(look.theme == "dark") {
				assert.Failf(t, "accessibility", "%s (%s) at %d px, %s: %s: %s\n\t%s", p.name, p.path, look.width, look.theme, v.ID, v.Help, strings.Join(v.Targets, "\n\t"))
			}
			if wide := ask[int](b, `document.documentElement.scrollWidth`); look.width == 390 {
				assert.LessOrEqualf(t, wide, 390, "%s scrolls sideways at 390 px", p.name)
			}
		}
	}
	b.quiet()
}
