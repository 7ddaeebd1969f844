package family

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Reply is a parsed answer; one that is no acceptable JSON object has no members at all.
type Reply struct {
	Doc *jsonedit.Doc // nil: nothing could be read
	// Hide makes a text of the provider safe to show; nil: mask.MaskText.
	Hide func(string) string
	// Secrets are texts of this answer that no reference may repeat.
	Secrets []string
}

// Parse is strict: a member that occurs twice could be read in two ways. Give the reply back with Release.
func Parse(data []byte) *Reply {
	doc, err := jsonedit.Borrow(data, false)
	if err != nil {
		return &Reply{}
	}
	return &Reply{Doc: doc}
}

// Release gives the memory of the index back.
func (r *Reply) Release() {
	if r.Doc != nil {
		r.Doc.Release()
	}
}

// Find gives the node of a member reached by names, or -1.
func (r *Reply) Find(path ...string) int {
	if r.Doc == nil {
		return -1
	}
	return r.Doc.Find(0, path...)
}

// Text gives a string or number as text; empty for anything else.
func (r *Reply) Text(path ...string) string { return r.scalar(r.Find(path...)) }

func (r *Reply) scalar(i int) string {
	if i < 0 || r.Doc.Nodes[i].Kind != jsonedit.String && r.Doc.Nodes[i].Kind != jsonedit.Number {
		return ""
	}
	return string(r.Doc.Text(i))
}

// Raw gives a copy of a member as written; nil when it is missing.
func (r *Reply) Raw(path ...string) []byte {
	i := r.Find(path...)
	if i < 0 {
		return nil
	}
	return bytes.Clone(r.Doc.Raw(i))
}

// Amount reads a LedgerAmount, numbers as text or the other way round. ok is false when there is one that cannot be
// read; an absent one is nil and ok.
func (r *Reply) Amount(path ...string) (a *money.Amount, ok bool) {
	if r.Find(path...) < 0 {
		return nil, true
	}
	minor, err := strconv.ParseInt(r.Text(append(path, "amount")...), 10, 64)
	currency := r.Text(append(path, "currency")...)
	if err != nil || !threeDigits(currency) {
		return nil, false
	}
	return &money.Amount{Minor: minor, Currency: currency}, true
}

func threeDigits(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Match is how a member of an answer compares with our reference.
type Match byte

// The results of a comparison.
const (
	Absent Match = iota
	Same
	Other
)

// Names compares the id in a member with ours; case does not count in ids.
func (r *Reply) Names(member, ref string) Match {
	switch v := r.Text(member); {
	case v == "":
		return Absent
	case strings.EqualFold(v, ref):
		return Same
	}
	return Other
}

// Reveals tells whether a reference, which is shown in clear, repeats a secret of the answer.
func (r *Reply) Reveals(reference string) bool {
	return slices.ContainsFunc(r.Secrets, func(secret string) bool { return mask.Reveals(reference, secret) })
}

// Words keeps what the provider said, made safe to show: its own code (else the error type), its text and reference.
func (r *Reply) Words() switchcore.ProviderWords {
	return switchcore.ProviderWords{
		Code:    r.Safe(LongestTerm, r.Text("providerErrorCode"), r.Text("errorType")),
		Message: r.Safe(longestWords, r.Text("providerErrorMsg"), r.Text("errorMessage")),
		Ref:     r.Safe(LongestTerm, r.Text("providerRef")),
	}
}

// Safe gives the first text there is, shortened, without a secret in it.
func (r *Reply) Safe(limit int, texts ...string) string {
	for _, t := range texts {
		if t == "" {
			continue
		}
		for _, secret := range r.Secrets {
			if secret != "" {
				t = strings.ReplaceAll(t, secret, mask.MaskAll(secret))
			}
		}
		t = mask.MaskText(t)
		if r.Hide != nil {
			t = r.Hide(t)
		}
		return First(t, limit)
	}
	return ""
}
