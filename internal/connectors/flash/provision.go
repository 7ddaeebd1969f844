package flash

import (
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// prepareProvision buys a voucher; a retry is the same bytes under the same reference (4.5).
func (c *Connector) prepareProvision(call switchcore.Call) (switchcore.Message, error) {
	r := call.Request
	switch {
	case call.Product == nil && r.ProductID != "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrProduct, "Product not known")
	case r.VoucherCode != "":
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "No codes of your own")
	}
	group, err := groupOf(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	price, err := native.Price(call)
	if err != nil {
		return switchcore.Message{}, err
	}
	body := c.write(call.WireRef)
	body.Number("amount", price)
	if err := c.product(body, call, group); err != nil {
		return switchcore.Message{}, err
	}
	shop(body, r)
	name := actPurchase
	if group == groupOneVoucher && c.options.PurchaseMode == modeDisburse {
		name = actDisburse
	} else {
		body.Optional("paymentMethod", paymentMethod(r.Body))
	}
	metadata(body, r)
	return c.post(group, name, body), nil
}

// product names what is bought. Only a 1Voucher has no product code; only a gift voucher must come with its till.
func (c *Connector) product(body *jsonedit.Builder, call switchcore.Call, group string) error {
	if group == groupGift && (alphanumeric(call.Request.MerchantID) == "" || alphanumeric(call.Request.TerminalID) == "") {
		return native.Refuse(switchcore.ErrFormat, "Store and till needed")
	}
	if group == groupOneVoucher {
		return nil
	}
	code, err := strconv.ParseInt(call.Product.ProviderCode, 10, 64)
	if err != nil || code <= 0 {
		return native.Refuse(switchcore.ErrProduct, "Product has no code")
	}
	body.Number("productCode", code)
	return nil
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
