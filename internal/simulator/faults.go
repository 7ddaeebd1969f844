package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// stage says whether the provider does its work before a fault shows.
type stage uint8

const (
	beforeWork stage = iota // nothing is processed
	afterWork               // processed, then the answer goes wrong
	inWork                  // the work itself ends differently
)

// faultKind is one way to misbehave, as listed on the index page.
type faultKind struct {
	name  string
	stage stage
	help  string
}

func faultKinds() []faultKind {
	return []faultKind{
		{"decline", inWork, "refused by business rule; argument: an errorType (default DO_NOT_HONOR)"},
		{"lost-answer", afterWork, "processed, then silence until the caller goes; argument reset: connection reset instead"},
		{"lost-request", beforeWork, "not processed, silence; argument reset as above"},
		{"late-answer", afterWork, "processed, answered late; argument: milliseconds (default 35000)"},
		{"duplicate-answer", afterWork, "the same answer twice on the wire, then the connection closes"},
		{"bad-gateway", beforeWork, "502 with an HTML body"},
		{"unavailable", beforeWork, "503; argument: seconds for Retry-After"},
		{"error-500", beforeWork, "500 GENERAL_ERROR"},
		{"error-504", afterWork, "504 UPSTREAM_UNAVAILABLE"},
		{"unknown-state", afterWork, "500 VOUCHER_STATUS_UNKNOWN"},
		{"malformed", afterWork, "success status with half a JSON body"},
		{"other-id", afterWork, "answer that carries another message id"},
		{"no-code", afterWork, "success without the voucher code"},
		{"slow", afterWork, "answer dripped over the given milliseconds (default 5000)"},
		{"reset", beforeWork, "connection reset before any work"},
		{"reset-after", afterWork, "processed, then connection reset"},
		{"http-<code>", beforeWork, "that status, 400 to 599"},
	}
}

// fault is one misbehaviour asked for. The zero fault is good behaviour.
type fault struct {
	name  string
	arg   string
	stage stage
}

// parseFault reads name[:argument][:processed|unprocessed]. The last part
// overrides whether the work is done before the fault shows.
func parseFault(text string) (fault, error) {
	name, arg, _ := strings.Cut(text, ":")
	f := fault{name: name, arg: arg}
	var ok bool
	if f.stage, ok = stageOf(name); !ok {
		return fault{}, fmt.Errorf("unknown fault %q", name)
	}
	for word, st := range map[string]stage{"unprocessed": beforeWork, "processed": afterWork} {
		if rest, cut := strings.CutSuffix(":"+f.arg, ":"+word); cut && f.stage != inWork {
			f.arg, f.stage = strings.TrimPrefix(rest, ":"), st
			break
		}
	}
	return f, nil
}

func stageOf(name string) (stage, bool) {
	if code, ok := strings.CutPrefix(name, "http-"); ok {
		n, err := strconv.Atoi(code)
		return beforeWork, err == nil && n >= 400 && n <= 599
	}
	for _, k := range faultKinds() {
		if k.name == name {
			return k.stage, true
		}
	}
	return 0, false
}

// number reads the argument as a count, or gives the default.
func (f fault) number(otherwise int) int {
	if n, err := strconv.Atoi(f.arg); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

// refusal is the decline a fault puts in place of an approval; nil for others.
func (f fault) refusal() *refusal {
	if f.name != "decline" {
		return nil
	}
	if f.arg != "" {
		return declineOf(f.arg)
	}
	return declineOf(errDoNotHonor)
}

// hint is a fault script carried by a basketRef.
type hint struct {
	fault  fault
	always bool // every attempt, not only the first
	advice bool // aimed at the advices about this request
	times  int  // advices: how many deliveries
}

// parseHint reads "sim:[always-][advice-]fault[:...]"; an advice fault takes
// the number of deliveries as its first argument (default 1).
func parseHint(basketRef string) (*hint, error) {
	text, ok := strings.CutPrefix(basketRef, "sim:")
	if !ok {
		return nil, nil
	}
	h := &hint{times: 1}
	for range 2 {
		if rest, cut := strings.CutPrefix(text, "always-"); cut {
			h.always, text = true, rest
		}
		if rest, cut := strings.CutPrefix(text, "advice-"); cut {
			h.advice, text = true, rest
		}
	}
	if h.advice {
		name, args, _ := strings.Cut(text, ":")
		first, rest, _ := strings.Cut(args, ":")
		if n, err := strconv.Atoi(first); err == nil {
			h.times, text = n, strings.TrimSuffix(name+":"+rest, ":")
		}
	}
	var err error
	h.fault, err = parseFault(text)
	return h, err
}

// substitute is the answer of a fault that puts its own answer in place of the
// right one; ok is false for the faults that only disturb its delivery.
func (f fault) substitute(id, original string) (a answer, header http.Header, ok bool) {
	header = http.Header{}
	say := func(status int, errorType, text string) (answer, http.Header, bool) {
		return refuse(status, errorType, text).about(id, original).answer(), header, true
	}
	switch f.name {
	case "bad-gateway":
		header.Set("Content-Type", "text/html")
		return answer{status: http.StatusBadGateway, raw: []byte("<html><body><h1>502 Bad Gateway</h1></body></html>\n")}, header, true
	case "unavailable":
		if f.arg != "" {
			header.Set("Retry-After", f.arg)
		}
		return say(http.StatusServiceUnavailable, errUpstream, "provider is not available")
	case "error-500":
		return say(http.StatusInternalServerError, errGeneral, "provider fault")
	case "error-504":
		return say(http.StatusGatewayTimeout, errUpstream, "no answer behind the provider")
	case "unknown-state":
		return say(http.StatusInternalServerError, errStatusUnknown, "state of voucher unknown")
	}
	if code, cut := strings.CutPrefix(f.name, "http-"); cut {
		n, _ := strconv.Atoi(code) // checked when parsed
		return say(n, errGeneral, "provider answers "+code)
	}
	return answer{}, nil, false
}
