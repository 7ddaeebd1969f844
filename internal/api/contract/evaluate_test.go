package contract

import (
	"encoding/json"
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// document is a served document, read back from its bytes.
type document struct {
	root     map[string]any
	patterns sync.Map // text -> *regexp.Regexp
}

func documentOf(t *testing.T, s *Service) *document {
	t.Helper()
	raw, err := s.Document()
	require.NoError(t, err)
	d := &document{}
	require.NoError(t, json.Unmarshal(raw, &d.root))
	return d
}

// at follows names; nil when one is missing.
func at(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(map[string]any)
		v = o[name]
	}
	return v
}

// resolve follows a reference, and lays what stands beside it over what it points to.
func (d *document) resolve(v any) (map[string]any, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("no schema: %v", v)
	}
	target, isRef := o["$ref"].(string)
	if !isRef {
		return o, nil
	}
	found, ok := at(d.root, strings.Split(strings.TrimPrefix(target, "#/"), "/")...).(map[string]any)
	if !ok || !strings.HasPrefix(target, "#/") {
		return nil, fmt.Errorf("%s points nowhere", target)
	}
	return found, nil
}

// fits tells what of a value breaks a schema of the document; nil: nothing. It knows exactly the keywords that the
// documents use: any other is an error, so that none is passed over.
func (d *document) fits(schema, value any) error {
	s, err := d.resolve(schema)
	if err != nil {
		return err
	}
	for keyword, wanted := range s {
		if err := d.keyword(s, keyword, wanted, value); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) keyword(s map[string]any, keyword string, wanted, value any) error {
	switch keyword {
	case "description", "discriminator":
		return nil
	case "type":
		return typeFits(wanted, value)
	case "enum":
		if !slices.Contains(wanted.([]any), value) {
			return fmt.Errorf("%v is not listed", value)
		}
		return nil
	case "oneOf", "anyOf":
		return d.choiceFits(keyword, wanted.([]any), value)
	}
	switch v := value.(type) {
	case string:
		return d.textFits(keyword, wanted, v)
	case float64:
		return numberFits(keyword, wanted, v)
	case map[string]any:
		return d.objectFits(s, keyword, wanted, v)
	case []any:
		if keyword != "items" {
			return known(keyword)
		}
		for _, item := range v {
			if err := d.fits(wanted, item); err != nil {
				return err
			}
		}
		return nil
	}
	return known(keyword)
}

// known lets keywords pass that speak of values of another type.
func known(keyword string) error {
	if slices.Contains([]string{
		"format", "pattern", "minLength", "maxLength", "minimum", "maximum", "items", "required", "properties", "additionalProperties",
	}, keyword) {
		return nil
	}
	return fmt.Errorf("the documents do not use %q", keyword)
}

func typeFits(wanted, value any) error {
	names, several := wanted.([]any)
	if !several {
		names = []any{wanted}
	}
	for _, name := range names {
		ok := false
		switch v := value.(type) {
		case string:
			ok = name == "string"
		case float64:
			ok = name == "number" || name == "integer" && v == math.Trunc(v)
		case bool:
			ok = name == "boolean"
		case map[string]any:
			ok = name == "object"
		case []any:
			ok = name == "array"
		}
		if ok {
			return nil
		}
	}
	return fmt.Errorf("%v is no %v", value, wanted)
}

func (d *document) choiceFits(keyword string, schemas []any, value any) error {
	fitting := 0
	for _, s := range schemas {
		if d.fits(s, value) == nil {
			fitting++
		}
	}
	if fitting == 0 || keyword == "oneOf" && fitting > 1 {
		return fmt.Errorf("%d schemas of %s fit", fitting, keyword)
	}
	return nil
}

func (d *document) textFits(keyword string, wanted any, v string) error {
	ok := true
	switch keyword {
	case "pattern":
		compiled, found := d.patterns.Load(wanted)
		if !found {
			compiled, _ = d.patterns.LoadOrStore(wanted, regexp.MustCompile(wanted.(string)))
		}
		ok = compiled.(*regexp.Regexp).MatchString(v)
	case "minLength":
		ok = utf8.RuneCountInString(v) >= int(wanted.(float64))
	case "maxLength":
		ok = utf8.RuneCountInString(v) <= int(wanted.(float64))
	case "format":
		ok = formatFits(wanted.(string), v)
	default:
		return known(keyword)
	}
	if !ok {
		return fmt.Errorf("%q breaks %s %v", v, keyword, wanted)
	}
	return nil
}

func formatFits(format, v string) bool {
	switch format {
	case "uuid": // the pattern beside it says more
		return true
	case "date-time":
		_, err := time.Parse(time.RFC3339Nano, v)
		return err == nil
	case "email":
		a, err := mail.ParseAddress(v)
		return err == nil && a.Address == v
	}
	return false
}

func numberFits(keyword string, wanted any, v float64) error {
	switch {
	case keyword == "minimum" && v < wanted.(float64), keyword == "maximum" && v > wanted.(float64):
		return fmt.Errorf("%v breaks %s %v", v, keyword, wanted)
	}
	return known(keyword)
}

func (d *document) objectFits(s map[string]any, keyword string, wanted any, v map[string]any) error {
	switch keyword {
	case "required":
		for _, name := range wanted.([]any) {
			if _, there := v[name.(string)]; !there {
				return fmt.Errorf("%v is missing", name)
			}
		}
		return nil
	case "properties":
		for name, schema := range wanted.(map[string]any) {
			if member, there := v[name]; there {
				if err := d.fits(schema, member); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
		return nil
	case "additionalProperties":
		for name, member := range v {
			if at(s, "properties", name) != nil {
				continue
			}
			if wanted == false {
				return fmt.Errorf("%s is not listed", name)
			}
			if err := d.fits(wanted, member); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
	return known(keyword)
}

// operation gives an operation of the document.
func (d *document) operation(path, method string) map[string]any {
	o, _ := at(d.root, "paths", path, strings.ToLower(method)).(map[string]any)
	return o
}

// request gives the schema of a request body.
func (d *document) request(o Operation) any {
	return at(d.operation(o.Path, o.Method), "requestBody", "content", o.Request.Media, "schema")
}

// answer gives the schema of an answer's body; nil when the status is not described.
func (d *document) answer(o Operation, status int) any {
	a, err := d.resolve(at(d.operation(o.Path, o.Method), "responses", fmt.Sprint(status)))
	if err != nil {
		return nil
	}
	return at(a, "content", "application/json", "schema")
}

func decodeJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}
