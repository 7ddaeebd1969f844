package humm

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Message is one flat JSON object of the rail, request or answer. It owns its memory; it holds secrets.
type Message struct {
	members []Member
}

// Member is one member of a message.
type Member struct {
	Name string
	Kind jsonedit.Kind
	Text string // decoded text of a string, literal of any other value
	Raw  []byte // as received
}

// Parse reads a message. The error is apperr.Invalid, quotes nothing, and says that the text is no JSON object, or holds a
// member twice.
func Parse(body []byte) (*Message, error) {
	doc, err := jsonedit.Parse(body)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Invalid, "the message is not acceptable JSON")
	}
	if doc.Nodes[0].Kind != jsonedit.Object {
		return nil, apperr.Errorf(apperr.Invalid, "the message is not a JSON object")
	}
	m := &Message{}
	for i := range doc.Children(0) {
		m.members = append(m.members, Member{
			Name: string(doc.Name(i)), Kind: doc.Nodes[i].Kind, Text: string(doc.Text(i)), Raw: append([]byte(nil), doc.Raw(i)...),
		})
	}
	return m, nil
}

// Find gives a member; one that is null counts as absent. Names are exact.
func (m *Message) Find(name string) (Member, bool) {
	for _, member := range m.members {
		if member.Name == name && member.Kind != jsonedit.Null {
			return member, true
		}
	}
	return Member{}, false
}

// Text gives the text of a string, or the literal of a number or truth value; empty when the member is absent or a
// structure.
func (m *Message) Text(name string) string {
	member, ok := m.Find(name)
	if !ok || member.Kind == jsonedit.Object || member.Kind == jsonedit.Array {
		return ""
	}
	return member.Text
}

// Raw gives a member as received; nil when it is absent or null.
func (m *Message) Raw(name string) []byte {
	member, _ := m.Find(name)
	return member.Raw
}

// Signature gives the signature in lower case, the form in which it is compared and stored.
func (m *Message) Signature() string { return strings.ToLower(m.Text(Signature)) }
