package mask

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Members masks the messages of one provider by the paths of their members, such as "voucher.pin". A member that Show
// does not list must come out Full: what nobody knows is one star (guarantees.md S12).
type Members struct {
	Show  func(path string) Algorithm
	Opens func(path string) bool // objects whose members are looked at; "" is the message itself
	// Codes are the paths of codes: a value that would be shown, but repeats one of them, is hidden too.
	Codes [][]string
}

// Mask gives what may be stored of a message. One that is no JSON shows its length only.
func (m Members) Mask(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	d, err := jsonedit.Borrow(body, true)
	if err != nil {
		return Digest(body)
	}
	defer d.Release()
	w := memberWriter{Members: m, doc: d, out: make([]byte, 0, len(body)+16)}
	for _, path := range m.Codes {
		if i := d.Find(0, path...); i >= 0 {
			w.codes = append(w.codes, string(d.Text(i)))
		}
	}
	w.value(0, "")
	return w.out
}

// Reveals tells whether a reference, which is shown in clear, repeats a code.
func Reveals(reference, code string) bool {
	const short = 6
	return code != "" && (reference == code || len(code) >= short && strings.Contains(reference, code))
}

type memberWriter struct {
	Members
	doc   *jsonedit.Doc
	out   []byte
	tmp   []byte
	codes []string
}

func (w *memberWriter) value(i int, path string) {
	switch w.doc.Nodes[i].Kind {
	case jsonedit.Object:
		if w.Opens(path) {
			w.object(i, path)
			return
		}
		w.out = append(w.out, `"*"`...)
	case jsonedit.Null:
		w.out = append(w.out, "null"...)
	case jsonedit.String, jsonedit.Number:
		w.scalar(i, w.Show(path))
	default:
		w.out = append(w.out, `"*"`...)
	}
}

func (w *memberWriter) scalar(i int, how Algorithm) {
	text := w.doc.Text(i)
	if how == None && slices.ContainsFunc(w.codes, func(code string) bool { return Reveals(string(text), code) }) {
		how = All
	}
	if how == None {
		w.out = append(w.out, w.doc.Raw(i)...)
		return
	}
	w.tmp = how.Append(w.tmp[:0], text)
	w.out = jsonedit.AppendString(w.out, w.tmp)
}

func (w *memberWriter) object(i int, path string) {
	w.out = append(w.out, '{')
	first := true
	for c := range w.doc.Children(i) {
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		name := string(w.doc.Name(c))
		at := strings.TrimPrefix(path+"."+name, ".")
		if !harmless(name) {
			name, at = "*", "*"
		}
		w.out = append(jsonedit.AppendString(w.out, name), ':')
		w.value(c, at)
	}
	w.out = append(w.out, '}')
}

// harmless tells whether a member's name may be shown: letters only, so that it cannot be a code itself.
func harmless(name string) bool {
	const longest = 40
	return name != "" && len(name) <= longest && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
