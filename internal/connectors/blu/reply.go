package blu

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// reply is a parsed answer; one that is no acceptable JSON has no members at all.
type reply struct{ doc *jsonedit.Doc }

// parse is strict: a member that occurs twice could be read in two ways.
func parse(data []byte) *reply {
	doc, err := jsonedit.Borrow(data, false)
	if err != nil {
		return &reply{}
	}
	return &reply{doc}
}

func (r *reply) release() {
	if r.doc != nil {
		r.doc.Release()
	}
}

func (r *reply) find(path ...string) int {
	if r.doc == nil {
		return -1
	}
	return r.doc.Find(0, path...)
}

// text gives a string or number as text; empty for anything else (1.1: numbers come either way).
func (r *reply) text(path ...string) string { return r.scalar(r.find(path...)) }

func (r *reply) scalar(i int) string {
	if i < 0 || r.doc.Nodes[i].Kind != jsonedit.String && r.doc.Nodes[i].Kind != jsonedit.Number {
		return ""
	}
	return strings.TrimSpace(string(r.doc.Text(i)))
}

// lines gives the lines of a text, or of a list of texts.
func (r *reply) lines(path ...string) []string {
	i := r.find(path...)
	if i < 0 {
		return nil
	}
	texts := []string{r.scalar(i)}
	if r.doc.Nodes[i].Kind == jsonedit.Array {
		for c := range r.doc.Children(i) {
			texts = append(texts, r.scalar(c))
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

// cents reads an amount. ok is false when there is one that cannot be read; an absent one is nil and ok.
func (r *reply) cents(path ...string) (amount *money.Amount, ok bool) {
	if r.find(path...) < 0 {
		return nil, true
	}
	minor, err := strconv.ParseInt(r.text(path...), 10, 64)
	if err != nil || minor < 0 {
		return nil, false
	}
	return &money.Amount{Minor: minor, Currency: zarCurrency}, true
}

// match is how the request id in an answer compares with ours.
type match byte

const (
	same match = iota
	other
)

// names compares the request id echoed with ours. Not every answer echoes it; where ours is not known there is nothing to
// compare.
func (r *reply) names(reference string) match {
	if echoed := r.text("requestId"); reference != "" && echoed != "" && !strings.EqualFold(echoed, reference) {
		return other
	}
	return same
}

// message is what an error body says; its member "error" only names the status.
func (r *reply) message() string { return r.text("message") }

// words keeps what the provider said, made safe to show. It has no codes: the status stands for one.
func (r *reply) words() switchcore.ProviderWords {
	w := switchcore.ProviderWords{Code: family.First(mask.MaskText(r.text("status")), family.LongestTerm), Message: family.Sentence(r.hidden(r.message()))}
	if r.text("message") == "" && r.text("error") == "" {
		w.Code = "" // the status of a voucher, not of an error
	}
	w.Ref = family.Showable(family.Showable(r.text("reference"), r.text("token")), r.text("replacementVoucher", "token"))
	return w
}

// hidden hides the codes of the answer in a text.
func (r *reply) hidden(text string) string {
	for _, path := range [][]string{{"token"}, {"replacementVoucher", "token"}} {
		if code := r.text(path...); code != "" {
			text = strings.ReplaceAll(text, code, mask.MaskAll(code))
		}
	}
	return text
}

// moment reads a date; the zero time when there is none that can be read. Dates without a zone are South African, a day
// without a time lasts to its end.
func moment(text string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC()
	}
	zone := time.FixedZone("SAST", 2*60*60)
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05-0700"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC()
		}
	}
	if at, err := time.ParseInLocation("2006-01-02", text, zone); err == nil {
		return at.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
	}
	return time.Time{}
}
