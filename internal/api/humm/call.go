package humm

import (
	"bytes"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/message"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// call is one message of a till on its way through the service. It holds secrets.
type call struct {
	op       rail.Operation
	body     []byte // the till's own bytes: what is signed goes on as it came
	msg      *rail.Message
	merchant rail.Merchant
	key      string // signs the answer; empty: none is shared
	client   switchcore.Client
	in       switchcore.Inbound
	wait     time.Duration // told to a till that waits for its buyer
}

// handle reads, proves and checks a message in the order of spec/humm.md 4, then runs it. Nothing before the last step
// changes anything, nor uses a code up.
func (s *Service) handle(c *fiber.Ctx, op rail.Operation) error {
	k := &call{op: op, body: bytes.Clone(c.Request().Body()), wait: s.retryAfter()} // never decompressed: a compressed body is no JSON
	start := time.Now()
	var err error
	if k.msg, err = rail.Parse(k.body); err != nil {
		k.msg = &rail.Message{}
		return s.turnAway(c, k, &refusal{code: rail.Invalid, text: "Not one JSON object"})
	}
	if no := s.identify(c.UserContext(), k); no != nil {
		return s.turnAway(c, k, no)
	}
	if k.client, err = s.Clients.Permit(k.merchant.ClientID, api.CallerOf(c)); err != nil {
		return s.notPermitted(c, k, err)
	}
	k.in = switchcore.Inbound{
		ExchangeID: s.NewID(), Kind: transactions.TraceRequest, Operation: switchOperation(op), Method: c.Method(), Path: mask.MaskText(c.Path()),
		Headers: message.TracedHeaders(c), Body: string(mask.Humm(k.body)), SHA256: transactions.Digest(k.body), Bytes: len(k.body), Start: start,
	}
	if op == rail.ReverseAdjustment {
		k.in.Kind = transactions.TraceReversal
	}
	return send(c, s.run(k))
}

// run checks the fields and hands the message to the switch.
func (s *Service) run(k *call) switchcore.Outbound {
	if no := s.check(k); no != nil {
		reply := switchcore.Reply{Status: fiber.StatusBadRequest, ErrorType: switchcore.ErrFormat, ErrorMessage: no.text}
		return s.Switch.Heard(k.in, k.client, reply, func(r switchcore.Reply) switchcore.Outbound {
			if r.Status >= fiber.StatusInternalServerError {
				return k.render(r)
			}
			return k.answer(no.code, no.text)
		})
	}
	switch k.op {
	case rail.CreateKey:
		return s.createKey(k)
	case rail.Invite:
		return s.invite(k)
	case rail.ProcessAuthorisation:
		return s.authorise(k)
	case rail.SendReceipt:
		return s.attachReceipt(k)
	case rail.ProcessAdjustment:
		return s.adjust(k)
	default:
		return s.reverseAdjustment(k)
	}
}

// switchOperation names an operation in the switch's words; the reversal of an adjustment is an advice about one.
func switchOperation(op rail.Operation) transactions.Operation {
	switch op {
	case rail.CreateKey:
		return transactions.CreateKey
	case rail.Invite:
		return transactions.Invite
	case rail.ProcessAuthorisation:
		return transactions.Authorisation
	case rail.SendReceipt:
		return transactions.Receipt
	default:
		return transactions.Adjustment
	}
}

// turnAway answers a message whose sender is not proved. Such messages are logged and counted, not traced (I13).
func (s *Service) turnAway(c *fiber.Ctx, k *call, no *refusal) error {
	if no.code != rail.InternalFailure {
		s.refused.Add(1)
		s.Log.Warn("a consumer finance message was refused", "operation", string(k.op), "code", no.code, "reason", no.text,
			"merchant", k.merchant.ID, "address", c.IP())
	}
	return send(c, k.answer(no.code, no.text))
}

// notPermitted answers for a client that may not call now. The rail has one status and its own codes for all of it.
func (s *Service) notPermitted(c *fiber.Ctx, k *call, err error) error {
	no := &refusal{code: rail.InternalFailure}
	var refused *api.Error
	switch {
	case !errors.As(err, &refused):
		s.Log.Error("a client's permission could not be checked", "client", k.merchant.ClientID, "err", err)
	case refused.Status == fiber.StatusUnauthorized, refused.Status == fiber.StatusForbidden:
		no = &refusal{code: rail.NotRecognised, text: "Not permitted"}
	default:
		api.SetRetryAfter(c, refused.RetryAfter)
	}
	return s.turnAway(c, k, no)
}

// send writes an answer: always 200, the code in the body decides.
func send(c *fiber.Ctx, out switchcore.Outbound) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Status(out.Status).Send(out.Body)
}
