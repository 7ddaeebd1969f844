package components

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// formBody is a body of a form: pairs of name and value, as a provider's older interface takes them.
var formBody = regexp.MustCompile(`^[A-Za-z0-9_.\-]+=[^&\s]*(&[A-Za-z0-9_.\-]+=[^&\s]*)*$`)

// PrettyBody turns a masked body into marked-up text: JSON as PrettyJSON does, a form with one field a line, everything else as
// it is. The result is escaped.
func PrettyBody(body string) string {
	if !formBody.MatchString(body) {
		return PrettyJSON(body)
	}
	var lines []string
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		text := html.EscapeString(value)
		if Masked(value) {
			text = `<span class="mask">` + text + `</span>`
		}
		lines = append(lines, `<span class="k">`+html.EscapeString(name)+`</span> = `+text)
	}
	return strings.Join(lines, "\n")
}
