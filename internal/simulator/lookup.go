package simulator

import (
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// lookupAnswer is the answer to a voucher look-up; unlike a message it carries
// no id, time or client.
type lookupAnswer struct {
	SettlementEntity      *party                 `json:"settlementEntity,omitempty"`
	Receiver              *party                 `json:"receiver,omitempty"`
	Amounts               *amounts               `json:"amounts,omitempty"`
	Voucher               *voucher               `json:"voucher,omitempty"`
	Product               *product               `json:"product,omitempty"`
	ThirdPartyIdentifiers []thirdPartyIdentifier `json:"thirdPartyIdentifiers,omitempty"`
}

// lookup finds a voucher by code, by the id of its provision or by serial
// number and tells whether it can be redeemed (vouchers.md 6). It changes
// nothing.
func (h *house) lookup(a *account, q url.Values) answer {
	if !h.profile.Lookup {
		return unsupported("look-up").answer()
	}
	code, id, serial := q.Get("voucherCode"), q.Get("provisionRequestId"), q.Get("voucherSerialNumber")
	if code == "" && id == "" && serial == "" {
		return badFormat(formatError{Msg: "voucherCode may not be null"}).answer()
	}
	h.mu.Lock()
	e := h.find(a, code, id, serial)
	state := none
	if e != nil && h.slots[e.code] != nil {
		state = h.slots[e.code].state
	}
	var sold issued
	var undone bool
	if e != nil {
		sold, undone = e.issued(), e.advice == reversed
	}
	h.mu.Unlock()
	switch {
	case e == nil:
		return refuse(http.StatusNotFound, errNotFound, "voucher unknown").answer()
	case undone:
		return refuse(http.StatusBadRequest, errVoucherReversed, "provision was reversed").answer()
	case state == none:
		return refuse(http.StatusBadRequest, errNotRedeemable, "voucher is not active").answer()
	case state != available:
		return refuse(http.StatusBadRequest, errAlreadyRedeemed, "voucher is used").answer()
	}
	return answer{status: http.StatusOK, other: h.found(sold)}
}

// find returns the provision behind the given key, the first key that is set.
func (h *house) find(a *account, code, id, serial string) *entry {
	switch {
	case code != "":
		if s := h.slots[code]; s != nil {
			return s.latest
		}
		return nil
	case id != "":
		return a.approved(keyOf(provision, id))
	}
	seq, err := strconv.ParseInt(strings.TrimPrefix(serial, h.profile.Prefix), 10, 64)
	if err != nil {
		return nil
	}
	i := h.position(seq)
	if i == len(h.entries) || h.profile.serial(h.entries[i].seq) != serial {
		return nil
	}
	if e := h.entries[i]; e.op == provision && e.state == approved {
		return e
	}
	return nil
}

// position is the index of the first entry numbered seq or higher.
func (h *house) position(seq int64) int {
	return sort.Search(len(h.entries), func(i int) bool { return h.entries[i].seq >= seq })
}

func (h *house) found(i issued) *lookupAnswer {
	settlement, receiver := h.profile.Settlement.party(), h.profile.Institution.party()
	out := &lookupAnswer{
		SettlementEntity: settlement, Receiver: receiver, Voucher: h.voucherOf(i),
		ThirdPartyIdentifiers: h.identifiers(settlement, receiver, i.seq),
	}
	if i.currency != "" {
		out.Amounts = &amounts{BalanceAmount: money(i.amount, i.currency)}
	}
	if p, ok := h.profile.product(i.product); ok {
		line := h.catalogueLine(p)
		out.Product = &line
	} else if i.product != "" {
		out.Product = &product{ProductID: i.product}
	}
	return out
}
