package serviceinterface

import (
	"net/http"
	"net/url"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const headersRead = `{"Accept":"application/json"}`

// Prepare writes the message of a call (providers.md 3). It fails with apperr.Invalid for what the interface or the
// provider's profile has no words for; nothing is sent then (I12).
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	m, err := prepare(call, c.client.IDOf(call))
	if err == nil {
		m.User = call.Provider.UserOf(call.ClientID)
	}
	return m, err
}

func prepare(call switchcore.Call, id string) (switchcore.Message, error) {
	switch {
	case call.Kind == transactions.AttemptLookup:
		return prepareLookup(call)
	case id == "":
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "provider %s knows the request by an id that is not on record", call.Provider.ID)
	case call.Kind == transactions.AttemptRequest, call.Kind == transactions.AttemptRetry:
		return prepareRequest(call, id)
	case call.Kind == transactions.AttemptConfirm, call.Kind == transactions.AttemptReverse:
		return prepareAdvice(call, id)
	}
	return switchcore.Message{}, family.Unsupported(call)
}

// collection is the path of an operation's requests; empty: not a financial operation.
func collection(op transactions.Operation) string {
	switch op {
	case transactions.Provision:
		return "/vouchers"
	case transactions.Redemption:
		return "/redemptions"
	case transactions.Refund:
		return "/refunds"
	}
	return ""
}

// prepareRequest forwards the client's message under the id that the provider shall know it by.
func prepareRequest(call switchcore.Call, id string) (switchcore.Message, error) {
	path := collection(call.Operation)
	retry := call.Kind == transactions.AttemptRetry
	if path == "" || retry && call.Operation != transactions.Provision || call.Request == nil {
		return switchcore.Message{}, family.Unsupported(call)
	}
	if retry {
		path += "/" + url.PathEscape(id) + "/retry"
	}
	body, err := family.Forward(call, id)
	if err != nil {
		return switchcore.Message{}, err
	}
	return post(path, body), nil
}

// prepareLookup asks by the strongest reference the request has. The id of a provision must be the one the provider
// knows it by.
func prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	if call.Operation != transactions.Lookup || r == nil {
		return switchcore.Message{}, family.Unsupported(call)
	}
	q := url.Values{}
	switch {
	case r.VoucherCode != "":
		q.Set("voucherCode", r.VoucherCode)
	case r.VoucherSerial != "":
		q.Set("voucherSerialNumber", r.VoucherSerial)
	case r.LookupRequestID != "":
		q.Set("provisionRequestId", r.LookupRequestID)
	default:
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "a look-up needs a code, a serial number or a request id")
	}
	if r.Receiver.ID != "" {
		q.Set("receiverInstId", r.Receiver.ID)
	}
	raw := q.Encode()
	return switchcore.Message{
		Method: http.MethodGet, Path: "/vouchers?" + raw, TracedPath: "/vouchers?" + mask.Query(raw), Headers: headersRead,
	}, nil
}

func post(path string, body []byte) switchcore.Message {
	return switchcore.Message{
		Method: http.MethodPost, Path: path, Body: body, Masked: string(mask.Voucher().Body(body)), Headers: family.HeadersWrite,
	}
}
