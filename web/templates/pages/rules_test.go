package pages_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/signalboxhq/signalbox/web/templates/sample"
)

// TestPagesKeepTheRules walks every page and checks what the content security policy and WCAG ask of the markup.
func TestPagesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, s := range sample.Screens() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			page := render(t, s)
			list := elements(page)
			if len(list) < 50 {
				t.Fatalf("only %d elements were read: the page or the pattern is broken", len(list))
			}
			for name, rule := range rules() {
				rule(func(format string, args ...any) { t.Errorf(name+": "+format, args...) }, page, list)
			}
		})
	}
}

// report takes what a rule found.
type report func(format string, args ...any)

func rules() map[string]func(report, string, []element) {
	return map[string]func(report, string, []element){
		"nothing inline": nothingInline, "unique ids": uniqueIDs, "headings": headings, "labels": labelled, "references": references,
		"tokens": tokens, "links": links, "words": words,
	}
}

// TestTheRulesFindMistakes proves that each rule can fail.
func TestTheRulesFindMistakes(t *testing.T) {
	t.Parallel()
	for bad, rule := range map[string]string{
		`<h1>x</h1><p style="color:red">x</p>`:                               "nothing inline",
		`<h1>x</h1><p onclick="x()">x</p>`:                                   "nothing inline",
		`<h1>x</h1><script>x()</script>`:                                     "nothing inline",
		`<h1>x</h1><a href="https://example.com">x</a>`:                      "nothing inline",
		`<h1>x</h1><p id="a">x</p><p id="a">x</p>`:                           "unique ids",
		`<h1>x</h1><h1>x</h1>`:                                               "headings",
		`<h1>x</h1><h3>x</h3>`:                                               "headings",
		`<h1>x</h1><input name="q" id="q"/>`:                                 "labels",
		`<h1>x</h1><input name="q" aria-label="q" aria-describedby="gone"/>`: "references",
		`<h1>x</h1><form method="post"><button>x</button></form>`:            "tokens",
		`<h1>x</h1><a href="/vouchers">x</a>`:                                "links",
		`<h1>x</h1><svg role="img"></svg>`:                                   "words",
		`<h1>x</h1><time datetime="2026">x</time>`:                           "words",
	} {
		found := false
		rules()[rule](func(string, ...any) { found = true }, bad, elements(bad))
		if !found {
			t.Errorf("rule %q does not see %s", rule, bad)
		}
	}
}

func nothingInline(found report, page string, list []element) {
	for _, e := range list {
		for name := range e.Attrs {
			if name == "style" || strings.HasPrefix(strings.ToLower(name), "on") {
				found("<%s> has attribute %s", e.Name, name)
			}
		}
		for _, name := range []string{"href", "src", "action", "formaction"} {
			if v := strings.ToLower(e.Attrs[name]); strings.Contains(v, "javascript:") || strings.Contains(v, "//") || strings.Contains(v, "templfailed") {
				found("<%s %s=%q> leaves this origin", e.Name, name, v)
			}
		}
		if e.Name == "style" || e.Name == "iframe" || e.Name == "object" {
			found("there is a <%s>", e.Name)
		}
		if e.Name == "script" && (!strings.HasPrefix(e.Attrs["src"], "/static/") || e.Text != "") {
			found("a script is not a static file: %v", e)
		}
	}
}

func uniqueIDs(found report, _ string, list []element) {
	seen := map[string]bool{}
	for _, e := range list {
		id, has := e.Attrs["id"]
		if has && (id == "" || seen[id]) {
			found("id %q of <%s> is empty or not unique", id, e.Name)
		}
		seen[id] = true
	}
}

func headings(found report, _ string, list []element) {
	level, first := 0, 0
	for _, e := range list {
		if len(e.Name) != 2 || e.Name[0] != 'h' || e.Name[1] < '1' || e.Name[1] > '6' {
			continue
		}
		now := int(e.Name[1] - '0')
		if now == 1 {
			first++
		}
		if level > 0 && now > level+1 {
			found("a heading of level %d follows level %d (%q)", now, level, e.Text)
		}
		level = now
	}
	if first != 1 {
		found("the page has %d h1", first)
	}
}

func labelled(found report, _ string, list []element) {
	labels := map[string]bool{}
	for _, e := range list {
		if e.Name == "label" {
			labels[e.Attrs["for"]] = true
		}
	}
	for _, e := range list {
		control := e.Name == "select" || e.Name == "textarea" || (e.Name == "input" && e.Attrs["type"] != "hidden")
		if control && !labels[e.Attrs["id"]] && e.Attrs["aria-label"] == "" && e.Depth == 0 {
			found("<%s name=%q> has no label", e.Name, e.Attrs["name"])
		}
	}
}

func references(found report, _ string, list []element) {
	ids := map[string]bool{}
	for _, e := range list {
		ids[e.Attrs["id"]] = true
	}
	for _, e := range list {
		for _, name := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "for", "data-live"} {
			for _, id := range strings.Fields(e.Attrs[name]) {
				if !ids[id] {
					found("<%s %s=%q>: no such id", e.Name, name, id)
				}
			}
		}
		if id, ok := strings.CutPrefix(e.Attrs["href"], "#"); ok && !ids[id] {
			found("<%s href=#%s>: no such id", e.Name, id)
		}
	}
}

func tokens(found report, page string, _ []element) {
	for _, form := range forms(page) {
		if !strings.Contains(form, `method="post"`) {
			if strings.Contains(form, "_csrf") {
				found("a GET form puts the token into the address: %.80s", form)
			}
			continue
		}
		if strings.Count(form, `name="_csrf" value="3f1c-token"`) != 1 {
			found("a form has no token: %.80s", form)
		}
		if strings.Contains(form, `name="reason"`) && !strings.Contains(form, `name="idempotency_key" value="`) {
			found("an action has no idempotency key: %.80s", form)
		}
	}
}

// routes are the pages and actions of this program; a page links to nothing else.
func routes() *regexp.Regexp {
	id := `[\w.-]+`
	return regexp.MustCompile(`^(/|/keys|/transactions(/` + id + `)?|/saf|/saf/queues/` + id + `(/(hold|release))?|/saf/entries/` + id +
		`(/(replay|hold|release|unpark))?|/finance/reconciliation(/` + id + `)?|/finance/items/` + id + `|/finance/settlement|/finance/cycles/` + id +
		`(/report\.(csv|xlsx))?|/schedules(/` + id + `/run)?|/audit|/config|/config/(providers|clients)(/` + id + `)?|/config/(products|routes|terms|finance)|/sign-in|/sign-out|/link/` + id + `|/enrol/` + id + `|/static/.*)$`)
}

func links(found report, _ string, list []element) {
	known := routes()
	for _, e := range list {
		for _, name := range []string{"href", "action", "formaction"} {
			path, _, _ := strings.Cut(e.Attrs[name], "?")
			path, _, _ = strings.Cut(path, "#")
			if path != "" && !known.MatchString(path) {
				found("<%s %s=%q>: there is no such page", e.Name, name, e.Attrs[name])
			}
		}
	}
}

func words(found report, _ string, list []element) {
	for _, e := range list {
		if e.Name == "svg" && e.Attrs["role"] == "img" && e.Attrs["aria-label"] == "" && e.Attrs["aria-labelledby"] == "" {
			found("a drawing has no name")
		}
		if e.Name == "svg" && e.Attrs["role"] != "img" && e.Attrs["aria-hidden"] != "true" {
			found("an ornament is not hidden from assistive technology")
		}
		if e.Name == "time" && (!strings.HasSuffix(e.Attrs["title"], " UTC") || e.Attrs["datetime"] == "") {
			found("a time has no UTC: %v", e)
		}
		if strings.Contains(e.Attrs["class"], "scroll") && (e.Attrs["role"] != "group" || e.Attrs["aria-label"] == "" || e.Attrs["tabindex"] != "0") {
			found("a scroll box cannot be reached by keyboard")
		}
	}
}
