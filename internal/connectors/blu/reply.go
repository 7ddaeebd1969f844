package blu

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// reply is a parsed answer.
type reply struct{ native.Reply }

func parse(data []byte) *reply { return &reply{native.Parse(data)} }

// lines gives the lines of a text, or of a list of texts.
func (r *reply) lines(path ...string) []string {
	i := r.Find(path...)
	if i < 0 {
		return nil
	}
	texts := []string{r.Scalar(i)}
	if r.Doc.Nodes[i].Kind == jsonedit.Array {
		for c := range r.Doc.Children(i) {
			texts = append(texts, r.Scalar(c))
		}
	}
	var list []string
	for _, line := range strings.FieldsFunc(strings.Join(texts, "\n"), func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// another tells whether the answer names a request id that is not ours. Not every answer echoes one; where ours is not known
// there is nothing to compare.
func (r *reply) another(reference string) bool {
	echoed := r.Text("requestId")
	return reference != "" && echoed != "" && !strings.EqualFold(echoed, reference)
}

// message is what an error body says; its member "error" only names the status.
func (r *reply) message() string { return r.Text("message") }

// words keeps what the provider said, made safe to show. It has no codes: the status stands for one.
func (r *reply) words() switchcore.ProviderWords {
	w := switchcore.ProviderWords{Code: family.First(mask.MaskText(r.Text("status")), family.LongestTerm), Message: family.Sentence(r.hidden(r.message()))}
	if r.Text("message") == "" && r.Text("error") == "" {
		w.Code = "" // the status of a voucher, not of an error
	}
	w.Ref = family.Showable(family.Showable(r.Text("reference"), r.Text("token")), r.Text("replacementVoucher", "token"))
	return w
}

// hidden hides the codes of the answer in a text.
func (r *reply) hidden(text string) string {
	for _, path := range [][]string{{"token"}, {"replacementVoucher", "token"}} {
		if code := r.Text(path...); code != "" {
			text = strings.ReplaceAll(text, code, mask.MaskAll(code))
		}
	}
	return text
}

// moment reads a date; the zero time when there is none that can be read.
func moment(text string) time.Time {
	return native.Moment(text,
		[]string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05-0700"}, []string{"2006-01-02"})
}
