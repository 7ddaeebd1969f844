package vouchers

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// call is an authenticated message before it was understood.
type call struct {
	client switchcore.Client
	in     switchcore.Inbound
}

// receive authenticates the caller and records what arrived, masked. The error is an *api.Error. Nothing
// of the result points into the web framework's buffers.
func (s *Service) receive(c *fiber.Ctx, op transactions.Operation, kind transactions.TraceKind) (*call, error) {
	start := time.Now()
	client, err := s.Auth.Authenticate(c.Get(fiber.HeaderAuthorization), c.IP())
	if err != nil {
		return nil, err
	}
	body := c.Request().Body() // never decompressed: a compressed body is no JSON
	path := mask.MaskText(c.Path())
	if query := mask.Query(string(c.Request().URI().QueryString())); query != "" {
		path += "?" + query
	}
	return &call{client: client, in: switchcore.Inbound{
		ExchangeID: s.NewID(), Kind: kind, Operation: op, Method: c.Method(), Path: path, Headers: tracedHeaders(c),
		Body: string(mask.Voucher().Body(body)), SHA256: transactions.Digest(body), Bytes: len(body), Start: start,
	}}, nil
}

// maxHeader bounds one traced header value, in bytes.
const maxHeader = 200

// tracedHeaders gives the headers that may be stored, as a JSON object.
func tracedHeaders(c *fiber.Ctx) string {
	w := objectWriter{}
	w.open()
	c.Request().Header.VisitAll(func(name, value []byte) {
		if mask.KeepHeader(string(name)) {
			w.raw(string(name), jsonedit.AppendString(nil, value[:min(len(value), maxHeader)]))
		}
	})
	return string(w.close())
}

// refuse answers a caller who did not get in; other errors go to the server.
func refuse(c *fiber.Ctx, err error) error {
	var refused *api.Error
	if errors.As(err, &refused) {
		return refused.Send(c)
	}
	return err
}

// send writes an answer of the switch.
func send(c *fiber.Ctx, out switchcore.Outbound) error {
	if out.Headers != "" {
		var headers map[string]string
		if err := json.Unmarshal([]byte(out.Headers), &headers); err != nil {
			return err
		}
		for name, value := range headers {
			c.Set(name, value)
		}
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(out.Status).Send(out.Body)
}

// request runs one of the three requests with a body.
func (s *Service) request(c *fiber.Ctx, op transactions.Operation, run func(*switchcore.Request) switchcore.Outbound) error {
	call, err := s.receive(c, op, transactions.TraceRequest)
	if err != nil {
		return refuse(c, err)
	}
	req, client, err := DecodeRequest(op, c.Request().Body())
	return s.finish(c, call, req, client, err, run)
}

// finish checks that the caller speaks for itself and hands the request to the switch.
func (s *Service) finish(c *fiber.Ctx, call *call, req *switchcore.Request, client string, err error,
	run func(*switchcore.Request) switchcore.Outbound,
) error {
	if err != nil {
		return s.unreadable(c, call, err)
	}
	req.Client, req.Key.ClientID, req.In = call.client, call.client.ID, call.in
	req.Render = RequestRenderer(req)
	if client != call.client.ID {
		return send(c, s.Switch.Heard(call.in, call.client, switchcore.Reply{
			Status: fiber.StatusBadRequest, ErrorType: switchcore.ErrAuthentication,
			ErrorMessage: "client.id is not you", Detail: switchcore.Detail{Client: true},
		}, req.Render))
	}
	return send(c, run(req))
}

// advice runs a confirmation or reversal.
func (s *Service) advice(c *fiber.Ctx, op transactions.Operation, kind transactions.Decision) error {
	traceKind := transactions.TraceConfirmation
	if kind == transactions.Reverse {
		traceKind = transactions.TraceReversal
	}
	call, err := s.receive(c, op, traceKind)
	if err != nil {
		return refuse(c, err)
	}
	a, err := DecodeAdvice(op, kind, c.Request().Body())
	if err != nil {
		return s.unreadable(c, call, err)
	}
	a.Client, a.Key.ClientID, a.In = call.client, call.client.ID, call.in
	a.Render = AdviceRenderer(a)
	return send(c, s.Switch.Advise(a))
}

// unreadable answers FORMAT_ERROR; only the traces remain of such a message (guarantees.md A1).
func (s *Service) unreadable(c *fiber.Ctx, call *call, err error) error {
	var failure *FormatFailure
	if !errors.As(err, &failure) {
		return err
	}
	reply := switchcore.Reply{
		Status: fiber.StatusBadRequest, ErrorType: switchcore.ErrFormat, ErrorMessage: "Invalid message",
		FormatErrors: failure.Errors,
	}
	return send(c, s.Switch.Heard(call.in, call.client, reply, plainRenderer))
}

// plainRenderer writes errors about messages that were not understood.
func plainRenderer(r switchcore.Reply) switchcore.Outbound {
	return outbound(r.Status, refusalOf(r, "").Body(), "")
}
