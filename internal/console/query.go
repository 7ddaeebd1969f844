package console

import (
	"maps"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// readQuery gives the parameters of those names that can be read, for links and fields of the page.
func readQuery(c *fiber.Ctx, names ...string) url.Values {
	query := url.Values{}
	for _, name := range names {
		if v := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(c.Query(name), "\x00", ""), "")); v != "" && len(v) <= maxKey {
			query.Set(name, v)
		}
	}
	return query
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// chips say what each field of a list's filters is set to, and lead to the list without it.
func chips(path string, query url.Values, fields []components.Field) []components.Chip {
	var list []components.Chip
	for _, f := range fields {
		if f.Value == "" {
			continue
		}
		rest := maps.Clone(query)
		rest.Del(f.Name)
		list = append(list, components.Chip{Label: f.Label, Value: optionText(f), RemoveHref: withQuery(path, rest)})
	}
	return list
}

// optionText is the value of a field as people read it.
func optionText(f components.Field) string {
	for _, o := range f.Options {
		if o.Value == f.Value {
			return o.Text
		}
	}
	return f.Value
}

// ownIDParam reads one of our own ids, which are no UUIDs, from the address.
func ownIDParam(c *fiber.Ctx, name, what string) (string, error) {
	id, err := url.PathUnescape(c.Params(name))
	if err != nil || !isKey(id) {
		return "", apperr.Errorf(apperr.NotFound, "There is no such %s.", what)
	}
	return id, nil
}

// maxKey bounds the ids of our own and the keys that an address or a form may name, in bytes.
const maxKey = 100

// isKey tells whether a text can be such an id or key: the database holds no NUL and nothing but UTF-8.
func isKey(text string) bool {
	return text != "" && len(text) <= maxKey && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
