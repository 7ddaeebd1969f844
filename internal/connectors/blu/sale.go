package blu

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareSale sells a voucher.
func (c *Connector) prepareSale(call switchcore.Call) (switchcore.Message, error) {
	if call.Request.VoucherCode != "" {
		return switchcore.Message{}, refuse(switchcore.ErrNotSupported, "No codes of your own")
	}
	product, err := c.productID(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	price, err := priceOf(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	body := &object{}
	body.text("requestId", c.options.reference(call.WireRef))
	body.raw("productId", product)
	body.number("amount", price)
	body.meta(call.Request)
	return c.post(pathSales, body), nil
}

// productID gives the provider's product id: a number where it is one.
func (c *Connector) productID(call switchcore.Call) ([]byte, error) {
	id := c.options.ProductIDs[call.Request.ProductID]
	if p := call.Product; id == "" && p != nil {
		id = p.ProviderCode
	}
	if id == "" && (call.Product != nil || call.Request.ProductID == "") {
		id = c.options.ProductIDs[anyProduct]
	}
	if id == "" {
		return nil, refuse(switchcore.ErrProduct, "Product not known")
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
		return []byte(id), nil
	}
	return jsonedit.Quote(id), nil
}

// priceOf is what the request asks for, else the price of the product, in cents.
func priceOf(call switchcore.Call) (int64, error) {
	asked, p := call.Request.Amount, call.Product
	if p != nil && p.Currency != "" && p.Currency != zarCurrency {
		return 0, refuse(switchcore.ErrAmount, "Rand only")
	}
	switch {
	case asked != nil && asked.Currency != zarCurrency:
		return 0, refuse(switchcore.ErrAmount, "Rand only")
	case asked == nil && (p == nil || p.Amount == nil):
		return 0, refuse(switchcore.ErrAmount, "Amount needed")
	case asked == nil:
		return *p.Amount, nil
	case asked.Minor <= 0:
		return 0, refuse(switchcore.ErrAmount, "Amount must be positive")
	case p == nil:
	case p.Amount != nil && asked.Minor != *p.Amount:
		return 0, refuse(switchcore.ErrAmount, "Not the price")
	case p.Min != nil && asked.Minor < *p.Min:
		return 0, refuse(switchcore.ErrAmount, "Below the minimum")
	case p.Max != nil && asked.Minor > *p.Max:
		return 0, refuse(switchcore.ErrAmount, "Above the maximum")
	}
	return asked.Minor, nil
}

// sold reads the success answer to a sale: it counts with a code and a readable amount only.
func (c *Connector) sold(body *reply, r switchcore.Result) switchcore.Result {
	amount, readable := body.cents("amount")
	v := body.voucher(body.find("token"), body.find("serialNumber"), body.find("expiryDate"))
	switch {
	case v == nil:
		r.Detail = detailNoCode
		return r
	case !readable:
		r.Detail = family.DetailBadResponse
		return r
	}
	r.Class, r.Detail, r.Voucher, r.ApprovedAmount = switchcore.ClassApproved, family.DetailApproved, v, amount
	r.Terms = family.AppendTerm(r.Terms, transactions.TermProviderRef, r.Words.Ref)
	r.Terms = family.AppendTerm(family.AppendTerm(r.Terms, transactions.TermCode, v.Code), transactions.TermSerial, v.Serial)
	r.Members = family.AppendVoucher(r.Members, *v, body.lines("productInstructions"))
	r.Members = family.AppendAmounts(r.Members, amount, nil)
	return r
}
