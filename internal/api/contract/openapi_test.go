package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Documents are checked here against the parts of OpenAPI 3.1 that they use.
func TestDocumentsAreOpenAPI(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, s := range Services() {
		d := documentOf(t, s)
		require.Equal(t, "3.1.0", d.root["openapi"])
		only(t, d.root, "openapi", "info", "servers", "security", "tags", "paths", "components")
		only(t, d.root["info"], "title", "version", "summary", "description", "license")
		for _, name := range []string{"title", "version", "summary", "description"} {
			require.NotEmpty(t, at(d.root, "info", name), s.ID)
		}
		for path, item := range d.root["paths"].(map[string]any) {
			require.True(t, strings.HasPrefix(path, "/"))
			for method, o := range item.(map[string]any) {
				require.Contains(t, []string{"get", "post"}, method)
				checkOperation(t, d, path, o.(map[string]any))
				id := o.(map[string]any)["operationId"].(string)
				require.Empty(t, ids[id], "%s is there twice", id)
				ids[id] = path
			}
		}
		checkReferences(t, d)
		checkSecurity(t, d)
	}
}

func only(t *testing.T, v any, names ...string) {
	t.Helper()
	for name := range v.(map[string]any) {
		require.Contains(t, names, name)
	}
}

func checkOperation(t *testing.T, d *document, path string, o map[string]any) {
	t.Helper()
	only(t, o, "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses")
	for _, name := range []string{"summary", "description"} {
		require.NotEmpty(t, o[name], path)
	}
	named := map[string]bool{}
	list, _ := o["parameters"].([]any)
	for _, p := range list {
		only(t, p, "name", "in", "description", "required", "schema", "example")
		if at(p, "in") == "path" {
			require.Equal(t, true, at(p, "required"))
			named[at(p, "name").(string)] = true
		}
		if sample := at(p, "example"); sample != nil {
			require.NoError(t, d.fits(at(p, "schema"), sample), path)
		}
	}
	inPath := regexp.MustCompile(`\{([^}]+)\}`).FindAllStringSubmatch(path, -1)
	require.Len(t, named, len(inPath), path)
	for _, m := range inPath {
		require.True(t, named[m[1]], "%s lacks a description of %s", path, m[1])
	}
	for status, a := range o["responses"].(map[string]any) {
		require.Regexp(t, `^[2-5]\d\d$`, status)
		answer, err := d.resolve(a)
		require.NoError(t, err)
		only(t, answer, "description", "headers", "content")
		require.NotEmpty(t, answer["description"])
		checkContent(t, d, answer["content"])
	}
	if body := o["requestBody"]; body != nil {
		only(t, body, "required", "content")
		checkContent(t, d, at(body, "content"))
	}
}

// checkContent holds every example against its schema.
func checkContent(t *testing.T, d *document, v any) {
	t.Helper()
	for media, c := range v.(map[string]any) {
		only(t, c, "schema", "examples")
		examples, _ := at(c, "examples").(map[string]any)
		require.NotEmpty(t, examples, media)
		for name, e := range examples {
			only(t, e, "summary", "value")
			require.NoError(t, d.fits(at(c, "schema"), at(e, "value")), "example %s", name)
		}
	}
}

// checkReferences finds every reference in a document, and every schema by use.
func checkReferences(t *testing.T, d *document) {
	t.Helper()
	used := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if target, ok := v["$ref"].(string); ok {
				_, err := d.resolve(v)
				require.NoError(t, err)
				used[target] = true
				only(t, v, "$ref", "description")
			}
			for _, m := range v {
				walk(m)
			}
		case []any:
			for _, m := range v {
				walk(m)
			}
		}
	}
	walk(d.root)
	for section, list := range d.root["components"].(map[string]any) {
		for name, c := range list.(map[string]any) {
			require.Regexp(t, `^[a-zA-Z0-9._-]+$`, name)
			if section != "securitySchemes" {
				require.True(t, used["#/components/"+section+"/"+name], "%s is used nowhere", name)
			}
			if section == "schemas" {
				_ = d.fits(c, map[string]any{}) // names an unknown keyword
				require.NotContains(t, fmt.Sprint(d.fits(c, map[string]any{})), "do not use")
			}
		}
	}
}

func checkSecurity(t *testing.T, d *document) {
	t.Helper()
	for _, need := range d.root["security"].([]any) {
		for name := range need.(map[string]any) {
			require.NotNil(t, at(d.root, "components", "securitySchemes", name))
		}
	}
}

// Names of components must not hide different schemas behind one name.
func TestComponentNamesAreUnique(t *testing.T) {
	t.Parallel()
	for _, s := range Services() {
		seen := map[string]bool{}
		for _, c := range s.schemas() {
			require.False(t, seen[c.name], "%s has two schemas %s", s.ID, c.name)
			seen[c.name] = true
		}
		answers := map[string]string{}
		for _, o := range s.Operations() {
			for _, a := range o.Answers {
				body, err := json.Marshal(a.document())
				require.NoError(t, err)
				if earlier, twice := answers[a.Name]; twice && a.Name != "" {
					require.Equal(t, earlier, string(body), "%s of %s", a.Name, s.ID)
				}
				answers[a.Name] = string(body)
			}
		}
	}
}

// Every type that an operation may answer with is explained, with what to do about it.
func TestEveryRefusalIsExplained(t *testing.T) {
	t.Parallel()
	for _, s := range Services() {
		explained := map[string]bool{}
		for _, r := range s.Errors.Rows {
			require.NotEmpty(t, r.Means)
			require.NotEmpty(t, r.Do)
			for _, status := range strings.Split(r.Status, ", ") {
				explained[r.Type+" "+status] = true
			}
			explained[r.Type] = true
		}
		for _, o := range s.Operations() {
			for _, a := range o.Answers {
				for _, kind := range a.Types {
					if a.Name == "TooLarge" {
						continue // says it itself
					}
					require.True(t, explained[kind], "%s %s", o.ID, kind)
					if s.Signing != bySignature {
						require.True(t, explained[fmt.Sprintf("%s %d", kind, a.Status)], "%s: %s with %d", o.ID, kind, a.Status)
					}
				}
			}
		}
	}
}

func TestDocumentsStayTheSame(t *testing.T) {
	t.Parallel()
	for i := range Services() {
		first, err := Services()[i].Document()
		require.NoError(t, err)
		second, err := Services()[i].Document()
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	}
}
