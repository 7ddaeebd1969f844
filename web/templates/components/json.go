package components

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"strings"
)

// lineWidth is how wide a small object may be to stay on one line.
const lineWidth = 76

// PrettyJSON turns a masked body into marked-up text: two spaces of indent, small objects on one line, keys, numbers and
// masked values each in their own class. A body that is not JSON is shown as it is. The result is escaped.
func PrettyJSON(body string) string {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	root, err := readNode(dec, 0)
	if err != nil {
		return html.EscapeString(body)
	}
	if _, err = dec.Token(); err != io.EOF { // something stands behind the value: nothing may be hidden
		return html.EscapeString(body)
	}
	var w jsonWriter
	w.node(root, 0, 0)
	return w.String()
}

// node is a parsed value that keeps the order and the repeats of its members.
type node struct {
	open, end string // "{" "}" or "[" "]"; empty for a scalar
	keys      []string
	items     []node
	scalar    json.Token
}

// maxDepth is deeper than any message may be; what is deeper is shown as text.
const maxDepth = 64

var errTooDeep = errors.New("nested too deeply")

func readNode(dec *json.Decoder, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errTooDeep
	}
	tok, err := dec.Token()
	if err != nil {
		return node{}, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return node{scalar: tok}, nil
	}
	n := node{open: delim.String(), end: "}"}
	if delim == '[' {
		n.end = "]"
	}
	for dec.More() {
		if delim == '{' {
			key, err := dec.Token()
			if err != nil {
				return node{}, err
			}
			n.keys = append(n.keys, key.(string))
		}
		item, err := readNode(dec, depth+1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	_, err = dec.Token()
	return n, err
}

type jsonWriter struct{ strings.Builder }

// node writes a value; column is where it begins on its line.
func (w *jsonWriter) node(n node, indent, column int) {
	switch {
	case n.open == "":
		w.scalar(n.scalar)
	case len(n.items) == 0:
		w.WriteString(n.open + n.end)
	case indent+column > 0 && column+n.width() <= lineWidth:
		w.oneLine(n)
	default:
		w.manyLines(n, indent)
	}
}

func (w *jsonWriter) oneLine(n node) {
	w.WriteString(n.open)
	for i, item := range n.items {
		if i > 0 {
			w.WriteString(", ")
		}
		w.key(n, i)
		w.node(item, 0, 1)
	}
	w.WriteString(n.end)
}

func (w *jsonWriter) manyLines(n node, indent int) {
	pad := strings.Repeat("  ", indent+1)
	w.WriteString(n.open + "\n")
	for i, item := range n.items {
		w.WriteString(pad)
		column := len(pad)
		if n.open == "{" {
			column += len(n.keys[i]) + 4
		}
		w.key(n, i)
		w.node(item, indent+1, column)
		if i < len(n.items)-1 {
			w.WriteString(",")
		}
		w.WriteString("\n")
	}
	w.WriteString(strings.Repeat("  ", indent) + n.end)
}

func (w *jsonWriter) key(n node, i int) {
	if n.open == "{" {
		w.WriteString(`<span class="k">` + html.EscapeString(quote(n.keys[i])) + `</span>: `)
	}
}

func (w *jsonWriter) scalar(tok json.Token) {
	switch v := tok.(type) {
	case string:
		text := html.EscapeString(quote(v))
		if Masked(v) {
			text = `<span class="mask">` + text + `</span>`
		}
		w.WriteString(text)
	case json.Number:
		w.WriteString(`<span class="n">` + html.EscapeString(v.String()) + `</span>`)
	case bool:
		if v {
			w.WriteString(`<span class="n">true</span>`)
		} else {
			w.WriteString(`<span class="n">false</span>`)
		}
	default:
		w.WriteString(`<span class="n">null</span>`)
	}
}

// width is the length of a value on one line, or too much when it holds a larger object.
func (n node) width() int {
	if n.open == "" {
		if s, ok := n.scalar.(string); ok {
			return len(s) + 2
		}
		return 6
	}
	total := 0
	for i, item := range n.items {
		if item.open != "" && len(item.items) > 0 && n.open == "{" && len(n.items) > 1 {
			return lineWidth + 1
		}
		if n.open == "{" {
			total += len(n.keys[i]) + 4
		}
		total += item.width() + 2
	}
	if n.open == "[" && len(n.items) > 0 && n.items[0].open != "" {
		return lineWidth + 1
	}
	return total
}

// Masked tells whether a value was replaced by the mask: a run of at least three stars, or a bracketed word such as
// "[not stored]".
func Masked(v string) bool {
	return strings.Contains(v, "***") || v == "not stored" || (strings.HasPrefix(v, "[") && strings.HasSuffix(v, "]"))
}

// quote writes a string as JSON without escaping angle brackets, which html escaping does.
func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
