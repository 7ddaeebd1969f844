package setup

import (
	"encoding/json"
	"slices"
	"strings"
)

// Setting is one value among the settings of a connector.
type Setting struct {
	Name   string // with the path to it: "paths.1voucher/purchase"
	Value  string
	Secret bool // Value is the name of a secret
}

// hidden stands for a value that should have been the name of a secret. It can come into the database past the file.
const hidden = "[not shown: looks like a secret]"

// Flatten lists the settings of a connector for people to read, by name. What looks like a secret is not in it.
func Flatten(options json.RawMessage) ([]Setting, error) {
	var tree map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(options)))
	decoder.UseNumber()
	if len(options) > 0 {
		if err := decoder.Decode(&tree); err != nil {
			return nil, err
		}
	}
	return flatten(nil, "", tree), nil
}

func flatten(out []Setting, path string, value any) []Setting {
	switch v := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out = flatten(out, member(path, name), v[name])
		}
		return out
	case []any:
		for i, item := range v {
			out = flatten(out, at(path, i), item)
		}
		return out
	case string:
		return append(out, settingOf(path, v))
	}
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte("cannot be read")
	}
	return append(out, Setting{Name: path, Value: string(text)})
}

func settingOf(path, value string) Setting {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case secretName.MatchString(value):
		return Setting{Name: path, Value: value, Secret: true}
	case named(name) && !strings.HasPrefix(value, "/") && value != "", looksSecret(value):
		return Setting{Name: path, Value: hidden}
	}
	return Setting{Name: path, Value: value}
}
