package flash

import "github.com/signalboxhq/signalbox/internal/switchcore"

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
		return switchcore.Message{}, refuse(switchcore.ErrAmount, "Amount needed")
	case r.Amount.Currency != zarCurrency:
		return switchcore.Message{}, refuse(switchcore.ErrAmount, "Rand only")
	}
	body := c.write(call.WireRef)
	body.number("amount", r.Amount.Minor)
	body.shop(r)
	body.metadata(r)
	return c.post(group, actRefund, body), nil
}
