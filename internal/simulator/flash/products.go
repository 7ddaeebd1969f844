package flash

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// voucher groups, as productGroup shows them
const (
	oneVoucher  = "1Voucher"
	giftVoucher = "Gift Vouchers"
	cashOut     = "Cash Out PIN"
	exclusive   = "Exclusive Voucher"
	flashToken  = "Flash Token"
	eezi        = "Eezi Voucher"
)

// product is a line of the product list. Amounts are cents.
type product struct {
	Code     int            `json:"productCode"`
	Name     string         `json:"productName"`
	Min      int64          `json:"minimumAmount"`
	Max      int64          `json:"maximumAmount"`
	Status   string         `json:"status"`
	Supplier string         `json:"supplierName"`
	Vendor   string         `json:"vendor"`
	Group    string         `json:"productGroup"`
	Barcode  string         `json:"barcode,omitempty"`
	Biller   string         `json:"billerCode,omitempty"`
	Type     string         `json:"productType"`
	Reverses bool           `json:"allowReversal"`
	Fixed    bool           `json:"fixedAmount"`
	Content  map[string]any `json:"content"`
}

// catalogue is what this Flash sells.
func catalogue() []product {
	line := func(code int, group, name string, low, high int64, reverses bool) product {
		return product{
			Code: code, Name: name, Min: low, Max: high, Status: "Active", Supplier: "Flash", Vendor: "Flash", Group: group,
			Type: "Voucher", Reverses: reverses, Fixed: low == high,
			Content: map[string]any{"redemptionInstructions": "Enter the PIN where you pay.", "termsAndConditions": "Not for cash."},
		}
	}
	gift := line(311, giftVoucher, "Streaming gift R100", 10000, 10000, false)
	gift.Barcode = "6009711000311"
	return []product{
		line(1, oneVoucher, "1Voucher", 100, 500000, true),
		gift,
		line(312, giftVoucher, "Games gift", 1000, 200000, false),
		line(321, cashOut, "Cash Out PIN", 1000, 500000, true),
		line(331, exclusive, "Exclusive Voucher", 500, 500000, true),
		line(341, flashToken, "Flash Token", 500, 400000, true),
		line(351, eezi, "Eezi airtime", 200, 100000, true),
		line(352, eezi, "Eezi airtime, final sale", 200, 100000, false),
	}
}

func productOf(code int, barcode string) (product, bool) {
	for _, p := range catalogue() {
		if p.Code == code || barcode != "" && p.Barcode == barcode {
			return p, true
		}
	}
	return product{}, false
}

// serveProducts plays GET accounts/{number}/products[/{code or group}].
func (s *Server) serveProducts(x *stage.Exchange, rest string) {
	number, rest, _ := strings.Cut(rest, "/")
	what, only, _ := strings.Cut(rest, "/")
	if what != "products" || number == "" {
		x.Send(stage.JSON(http.StatusNotFound, map[string]string{"message": "no such resource"}))
		return
	}
	list := []product{}
	for _, p := range catalogue() {
		if only == "" || only == strconv.Itoa(p.Code) || strings.EqualFold(only, p.Group) {
			list = append(list, p)
		}
	}
	f := x.Fault("products", false, true, 0, "")
	if f.Name != "" && f.When == stage.BeforeWork {
		x.Deliver(f, instead(f))
		return
	}
	x.Deliver(f, stage.JSON(http.StatusOK, map[string]any{
		"responseCode": 0, "responseMessage": "Success", "accountNumber": number, "products": list,
	}))
}
