package flash

import (
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareProvision buys a voucher; a retry is the same bytes under the same reference (4.5).
func (c *Connector) prepareProvision(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	switch {
	case call.Product == nil && r.ProductID != "":
		return switchcore.Message{}, refuse(switchcore.ErrProduct, "Product not known")
	case r.VoucherCode != "":
		return switchcore.Message{}, refuse(switchcore.ErrNotSupported, "No codes of your own")
	}
	group, err := groupOf(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	price, err := priceOf(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	body := c.write(call.WireRef)
	body.number("amount", price)
	if err := c.product(body, call, group); err != nil {
		return switchcore.Message{}, err
	}
	body.shop(r)
	name := actPurchase
	if group == groupOneVoucher && c.options.PurchaseMode == modeDisburse {
		name = actDisburse
	} else {
		body.optional("paymentMethod", paymentMethod(r.Body))
	}
	body.metadata(r)
	return c.post(group, name, body), nil
}

// product names what is bought. Only a 1Voucher has no product code; only a gift voucher must come with its till.
func (c *Connector) product(body *object, call switchcore.Call, group string) error {
	if group == groupGift && (alphanumeric(call.Request.MerchantID) == "" || alphanumeric(call.Request.TerminalID) == "") {
		return refuse(switchcore.ErrFormat, "Store and till needed")
	}
	if group == groupOneVoucher {
		return nil
	}
	code, err := strconv.ParseInt(call.Product.ProviderCode, 10, 64)
	if err != nil || code <= 0 {
		return refuse(switchcore.ErrProduct, "Product has no code")
	}
	body.number("productCode", code)
	return nil
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

// paymentMethod reads how the customer pays from the request's tenders and payment methods: cash, or a card. Flash has no
// words for anything else, nor for both at once (4.3).
func paymentMethod(body []byte) string {
	found := ""
	for _, list := range []struct{ name, kind string }{{"tenders", "tenderType"}, {"paymentMethods", "type"}} {
		doc, err := jsonedit.Borrow(jsonedit.Member(body, list.name), true)
		if err != nil {
			continue
		}
		if doc.Nodes[0].Kind == jsonedit.Array {
			for i := range doc.Children(0) {
				word := ""
				if k := doc.Find(i, list.kind); k >= 0 {
					word = paymentWord(string(doc.Text(k)))
				}
				if word == "" || found != "" && found != word {
					doc.Release()
					return ""
				}
				found = word
			}
		}
		doc.Release()
	}
	return found
}

func paymentWord(kind string) string {
	switch {
	case kind == "CASH":
		return "Cash"
	case kind == "CARD", strings.HasSuffix(kind, "_CARD"):
		return "Credit Card"
	}
	return ""
}
