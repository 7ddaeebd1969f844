package stage

import (
	"fmt"
	"strconv"
	"strings"
)

// When says whether the provider does its work before a fault shows.
type When uint8

// The moments at which a fault can strike.
const (
	BeforeWork When = iota // nothing is processed
	AfterWork              // processed, then the answer goes wrong
	InWork                 // the work itself ends differently
)

// Kind is one way to misbehave, as listed on the index page.
type Kind struct {
	Name string
	When When
	Help string
}

// Catalogue lists the faults that one interface can show.
type Catalogue []Kind

// Faults are the ones any interface over HTTP can show. An interface appends its own.
func Faults() Catalogue {
	return Catalogue{
		{"decline", InWork, "refused by business rule; argument: the reason, in the words of the interface"},
		{"lost-answer", AfterWork, "processed, then silence until the caller goes; argument reset: connection reset instead"},
		{"lost-request", BeforeWork, "not processed, silence; argument reset as above"},
		{"late-answer", AfterWork, "processed, answered late; argument: milliseconds (default 35000)"},
		{"duplicate-answer", AfterWork, "the same answer twice on the wire, then the connection closes"},
		{"bad-gateway", BeforeWork, "502 with an HTML body"},
		{"unavailable", BeforeWork, "503; argument: seconds for Retry-After"},
		{"error-500", BeforeWork, "500 GENERAL_ERROR"},
		{"error-504", AfterWork, "504 UPSTREAM_UNAVAILABLE"},
		{"unknown-state", AfterWork, "500 VOUCHER_STATUS_UNKNOWN"},
		{"malformed", AfterWork, "success status with half a JSON body"},
		{"other-id", AfterWork, "answer that carries another message id"},
		{"no-code", AfterWork, "success without the voucher code"},
		{"slow", AfterWork, "answer dripped over the given milliseconds (default 5000)"},
		{"reset", BeforeWork, "connection reset before any work"},
		{"reset-after", AfterWork, "processed, then connection reset"},
		{"http-<code>", BeforeWork, "that status, 400 to 599"},
	}
}

// Fault is one misbehaviour asked for. The zero Fault is good behaviour.
type Fault struct {
	Name string
	Arg  string
	When When
}

// Parse reads name[:argument][:processed|unprocessed]. The last part overrides whether the work is done before the
// fault shows. A name that the catalogue does not hold is an error.
func (c Catalogue) Parse(text string) (Fault, error) {
	name, arg, _ := strings.Cut(text, ":")
	f := Fault{Name: name, Arg: arg}
	var ok bool
	if f.When, ok = c.when(name); !ok {
		return Fault{}, fmt.Errorf("unknown fault %q", name)
	}
	for word, when := range map[string]When{"unprocessed": BeforeWork, "processed": AfterWork} {
		if rest, cut := strings.CutSuffix(":"+f.Arg, ":"+word); cut && f.When != InWork {
			f.Arg, f.When = strings.TrimPrefix(rest, ":"), when
			break
		}
	}
	return f, nil
}

func (c Catalogue) when(name string) (When, bool) {
	if code, ok := strings.CutPrefix(name, "http-"); ok {
		n, err := strconv.Atoi(code)
		return BeforeWork, err == nil && n >= 400 && n <= 599
	}
	for _, k := range c {
		if k.Name == name {
			return k.When, true
		}
	}
	return 0, false
}

// Number reads the argument as a count, or gives the default.
func (f Fault) Number(otherwise int) int {
	if n, err := strconv.Atoi(f.Arg); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// Instead is the HTTP status of a fault that puts an error of the provider in place of the right answer, with the
// headers that go with it; 0 for all other faults. The caller gives it a body in its own format.
func (f Fault) Instead() (status int, header map[string]string) {
	switch f.Name {
	case "unavailable":
		if f.Arg != "" {
			header = map[string]string{"Retry-After": f.Arg}
		}
		return 503, header
	case "error-500", "unknown-state":
		return 500, nil
	case "error-504":
		return 504, nil
	}
	if code, cut := strings.CutPrefix(f.Name, "http-"); cut {
		status, _ = strconv.Atoi(code) // checked when parsed
	}
	return status, nil
}
