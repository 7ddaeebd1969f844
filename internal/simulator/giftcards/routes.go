package giftcards

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Faults are the ways this issuer can misbehave.
func Faults() stage.Catalogue {
	var list stage.Catalogue
	for _, k := range stage.Faults() {
		if k.Name != "no-code" && k.Name != "unknown-state" { // voucher matters
			list = append(list, k)
		}
	}
	return list
}

// Kinds are the names that a control script may use for messages.
func Kinds() []string {
	kinds := []string{string(lookup), string(confirm), string(reverse)}
	for _, op := range operations() {
		kinds = append(kinds, string(op))
	}
	return kinds
}

// target is what a path below the base stands for.
type target struct {
	op     operation
	do     action // empty for a request
	middle string // id of the request an advice is about
	id     string
}

// resources are the first segments of the paths.
func resources() map[string]operation {
	return map[string]operation{
		"activations": activation, "loads": load, "redemptions": redemption, "voids": void,
		"transfers": transfer, "replaces": replace, "lookupGiftcard": lookup,
	}
}

// match reads {resource}/{id}[/confirmations|reversals/{adviceId}].
func match(segments []string) (target, bool) {
	if len(segments) != 2 && len(segments) != 4 {
		return target{}, false
	}
	op, known := resources()[segments[0]]
	t := target{op: op, id: segments[len(segments)-1]}
	if len(segments) == 2 {
		return t, known
	}
	t.do = map[string]action{"confirmations": confirm, "reversals": reverse}[segments[2]]
	t.middle = segments[1]
	return t, known && t.do != "" && op != lookup
}

// split cuts an escaped path below the base into segments.
func split(path string) ([]string, bool) {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	path = strings.TrimPrefix(path, "giftcard/v3/")
	segments := strings.Split(path, "/")
	for n, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || plain == "" {
			return nil, false
		}
		segments[n] = plain
	}
	return segments, true
}

// call is one exchange on its way through.
type call struct {
	stage.Call
	i    *Issuer
	plan *stage.Plan
	user string
	to   target
	body bytes.Buffer
}

// ServeHTTP plays the issuer below its address: {base}/giftcard/v3/... and, for
// short, {base}/...; the caller has cut off what comes before.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Call: stage.Call{W: w, R: r, Stopping: i.stopping}, i: i, plan: i.control.Plan()}
	if mode, down := c.plan.Down(); down {
		if mode == "503" {
			c.Send(refuse(http.StatusServiceUnavailable, errUpstream, "Issuer is down").answer())
			return
		}
		c.Reset()
	}
	segments, ok := split(r.URL.EscapedPath())
	if ok && segments[0] == "testServerAdmin" {
		c.serveAdmin(segments[1:])
		return
	}
	if ok {
		c.to, ok = match(segments)
	}
	if !ok {
		c.Send(refuse(http.StatusNotFound, errFunction, "No such resource").answer())
		return
	}
	if !c.enter(http.MethodPost) {
		return
	}
	c.Work(c.plan.Delay())
	if c.to.do == "" {
		c.serveRequest()
	} else {
		c.serveAdvice()
	}
}

// enter checks method and credentials and reads the body; false means that the
// call is answered.
func (c *call) enter(method string) bool {
	if c.R.Method != method {
		c.Send(refuse(http.StatusMethodNotAllowed, errFunction, "Method not allowed").answer())
		return false
	}
	var r *refusal
	if c.user, r = c.i.signIn(c.R); r != nil {
		a := r.answer()
		a.Header = map[string]string{"WWW-Authenticate": `Basic realm="` + ID + `"`}
		c.Send(a)
		return false
	}
	if status := stage.ReadBody(c.W, c.R, &c.body); status != 0 {
		c.Send(refuse(status, errFormat, "Body unreadable").answer())
		return false
	}
	return true
}
