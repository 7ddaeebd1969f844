package blu

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
)

// visible lists every member that may be shown, and how; anything else becomes one star (guarantees.md S12).
func visible(path string) mask.Algorithm {
	switch path {
	case "requestId", "originalRequestId", "productId", "amount", "serialNumber", "reference", "status", "currency", "expiryDate", "dateTime",
		"vendMetaData.transactionRequestDateTime", "vendMetaData.transactionReference", "timestamp",
		"redeemedVoucherSerialNumber", "redeemedVoucherReference", "replacementVoucher.serialNumber", "replacementVoucher.amount",
		"replacementVoucher.balance", "replacementVoucher.expiryDateTime":
		return mask.None
	case "token", "replacementVoucher.token":
		return mask.Code
	case "message", "error", "path":
		return mask.Text
	case "productInstructions":
		return mask.All
	}
	return mask.Full
}

// masked gives what may be stored of a message to or from the provider.
func masked(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	d, err := jsonedit.Borrow(body, true)
	if err != nil {
		return mask.Digest(body)
	}
	defer d.Release()
	m := masker{doc: d, out: make([]byte, 0, len(body)+16)}
	for _, path := range [][]string{{"token"}, {"replacementVoucher", "token"}} {
		if i := d.Find(0, path...); i >= 0 {
			m.secrets = append(m.secrets, string(d.Text(i)))
		}
	}
	m.value(0, "")
	return m.out
}

type masker struct {
	doc     *jsonedit.Doc
	out     []byte
	tmp     []byte
	secrets []string // the codes in the message: a reference that repeats one is hidden too
}

func (m *masker) value(i int, path string) {
	switch m.doc.Nodes[i].Kind {
	case jsonedit.Object:
		if path == "" || path == "vendMetaData" || path == "replacementVoucher" {
			m.object(i, path)
			return
		}
		m.out = append(m.out, `"*"`...)
	case jsonedit.Null:
		m.out = append(m.out, "null"...)
	case jsonedit.String, jsonedit.Number:
		m.scalar(i, visible(path))
	default:
		m.out = append(m.out, `"*"`...)
	}
}

func (m *masker) scalar(i int, how mask.Algorithm) {
	text := m.doc.Text(i)
	if how == mask.None && slices.ContainsFunc(m.secrets, func(code string) bool { return reveals(string(text), code) }) {
		how = mask.All
	}
	if how == mask.None {
		m.out = append(m.out, m.doc.Raw(i)...)
		return
	}
	m.tmp = how.Append(m.tmp[:0], text)
	m.out = jsonedit.AppendString(m.out, m.tmp)
}

func (m *masker) object(i int, path string) {
	m.out = append(m.out, '{')
	first := true
	for c := range m.doc.Children(i) {
		if !first {
			m.out = append(m.out, ',')
		}
		first = false
		name := string(m.doc.Name(c))
		at := strings.TrimPrefix(path+"."+name, ".")
		if !harmless(name) {
			name, at = "*", "*"
		}
		m.out = append(jsonedit.AppendString(m.out, name), ':')
		m.value(c, at)
	}
	m.out = append(m.out, '}')
}

// harmless tells whether a member's name may be shown: letters only, so that it cannot be a code itself.
func harmless(name string) bool {
	const longest = 40
	return name != "" && len(name) <= longest && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
