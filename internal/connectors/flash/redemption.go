package flash

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareRedemption spends a code: the amount asked for, or all of it, which Flash writes as 0 (4.3).
func (c *Connector) prepareRedemption(call switchcore.Call) (switchcore.Message, error) {
	group, err := groupFor(call, actRedeem)
	if err != nil {
		return switchcore.Message{}, err
	}
	r, amount := call.Request, int64(0)
	switch {
	case r.VoucherCode == "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrFormat, "Voucher code needed")
	case r.Amount == nil:
	case r.Amount.Currency != native.Rand:
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Rand only")
	case r.Amount.Minor <= 0: // 0 would take everything
		return switchcore.Message{}, native.Refuse(switchcore.ErrAmount, "Amount must be positive")
	default:
		amount = r.Amount.Minor
	}
	body := c.write(call.WireRef)
	body.Number("amount", amount)
	if group == groupExclusive && call.Product != nil {
		if code, err := strconv.ParseInt(call.Product.ProviderCode, 10, 64); err == nil {
			body.Number("productCode", code)
		}
	}
	body.Text("pin", r.VoucherCode)
	shop(body, r)
	metadata(body, r)
	return c.post(group, actRedeem, body), nil
}
