package components

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

func TestPrettyBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"a form stands line by line":   {"branch=Caf%C3%A9+1&cashier=****&value=100.00", "branch = Café 1\ncashier = ****\nvalue = 100.00"},
		"one field":                    {"uniqueReference=a-1", "uniqueReference = a-1"},
		"an empty value":               {"a=&b=2", "a = \nb = 2"},
		"what cannot be decoded stays": {"a=%zz", "a = %zz"},
		"a value stays text":           {"a=%3Cscript%3E", "a = <script>"},
		"json":                         {`{"a":1}`, "{\n  \"a\": 1\n}"},
		"text with an equals sign":     {"voltage = 5", "voltage = 5"},
		"no field name":                {"=x", "=x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := html.UnescapeString(regexp.MustCompile(`</?span[^>]*>`).ReplaceAllString(PrettyBody(c.body), ""))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	if got := PrettyBody("cashier=****&x=%3Cb%3E"); !strings.Contains(got, `<span class="mask">****</span>`) || !strings.Contains(got, "&lt;b&gt;") {
		t.Errorf("masked values are marked and everything is escaped: %s", got)
	}
}
