package switchcore

import (
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// codeHash is the keyed hash of a voucher code exactly as it is written: two codes that differ in case are two codes.
func (c *Core) codeHash(code string) []byte { return c.Vault.Hash("VOUCHER", code) }

// cardHash is the keyed hash of a gift card's number in the issuer's books of that name; most issuers keep one set only,
// which has none.
func (c *Core) cardHash(books, number string) []byte {
	if books == "" {
		return c.Vault.Hash("CARD", number)
	}
	return c.Vault.Hash("CARD", books+"\x00"+number)
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
