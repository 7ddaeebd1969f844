package serviceinterface

import (
	"net/http"
	"net/url"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	headersWrite = `{"Accept":"application/json","Content-Type":"application/json"}`
	headersRead  = `{"Accept":"application/json"}`
)

// Prepare writes the message of a call (providers.md 3). It fails with apperr.Invalid for what the interface or the
// provider's profile has no words for; nothing is sent then (I12).
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	m, err := prepare(call)
	if err == nil {
		m.User = call.Provider.UserOf(call.ClientID)
	}
	return m, err
}

func prepare(call switchcore.Call) (switchcore.Message, error) {
	switch call.Kind {
	case transactions.AttemptRequest, transactions.AttemptRetry:
		return prepareRequest(call)
	case transactions.AttemptLookup:
		return prepareLookup(call)
	case transactions.AttemptConfirm, transactions.AttemptReverse:
		return prepareAdvice(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "provider %s takes no %s of a %s", call.Provider.ID, call.Kind, call.Operation)
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

// prepareRequest forwards the client's message with our id, our party, the route's settlement entity, and our reference
// behind all received ones; every other byte stays.
func prepareRequest(call switchcore.Call) (switchcore.Message, error) {
	path := collection(call.Operation)
	retry := call.Kind == transactions.AttemptRetry
	if path == "" || retry && call.Operation != transactions.Provision || call.Request == nil {
		return switchcore.Message{}, unsupported(call)
	}
	if retry {
		path += "/" + url.PathEscape(call.WireRef) + "/retry"
	}
	edits := []jsonedit.Edit{
		jsonedit.Set("id", jsonedit.Quote(call.WireRef)),
		jsonedit.Set("client", institution(switchcore.Institution{ID: call.Provider.UserOf(call.ClientID), Name: switchsName})),
		jsonedit.Push("thirdPartyIdentifiers", ourIdentifier(call)),
	}
	if s := call.Provider.Settlement; s.ID != "" {
		edits = append(edits, jsonedit.Set("settlementEntity", institution(s)))
	}
	body, err := jsonedit.Apply(call.Request.Body, edits...)
	if err != nil {
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "the request cannot be forwarded: %v", err)
	}
	return post(path, body), nil
}

// prepareLookup asks by the strongest reference the request has. The id of a provision must be the one the provider
// knows it by.
func prepareLookup(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	if call.Operation != transactions.Lookup || r == nil {
		return switchcore.Message{}, unsupported(call)
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
		Method: http.MethodPost, Path: path, Body: body, Masked: string(mask.Voucher().Body(body)), Headers: headersWrite,
	}
}

func institution(p switchcore.Institution) []byte {
	if p.Name == "" {
		p.Name = p.ID // a name is required on the wire
	}
	out := jsonedit.AppendString([]byte(`{"id":`), p.ID)
	out = jsonedit.AppendString(append(out, `,"name":`...), p.Name)
	return append(out, '}')
}

// ourIdentifier is our own entry of the third party identifiers.
func ourIdentifier(call switchcore.Call) []byte {
	out := jsonedit.AppendString([]byte(`{"institutionId":`), call.Provider.UserOf(call.ClientID))
	out = jsonedit.AppendString(append(out, `,"transactionIdentifier":`...), call.WireRef)
	return append(out, '}')
}
