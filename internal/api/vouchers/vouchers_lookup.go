package vouchers

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// lookupVoucher tells what is known of a voucher: lookupVoucher. It has no effect and may be repeated.
func (s *Service) lookupVoucher(c *fiber.Ctx) error {
	call, err := s.receive(c, transactions.Lookup, transactions.TraceRequest)
	if err != nil {
		return refuse(c, err)
	}
	q, err := parseQuery(string(c.Request().URI().QueryString()))
	if err == nil && q["voucherCode"] == "" && q["provisionRequestId"] == "" && q["voucherSerialNumber"] == "" {
		err = message.Refuse("voucherCode", "voucherCode, provisionRequestId or voucherSerialNumber may not be null")
	}
	if err != nil {
		return s.unreadable(c, call, err)
	}
	req := s.lookupRequest(call, transactions.Lookup, q)
	return message.Send(c, s.Switch.Process(req))
}

// lookupRequest makes a request of a query; it has no id of its own, so the exchange stands for it.
func (s *Service) lookupRequest(call *call, op transactions.Operation, q map[string]string) *switchcore.Request {
	req := &switchcore.Request{
		MessageID: call.in.ExchangeID.String(),
		Key: transactions.Key{
			ClientID: call.client.ID, Service: transactions.Voucher, Operation: op, RequestID: call.in.ExchangeID.String(),
		},
		Client: call.client, In: call.in,
		Receiver:         switchcore.Institution{ID: q["receiverInstId"]},
		SettlementEntity: switchcore.Institution{ID: q["settlementEntityInstId"]},
		VoucherCode:      q["voucherCode"], VoucherSerial: q["voucherSerialNumber"], LookupRequestID: q["provisionRequestId"],
	}
	message.AddTerm(req, transactions.TermCode, req.VoucherCode)
	message.AddTerm(req, transactions.TermSerial, req.VoucherSerial)
	req.Render = RequestRenderer(req)
	return req
}

// parseQuery reads query parameters; each may be given once. Parameters nobody knows are ignored.
func parseQuery(raw string) (map[string]string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, message.Refuse("", "The query is not readable")
	}
	q := make(map[string]string, len(values))
	for _, name := range []string{
		"voucherCode", "provisionRequestId", "voucherSerialNumber", "receiverInstId", "settlementEntityInstId", "channelName",
	} {
		given := values[name]
		switch {
		case len(given) == 0:
			continue
		case len(given) > 1:
			return nil, message.Refuse(name, name+" may be given once")
		case !utf8.ValidString(given[0]), strings.Contains(given[0], "\x00"): // no database text can hold either
			return nil, message.Refuse(name, name+" has the wrong type")
		case utf8.RuneCountInString(given[0]) > message.MaxText:
			return nil, message.Refuse(name, name+" length must be between 0 and 512")
		}
		q[name] = given[0]
	}
	return q, nil
}
