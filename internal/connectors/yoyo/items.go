package yoyo

import (
	"slices"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
)

// States of an item (6.1).
const (
	stateActive   = "A"
	stateExpired  = "E"
	stateRedeemed = "R"
	stateInactive = "D"
)

// item is a gift card or coupon as the issuer API tells it.
type item struct {
	kind     kind
	id, code string
	state    string
	campaign string
	userRef  string
	expiry   time.Time     // zero: none given
	value    *money.Amount // as issued
	balance  *money.Amount // what is left on a gift card; nil: not told
	redeemed int64         // cents taken from a gift card
	broken   bool          // an amount in it cannot be read
}

// gone tells whether an item was expired, by its age or by a deletion.
func (i item) gone() bool { return i.state == stateExpired }

// spent tells whether value was taken from it.
func (i item) spent() bool { return i.state == stateRedeemed || i.redeemed > 0 }

// items reads the items in an answer, a list or a single one; false: there is neither.
func (r *reply) items() ([]item, bool) {
	for _, k := range []kind{giftcard, coupon} {
		for _, name := range []string{k.path, k.name} {
			i := r.find(0, name)
			if i < 0 {
				continue
			}
			switch r.doc.Nodes[i].Kind {
			case jsonedit.Object:
				return []item{r.item(i, k)}, true
			case jsonedit.Array:
				list := []item{}
				for c := range r.doc.Children(i) {
					list = append(list, r.item(c, k))
				}
				return list, true
			}
		}
	}
	return nil, false
}

func (r *reply) item(i int, k kind) item {
	it := item{
		kind: k, id: r.text(i, "id"), code: r.first(i, "wiCode", "wicode"), state: strings.ToUpper(r.text(i, "stateId")),
		campaign: r.text(i, "campaignId"), userRef: r.text(i, "userRef"), expiry: moment(r.first(i, "expiryDate", "redeemToDate")),
	}
	var fine [4]bool
	var redeemed, face *money.Amount
	it.value, fine[0] = r.cents(i, "issuedAmount")
	it.balance, fine[1] = r.cents(i, "balance")
	redeemed, fine[2] = r.cents(i, "redeemedAmount")
	face, fine[3] = r.cents(i, "voucherAmount")
	it.broken = slices.Contains(fine[:], false)
	if it.value == nil {
		it.value = face
	}
	if it.value == nil {
		it.value = it.balance
	}
	if redeemed != nil {
		it.redeemed = redeemed.Minor
	}
	return it
}

// oldestFirst orders items by their ids, which grow.
func oldestFirst(list []item) {
	slices.SortStableFunc(list, func(a, b item) int {
		if len(a.id) != len(b.id) {
			return len(a.id) - len(b.id)
		}
		return strings.Compare(a.id, b.id)
	})
}

// moment reads a date: ISO 8601 with an offset written +0200 or +02:00, with or without parts of a second, or a day alone.
func moment(text string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", time.RFC3339, time.DateOnly} { // parts of a second are read with each
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
