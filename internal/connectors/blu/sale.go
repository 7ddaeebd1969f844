package blu

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareSale sells a voucher.
func (c *Connector) prepareSale(call switchcore.Call) (switchcore.Message, error) {
	if call.Request.VoucherCode != "" {
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "No codes of your own")
	}
	product, err := c.productID(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	price, err := native.Price(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	body := &jsonedit.Builder{}
	body.Text("requestId", c.options.reference(call.WireRef))
	body.Raw("productId", product)
	body.Number("amount", price)
	meta(body, call.Request)
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
		return nil, native.Refuse(switchcore.ErrProduct, "Product not known")
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && strconv.FormatInt(n, 10) == id {
		return []byte(id), nil
	}
	return jsonedit.Quote(id), nil
}

// sold reads the success answer to a sale: it counts with a code and a readable amount only.
func (c *Connector) sold(body *reply, r switchcore.Result) switchcore.Result {
	amount, readable := body.Cents("amount")
	v := body.voucher(body.Find("token"), body.Find("serialNumber"), body.Find("expiryDate"))
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
