package blu

import (
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Prepare writes the message of a call (7). It fails with a *switchcore.Refusal for what the provider would never take, and
// with apperr.Invalid for what the protocol or the provider's profile has no words for; nothing is sent then (I12).
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	switch {
	case call.Kind == transactions.AttemptReverse:
		return c.prepareReversal(call)
	case call.Request == nil:
	case call.Kind == transactions.AttemptLookup && call.Operation == transactions.Lookup:
		return c.prepareLookup(call)
	case call.Kind == transactions.AttemptRequest && call.Operation == transactions.Provision:
		return c.prepareSale(call)
	case call.Kind == transactions.AttemptRetry && call.Operation == transactions.Provision && c.options.resends():
		return c.prepareSale(call)
	case call.Kind == transactions.AttemptRequest && call.Operation == transactions.Redemption:
		return c.prepareRedemption(call)
	}
	return switchcore.Message{}, unsupported(call) // no confirmations, no refunds
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "Blu Voucher takes no %s of a %s", call.Kind, call.Operation)
}
