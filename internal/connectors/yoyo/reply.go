package yoyo

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// verdict is what an answer says, whatever was asked.
type verdict byte

const (
	unclear verdict = iota // trouble or noise
	yes
	no     // refused, with a code or a definite status
	denied // our own credentials were refused
)

// reply is a parsed answer.
type reply struct {
	verdict verdict
	status  int
	code    int
	coded   bool // there is a code that can be read
	doc     *jsonedit.Doc
}

// parse reads the parts that all answers share. An answer that is no acceptable JSON has no members.
func parse(a switchcore.Answer) *reply {
	r := &reply{status: a.Status}
	if doc, err := jsonedit.Parse(a.Body); err == nil {
		r.doc = doc
		r.code, r.coded = r.codeAt(0)
	}
	fine := a.Status == http.StatusOK || a.Status == http.StatusCreated || a.Status == http.StatusAccepted // I16
	switch {
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		r.verdict = denied
	case fine && r.coded && r.code == codeDone:
		r.verdict = yes
	case fine && r.coded, family.Refusal(a.Status):
		r.verdict = no
	}
	return r
}

func (r *reply) find(i int, path ...string) int {
	if r.doc == nil || i < 0 {
		return -1
	}
	return r.doc.Find(i, path...)
}

// text gives a string, number or truth value below node i as text; empty for anything else.
func (r *reply) text(i int, path ...string) string {
	i = r.find(i, path...)
	if i < 0 || r.doc.Nodes[i].Kind == jsonedit.Object || r.doc.Nodes[i].Kind == jsonedit.Array {
		return ""
	}
	return strings.TrimSpace(string(r.doc.Text(i)))
}

// codeAt reads the code below node i.
func (r *reply) codeAt(i int) (int, bool) {
	code, err := strconv.Atoi(r.text(i, "responseCode"))
	return code, err == nil
}

// first gives the first text there is among members spelled in several ways.
func (r *reply) first(i int, names ...string) string {
	for _, name := range names {
		if text := r.text(i, name); text != "" {
			return text
		}
	}
	return ""
}

// cents reads an amount in whole cents; nil when it is missing. ok is false when there is one that cannot be read.
func (r *reply) cents(i int, path ...string) (amount *money.Amount, ok bool) {
	text := r.text(i, path...)
	if text == "" {
		return nil, r.find(i, path...) < 0
	}
	minor, err := strconv.ParseInt(text, 10, 64)
	if err != nil || minor < 0 {
		return nil, false
	}
	return &money.Amount{Minor: minor, Currency: native.Rand}, true
}

// words keeps what the provider said, made safe to show.
func (r *reply) words() switchcore.ProviderWords {
	var w switchcore.ProviderWords
	if r.coded && r.code != codeDone {
		w.Code = strconv.Itoa(r.code)
	}
	if r.verdict != yes {
		w.Message = family.Sentence(r.text(0, "responseDesc"))
	}
	return w
}

// result starts a result with the provider's words and, where the class stays open, what the status says.
func (r *reply) result(class switchcore.Class) switchcore.Result {
	out := switchcore.Result{Class: class, Detail: family.StatusDetail(r.status), Words: r.words()}
	switch {
	case r.verdict == denied:
		out.Detail, out.Alarm = family.DetailAuthFail, true
	case r.verdict == no && r.coded:
		out.Detail = detailTrouble
	case r.status == http.StatusNotImplemented:
		out.Alarm = true
	}
	return out
}

// stepOf gives the step without the provider's code behind it.
func stepOf(call switchcore.Call) string {
	step, _, _ := strings.Cut(call.Step, "/")
	return step
}

// open gives the class of what settles nothing.
func open(call switchcore.Call) switchcore.Class {
	if stored(call) {
		return switchcore.ClassRepeat
	}
	return switchcore.ClassUnknown
}

// stored tells whether a message belongs to a call from the queue. Its steps are named apart from those of requests.
func stored(call switchcore.Call) bool {
	switch call.Step {
	case stepDelete, stepDeleteMore, stepListRest, stepAdvise:
		return true
	case "":
		return call.Kind == transactions.AttemptConfirm || call.Kind == transactions.AttemptReverse || call.Kind == transactions.AttemptCleanup
	}
	return false
}
