package vouchers

import (
	"errors"
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
	client switchcore.Client
	in     switchcore.Inbound
}

// receive authenticates the caller and records what arrived, masked. The error is an *api.Error. Nothing
// of the result points into the web framework's buffers.
func (s *Service) receive(c *fiber.Ctx, op transactions.Operation, kind transactions.TraceKind) (*call, error) {
	start := time.Now()
	client, err := s.Auth.Authenticate(api.CallerOf(c))
	if err != nil {
		return nil, err
	}
	path := mask.MaskText(c.Path())
	if query := mask.Query(string(c.Request().URI().QueryString())); query != "" {
		path += "?" + query
	}
	in := message.Received(c, mask.Voucher(), path, start)
	in.ExchangeID, in.Kind, in.Operation = s.NewID(), kind, op
	return &call{client: client, in: in}, nil
}

// refuse answers a caller who did not get in; other errors go to the server.
func refuse(c *fiber.Ctx, err error) error {
	var refused *api.Error
	if errors.As(err, &refused) {
		return refused.Send(c)
	}
	return err
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
		return message.Send(c, s.Switch.Heard(call.in, call.client, switchcore.Reply{
			Status: fiber.StatusBadRequest, ErrorType: switchcore.ErrAuthentication,
			ErrorMessage: "client.id is not you", Detail: switchcore.Detail{Client: true},
		}, req.Render))
	}
	return message.Send(c, run(req))
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
	return message.Send(c, s.Switch.Advise(a))
}

// unreadable answers FORMAT_ERROR; only the traces remain of such a message (guarantees.md A1).
func (s *Service) unreadable(c *fiber.Ctx, call *call, err error) error {
	var failure *message.Failure
	if !errors.As(err, &failure) {
		return err
	}
	reply := switchcore.Reply{
		Status: fiber.StatusBadRequest, ErrorType: switchcore.ErrFormat, ErrorMessage: "Invalid message",
		FormatErrors: failure.Entries(),
	}
	return message.Send(c, s.Switch.Heard(call.in, call.client, reply, plainRenderer))
}

// plainRenderer writes errors about messages that were not understood.
func plainRenderer(r switchcore.Reply) switchcore.Outbound {
	return outbound(r.Status, refusalOf(r, "").Body(), "")
}
