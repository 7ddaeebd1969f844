package components

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

func TestPrettyJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"small objects stay on one line": {`{"id":"a","amounts":{"requestAmount":{"amount":14900,"currency":"710"}}}`, "{\n  \"id\": \"a\",\n  \"amounts\": {\"requestAmount\": {\"amount\": 14900, \"currency\": \"710\"}}\n}"},
		"order and repeats are kept":     {`{"b":1,"a":2,"b":3}`, "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}"},
		"numbers keep their digits":      {`{"n":12345678901234567890.10}`, "{\n  \"n\": 12345678901234567890.10\n}"},
		"empty things":                   {`{"a":{},"b":[]}`, "{\n  \"a\": {},\n  \"b\": []\n}"},
		"a scalar":                       {`"x"`, `"x"`},
		"truncated is shown as it is":    {`{"a":1`, `{"a":1`},
		"trailing text is not hidden":    {`{"a":1} <x>`, `{"a":1} <x>`},
		"text":                           {"upstream <timeout>", "upstream <timeout>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := html.UnescapeString(regexp.MustCompile(`</?span[^>]*>`).ReplaceAllString(PrettyJSON(c.body), ""))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestPrettyJSONMarksMaskedValues(t *testing.T) {
	t.Parallel()
	got := PrettyJSON(`{"code":"************4417","name":"Karoo","amount":5}`)
	for _, want := range []string{`<span class="mask">&#34;************4417&#34;</span>`, `<span class="k">&#34;code&#34;</span>`, `<span class="n">5</span>`, `: &#34;Karoo&#34;`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}

func TestPrettyJSONSurvivesDeepNesting(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("[", 100_000)
	if got := PrettyJSON(body); got != body {
		t.Error("a deep body is not shown as text")
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	lines := Diff(`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}`, `{"a":1,"b":2,"c":3,"d":4,"e":9,"f":6,"g":7}`)
	var changed, skipped int
	for _, l := range lines {
		switch l.Kind {
		case DiffChanged:
			changed++
		case DiffSkipped:
			skipped += l.Skipped
		}
	}
	if changed != 3 || skipped != 3 {
		t.Errorf("got %d changed, %d skipped: %+v", changed, skipped, lines)
	}
	if got := Diff("", `{"a":1}`); len(got) != 3 || got[0].Kind != DiffChanged || got[0].LeftNo != 0 || got[0].RightNo != 1 {
		t.Errorf("a new body: %+v", got)
	}
	if got := Diff(`{"a":1}`, `{"a":1}`); len(got) != 1 || got[0].Skipped != 3 {
		t.Errorf("equal bodies: %+v", got)
	}
}
