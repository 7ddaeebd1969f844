package flash

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

// code gives the response code; ok is false when there is none that can be read.
func (r *reply) code() (code int, ok bool) {
	n, err := strconv.Atoi(r.text("responseCode"))
	return n, err == nil && n >= 0
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

// match is how the reference in an answer compares with ours.
type match byte

const (
	same match = iota
	other
)

// names compares the reference echoed with ours. A success must name it; a refusal need not. Where ours is not known
// there is nothing to compare.
func (r *reply) names(reference string, must bool) match {
	echoed := r.text("reference")
	if reference == "" || strings.EqualFold(echoed, reference) || echoed == "" && !must {
		return same
	}
	return other
}

// words keeps what Flash said, made safe to show.
func (r *reply) words() switchcore.ProviderWords {
	message := r.text("responseMessage")
	if pin := r.text("voucher", "pin"); pin != "" {
		message = strings.ReplaceAll(message, pin, mask.MaskAll(pin))
	}
	w := switchcore.ProviderWords{Message: family.Sentence(message)}
	if code, coded := r.code(); coded && code != 0 {
		w.Code = strconv.Itoa(code)
	}
	w.Ref = family.Showable(r.text("transactionId"), r.text("voucher", "pin"))
	return w
}

// southAfrica is the zone of dates that name none (4.4).
func southAfrica() *time.Location { return time.FixedZone("SAST", 2*60*60) }

// moment reads a date; the zero time when there is none that can be read. A day without a time lasts to its end.
func moment(text string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC()
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006/01/02 15:04:05", "20060102150405"} {
		if at, err := time.ParseInLocation(layout, text, southAfrica()); err == nil {
			return at.UTC()
		}
	}
	for _, layout := range []string{"2006-01-02", "2006/01/02", "20060102"} {
		if at, err := time.ParseInLocation(layout, text, southAfrica()); err == nil {
			return at.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
		}
	}
	return time.Time{}
}
