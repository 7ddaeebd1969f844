package contract

import (
	"bytes"
	"encoding/json"
	"strings"
)

// lineWidth is how wide an example may be before it is broken into lines.
const lineWidth = 96

// pretty lays a JSON text out: what fits stays on one line. Any other text stays as it is.
func pretty(text string) string {
	if !json.Valid([]byte(text)) {
		return text
	}
	return laidOut(json.RawMessage(text), 0)
}

// laidOut writes a value that begins at a depth of two blanks each.
func laidOut(raw json.RawMessage, depth int) string {
	parts, open, shut := partsOf(raw)
	if line := open + strings.Join(parts, ", ") + shut; open == "" || len(line)+2*depth <= lineWidth {
		return spaced(raw)
	}
	margin := "\n" + strings.Repeat("  ", depth+1)
	out := make([]string, len(parts))
	for i, p := range parts {
		name, value := "", p
		if open == "{" {
			name, value = cutName(p)
		}
		out[i] = margin + name + laidOut(json.RawMessage(value), depth+1)
	}
	return open + strings.Join(out, ",") + "\n" + strings.Repeat("  ", depth) + shut
}

// partsOf gives the elements of a list, or the members of an object with their names; open is empty for anything else.
func partsOf(raw json.RawMessage) (parts []string, open, shut string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	t, _ := d.Token()
	delim, _ := t.(json.Delim)
	switch delim {
	case '{':
		open, shut = "{", "}"
	case '[':
		open, shut = "[", "]"
	default:
		return nil, "", ""
	}
	for d.More() {
		name := ""
		if open == "{" {
			key, _ := d.Token()
			quoted, _ := json.Marshal(key)
			name = string(quoted) + ": "
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		parts = append(parts, name+string(value))
	}
	return parts, open, shut
}

// cutName parts a member of partsOf; its name holds no colon.
func cutName(member string) (name, value string) {
	i := strings.Index(member, `": `) + len(`": `)
	return member[:i], member[i:]
}

// spaced is a value on one line with a blank behind each comma and colon.
func spaced(raw json.RawMessage) string {
	parts, open, shut := partsOf(raw)
	if open == "" {
		return string(bytes.TrimSpace(raw))
	}
	for i, p := range parts {
		name, value := "", p
		if open == "{" {
			name, value = cutName(p)
		}
		parts[i] = name + spaced(json.RawMessage(value))
	}
	return open + strings.Join(parts, ", ") + shut
}
