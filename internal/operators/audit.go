package operators

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Result is how an audited action ended.
type Result string

// The results of audited actions.
const (
	Done   Result = "DONE"
	Failed Result = "FAILED"
	Denial Result = "DENIED"
)

// Actor is who acts and from where. The zero ID stands for nobody with an account: then Name is "cli", "switch"
// or "unknown".
type Actor struct {
	ID        string // operator id
	Name      string
	IP        string
	SessionID string
	RequestID string
}

// CLI is the actor of commands run on the server's own shell (guarantees.md C2).
func CLI() Actor { return Actor{Name: "cli"} }

// Switch is the actor of what the program decides by itself.
func Switch() Actor { return Actor{Name: "switch"} }

// AuditEntry is one row to be added to the audit log. Before and After are marshalled to JSON; they hold masked
// values only and no floating-point numbers.
type AuditEntry struct {
	Actor      Actor
	Action     string // dotted, such as "saf.replay"
	ObjectType string
	ObjectID   string
	Scope      string // provider, client or service the object belongs to
	Before     any
	After      any
	Reason     string
	ApprovalID string
	Result     Result // empty stands for DONE
}

// AuditRow is a stored entry. Body is the canonical JSON as hashed; the other fields are copies of it.
type AuditRow struct {
	Seq    int64
	At     time.Time
	Entry  AuditEntry
	Before json.RawMessage // nil when the entry had none
	After  json.RawMessage
	Body   string
	Prev   []byte
	Hash   []byte
}

// Seal composes the row that follows the chain's head: seq is the head's plus one, at the database's time.
func (e AuditEntry) Seal(seq int64, at time.Time, prev []byte) (AuditRow, error) {
	if e.Action == "" {
		return AuditRow{}, apperr.Errorf(apperr.Internal, "an audit entry needs an action")
	}
	if e.Result == "" {
		e.Result = Done
	}
	e = e.cleaned()
	at = at.UTC().Truncate(time.Microsecond)
	before, err := canonicalJSON(e.Before)
	if err != nil {
		return AuditRow{}, err
	}
	after, err := canonicalJSON(e.After)
	if err != nil {
		return AuditRow{}, err
	}
	row := AuditRow{Seq: seq, At: at, Entry: e, Before: before, After: after, Prev: prev}
	row.Body, err = row.canonicalBody()
	if err != nil {
		return AuditRow{}, err
	}
	row.Hash = ChainHash(prev, seq, row.Body)
	return row, nil
}

// ChainHash links an entry to the one before it: SHA-256 over the previous hash followed by "seq|body".
func ChainHash(prev []byte, seq int64, body string) []byte {
	h := sha256.New()
	h.Write(prev)
	_, _ = io.WriteString(h, strconv.FormatInt(seq, 10)+"|"+body)
	return h.Sum(nil)
}

// GenesisHash is what the first entry takes as its predecessor's hash.
func GenesisHash() []byte { return make([]byte, sha256.Size) }

// Check tells what is wrong with a stored row that should follow the row (prevSeq, prevHash); empty when nothing is.
func (r AuditRow) Check(prevSeq int64, prevHash []byte) string {
	switch body, err := r.canonicalBody(); {
	case r.Seq != prevSeq+1:
		return fmt.Sprintf("entry %d is missing", prevSeq+1)
	case !bytes.Equal(r.Prev, prevHash):
		return "it does not follow the entry before it"
	case !bytes.Equal(r.Hash, ChainHash(r.Prev, r.Seq, r.Body)):
		return "its hash does not fit its content"
	case err != nil || body != r.Body:
		return "its columns differ from the content that was hashed"
	}
	return ""
}

// canonicalBody writes the row's facts as JSON with sorted keys, no blanks and no empty members.
func (r AuditRow) canonicalBody() (string, error) {
	e := r.Entry
	members := map[string]any{"at": r.At.UTC().Format("2006-01-02T15:04:05.000000Z")}
	for name, value := range map[string]string{
		"actor_id": e.Actor.ID, "actor_name": e.Actor.Name, "actor_ip": e.Actor.IP, "session_id": e.Actor.SessionID,
		"request_id": e.Actor.RequestID, "action": e.Action, "object_type": e.ObjectType, "object_id": e.ObjectID,
		"scope": e.Scope, "reason": e.Reason, "approval_id": e.ApprovalID, "result": string(e.Result),
	} {
		if value != "" {
			members[name] = value
		}
	}
	for name, raw := range map[string]json.RawMessage{"before": r.Before, "after": r.After} {
		if raw != nil {
			members[name] = raw
		}
	}
	body, err := canonicalJSON(members)
	return string(body), err
}

// cleaned replaces in the texts what PostgreSQL cannot keep.
func (e AuditEntry) cleaned() AuditEntry {
	for _, s := range []*string{
		&e.Actor.ID, &e.Actor.Name, &e.Actor.IP, &e.Actor.SessionID, &e.Actor.RequestID,
		&e.Action, &e.ObjectType, &e.ObjectID, &e.Scope, &e.Reason, &e.ApprovalID,
	} {
		*s = cleanText(*s)
	}
	return e
}

func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// canonicalJSON gives the one JSON text of a value that survives a trip through a jsonb column unchanged:
// sorted keys, no blanks, plain decimal numbers; nil for an absent value.
func canonicalJSON(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Internal, "write an audit value as JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, apperr.Wrap(err, apperr.Internal, "read an audit value")
	}
	if tree == nil {
		return nil, nil
	}
	if tree, err = cleanTree(tree); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return nil, apperr.Wrap(err, apperr.Internal, "write an audit value as JSON")
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func cleanTree(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case string:
		return cleanText(v), nil
	case json.Number:
		return cleanNumber(v)
	case []any:
		for i := range v {
			if v[i], err = cleanTree(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for name, member := range v {
			if clean[cleanText(name)], err = cleanTree(member); err != nil {
				return nil, err
			}
		}
		return clean, nil
	}
	return v, nil
}

// cleanNumber refuses exponents and drops the sign of zero: jsonb would write both differently.
func cleanNumber(n json.Number) (json.Number, error) {
	s := n.String()
	if strings.ContainsAny(s, "eE") {
		return "", apperr.Errorf(apperr.Internal, "an audit value holds a number with an exponent; use whole minor units")
	}
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return json.Number(s), nil
}
