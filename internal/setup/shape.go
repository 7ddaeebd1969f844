package setup

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
)

// shape compares a parsed text with the members of File and gives it back without what does not fit, so that the rest
// can be judged too.
func (l *list) shape(tree any) any {
	out, ok := l.fit("", tree, reflect.TypeFor[File]())
	if !ok {
		return map[string]any{}
	}
	return out
}

// fit compares one value with the type it is read into.
func (l *list) fit(path string, value any, t reflect.Type) (any, bool) {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		_, ok := value.(map[string]any)
		return value, l.is(path, ok, `an object, such as {"accountNumber": "1234"}`)
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		text, ok := value.(string)
		ok = ok && reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) == nil
		return value, l.is(path, ok, `a duration such as "30s" or "2m"`)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return l.fit(path, value, t.Elem())
	case reflect.Struct:
		return l.fitObject(path, value, t)
	case reflect.Slice:
		return l.fitList(path, value, t)
	case reflect.String:
		_, ok := value.(string)
		return value, l.is(path, ok, "a text in quotes")
	case reflect.Bool:
		_, ok := value.(bool)
		return value, l.is(path, ok, "true or false")
	default:
		n, ok := value.(float64)
		return value, l.is(path, ok && n == math.Trunc(n) && math.Abs(n) < 1<<53, "a whole number without quotes")
	}
}

func (l *list) is(path string, ok bool, what string) bool {
	if !ok {
		l.add(path, "must be %s", what)
	}
	return ok
}

func (l *list) fitObject(path string, value any, t reflect.Type) (any, bool) {
	object, ok := value.(map[string]any)
	if !l.is(path, ok, "an object in braces") {
		return nil, false
	}
	known := members(t)
	out := map[string]any{}
	for name, v := range object {
		field, ok := known[name]
		if !ok {
			l.add(member(path, name), "%s", unknown(name, known))
			continue
		}
		if fitted, ok := l.fit(member(path, name), v, field); ok {
			out[name] = fitted
		}
	}
	return out, true
}

func (l *list) fitList(path string, value any, t reflect.Type) (any, bool) {
	items, ok := value.([]any)
	if !l.is(path, ok, "a list in square brackets") {
		return nil, false
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		fitted, ok := l.fit(at(path, i), item, t.Elem())
		if !ok { // keeps its place, so that the paths of the others stay right
			fitted = reflect.Zero(t.Elem()).Interface()
		}
		out = append(out, fitted)
	}
	return out, true
}

// members gives the types of an object's members by name.
func members(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out[name] = f.Type
	}
	return out
}

// unknown says what a misspelt member may have been meant to be.
func unknown(name string, known map[string]reflect.Type) string {
	names := make([]string, 0, len(known))
	for k := range known {
		if strings.EqualFold(k, name) {
			return "is not known; capitals count, write " + k
		}
		names = append(names, k)
	}
	slices.Sort(names)
	return "is not known here; the members are " + strings.Join(names, ", ")
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
