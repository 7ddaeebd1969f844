package console

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// auditRow is an entry as the list shows it.
func auditRow(r operators.AuditRow, query url.Values, chosen int64) pages.AuditRow {
	e := r.Entry
	return pages.AuditRow{
		Seq: r.Seq, Href: auditHref(query, "entry", strconv.FormatInt(r.Seq, 10)) + "#entry", At: r.At,
		Actor: e.Actor.Name, System: e.Actor.ID == "", Action: e.Action, ObjectKind: objectKind(e.ObjectType), Object: shortID(e.ObjectID),
		Detail: summary(r.After), Result: resultStatus(e.Result), Reason: e.Reason, Here: r.Seq == chosen,
	}
}

// auditEntry is one entry whole, with what it changed.
func auditEntry(r operators.AuditRow) *pages.AuditEntry {
	e := r.Entry
	entry := &pages.AuditEntry{Seq: r.Seq, Title: e.Actor.Name + ", " + e.Action}
	if r.Before != nil || r.After != nil {
		entry.Lines = components.Diff(string(r.Before), string(r.After))
	}
	from := ""
	if e.Actor.IP != "" {
		from = "from " + e.Actor.IP
	}
	entry.Facts = []components.Fact{
		{Label: "When", Time: r.At}, {Label: "Who", Text: e.Actor.Name, Note: from}, {Label: "Result", Status: resultStatus(e.Result)},
	}
	for _, f := range []components.Fact{
		{Label: "Reason", Text: e.Reason},
		{Label: objectKind(e.ObjectType), ID: e.ObjectID, What: "object id"},
		{Label: "Scope", Text: e.Scope},
		{Label: "Request", ID: e.Actor.RequestID, What: "request id"},
		{Label: "Session", ID: e.Actor.SessionID, What: "session id"},
		{Label: "Hash", ID: hex.EncodeToString(r.Hash), What: "hash"},
		{Label: "Previous", ID: hex.EncodeToString(r.Prev), What: "previous hash"},
	} {
		if f.Text != "" || f.ID != "" {
			entry.Facts = append(entry.Facts, f)
		}
	}
	return entry
}

func resultStatus(r operators.Result) components.Status {
	switch r {
	case operators.Done:
		return components.StatusOf("Done")
	case operators.Failed:
		return components.StatusOf("Failed")
	case operators.Denial:
		return components.StatusOf("Denied")
	}
	return components.StatusOf(string(r))
}

// objectKind turns "saf_entry" into "SAF entry".
func objectKind(kind string) string {
	switch kind {
	case "operator":
		return "Person"
	case "":
		return "Object"
	}
	words := strings.ReplaceAll(kind, "_", " ")
	if rest, ok := strings.CutPrefix(words, "saf"); ok {
		return "SAF" + rest
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// shortID is a uuid as lists show it; other ids are short already.
func shortID(id string) string {
	if len(id) == 36 && strings.Count(id, "-") == 4 {
		return id[:8]
	}
	return id
}

// summary is the new state in a few words: "kind SIGN_IN, state ACTIVE".
func summary(after json.RawMessage) string {
	var members map[string]any
	if json.Unmarshal(after, &members) != nil {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if text, ok := members[name].(string); ok && text != "" {
			parts = append(parts, name+" "+text)
		}
	}
	return strings.Join(parts, ", ")
}
