package giftcards

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// call is an authenticated message before it was understood.
type call struct {
	resource
	kind   transactions.TraceKind
	client switchcore.Client
	in     switchcore.Inbound
	// id and adviceID are those of the path; adviceID is empty for a request.
	id, adviceID string
}

// receive authenticates the caller and records what arrived, masked. A caller who does not get in is answered here: the
// call is nil then, and err is what became of that.
func (s *Service) receive(c *fiber.Ctx, r resource, kind transactions.TraceKind) (*call, error) {
	start := time.Now()
	m := &call{resource: r, kind: kind, id: segment(c, "id"), adviceID: segment(c, "adviceId")}
	client, err := s.Auth.Authenticate(api.CallerOf(c))
	if err != nil {
		return nil, refuse(c, m, err)
	}
	m.client = client
	m.in = message.Received(c, mask.GiftCard(), tracedPath(c), start)
	m.in.ExchangeID, m.in.Kind, m.in.Operation = s.NewID(), kind, r.op
	return m, nil
}

// segment gives a part of the path as the client means it; a copy.
func segment(c *fiber.Ctx, name string) string {
	raw := c.Params(name)
	text, err := url.PathUnescape(raw)
	if err != nil {
		text = raw // equals no id of a body that was sent for it
	}
	return strings.Clone(text)
}

// maxPath bounds a traced path, in bytes: two ids of full length, escaped, fit.
const maxPath = 2000

// tracedPath is the path as stored: ids are the client's words and may be anything.
func tracedPath(c *fiber.Ctx) string {
	path := []byte(c.Path())
	path = bytes.ToValidUTF8(path[:min(len(path), maxPath)], []byte("?"))
	return mask.MaskText(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, string(path)))
}

// messageID is the id of the message itself, as far as the path tells.
func (m *call) messageID() string {
	if m.adviceID != "" {
		return m.adviceID
	}
	return m.id
}

// about is a refusal of the message; ids are those of the path until the body was understood.
func (m *call) about(r Refusal) Refusal {
	r.RequestType = m.requestType(m.kind)
	if r.ID == "" {
		r.ID = m.messageID()
	}
	if r.OriginalID == "" && m.adviceID != "" {
		r.OriginalID = m.id
	}
	return r
}

// unreadable answers FORMAT_ERROR; only the traces remain of such a message, and no id is used up by it.
func (s *Service) unreadable(c *fiber.Ctx, m *call, err error) error {
	var failure *message.Failure
	if !errors.As(err, &failure) {
		return err
	}
	return s.heard(c, m, m.about(Refusal{ErrorType: switchcore.ErrFormat, Message: "Bad formatting", Violations: failure.Violations}))
}

// inconsistent answers an id of the body that differs from its place in the path.
func (s *Service) inconsistent(c *fiber.Ctx, m *call, refusal Refusal) error {
	refusal.ErrorType, refusal.Message = switchcore.ErrFormat, "UUID inconsistent"
	return s.heard(c, m, m.about(refusal))
}

func (s *Service) heard(c *fiber.Ctx, m *call, refusal Refusal) error {
	reply := switchcore.Reply{
		Status: fiber.StatusBadRequest, ErrorType: refusal.ErrorType, ErrorMessage: refusal.Message,
		FormatErrors: (&message.Failure{Violations: refusal.Violations}).Entries(),
	}
	return message.Send(c, s.Switch.Heard(m.in, m.client, reply, func(r switchcore.Reply) switchcore.Outbound {
		return outbound(r.Status, refusal.Body(), "")
	}))
}

// refuse answers a caller who did not get in, in this service's words; other errors go to the server.
func refuse(c *fiber.Ctx, m *call, err error) error {
	var refused *api.Error
	if !errors.As(err, &refused) {
		return err
	}
	if err := refused.Send(c); err != nil {
		return err
	}
	refusal := m.about(Refusal{ErrorType: errorType(refused.Type), Message: notIn(refused.Status)})
	if !acceptable(refusal.ID) || !acceptable(refusal.OriginalID) {
		refusal.ID, refusal.OriginalID = "", "" // not repeated to somebody unknown
	}
	return c.Send(refusal.Body())
}

// notIn says why a caller did not get in, in at most 20 characters.
func notIn(status int) string {
	switch status {
	case fiber.StatusUnauthorized:
		return "Not authenticated"
	case fiber.StatusForbidden:
		return "Not allowed"
	case fiber.StatusTooManyRequests:
		return "Too many requests"
	}
	return "Try again later"
}

// acceptable tells whether a text may be an id, or is none.
func acceptable(id string) bool { return len(id) <= 4*maxID && printable([]byte(id)) }
