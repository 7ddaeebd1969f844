package switchcore

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// normalCode is the form of a voucher code under which it is hashed: codes are typed with blanks and in any case.
func normalCode(code string) string {
	return strings.ToUpper(strings.Join(strings.Fields(code), ""))
}

// chooseVoucher gives the index of the voucher that a request means among those with its code: the only one, else the
// one whose provider matches receiver or product (vouchers.md 6); -1 when none does.
func chooseVoucher(d *Directory, req *Request, list []vouchers.Voucher) int {
	if len(list) == 1 {
		return 0
	}
	for i, v := range list {
		p, ok := d.Provider(v.ProviderID)
		if !ok {
			continue
		}
		if req.Receiver.ID != "" && p.Receiver.ID == req.Receiver.ID {
			return i
		}
		if req.ProductID != "" {
			if _, sold := d.Product(req.ProductID, p.ID); sold {
				return i
			}
		}
	}
	if len(list) > 0 {
		return 0
	}
	return -1
}
