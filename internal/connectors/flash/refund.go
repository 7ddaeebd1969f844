package flash

import (
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareRefund buys a new 1Voucher from the redemption balance. Flash does not link it to the redemption: the amount must
// come with the request, and the old code stays spent (4.5, 4.7).
func (c *Connector) prepareRefund(call switchcore.Call) (switchcore.Message, error) {
	group, err := groupFor(call, actRefund)
	if err != nil {
		return switchcore.Message{}, err
	}
	r := call.Request
	switch {
	case r.Amount == nil || r.Amount.Minor <= 0:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Amount needed")
	case r.Amount.Currency != native.Rand:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Rand only")
	}
	body := c.write(call.WireRef)
	body.Number("amount", r.Amount.Minor)
	shop(body, r)
	metadata(body, r)
	return c.post(group, actRefund, body), nil
}
