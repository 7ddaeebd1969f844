package flash

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// reply is a parsed answer.
type reply struct{ native.Reply }

func parse(data []byte) *reply { return &reply{native.Parse(data)} }

// code gives the response code; ok is false when there is none that can be read.
func (r *reply) code() (code int, ok bool) {
	n, err := strconv.Atoi(r.Text("responseCode"))
	return n, err == nil && n >= 0
}

// another tells whether the answer names a reference that is not ours. A success must name ours; a refusal need not name
// any. Where ours is not known there is nothing to compare.
func (r *reply) another(reference string, must bool) bool {
	echoed := r.Text("reference")
	return reference != "" && !strings.EqualFold(echoed, reference) && (echoed != "" || must)
}

// words keeps what Flash said, made safe to show.
func (r *reply) words() switchcore.ProviderWords {
	message := r.Text("responseMessage")
	if pin := r.Text("voucher", "pin"); pin != "" {
		message = strings.ReplaceAll(message, pin, mask.MaskAll(pin))
	}
	w := switchcore.ProviderWords{Message: family.Sentence(message)}
	if code, coded := r.code(); coded && code != 0 {
		w.Code = strconv.Itoa(code)
	}
	w.Ref = family.Showable(r.Text("transactionId"), r.Text("voucher", "pin"))
	return w
}

// moment reads a date (4.4); the zero time when there is none that can be read.
func moment(text string) time.Time {
	return native.Moment(text,
		[]string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006/01/02 15:04:05", "20060102150405"},
		[]string{"2006-01-02", "2006/01/02", "20060102"})
}
