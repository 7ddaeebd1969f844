package flash

import (
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Prepare writes the message of a call (4.7). It fails with a *switchcore.Refusal for what Flash would never take, and with
// apperr.Invalid for what its protocol or the provider's profile has no words for; nothing is sent then (I12).
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	switch call.Kind {
	case transactions.AttemptRequest, transactions.AttemptRetry:
		return c.prepareRequest(call)
	case transactions.AttemptLookup:
		return c.prepareLookup(call)
	case transactions.AttemptReverse:
		return c.prepareReversal(call)
	}
	return switchcore.Message{}, unsupported(call) // there is no confirmation
}

func (c *Connector) prepareRequest(call switchcore.Call) (switchcore.Message, error) {
	if call.Request == nil {
		return switchcore.Message{}, unsupported(call)
	}
	switch call.Operation {
	case transactions.Provision:
		return c.prepareProvision(call)
	case transactions.Redemption:
		return c.prepareRedemption(call)
	case transactions.Refund:
		return c.prepareRefund(call)
	}
	return switchcore.Message{}, unsupported(call)
}

func unsupported(call switchcore.Call) error {
	return apperr.Errorf(apperr.Invalid, "Flash takes no %s of a %s", call.Kind, call.Operation)
}

// groupOf gives the product group of a call; without a product it is 1Voucher.
func groupOf(call switchcore.Call) (string, error) {
	switch {
	case call.Product == nil || call.Product.ProviderGroup == "":
		return groupOneVoucher, nil
	case offered(call.Product.ProviderGroup) == nil:
		return "", apperr.Errorf(apperr.Invalid, "product %s names no product group of Flash", call.Product.ID)
	}
	return call.Product.ProviderGroup, nil
}

// groupFor is groupOf for an action that not every group offers.
func groupFor(call switchcore.Call, name action) (string, error) {
	group, err := groupOf(call)
	if err == nil && !offers(group, name) {
		err = native.Refuse(switchcore.ErrNotSupported, "Not offered for product")
	}
	return group, err
}
