package config

import (
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Defaults gives every setting its documented default.
func Defaults() Switch {
	s, _ := Load(func(string) (string, bool) { return "", false })
	return s
}

// Load reads the settings from the environment, usually with os.LookupEnv, takes the default for what is
// not set, and validates the result. The error lists every problem, one to a line.
func Load(lookup func(name string) (string, bool)) (Switch, error) {
	var s Switch
	var problems []error
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		_ = set(v.Field(i), tag.Get("default")) // the defaults are under test
		text, ok := lookup(tag.Get("env"))
		if !ok || text == "" {
			continue
		}
		if err := set(v.Field(i), text); err != nil {
			problems = append(problems, apperr.Field(tag.Get("env"), "%s=%q: %v", tag.Get("env"), text, err))
		}
	}
	return s, errors.Join(append(problems, s.Validate())...)
}

// set reads a value of the field's own type.
func set(field reflect.Value, text string) error {
	switch field.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("write a time such as 500ms, 45s, 15m or 72h")
		}
		field.SetInt(int64(d))
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("write a whole number")
		}
		field.SetInt(int64(n))
	default:
		field.SetString(text)
	}
	return nil
}
