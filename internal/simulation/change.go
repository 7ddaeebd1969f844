package simulation

import (
	"encoding/json"

	"github.com/signalboxhq/signalbox/internal/connectors/serviceinterface"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// changeGiver reads what our own interface has no word for and some providers do: the voucher that comes with a redemption
// is what is left, and that of a refund what is given back (providers.md 4).
type changeGiver struct{ *serviceinterface.Connector }

// Read implements switchcore.Connector.
func (g changeGiver) Read(c switchcore.Call, a switchcore.Answer) switchcore.Result {
	r := g.Connector.Read(c, a)
	var said struct {
		Voucher struct{ Code, SerialNumber string }
	}
	comes := c.Operation == transactions.Redemption || c.Operation == transactions.Refund
	if r.Class != switchcore.ClassApproved || !comes || json.Unmarshal(a.Body, &said) != nil || said.Voucher.Code == "" {
		return r
	}
	r.Voucher = &switchcore.Issued{Code: said.Voucher.Code, Serial: said.Voucher.SerialNumber}
	return r
}

// change gives the voucher that comes with a redemption or refund of a bank that has such, and its sum; empty: none.
func (b *bank) change(a *account) (code string, rest int64) {
	if b.provider.Connector != givesChange || a.spent == "" {
		return "", 0
	}
	rest = a.amount // of a refund
	if a.what == redemptions {
		rest = b.worth[a.spent] - a.amount
	}
	if rest <= 0 {
		return "", 0
	}
	code = b.newCode()
	b.worth[code] = rest
	return code, rest
}

// checkChange holds what came with a redemption or refund against it: on record as its client was told, and worth nothing
// once that was taken back.
func (w *world) checkChange(t *transactions.Transaction) {
	v := w.mem.Vouchers[t.ChangeVoucherID]
	if v != nil && t.Decision == transactions.Reverse && v.State != vouchers.None {
		w.violated("W4", "%s %s was reversed, and the voucher that came with it is %s", t.Key.Operation, t.Key.RequestID, v.State)
	}
}

// checkSpent is W3 of a code: at its bank it is redeemed once more than it was refunded at the most. Where a refund is a
// voucher of its own, it gives nothing back to the old one.
func (b *bank) checkSpent(known map[string]*transactions.Transaction) {
	spent, disputed := map[string]int{}, map[string]bool{}
	for ref, a := range b.books {
		net := a.done - a.undone
		switch {
		case a.spent == "" || known[ref] == nil:
			continue
		case a.what == redemptions:
			spent[a.spent] += net
		case b.provider.Connector != givesChange:
			spent[a.spent] -= net
		}
		disputed[a.spent] = disputed[a.spent] || known[ref].ReconRequired
	}
	for code, n := range spent {
		if n > 1 && !disputed[code] {
			b.world.violated("W3", "code %s is spent %d times at %s", code, n, b.provider.ID)
		}
	}
}
