package ott

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// verdict is what an answer says, whatever was asked.
type verdict byte

const (
	unclear verdict = iota // trouble, noise, or success that contradicts itself
	yes
	no     // read as a refusal
	denied // our own credentials were refused
)

// reply is a parsed answer.
type reply struct {
	verdict verdict
	status  int
	code    int64 // -1: none
	alarm   bool  // our own settings are wrong
	doc     *jsonedit.Doc
}

// parse reads an answer by 5.1. An answer that is no acceptable JSON object has no members.
func parse(a switchcore.Answer) *reply {
	r := &reply{status: a.Status, code: -1}
	if doc, err := jsonedit.Parse(a.Body); err == nil {
		r.doc = doc
	}
	if code, ok := digits(r.text("errorCode")); ok {
		r.code = code
	}
	success := strings.ToLower(r.text("success"))
	fine := a.Status == http.StatusOK || a.Status == http.StatusCreated
	switch {
	case a.Status == http.StatusUnauthorized:
		r.verdict = denied
	case fine && success == "true" && r.code <= 0 && (r.code == 0 || r.text("errorCode") == ""):
		r.verdict = yes
	case success == "false" && (fine || family.Refusal(a.Status)) && unsigned(r.text("message")):
		r.alarm = true
	case success == "false" && (fine || family.Refusal(a.Status)):
		r.verdict = no
	}
	return r
}

// unsigned tells whether a refusal is about our hash. Such an answer says nothing about the voucher: read as "not found" it
// would let a wrong key end a queue of rejections.
func unsigned(text string) bool { return strings.Contains(strings.ToLower(text), "hash") }

// text gives a string, number or truth value as text; empty for anything else.
func (r *reply) text(path ...string) string {
	if r.doc == nil {
		return ""
	}
	return scalar(r.doc, r.doc.Find(0, path...))
}

func scalar(doc *jsonedit.Doc, i int) string {
	if i < 0 || doc.Nodes[i].Kind == jsonedit.Object || doc.Nodes[i].Kind == jsonedit.Array {
		return ""
	}
	return strings.TrimSpace(string(doc.Text(i)))
}

// words keeps what the provider said, made safe to show.
func (r *reply) words() switchcore.ProviderWords {
	w := switchcore.ProviderWords{Message: family.Sentence(r.text("message"))}
	if r.code > 0 {
		w.Code = strconv.FormatInt(r.code, 10)
	}
	return w
}

// result starts a result with the provider's words and, where the class stays open, what the status says.
func (r *reply) result(class switchcore.Class) switchcore.Result {
	out := switchcore.Result{Class: class, Detail: family.StatusDetail(r.status), Words: r.words(), Alarm: r.alarm}
	switch {
	case r.verdict == denied:
		out.Detail, out.Alarm = family.DetailAuthFail, true
	case r.verdict == no && r.code > 0:
		out.Detail = detailTrouble
	case r.status == http.StatusForbidden, r.status == http.StatusNotImplemented:
		out.Alarm = true
	}
	return out
}

// stored tells whether a call comes from the queue.
func stored(call switchcore.Call) bool {
	switch call.Kind {
	case transactions.AttemptConfirm, transactions.AttemptReverse, transactions.AttemptCleanup:
		return true
	}
	return call.Step == stepAfterConfirm || call.Step == stepAfterReject
}
