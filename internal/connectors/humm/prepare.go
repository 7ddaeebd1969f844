package humm

import (
	"net/http"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/apperr"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// headers are those of every message, as traced.
const headers = `{"Accept":"application/json","Content-Type":"application/json"}`

// Prepare writes the message of a call: the till's own bytes wherever there are some, so that one signature holds from end to
// end and a repeat is identical (spec/humm.md 8.1). It reads a key only to sign what undoes something.
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	op := operationOf(call.Operation)
	switch {
	case op == "":
		return switchcore.Message{}, unsupported(call)
	case call.Kind == transactions.AttemptReverse:
		return c.prepareReversal(call)
	case call.Kind == transactions.AttemptConfirm, call.Kind == transactions.AttemptLookup:
		return switchcore.Message{}, unsupported(call) // a single-message rail without look-ups
	case call.Request == nil || len(call.Request.Body) == 0:
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "the request of %s is not on record", call.WireRef)
	}
	return message(op, call.Request.Body), nil
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "provider %s takes no %s of a %s", call.Provider.ID, call.Kind, call.Operation)
}

// operationOf gives the rail's name of an operation; empty: it has none.
func operationOf(op transactions.Operation) rail.Operation {
	switch op {
	case transactions.CreateKey:
		return rail.CreateKey
	case transactions.Invite:
		return rail.Invite
	case transactions.Authorisation:
		return rail.ProcessAuthorisation
	case transactions.Receipt:
		return rail.SendReceipt
	case transactions.Adjustment:
		return rail.ProcessAdjustment
	}
	return ""
}

func message(op rail.Operation, body []byte) switchcore.Message {
	return switchcore.Message{Method: http.MethodPost, Path: op.Path(), Body: body, Masked: string(mask.Humm(body)), Headers: headers}
}

// prepareReversal writes what takes a sale or a refund back. A sale has no reversal of its own: it is refunded in full, once it
// is known that there is something to refund (8.4).
func (c *Connector) prepareReversal(call switchcore.Call) (switchcore.Message, error) {
	if call.Request == nil || len(call.Request.Body) == 0 || call.Advice == nil {
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "the request of %s is not on record", call.WireRef)
	}
	original, err := rail.Parse(call.Request.Body)
	if err != nil {
		return switchcore.Message{}, err
	}
	switch {
	case call.Operation == transactions.Adjustment:
		return c.undoAdjustment(call, original)
	case call.Operation != transactions.Authorisation:
		return switchcore.Message{}, unsupported(call)
	case call.ProviderRef != "" || call.Advice.Identifiers != "":
		return c.refund(original, call.ProviderRef, call.EntryID)
	}
	resolve := message(rail.ProcessAuthorisation, call.Request.Body)
	resolve.Kind = transactions.AttemptResolve
	return resolve, nil
}

// undoAdjustment takes a refund back. The till's own message goes up where it quotes the signature that the refund went up
// with; a repeat of the refund may have been signed by somebody else, and the rail does not know that signature.
func (c *Connector) undoAdjustment(call switchcore.Call, original *rail.Message) (switchcore.Message, error) {
	if own, err := rail.Parse(call.Advice.Body); err == nil && sameSignature(own.Text(rail.AdjustmentSign), original) {
		return message(rail.ReverseAdjustment, call.Advice.Body), nil
	}
	return c.compose(rail.ReverseAdjustment, original,
		rail.Field{Name: rail.Reference, Value: call.EntryID}, rail.Field{Name: rail.AdjustmentSign, Value: original.Signature()})
}

// refund takes an approved sale back in full, under a reference of ours. The purchase number is the safest name of the sale.
func (c *Connector) refund(sale *rail.Message, purchaseNumber, reference string) (switchcore.Message, error) {
	if purchaseNumber == "" {
		purchaseNumber = sale.Text(rail.Reference)
	}
	amount, err := strconv.ParseUint(sale.Text(rail.FinanceAmount), 10, 63)
	if err != nil {
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "the stored authorisation names no amount")
	}
	return c.compose(rail.ProcessAdjustment, sale,
		rail.Field{Name: rail.Reference, Value: reference}, rail.Field{Name: rail.PurchaseRef, Value: purchaseNumber},
		rail.Field{Name: rail.Amount, Raw: strconv.AppendUint(nil, amount, 10)})
}

// compose writes and signs a message of our own in the name of the till that sent the original.
func (c *Connector) compose(op rail.Operation, original *rail.Message, own ...rail.Field) (switchcore.Message, error) {
	key, err := c.deviceKey(original)
	if err != nil {
		return switchcore.Message{}, err
	}
	var fields []rail.Field
	for _, name := range []string{rail.MerchantID, rail.DeviceID, rail.OperatorID, rail.Firmware} {
		fields = append(fields, rail.Field{Name: name, Raw: jsonedit.Quote(original.Text(name))})
	}
	return message(op, rail.Compose(key, append(fields, own...)...)), nil
}
