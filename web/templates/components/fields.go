package components

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// described gives the attributes that tie a control to its hint and error, and its constraints.
func described(prefix string, f Field) templ.Attributes {
	a := templ.Attributes{}
	var by []string
	if f.Hint != "" {
		by = append(by, prefix+f.Name+"-hint")
	}
	if f.Error != "" {
		by = append(by, prefix+f.Name+"-error")
		a["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	if f.Required {
		a["required"] = true
	}
	if f.MinLength > 0 {
		a["minlength"] = strconv.Itoa(f.MinLength)
	}
	return a
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
