package serviceinterface

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// longestWords bounds what is kept of a provider's message, in characters.
const longestWords = 200

// reply is a parsed answer; one that is no acceptable JSON object has no members at all.
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

// find gives the node of a member reached by names, or -1.
func (r *reply) find(path ...string) int {
	if r.doc == nil {
		return -1
	}
	return r.doc.Find(0, path...)
}

// text gives a string or number as text; empty for anything else.
func (r *reply) text(path ...string) string { return r.scalar(r.find(path...)) }

func (r *reply) scalar(i int) string {
	if i < 0 || r.doc.Nodes[i].Kind != jsonedit.String && r.doc.Nodes[i].Kind != jsonedit.Number {
		return ""
	}
	return string(r.doc.Text(i))
}

// raw gives a copy of a member as written; nil when it is missing.
func (r *reply) raw(path ...string) []byte {
	i := r.find(path...)
	if i < 0 {
		return nil
	}
	return bytes.Clone(r.doc.Raw(i))
}

// amount reads a LedgerAmount, numbers as text or the other way round. ok is false when there is one that cannot be
// read; an absent one is nil and ok.
func (r *reply) amount(path ...string) (*money.Amount, bool) {
	if r.find(path...) < 0 {
		return nil, true
	}
	minor, err := strconv.ParseInt(r.text(append(path, "amount")...), 10, 64)
	currency := r.text(append(path, "currency")...)
	if err != nil || minor < 0 || !threeDigits(currency) {
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

// voucher is the voucher of an answer, and how it is shown to the client.
type voucher struct {
	switchcore.Issued
	raw []byte
}

// voucher gives the voucher object under a path; nil when there is none with a code.
func (r *reply) voucher(path ...string) *voucher {
	code := strings.TrimSpace(r.text(append(path, "code")...))
	if code == "" {
		return nil
	}
	raw, err := jsonedit.Apply(r.raw(path...), jsonedit.Set("code", jsonedit.Quote(code))) // a code is a string, whatever came
	if err != nil {
		return nil
	}
	v := &voucher{switchcore.Issued{Code: code}, raw}
	if serial := r.text(append(path, "serialNumber")...); !reveals(serial, code) {
		v.Serial = serial
	}
	if at, err := time.Parse(time.RFC3339, r.text(append(path, "expiryDate")...)); err == nil {
		v.Expiry = at.UTC()
	}
	return v
}

// reveals tells whether a reference, which is shown in clear, repeats the code.
func reveals(reference, code string) bool {
	return code != "" && (reference == code || len(code) >= 6 && strings.Contains(reference, code))
}

// identifier is one entry of the third party identifiers.
type identifier struct{ institution, reference string }

// identifiers reads the list; nil when it is missing or holds anything but objects.
func (r *reply) identifiers() []identifier {
	i := r.find("thirdPartyIdentifiers")
	if i < 0 || r.doc.Nodes[i].Kind != jsonedit.Array {
		return nil
	}
	var list []identifier
	code := strings.TrimSpace(r.text("voucher", "code"))
	for c := range r.doc.Children(i) {
		if r.doc.Nodes[c].Kind != jsonedit.Object {
			return nil
		}
		e := identifier{r.member(c, "institutionId"), r.member(c, "transactionIdentifier")}
		if reveals(e.reference, code) {
			e.reference = ""
		}
		list = append(list, e)
	}
	return list
}

func (r *reply) member(node int, name string) string {
	return r.scalar(r.doc.Find(node, name))
}

// words keeps what the provider said, made safe to show: its own code (else the error type), its text and reference.
func (r *reply) words() switchcore.ProviderWords {
	return switchcore.ProviderWords{
		Code:    r.safe(longestTerm, r.text("providerErrorCode"), r.text("errorType")),
		Message: r.safe(longestWords, r.text("providerErrorMsg"), r.text("errorMessage")),
		Ref:     r.safe(longestTerm, r.text("providerRef")),
	}
}

// safe gives the first text there is, shortened, without a voucher code in it.
func (r *reply) safe(limit int, texts ...string) string {
	for _, t := range texts {
		if t == "" {
			continue
		}
		for _, path := range [][]string{{"voucher", "code"}, {"detailMessage", "voucher", "code"}} {
			if code := r.text(path...); code != "" {
				t = strings.ReplaceAll(t, code, mask.MaskAll(code))
			}
		}
		chars := []rune(mask.MaskText(t))
		return string(chars[:min(len(chars), limit)])
	}
	return ""
}
